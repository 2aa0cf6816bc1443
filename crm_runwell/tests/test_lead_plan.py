"""The development plan: started in two ways, done with results, read in order."""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from .lead_common import LeadCase

PLAN = {
    "date_deadline": {}, "state": {}, "summary": {}, "feedback": {}, "date_done": {},
    "active": {}, "activity_type_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
}


@tagged("post_install", "-at_install")
class TestPlan(LeadCase):
    def setUp(self):
        super().setUp()
        self.mine = self.lead("owner", "owner")

    def items(self, role="owner"):
        return self.seen_by(self.mine, role).runwell_plan_item_ids

    def test_started_by_the_button(self):
        lead = self.seen_by(self.mine, "owner")
        action = lead.action_runwell_plan()
        with Form(
            lead.env[action["res_model"]].with_context(**action["context"]),
            view="mail.mail_activity_schedule_view_form",
        ) as form:
            form.plan_id = self.plan
        form.record.action_schedule_plan()
        items = self.items()
        self.assertEqual(items.mapped("summary"), self.plan.template_ids.mapped("summary"))
        self.assertEqual(items.user_id, self.users["owner"])
        self.assertEqual(items.runwell_plan_id, self.plan)
        self.assertEqual(items.mapped("date_deadline"), sorted(items.mapped("date_deadline")))

    def test_who_starts_one(self):
        for role in self.users:
            with self.subTest(role=role):
                refused = self.attempt(
                    lambda role=role: self.seen_by(self.mine, role)._start_plan(self.plan)
                )
                allowed = role in ("owner", "all documents", "supervisor")
                self.assertEqual(refused, None if allowed else AccessError)

    def test_results_stand_beside_what_is_open(self):
        with self.at("2024-06-03 08:00:00"):
            self.seen_by(self.mine, "supervisor")._start_plan(self.plan)
        call, visit = self.items()[:2]
        with self.at("2024-06-04 10:00:00"):
            call.feedback = "They buy from two others. Visit on Friday."
            call.action_runwell_done()
            self.env.flush_all()
        self.env.invalidate_all()
        with self.at("2024-06-10 10:00:00"):
            self.assertEqual(
                [(item.state, item.feedback, item.date_done) for item in self.items()][:2],
                [
                    ("done", "They buy from two others. Visit on Friday.",
                     Date.to_date("2024-06-04")),
                    ("overdue", False, False),
                ],
            )
            self.assertEqual(len(self.items()), 4)
            self.assertEqual(self.mine.activity_ids[0].summary, visit.summary)
            self.assertIn(self.mine, self.env["crm.lead"].search([
                ("activity_state", "=", "overdue"), ("id", "=", self.mine.id),
            ]))

    def test_a_result_is_asked_for(self):
        self.seen_by(self.mine, "owner")._start_plan(self.plan)
        item = self.items()[0]
        with self.assertRaisesRegex(UserError, "Write what came of it"):
            item.action_runwell_done()
        self.assertTrue(item.active)

    def test_a_result_is_written_later(self):
        """Odoo's own tick asks for nothing: the result can still be added."""
        self.seen_by(self.mine, "owner")._start_plan(self.plan)
        item = self.items()[0]
        item.action_done()
        self.assertFalse(item.active)
        item.feedback = "Nobody there"
        item.action_runwell_done()
        first = self.items()[0]
        self.assertEqual((first.feedback, first.state), ("Nobody there", "done"))

    def test_executives_read_it(self):
        self.seen_by(self.mine, "owner")._start_plan(self.plan)
        self.env.flush_all()
        self.env.invalidate_all()
        read = self.seen_by(self.mine, "executive").web_read({
            "runwell_plan_item_ids": {"fields": PLAN},
        })
        self.assertEqual(len(read[0]["runwell_plan_item_ids"]), 4)
        items = self.items("executive")
        with self.assertRaises(AccessError):
            items[0].feedback = "x"

    def test_the_form_asks_for_no_order(self):
        """An order is a search: who may read alone would find nothing."""
        arch = self.env["crm.lead"].get_view(self.env.ref("crm.crm_lead_view_form").id)["arch"]
        plan = etree.fromstring(arch).find(".//field[@name='runwell_plan_item_ids']/list")
        self.assertFalse(plan.get("default_order"))

    def test_a_plan_of_another_kind_or_company(self):
        alert_plan = self.env.ref("crm_runwell.play_call")
        foreign = self.plan.copy({"company_id": self.make_company("Far", self.foreign).id})
        for plan in (alert_plan, foreign):
            with self.assertRaises(UserError):
                self.mine._start_plan(plan)
        with self.assertRaises(UserError):
            self.lead()._start_plan(self.plan)

    def test_read_with_two_queries(self):
        lead = self.seen_by(self.mine, "owner")
        for _turn in range(3):
            lead._start_plan(self.plan)
        lead.web_read({"name": {}})

        def read(**names):
            user = {"fields": {"display_name": {}}}
            return self.queries(lambda: lead.web_read({"name": {}, "user_id": user, **names}))

        spec = {"runwell_plan_item_ids": {"fields": PLAN}}
        read(**spec)
        few = read(**spec) - read()
        for _turn in range(10):
            lead._start_plan(self.plan)
        self.assertEqual(read(**spec) - read(), few)
        self.assertLessEqual(few, 2)
