from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .interaction_common import AutomaticCase


@tagged("post_install", "-at_install")
class TestActivityDone(AutomaticCase):
    """What was done with a customer is a contact by itself, once."""

    def test_a_call(self):
        activity = self.activity(self.own, summary="Ask about the harvest")
        activity.action_feedback(feedback=" They like it. ")
        row = self.contacts()
        self.assertEqual(
            (row.name, row.note, row.user_id, row.channel_id.kind, row.origin),
            ("Ask about the harvest", "They like it.", self.seller, "phone", "activity"),
        )
        self.assertEqual(row.activity_id, activity)
        self.assertEqual(row.message_id.mail_activity_type_id, activity.activity_type_id)
        self.assertEqual((row.message_id.model, row.message_id.res_id), (
            "res.partner", self.own.id,
        ))

    def test_the_channel_by_the_type(self):
        for kind, channel in (("email", "email"), ("meeting", "visit")):
            self.activity(self.own, kind).action_feedback()
            self.assertEqual(self.contacts()[:1].channel_id.kind, channel)
        count = len(self.contacts())
        for kind in ("todo", "upload_document"):
            self.activity(self.own, kind).action_feedback(feedback="Done")
        self.assertEqual(len(self.contacts()), count)
        # Whatever the company calls a contact is one.
        self.env.ref("mail.mail_activity_data_todo").runwell_channel_id = self.env.ref(
            "crm_runwell.channel_fax"
        )
        self.activity(self.own, "todo").action_feedback()
        self.assertEqual(self.contacts()[:1].channel_id.kind, "fax")

    def test_on_every_record_of_a_customer(self):
        self.orders(self.own, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        contact = self.customer("Contact", parent_id=self.own.id, is_company=False)
        lead = self.opportunity(contact, user_id=self.seller.id)
        request = self.env["runwell.request"].create({"name": "Late", "partner_id": contact.id})
        records = {
            "lead": lead, "order": self.order(self.own, "2024-05-01", user_id=self.seller.id),
            "alert": self.alerts(self.own), "request": request, "contact": contact,
        }
        for name, record in records.items():
            self.activity(record, summary=name).action_feedback()
        rows = {row.name: row for row in self.contacts()}
        self.assertEqual(set(rows), set(records))
        self.assertEqual(rows["lead"].lead_id, lead)
        self.assertEqual(rows["request"].request_id, request)
        self.assertEqual(rows["contact"].partner_id, contact)
        # On an alert it is a measure as before, and one only.
        self.assertEqual(records["alert"].measure_ids.kind, "call")
        self.assertEqual(len(records["alert"].measure_ids), 1)

    def test_with_our_company_or_who_only_supplies(self):
        supplier = self.customer("Supplier", supplier_rank=1)
        before = self.env["runwell.interaction"].search_count([])
        for partner in (self.company.partner_id, supplier):
            self.activity(partner).action_feedback(feedback="Talked")
        self.assertEqual(self.env["runwell.interaction"].search_count([]), before)
        supplier.customer_rank = 1
        self.activity(supplier).action_feedback(feedback="Sold")
        self.assertEqual(self.contacts(supplier).note, "Sold")

    def test_with_nobody_or_one_of_us(self):
        before = self.env["runwell.interaction"].search_count([])
        self.activity(self.env["crm.lead"].create({
            "name": "Unknown", "user_id": self.seller.id,
        })).action_feedback()
        self.activity(self.seller.partner_id).action_feedback()
        self.assertEqual(self.env["runwell.interaction"].search_count([]), before)

    def test_by_who_has_no_right_to_log(self):
        finance = new_test_user(
            self.env, "rw_finance", "account.group_account_invoice", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        activity = self.activity(self.own, user_id=finance.id)
        activity.with_user(finance).action_feedback(feedback="They pay on Friday")
        self.assertEqual(self.contacts().user_id, finance)

    def test_many_at_once(self):
        others = self.env["res.partner"].union(*(
            self.customer(f"Customer {i}", user_id=self.seller.id) for i in range(3)
        ))
        activities = self.env["mail.activity"].union(*(
            self.activity(partner, kind) for partner in others for kind in ("call", "email")
        ))
        activities._action_done(feedback="Wished a good year")
        for partner in others:
            rows = self.contacts(partner)
            self.assertEqual(set(rows.mapped("channel_id.kind")), {"phone", "email"})
            self.assertEqual(len(rows.message_id), 2)
            for row in rows:
                self.assertEqual(row.message_id.res_id, partner.id)

    def test_taken_up_again(self):
        activity = self.activity(self.own)
        activity.action_feedback(feedback="Done")
        activity.active = True
        self.assertFalse(self.contacts())
        activity.action_feedback(feedback="Now really")
        row = self.contacts()
        self.assertEqual(row.note, "Now really")
        # What a person wrote into it stays.
        row.with_user(self.seller).note = "They want tea"
        activity.active = True
        self.assertEqual(self.contacts(), row)
        activity.action_feedback()
        self.assertEqual(len(self.contacts()), 2)

    def test_the_activity_is_deleted_later(self):
        activity = self.activity(self.own)
        activity.action_feedback(feedback="Done")
        activity.sudo().unlink()
        self.assertEqual(self.contacts().note, "Done")

    def test_queries(self):
        """Marking done costs as much more for one as it should, and little more for many."""
        def done(kind, count):
            activities = self.env["mail.activity"].union(*(
                self.activity(self.own, kind) for _i in range(count)
            ))
            return self.queries(lambda: activities._action_done(feedback="Done"))

        for kind in ("todo", "call"):
            done(kind, 1)
        self.assertLessEqual(done("call", 1) - done("todo", 1), 16)
        # Rows are made at once: Odoo's own messages are what grows.
        self.assertLessEqual(
            (done("call", 9) - done("todo", 9)) - (done("call", 1) - done("todo", 1)), 4,
        )

    def test_saving_a_partner_costs_nothing(self):
        self.activity(self.own).action_feedback()
        nobody = self.customer("Nobody")
        for partner in (self.own, nobody):
            partner.write({"comment": "Warm up"})
        self.assertEqual(
            self.queries(lambda: self.own.write({"city": "Suzhou"})),
            self.queries(lambda: nobody.write({"city": "Suzhou"})),
        )


@tagged("post_install", "-at_install")
class TestMeetingOver(AutomaticCase):
    """A meeting with a customer is a contact once it is over, and follows the meeting."""

    def test_once_it_is_over(self):
        event = self.meeting(self.own, location="Their cellar")
        later = self.meeting(self.own, ago=timedelta(days=-1))
        self.run_cron()
        row = self.contacts()
        self.assertEqual(
            (row.name, row.place, row.date, row.user_id, row.channel_id.kind, row.origin),
            ("Tasting", "Their cellar", event.start, self.seller, "visit", "meeting"),
        )
        self.assertFalse(later.runwell_logged_on)
        self.run_cron()
        self.assertEqual(self.contacts(), row)

    def test_one_a_customer(self):
        other = self.customer("Other")
        people = [self.customer(f"P{i}", parent_id=self.own.id, is_company=False)
                  for i in range(2)]
        self.meeting(*people, other)
        self.run_cron()
        self.assertEqual(len(self.contacts()), 1)
        self.assertEqual(self.contacts().partner_id, people[0])
        self.assertEqual(len(self.contacts(other)), 1)

    def test_who_is_no_customer(self):
        supplier = self.customer("Supplier", supplier_rank=1)
        self.meeting(supplier)
        colleague = new_test_user(self.env, "rw_colleague", "base.group_user")
        self.meeting(colleague.partner_id)
        self.meeting(self.company.partner_id)
        before = self.env["runwell.interaction"].search_count([])
        self.run_cron()
        self.assertEqual(self.env["runwell.interaction"].search_count([]), before)

    def test_declined_cancelled_archived(self):
        declined, archived = self.meeting(self.own), self.meeting(self.own)
        declined.attendee_ids.filtered(lambda a: a.partner_id == self.own).state = "declined"
        archived.active = False
        self.run_cron()
        self.assertFalse(self.contacts())
        declined.attendee_ids.filtered(lambda a: a.partner_id == self.own).state = "accepted"
        self.changed(declined)
        self.assertEqual(self.contacts().calendar_event_id, declined)
        declined.active = False
        self.changed(declined)
        self.assertFalse(self.contacts())

    def test_moved_afterwards(self):
        event = self.meeting(self.own)
        self.run_cron()
        row = self.contacts()
        start = event.start - timedelta(days=2)
        event.write({"start": start, "stop": start + timedelta(hours=1), "name": "Cupping"})
        self.changed(event)
        self.assertEqual((row.date, row.name), (start, "Cupping"))
        # Put off: not a contact yet, and one once it is over.
        start = fields.Datetime.now() + timedelta(days=2)
        event.write({"start": start, "stop": start + timedelta(hours=1)})
        self.changed(event)
        self.assertFalse(self.contacts())
        with self.at(start + timedelta(hours=4)):
            self.run_cron()
            self.assertEqual(self.contacts().date, start)

    def test_what_a_person_changed_stays(self):
        event = self.meeting(self.own)
        self.run_cron()
        row = self.contacts()
        row.with_user(self.seller).name = "Sold two pallets"
        event.name = "Cupping"
        self.changed(event)
        self.assertEqual(row.name, "Sold two pallets")
        event.unlink()
        self.assertEqual(self.contacts(), row)

    def test_deleted(self):
        event = self.meeting(self.own)
        self.run_cron()
        event.unlink()
        self.assertFalse(self.contacts())

    def test_deleted_by_a_supervisor_does_not_come_back(self):
        self.meeting(self.own)
        self.run_cron()
        self.contacts().unlink()
        self.run_cron()
        self.assertFalse(self.contacts())

    def test_a_private_one_says_nothing(self):
        self.meeting(self.own, privacy="private", location="Court")
        self.run_cron()
        row = self.contacts()
        self.assertEqual((row.name, row.place, row.note), ("Meeting", False, False))

    def test_with_its_activity_only_once(self):
        """Whichever comes first, the meeting or its activity marked done."""
        Activity = self.env["mail.activity"].with_user(self.seller)
        for is_first in (True, False):
            partner = self.customer(f"Customer {is_first}", user_id=self.seller.id)
            event = self.meeting(partner)
            activity = Activity.create({
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": partner.id, "calendar_event_id": event.id, "user_id": self.seller.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_meeting").id,
            })
            if is_first:
                activity.action_feedback(feedback="They sign")
                self.run_cron()
            else:
                self.run_cron()
                activity.action_feedback(feedback="They sign")
            row = self.contacts(partner)
            self.assertEqual(len(row), 1)
            self.assertEqual((row.date, row.calendar_event_id), (event.start, event))
            self.assertIn("They sign", row.note)
            self.assertEqual(row.activity_id, activity)

    def test_as_many_queries_for_many(self):
        Event = self.env["calendar.event"]

        def cost(count):
            events = Event.union(*(
                self.meeting(self.customer(f"Customer {count} {i}")) for i in range(count)
            ))
            return self.queries(lambda: Event._runwell_log(events.ids))

        cost(2)
        self.assertLessEqual(cost(12) - cost(2), 2)
