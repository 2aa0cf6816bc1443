from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPoolTour(HttpCase):
    """A salesperson claims a customer from the pool, in a real browser."""

    def test_claim_from_the_pool(self):
        company = self.env.ref("base.main_company")
        former, claimer = (
            new_test_user(self.env, login, "sales_team.group_sale_salesman", name=name,
                          company_id=company.id)
            for login, name in (("rw_former", "Former Manager"), ("rw_claimer", "Claimer"))
        )
        customer, other = self.env["res.partner"].create([
            {"name": name, "is_company": True, "customer_rank": 1, "user_id": former.id,
             "company_id": company.id}
            for name in ("Tour Tea House", "Another Tea House")
        ])
        self.env["runwell.handover"]._hand_over(
            customer | other, self.env["res.users"], "Gone quiet", "pooled",
        )
        self.start_tour("/odoo", "runwell_claim_from_the_pool", login="rw_claimer")
        self.assertEqual(customer.user_id, claimer)
        self.assertFalse(other.user_id)
        self.assertEqual(customer.activity_ids.user_id, claimer)
