from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestCustomerPage(TimelineCase):
    """The head of the 360° page, and the way to a customer."""

    def head(self, user=None, customer=None):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.supervisor
        return (customer or self.mill).with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, lang="en_US",
        ).get_runwell_page()

    def at_risk(self):
        self.orders(self.mill, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        return self.alerts(self.mill)

    def today(self, user=None, **options):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.seller
        return self.env["res.partner"].with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, lang="en_US",
        ).get_runwell_today(**options)

    def find(self, text, user=None):
        self.env.flush_all()
        return self.env["res.partner"].with_user(user or self.seller).with_context(
            allowed_company_ids=self.company.ids,
        ).find_runwell_customers(text)

    def test_who_the_customer_is(self):
        self.mill.write({"phone": "+32 2 123 45 67", "email": "hi@mill.example.com",
                         "city": "Ghent", "ref": "M1"})
        for customer in (self.mill, self.miller):
            head = self.head(customer=customer)
            self.assertEqual(head["customer"]["id"], self.mill.id)
            self.assertEqual(head["customer"]["name"], "Mill")
            self.assertEqual(head["customer"]["phone"], "+32 2 123 45 67")
            self.assertEqual(head["customer"]["manager"]["name"], self.seller.name)
            self.assertEqual([p["name"] for p in head["contacts"]["people"]], ["Miller"])
            self.assertFalse(head["contacts"]["has_more"])
        self.assertFalse(head["summary"])
        self.assertFalse(head["alert"])
        self.assertFalse(head["last"])
        self.assertFalse(head["meeting"])
        self.assertEqual(head["activities"], [])

    def test_how_the_relation_stands(self):
        alert = self.at_risk()
        head = self.head()
        self.assertEqual(head["summary"]["lifecycle"], "at_risk")
        self.assertEqual(head["alert"]["id"], alert.id)
        self.assertEqual(head["alert"]["evidence"], alert.evidence)
        self.assertTrue(head["alert"]["may_work"])

    def test_no_margin_for_a_service_agent(self):
        self.at_risk()
        agent = self.reader("agent", "crm_runwell.group_service_user")
        head = self.head(agent)
        self.assertEqual(head["summary"]["lifecycle"], "at_risk")
        for told in (head, head["summary"], head["alert"] or {}):
            self.assertFalse([name for name in told if "margin" in name])
        self.assertFalse(head["may"]["order"])
        self.assertTrue(head["may"]["request"])

    def test_a_colleague_sees_no_score_and_no_alert_of_others(self):
        self.at_risk()
        head = self.head(self.colleague)
        self.assertFalse(head["summary"])
        self.assertFalse(head["alert"])

    def test_what_to_do_and_what_comes(self):
        today = fields.Date.today()
        lead = self.opportunity(self.mill, user_id=self.seller.id)
        others = self.opportunity(self.mill, user_id=self.colleague.id)
        for record, days in ((lead, -2), (self.miller, 3), (others, 0)):
            record.activity_schedule(
                "mail.mail_activity_data_call", today + timedelta(days=days),
                summary=f"Call {days}", user_id=self.seller.id,
            )
        self.env["calendar.event"].create([
            {"name": f"Visit {day}", "start": f"{day} 09:00:00", "stop": f"{day} 10:00:00",
             "partner_ids": [(6, 0, self.miller.ids)]}
            for day in ("2999-05-04", "2999-01-04", "2020-01-04")
        ])
        head = self.head(self.seller)
        self.assertEqual([a["summary"] for a in head["activities"]], ["Call -2", "Call 3"])
        self.assertEqual(head["activities"][0]["res_id"], lead.id)
        self.assertTrue(head["activities"][0]["is_mine"])
        self.assertEqual(head["meeting"]["name"], "Visit 2999-01-04")
        self.assertEqual(len(self.head()["activities"]), 3)
        lead.activity_ids.with_user(self.seller).action_feedback("Done")
        head = self.head(self.seller)
        self.assertEqual([a["summary"] for a in head["activities"]], ["Call 3"])
        self.assertEqual(head["last"]["event"], "interaction_out")

    def test_chips_come_in_their_order(self):
        chips = self.head()["chips"]
        self.assertEqual(
            [chip["sequence"] for chip in chips], sorted(chip["sequence"] for chip in chips),
        )

    def test_the_head_costs_the_same_for_any_history(self):
        def cost():
            partner = self.mill.with_user(self.supervisor).with_context(
                allowed_company_ids=self.company.ids,
            )
            partner.get_runwell_page()
            return self.queries(partner.get_runwell_page)

        self.order(self.mill, "2024-05-01")
        self.posted(self.mill)
        few = cost()
        for number in range(8):
            self.order(self.mill, "2024-05-01")
            self.posted(self.miller, f"Mail {number}")
            self.mill.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertLessEqual(cost(), few)

    def test_a_customer_is_found_by_anything_known(self):
        self.mill.write({"phone": "+32 2 123 45 67", "ref": "KD-0815", "vat": "BE0477472701",
                         "runwell_mobile": "+86 138 0013 8123"})
        for text in (
            "mil", "KD-08", "123 45 67", "miller@mill", "0477472701", "13800138123",
            "138 0013 8123", "+86 138 0013 8123",
        ):
            with self.subTest(text=text):
                self.assertIn(self.mill.id, {row["customer_id"] for row in self.find(text)})
        [row] = [row for row in self.find("miller@mill") if row["contact"]]
        self.assertEqual((row["name"], row["contact"]), ("Mill", "Miller"))
        # What is dialled remains the phone.
        self.assertEqual(self.mill._phone_get_number_fields(), ["phone"])
        self.assertEqual(self.find("  "), [])
        self.assertEqual(self.find("no such customer"), [])

    def test_a_customer_of_another_company_is_not_found(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.customer("Strange Mill", company_id=other.id)
        self.assertEqual(self.find("Strange Mill"), [])

    def test_who_needs_attention_comes_first(self):
        quiet = self.customer("Quiet", user_id=self.seller.id)
        asks = self.customer("Asks", user_id=self.seller.id)
        others = self.customer("Others", user_id=self.colleague.id)
        self.at_risk()
        for customer in (asks, others):
            self.env["runwell.request"].create({
                "name": "Broken", "partner_id": customer.id, "company_id": self.company.id,
            })
        untouched = self.customer("Untouched", user_id=self.seller.id)
        self.env["runwell.relation"]._as_machine().create({
            "partner_id": untouched.id, "company_id": self.company.id, "touch_overdue_days": 9,
        })
        late = self.customer("Late", user_id=self.seller.id)
        late.activity_schedule(
            "mail.mail_activity_data_call", fields.Date.today() - timedelta(days=4),
            user_id=self.seller.id,
        )
        found = self.today()["customers"]
        self.assertEqual(
            [row["id"] for row in found],
            [self.mill.id, asks.id, late.id, untouched.id, quiet.id],
        )
        self.assertEqual(
            [[reason["key"] for reason in row["reasons"]] for row in found],
            [["alert", "activity"], ["request"], ["activity"], ["touch"], []],
        )
        self.assertEqual(found[2]["reasons"][0]["text"], "activity 4 days late")
        self.assertFalse(self.today()["sees_all"])
        self.assertNotIn(quiet.id, [
            row["id"] for row in self.today(self.supervisor)["customers"]
        ])
        every = self.today(self.supervisor, everyone=True)
        self.assertLessEqual(
            {self.mill.id, asks.id, others.id, untouched.id, late.id},
            {row["id"] for row in every["customers"]},
        )
        with self.assertRaises(AccessError):
            self.today(everyone=True)

    def test_nothing_of_another_company_needs_attention(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.at_risk()
        self.mill.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        both = self.reader("both", "sales_team.group_sale_manager", other)
        found = self.today(both, everyone=True)["customers"]
        self.assertNotIn("alert", {r["key"] for row in found for r in row["reasons"]})

    def test_the_partner_and_the_score_lead_to_the_page(self):
        self.at_risk()
        for action in (
            self.mill.action_open_runwell_page(),
            self.score(self.mill).action_open_customer_page(),
        ):
            self.assertEqual(action["tag"], "runwell_customer_page")
            self.assertEqual(action["params"], {"partner_id": self.mill.id})
