"""Merging opportunities: what they held goes along."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .lead_common import LeadCase


@tagged("post_install", "-at_install")
class TestMerge(LeadCase):
    def test_merge(self):
        """The merged one keeps salesperson and course; what was merged is deleted."""
        mine = self.lead("owner", "owner", partner_name="Twin Ltd")
        other = self.lead("finance", partner_name="Twin Ltd", priority="3")
        both = self.seen_by(mine + other, "owner")
        merged = both.merge_opportunity()
        self.assertEqual(len((mine + other).exists()), 1)
        self.assertEqual(merged.user_id, self.users["owner"])
        self.assertEqual(merged.runwell_development_state, "in_development")
        self.assertIn(self.users["owner"], merged.runwell_assignment_ids.new_user_id)
        self.assertFalse(merged._is_merging())

    def test_merging_is_no_way_to_give(self):
        both = self.lead("owner", "owner") + self.lead("owner", "owner")
        call = lambda: self.seen_by(both, "owner").merge_opportunity(  # noqa: E731
            user_id=self.users["colleague"].id,
        )
        self.assertEqual(self.attempt(call), AccessError)

    def test_a_lost_one_is_merged(self):
        lost = self.lead("owner", "owner")
        lost.action_set_lost(lost_reason_id=self.reason.id)
        open_one = self.lead("owner", "owner")
        merged = self.seen_by(lost + open_one, "owner").merge_opportunity()
        self.assertTrue(merged.exists())

    def role(self, lead, name, role="decides", **values):
        contact = self.env["res.partner"].search([("name", "=", name)], limit=1) or self.env[
            "res.partner"
        ].create({"name": name})
        return self.env["runwell.contact.role"].create({
            "lead_id": lead.id, "contact_id": contact.id, "role": role, **values,
        })

    def test_people_go_along(self):
        """Each role of a person once, whichever customer it stood at."""
        customer = self.customer("Twin Ltd")
        head = self.lead("owner", "owner", priority="3", probability=90)
        tail = self.lead("owner", "owner", partner_id=customer.id, probability=10)
        for lead, name in ((head, "Rw Ann"), (tail, "Rw Ann"), (tail, "Rw Bo")):
            self.role(lead, name)
        self.role(tail, "Rw Bo", "uses", note="Works at night")
        merged = self.seen_by(head + tail, "owner").merge_opportunity()
        self.assertEqual(
            sorted((role.contact_id.name, role.role) for role in merged.runwell_role_ids),
            [("Rw Ann", "decides"), ("Rw Bo", "decides"), ("Rw Bo", "uses")],
        )
        self.assertEqual(merged.runwell_role_ids.partner_id, customer)
        self.assertIn("Works at night", merged.runwell_role_ids.mapped("note"))

    def test_people_of_another_company(self):
        other = self.make_company("Merged Elsewhere", self.foreign)
        private = self.env["res.partner"].create({"name": "Rw Cy", "company_id": other.id})
        head = self.lead(user="owner", probability=90)
        tail = self.env["crm.lead"].create({
            "name": "There", "type": "opportunity", "company_id": other.id, "probability": 10,
            "team_id": False, "user_id": False,
        })
        self.assertEqual(self.role(tail, "Rw Cy").contact_id, private)
        self.role(tail, "Rw Di")
        merged = (head + tail).merge_opportunity()
        self.assertEqual(merged.runwell_role_ids.mapped("contact_id.name"), ["Rw Di"])
        self.assertEqual(merged.runwell_role_ids.company_id, merged.company_id)

    def test_the_referrer_goes_along(self):
        referrer = self.customer("Referrer")
        head = self.lead("owner", "owner", probability=90)
        tail = self.lead("owner", "owner", probability=10, runwell_referrer_id=referrer.id)
        merged = self.seen_by(head + tail, "owner").merge_opportunity()
        self.assertEqual(merged.runwell_referrer_id, referrer)

    def test_results_go_along(self):
        """Items done stay beside the open ones, whoever did them."""
        head = self.lead("owner", "owner", probability=90)
        tail = self.lead("owner", "owner", probability=10)
        self.seen_by(tail, "supervisor")._start_plan(self.plan)
        done = self.seen_by(tail, "owner").runwell_plan_item_ids[0]
        done.feedback = "They buy from two others"
        done.action_runwell_done()
        merged = self.seen_by(head + tail, "owner").merge_opportunity()
        self.env.invalidate_all()
        items = merged.runwell_plan_item_ids
        self.assertEqual(len(items), len(self.plan.template_ids))
        self.assertEqual(
            items.filtered(lambda item: not item.active).mapped("feedback"),
            ["They buy from two others"],
        )
