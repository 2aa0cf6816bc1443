from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAssignTour(HttpCase):
    """A supervisor assigns prospects with a plan, in a real browser."""

    def test_supervisor_assigns(self):
        group = "sales_team.group_sale_manager,base.group_partner_manager"
        new_test_user(self.env, "tour_supervisor", group, name="Tour Supervisor")
        seller = new_test_user(
            self.env, "tour_seller", "sales_team.group_sale_salesman", name="Tour Seller",
        )
        leads = self.env["crm.lead"].create([
            {
                "name": f"Tour Prospect {number}", "type": "opportunity", "user_id": False,
                "company_id": self.env.company.id,
            }
            for number in range(1, 5)
        ])
        self.start_tour("/odoo", "runwell_supervisor_assigns", login="tour_supervisor")
        self.assertEqual(leads[:3].user_id, seller)
        self.assertFalse(leads[3].user_id)
        self.assertEqual(leads[1].runwell_plan_item_ids[0].feedback, "They buy 50 kg a month")
