from odoo import fields
from odoo.tests import tagged

from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestTalkOnInvoices(TimelineCase):
    """What is said and planned on an invoice is the customer's, for those who see the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.reader("agent", "crm_runwell.group_service_user")
        cls.due = cls.invoice(cls.miller, "2024-05-07")
        # No customer's document: what a supplier sends is one of those, too.
        cls.entry = cls.env["account.move"].with_company(cls.company).create({
            "move_type": "entry", "partner_id": cls.miller.id, "company_id": cls.company.id,
        })

    def call(self, document, user, **values):
        return document.activity_schedule(
            "mail.mail_activity_data_call", fields.Date.today(), user_id=user.id, **values,
        )

    def test_a_mail(self):
        self.posted(self.due, body="Please find the invoice")
        self.posted(self.entry, body="This entry is wrong")
        event = self.event("mail_out", user=self.finance)
        self.assertEqual((event["res_model"], event["res_id"]), ("account.move", self.due.id))
        self.assertEqual((event["title"], event["contact"]), (self.due.name, "Miller"))
        self.assertEqual(self.events("mail_out", user=self.agent), [])

    def test_an_activity_done_with_no_contact(self):
        for document in (self.due, self.entry):
            document.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.finance.id,
            ).with_user(self.finance).action_feedback("Checked the amount")
        self.assertEqual(self.event("activity_done", user=self.finance)["res_id"], self.due.id)
        self.assertEqual(self.events("activity_done", user=self.agent), [])

    def test_a_call_is_a_contact(self):
        for document, said in ((self.due, "Pays Friday"), (self.entry, "Entered")):
            self.call(document, self.finance).with_user(self.finance).action_feedback(said)
        contact = self.env["runwell.interaction"].search([
            ("commercial_partner_id", "=", self.mill.id),
        ])
        self.assertEqual(
            (contact.note, contact.partner_id, contact.user_id, contact.company_id),
            ("Pays Friday", self.miller, self.finance, self.company),
        )
        self.assertEqual(self.event("interaction_out", user=self.agent)["detail"], "Pays Friday")

    def test_an_open_call_is_to_do(self):
        for document, summary in ((self.due, "Ask when they pay"), (self.entry, "Enter it")):
            self.call(document, self.finance, summary=summary)

        def summaries(user):
            page = self.mill.with_user(user).with_context(
                allowed_company_ids=self.company.ids,
            ).get_runwell_page()
            return [activity["summary"] for activity in page["activities"]]

        self.assertEqual(summaries(self.finance), ["Ask when they pay"])
        self.assertEqual(summaries(self.agent), [])
        today = self.env["res.partner"].with_user(self.finance).with_context(
            allowed_company_ids=self.company.ids,
        ).get_runwell_today()
        self.assertEqual(
            [(row["id"], [reason["key"] for reason in row["reasons"]])
             for row in today["customers"]],
            [(self.mill.id, ["activity"])],
        )


@tagged("post_install", "-at_install")
class TestMeetingsOnTheTimeline(TimelineCase):
    """A meeting is a touch with those who did not decline."""

    def meeting(self, *partners, **values):
        partners = self.env["res.partner"].union(*partners)
        return self.env["calendar.event"].create({
            "name": "Visit", "start": "2024-05-04 09:00:00", "stop": "2024-05-04 10:00:00",
            "partner_ids": [(6, 0, partners.ids)], "user_id": self.seller.id, **values,
        })

    def decline(self, meeting, partner):
        guest = meeting.attendee_ids.filtered(lambda guest: guest.partner_id == partner)
        guest.state = "declined"

    def test_declined(self):
        meeting = self.meeting(self.mill, self.miller)
        self.decline(meeting, self.mill)
        self.assertEqual(self.event("meeting")["contact"], "Miller")
        self.decline(meeting, self.miller)
        self.assertEqual(self.events("meeting"), [])
        page = self.mill.with_user(self.supervisor).with_context(
            allowed_company_ids=self.company.ids,
        ).get_runwell_page()
        self.assertFalse(page["last"])

    def test_logged_by_another_company(self):
        """Who may not see the contact that it became still sees the meeting."""
        other = self.make_company("Runwell Other", self.foreign)
        host = self.reader("host", "sales_team.group_sale_salesman", other)
        meeting = self.meeting(self.mill, self.seller.partner_id, user_id=host.id)
        self.assertEqual(self.event("meeting", user=self.seller)["res_id"], meeting.id)
        self.env["calendar.event"]._runwell_log(meeting.ids)
        contact = self.env["runwell.interaction"].search([
            ("calendar_event_id", "=", meeting.id),
        ])
        self.assertEqual(contact.company_id, other)
        self.assertEqual(self.event("meeting", user=self.seller)["res_id"], meeting.id)
        self.assertEqual(self.events("interaction_out", user=self.seller), [])
        self.assertEqual(self.events("meeting", user=host), [])
        self.assertEqual(len(self.events("interaction_out", user=host)), 1)

    def test_an_activity_logged_by_another_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        host = self.reader("host", "sales_team.group_sale_salesman", other)
        self.mill.activity_schedule(
            "mail.mail_activity_data_call", user_id=host.id,
        ).with_user(host).with_context(
            allowed_company_ids=other.ids,
        ).action_feedback("Said 5,000")
        self.assertEqual(len(self.events("activity_done", user=self.seller)), 1)
        self.assertEqual(self.events("activity_done", user=host), [])
        self.assertEqual(len(self.events("interaction_out", user=host)), 1)


@tagged("post_install", "-at_install")
class TestTimelineAtOnce(TimelineCase):
    """A customer of this very transaction has a page."""

    def test_a_new_customer(self):
        for call in (
            lambda partner: self.env["runwell.timeline"].get_page(partner.id)["events"],
            lambda partner: self.env["runwell.timeline"].get_counts(partner.id),
            lambda partner: partner.get_runwell_page()["activities"],
        ):
            partner = self.env["res.partner"].create({"name": "New", "is_company": True})
            person = self.env["res.partner"].create({"name": "She", "parent_id": partner.id})
            for customer in (partner, person):
                self.assertFalse(call(customer))
