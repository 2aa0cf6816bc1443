from freezegun import freeze_time

from odoo.tests import tagged

from ..report.runwell_timeline import EVENTS
from ..report.runwell_timeline_source import KINDS, SOURCES
from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestTimelineSources(TimelineCase):
    """Every kind of touch appears once, with its moment and amount, and opens its record."""

    def test_an_interaction_of_a_contact(self):
        self.mill.user_id = self.supervisor
        interaction = self.env["runwell.interaction"].create({
            "partner_id": self.miller.id, "company_id": self.company.id, "name": "New oven",
            "note": "Wants a\nquote", "date": "2024-05-02 08:30:00", "direction": "in",
            "channel_id": self.env.ref("crm_runwell.channel_phone").id,
            "user_id": self.seller.id,
        })
        self.assertIsOf(
            self.event("interaction_in"), interaction, kind="interaction",
            date="2024-05-02 08:30:00", title="New oven", detail="Wants a quote",
            label="Phone", contact="Miller", author=self.seller.name, amount=None,
        )

    def test_mails_by_who_wrote_them(self):
        self.posted(self.mill, author_id=self.supervisor.partner_id.id, body="Your offer")
        self.posted(
            self.miller, author_id=self.miller.id, subject="Thanks", message_type="email",
            moment="2024-05-01 11:00:00",
        )
        self.assertIsOf(
            self.event("mail_out"), self.mill, kind="mail", date="2024-05-01 10:00:00",
            detail="Your offer", author=self.supervisor.name,
        )
        self.assertIsOf(
            self.event("mail_in"), self.miller, kind="mail", date="2024-05-01 11:00:00",
            title="Thanks", author="Miller", contact="Miller",
        )

    def test_mails_of_all_that_is_the_customers(self):
        order, lead = self.order(self.miller, "2024-04-01"), self.opportunity(self.mill)
        request = self.env["runwell.request"].create({
            "name": "Broken", "partner_id": self.miller.id, "company_id": self.company.id,
        })
        for record in (order, lead, request):
            self.posted(record)
        found = self.events("mail_out")
        self.assertEqual(
            {(event["res_model"], event["res_id"]) for event in found},
            {(record._name, record.id) for record in (order, lead, request)},
        )
        self.assertEqual(
            {event["title"] for event in found}, {order.name, lead.name, request.name},
        )

    def test_notes_and_system_messages_are_no_touch(self):
        self.posted(self.mill, subtype_xmlid="mail.mt_note")
        self.posted(self.mill, message_type="notification")
        self.posted(self.mill, message_type="email", subtype_xmlid="mail.mt_note")
        self.posted(self.mill).is_internal = True
        self.assertEqual(self.events("mail_out", "mail_in"), [])

    def test_an_activity_done(self):
        lead = self.opportunity(self.mill)
        activity = lead.activity_schedule(
            "mail.mail_activity_data_todo", summary="Ask for the budget",
            user_id=self.supervisor.id,
        )
        self.assertEqual(self.events("activity_done"), [])
        with freeze_time("2024-05-03 09:00:00"):
            activity.with_user(self.supervisor).action_feedback("Said 5,000")
        event = self.event("activity_done")
        self.assertIsOf(
            event, lead, kind="activity", date="2024-05-03 09:00:00", label="To-Do",
            author=self.supervisor.name,
        )
        self.assertIn("Said 5,000", event["detail"])
        self.assertEqual(self.events("mail_out"), [])

    def test_what_became_a_contact_is_shown_as_that(self):
        lead = self.opportunity(self.mill)
        lead.activity_schedule(
            "mail.mail_activity_data_call", summary="Ask for the budget",
            user_id=self.supervisor.id,
        ).with_user(self.supervisor).action_feedback("Said 5,000")
        self.assertEqual(self.events("activity_done"), [])
        self.assertIn("Said 5,000", self.event("interaction_out")["detail"])

    def test_a_meeting_is_one_event_however_many_come(self):
        meeting = self.env["calendar.event"].create({
            "name": "Visit", "start": "2024-05-04 09:00:00", "stop": "2024-05-04 10:00:00",
            "partner_ids": [(6, 0, (self.mill + self.miller + self.seller.partner_id).ids)],
            "user_id": self.seller.id,
        })
        self.assertIsOf(
            self.event("meeting"), meeting, kind="meeting", date="2024-05-04 09:00:00",
            title="Visit", author=self.seller.name,
        )
        other = self.customer("Bakery")
        meeting.partner_ids += other
        self.assertEqual(self.event("meeting", customer=other)["res_id"], meeting.id)
        self.assertNotEqual(
            self.event("meeting", customer=other)["id"], self.event("meeting")["id"],
        )

    def test_a_private_meeting_keeps_its_name(self):
        meeting = self.env["calendar.event"].create({
            "name": "Secret", "start": "2024-05-04 09:00:00", "stop": "2024-05-04 10:00:00",
            "partner_ids": [(6, 0, self.mill.ids)], "user_id": self.seller.id,
            "privacy": "private",
        })
        self.assertEqual(self.event("meeting", user=self.seller)["title"], "Secret")
        self.assertEqual(self.event("meeting")["title"], "")
        self.assertFalse(self.timeline().browse(self.event("meeting")["id"]).title)
        meeting.privacy = False
        self.assertEqual(self.event("meeting")["title"], "Secret")

    def test_a_meeting_to_come_is_not_history(self):
        self.env["calendar.event"].create({
            "name": "Visit", "start": "2999-05-04 09:00:00", "stop": "2999-05-04 10:00:00",
            "partner_ids": [(6, 0, self.mill.ids)],
        })
        self.assertEqual(self.events("meeting"), [])

    def test_an_opportunity_made_and_won(self):
        lead = self.opportunity(self.miller, "2024-05-01", expected_revenue=700)
        with freeze_time("2024-05-20 12:00:00"):
            lead.action_set_won()
        for name, date in (
            ("lead_created", "2024-05-01 12:00:00"), ("lead_won", "2024-05-20 12:00:00"),
        ):
            self.assertIsOf(
                self.event(name), lead, kind="opportunity", date=date, title="Opportunity",
                amount=700.0, currency_id=self.home.id, contact="Miller",
            )
        self.assertEqual(self.events("lead_lost"), [])

    def test_an_opportunity_lost_is_still_there(self):
        lead = self.opportunity(self.mill)
        with freeze_time("2024-05-20 12:00:00"):
            lead.action_set_lost(
                lost_reason_id=self.env["crm.lost.reason"].create({"name": "Price"}).id,
            )
        self.assertFalse(lead.active)
        self.assertIsOf(
            self.event("lead_lost"), lead, kind="opportunity", date="2024-05-20 12:00:00",
        )
        self.assertTrue(self.event("lead_created"))

    def test_a_quotation_sent_then_confirmed(self):
        order = self.order(self.miller, "2024-05-01", amount=300.0, state="draft")
        self.assertEqual(self.events(), [])
        with freeze_time("2024-05-02 12:00:00"):
            order.action_quotation_sent()
        with freeze_time("2024-05-05 12:00:00"):
            order.action_confirm()
        for name, date in (
            ("quotation_sent", "2024-05-02 12:00:00"), ("order_confirmed", "2024-05-05 12:00:00"),
        ):
            self.assertIsOf(
                self.event(name), order, kind="order", date=date, title=order.name, amount=300.0,
                currency_id=self.home.id,
            )

    def test_an_order_cancelled(self):
        order = self.order(self.mill, "2024-05-01", amount=300.0)
        with freeze_time("2024-05-06 12:00:00"):
            order._action_cancel()
        self.assertEqual(self.events("order_confirmed"), [])
        self.assertIsOf(
            self.event("order_cancelled"), order, kind="order", date="2024-05-06 12:00:00",
        )

    def test_states_of_before_the_addon_have_the_date_of_the_order(self):
        sent = self.order(self.mill, "2024-05-01", state="sent")
        cancelled = self.order(self.mill, "2024-05-02", state="cancel")
        (sent + cancelled).write({"runwell_sent_on": False, "runwell_cancelled_on": False})
        self.assertEqual(self.event("quotation_sent")["date"], "2024-05-01 12:00:00")
        self.assertEqual(self.event("order_cancelled")["date"], "2024-05-02 12:00:00")

    def test_invoices_and_credit_notes(self):
        invoice = self.invoice(self.miller, "2024-05-07", amount=250.0)
        credit = self.refund(invoice, "2024-05-08")
        self.invoice(self.mill, "2024-05-09", post=False)
        self.assertIsOf(
            self.event("invoice"), invoice, kind="invoice", date="2024-05-07", is_day=True,
            title=invoice.name, amount=250.0, currency_id=self.home.id,
        )
        self.assertIsOf(
            self.event("credit_note"), credit, kind="invoice", date="2024-05-08", amount=-250.0,
        )

    def test_payments(self):
        self.company.transfer_account_id = self.env["account.account"].create({
            "name": "Outstanding", "code": "RW120", "account_type": "asset_current",
            "reconcile": True, "company_ids": self.company.ids,
        })
        journal = self.env["account.journal"].create({
            "name": "Bank", "code": "RWB", "type": "bank", "company_id": self.company.id,
        })
        paid, back = self.env["account.payment"].create([
            {
                "partner_id": self.miller.id, "amount": amount, "date": "2024-05-10",
                "payment_type": way, "partner_type": "customer", "journal_id": journal.id,
                "memo": "INV/1",
            }
            for way, amount in (("inbound", 80.0), ("outbound", 30.0))
        ])
        self.assertEqual(self.events("paid", user=self.finance), [])
        (paid + back).action_post()
        for name, payment, amount in (("paid", paid, 80.0), ("paid_back", back, -30.0)):
            self.assertIsOf(
                self.event(name, user=self.finance), payment, kind="payment", date="2024-05-10",
                amount=amount, user=self.finance,
            )

    def test_a_request_from_the_first_word_to_the_stars(self):
        request = self.made_on(self.env["runwell.request"].create({
            "name": "Broken", "partner_id": self.miller.id, "company_id": self.company.id,
        }), "2024-05-11")
        request._as_machine().write({
            "processed_on": "2024-05-12 12:00:00", "processed_by_id": self.seller.id,
            "feedback_on": "2024-05-13 12:00:00", "satisfaction": 4, "rating_comment": "Good",
        })
        for name, day in (
            ("request_new", "2024-05-11"), ("request_answered", "2024-05-12"),
            ("request_rated", "2024-05-13"),
        ):
            self.assertIsOf(
                self.event(name), request, kind="request", date=f"{day} 12:00:00",
                title=f"{request.number} Broken", contact="Miller",
            )
        self.assertEqual(self.event("request_answered")["author"], self.seller.name)
        self.assertEqual(self.event("request_rated")["detail"], "4 / 5 · Good")

    def test_an_alert_its_measures_and_its_end(self):
        self.orders(self.mill, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        alert = self.alerts(self.mill)
        with freeze_time("2024-07-01 12:00:00"):
            self.tried(alert, "Called the owner")
        alert._as_machine().write({
            "state": "lost", "closed_on": "2024-07-05", "reason": "Closed down",
            "closed_by_id": self.supervisor.id,
        })
        self.assertIsOf(
            self.event("alert_raised"), alert, kind="alert", date=str(alert.raised_on),
            is_day=True, amount=alert.revenue_at_risk, currency_id=self.home.id,
        )
        self.assertIsOf(
            self.event("measure"), alert, kind="alert", date="2024-07-01 12:00:00",
            title="Called the owner",
        )
        self.assertIsOf(
            self.event("alert_lost"), alert, kind="alert", date="2024-07-05",
            detail="Closed down", author=self.supervisor.name,
        )

    def test_a_handover(self):
        handover = self.env["runwell.handover"]._as_machine().create({
            "partner_id": self.mill.id, "company_id": self.company.id, "reason": "Moved",
            "previous_user_id": self.colleague.id, "new_user_id": self.seller.id,
            "date": "2024-05-14 12:00:00", "kind": "claimed", "user_id": self.supervisor.id,
        })
        self.assertIsOf(
            self.event("handover_claimed"), handover, kind="handover",
            date="2024-05-14 12:00:00", detail="Moved", author=self.supervisor.name,
            title=f"{self.colleague.name} → {self.seller.name}",
        )

    def test_every_source_is_of_a_known_kind(self):
        kinds = {key for key, _label, _icon in KINDS}
        self.assertEqual({source.kind for source in SOURCES.values()}, kinds)
        self.assertEqual(len({key for key, _label in EVENTS}), len(EVENTS))
