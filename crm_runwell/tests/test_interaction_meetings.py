from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .interaction_common import AutomaticCase


@tagged("post_install", "-at_install")
class TestMeetingsOfOneRun(AutomaticCase):
    """An odd meeting keeps none of the others from being logged."""

    def test_contacts_of_one_customer_in_two_companies(self):
        other = self.make_company("Runwell Other", self.foreign)
        shared = self.customer("Shared")
        one, two = (
            self.customer(name, parent_id=shared.id, is_company=False) for name in ("One", "Two")
        )
        one.company_id, two.company_id = self.company, other
        event = self.meeting()
        event.sudo().partner_ids += one + two
        self.run_cron()
        row = self.env["runwell.interaction"].search([("commercial_partner_id", "=", shared.id)])
        self.assertEqual((row.partner_id, row.company_id), (one, self.company))

    def test_an_opportunity_of_another_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.own.company_id = self.company
        contact = self.customer("Contact", parent_id=self.own.id, is_company=False)
        contact.company_id = False
        lead = self.opportunity(contact, company_id=other.id, user_id=False)
        event = self.meeting(contact)
        event.sudo().opportunity_id = lead
        self.run_cron()
        self.assertEqual(self.contacts().partner_id, contact)
        self.assertFalse(self.contacts().lead_id)

    def test_one_that_is_refused(self):
        """Whatever refuses a row, be it a rule of another addon."""
        self.env.cr.execute(SQL(
            "ALTER TABLE runwell_interaction ADD CONSTRAINT bad CHECK (name <> 'Bad')"
        ))
        bad, good = self.meeting(self.own, name="Bad"), self.meeting(self.own)
        with mute_logger("odoo.sql_db"), self.assertLogs(
            "odoo.addons.crm_runwell.models.calendar_event", "WARNING",
        ) as logged:
            self.run_cron()
        self.assertEqual(self.contacts().calendar_event_id, good)
        self.assertIn(f"Meeting {bad.id} ", logged.output[0])
        # Looked at: it is tried again once somebody changes it, and not every hour.
        self.assertTrue(bad.runwell_logged_on)
        self.run_cron()
        bad.name = "Better"
        self.changed(bad)
        self.assertEqual(len(self.contacts()), 2)


@tagged("post_install", "-at_install")
class TestMeetingChanged(AutomaticCase):
    """A contact from a meeting says what the meeting says now."""

    def test_made_private_afterwards(self):
        event = self.meeting(self.own, description="<p>They go to court</p>", location="Court")
        event.sudo().notes = "<p>They go to court</p>"
        self.run_cron()
        row = self.contacts()
        self.assertEqual(row.note, "They go to court")
        event.privacy = "private"
        self.changed(event)
        self.assertEqual((row.name, row.place, row.note), ("Meeting", False, False))

    def test_made_private_after_its_activity_was_done(self):
        event = self.meeting(self.own)
        event.sudo().notes = "<p>They go to court</p>"
        self.run_cron()
        self.meeting_done(event)
        self.assertIn("They go to court", self.contacts().note)
        event.privacy = "private"
        self.changed(event)
        self.assertEqual(self.contacts().note, "They sign")

    def test_who_was_there(self):
        ann, bob = (
            self.customer(name, parent_id=self.own.id, is_company=False) for name in ("Ann", "Bob")
        )
        event = self.meeting(ann)
        self.run_cron()
        row = self.contacts()
        self.assertEqual(row.partner_id, ann)
        colleague = new_test_user(self.env, "rw_colleague", "sales_team.group_sale_salesman")
        event.sudo().write({
            "partner_ids": [Command.unlink(ann.id), Command.link(bob.id)],
            "user_id": colleague.id,
        })
        self.changed(event)
        self.assertEqual((row.partner_id, row.user_id), (bob, colleague))
        self.assertEqual(self.contacts(), row)

    def test_who_is_of_another_company(self):
        """The row stays with the company that it was logged in."""
        other = self.make_company("Runwell Other", self.foreign)
        ann, bob = (
            self.customer(name, parent_id=self.own.id, is_company=False) for name in ("Ann", "Bob")
        )
        event = self.meeting(ann)
        self.run_cron()
        row = self.contacts()
        bob.company_id = other
        event.sudo().write({
            "partner_ids": [Command.unlink(ann.id), Command.link(bob.id)], "name": "Cupping",
        })
        self.changed(event)
        self.assertEqual((row.partner_id, row.name), (ann, "Cupping"))

    def test_what_a_person_said_outlives_the_meeting(self):
        for is_first in (True, False):
            for is_deleted in (True, False):
                with self.subTest(is_first=is_first, is_deleted=is_deleted):
                    partner = self.customer("Customer", user_id=self.seller.id)
                    event = self.meeting(partner)
                    if not is_first:
                        self.run_cron()
                    self.meeting_done(event, partner)
                    self.run_cron()
                    if is_deleted:
                        event.sudo().unlink()
                        self.run_cron()
                    else:
                        event.active = False
                        self.changed(event)
                    self.assertIn("They sign", self.contacts(partner).note)

    def meeting_done(self, event, partner=None):
        partner = partner or self.own
        self.activity(partner, "meeting", calendar_event_id=event.id).action_feedback(
            feedback="They sign",
        )
