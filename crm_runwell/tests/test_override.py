from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..models.scoring_pass import SCORED, ScoringPass
from .common import days_before
from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestOverride(AlertCase):
    """What a person says of a customer until a day, and that the machine respects it.

    Histories are relative to today, since an entry holds from the day it is made on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.scoring._today()
        cls.until = cls.today + timedelta(days=10)
        cls.buyer = cls.silent("Late", user_id=cls.manager.id, last=days_before(150, cls.today))

    def say(self, user=None, **values):
        """Say something of the buyer."""
        return self.env["runwell.override"].with_user(user or self.supervisor).create({
            "partner_id": self.buyer.id, "company_id": self.company.id, "until": self.until,
            "reason": "Key account", **values,
        })

    def active(self, **values):
        return self.say(lifecycle="active", is_muted=False, **values)

    def full(self, day=None):
        """Score as of the end of a day that it is now; return the buyer's row."""
        self.env["runwell.score"]._run_scoring(self.company, day)
        return self.score(self.buyer)

    def warn(self, day=None):
        self.full(day)
        self.raise_alerts()
        return self.alerts(self.buyer)

    def on(self, day):
        return self.at(f"{day} 12:00:00")

    def test_respected_by_a_full_pass(self):
        self.assertEqual(self.full().lifecycle, "at_risk")
        entry = self.active()
        score = self.full()
        self.assertEqual((score.lifecycle, score.computed_lifecycle), ("active", "at_risk"))
        self.assertEqual(score.override_id, entry)
        self.assertGreater(score.churn_probability, 0.7)
        self.assertFalse(self.warn())

    def test_respected_by_a_refresh(self):
        self.full()
        self.env["runwell.score"]._refresh_batch(self.company)
        self.active()
        self.assertTrue(self.env["runwell.score"]._refresh_batch(self.company))
        self.assertEqual(self.score(self.buyer).lifecycle, "active")

    def test_shown_at_once(self):
        score = self.full()
        entry = self.active()
        self.assertEqual(score.override_id, entry)
        notes = score.get_notes()
        self.assertIn("Active until", notes["override"]["text"])
        self.assertIn("Key account", notes["override"]["text"])
        self.assertIn("The scoring says: At risk", notes["override"]["text"])
        score.with_user(self.supervisor).action_end_override()
        score.invalidate_recordset()
        self.assertFalse(score.get_notes()["override"])

    def test_at_risk_by_hand_is_warned_about(self):
        steady = self.customer("Steady", user_id=self.manager.id)
        self.orders(steady, *(days_before(7 * i, self.today) for i in range(1, 30)))
        self.say(partner_id=steady.id, lifecycle="at_risk", is_muted=False)
        self.warn()
        alert = self.alerts(steady)
        self.assertEqual((alert.state, alert.rule), ("warning", "manual"))

    def test_ends_by_itself_after_the_day(self):
        self.active()
        with self.on(self.until):
            self.assertEqual(self.full().lifecycle, "active")
        with self.on(self.until + timedelta(days=1)):
            score = self.full()
            self.assertEqual((score.lifecycle, score.computed_lifecycle), ("at_risk", False))
            self.assertFalse(score.override_id)
            self.assertTrue(self.warn())

    def test_muted_until_the_day(self):
        self.say()
        self.assertFalse(self.warn())
        with self.on(self.until):
            self.assertFalse(self.warn())
        with self.on(self.until + timedelta(days=1)):
            self.assertTrue(self.warn())

    def test_an_open_alert_sleeps_and_wakes(self):
        alert = self.warn()
        self.assertTrue(alert.activity_ids)
        before = alert.deadline
        entry = self.say()
        self.assertEqual(alert.snoozed_until, self.until)
        self.assertFalse(alert.activity_ids or alert.is_overdue)
        self.assertEqual(alert.override_id, entry)
        self.assertEqual(alert.state, "warning")
        with self.on(self.until + timedelta(days=1)):
            self.warn()
        self.assertFalse(alert.snoozed_until)
        self.assertEqual(len(alert.activity_ids), 1)
        self.assertGreater(alert.deadline, max(before, self.until))

    def test_ended_by_hand(self):
        alert = self.warn()
        self.say(self.manager)
        alert.with_user(self.manager).action_end_snooze()
        self.assertFalse(alert.snoozed_until)
        self.assertTrue(alert.activity_ids)

    def test_a_new_entry_ends_the_former(self):
        first, second = self.say(), self.active()
        self.assertTrue(first.ended_on)
        self.assertEqual((first.is_in_force, second.is_in_force), (False, True))
        found = self.env["runwell.override"].search([
            ("partner_id", "=", self.buyer.id), ("is_in_force", "=", True),
        ])
        self.assertEqual(found, second)

    def test_the_back_test_ignores_it(self):
        """A pass as of a past day computes what would have been computed."""
        as_of = Date.to_date(days_before(30, self.today))
        self.made_on(self.active(), days_before(60, self.today))
        ScoringPass(self.env, self.scoring, as_of, self.scoring._learned(), None).run(None)
        [(lifecycle,)] = self.env.execute_query(SQL(
            "SELECT lifecycle FROM %s WHERE partner_id = %s", SQL.identifier(SCORED), self.buyer.id,
        ))
        self.assertEqual(lifecycle, "at_risk")
        self.assertEqual(self.full(as_of).lifecycle, "active")

    def test_the_day_is_that_of_the_company(self):
        """In the evening of a company west of Greenwich, an entry holds at once."""
        self.company.resource_calendar_id.tz = "America/Los_Angeles"
        evening = f"{self.today + timedelta(days=1)} 02:00:00"
        with self.at(evening):
            entry = self.say()
            self.env.cr.execute(
                "UPDATE runwell_override SET create_date = %s WHERE id = %s", [evening, entry.id],
            )
            self.assertFalse(self.warn())

    def test_who_may(self):
        self.full()
        score = self.score(self.buyer)
        self.say(self.manager)
        with self.assertRaises(AccessError):
            self.say(self.colleague)
        with self.assertRaises(AccessError):
            score.with_user(self.colleague).action_snooze()
        with self.assertRaises(AccessError):
            self.env["runwell.override"].search(
                [("partner_id", "=", self.buyer.id)], limit=1,
            ).with_user(self.colleague).action_end()

    def test_what_is_asked_for(self):
        for values in (
            {"reason": " "}, {"lifecycle": False, "is_muted": False},
            {"lifecycle": "at_risk", "is_muted": True}, {"until": "2001-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.say(**values)
        entry = self.say()
        for call in (lambda: entry.write({"until": "2100-01-01"}), entry.unlink):
            with self.assertRaises(UserError):
                call()

    def test_the_dialogs(self):
        score = self.full()
        for method, is_muted in (("action_snooze", True), ("action_set_lifecycle", False)):
            action = getattr(score.with_user(self.manager), method)()
            form = Form(
                self.env[action["res_model"]].with_user(self.manager).with_context(
                    **action["context"]
                ),
                view="crm_runwell.view_override_dialog",
            )
            if not is_muted:
                form.lifecycle = "active"
            form.reason = "Pause agreed"
            entry = form.save()
            self.assertEqual((entry.partner_id, entry.is_muted), (self.buyer, is_muted))
            self.assertEqual(entry.until, Date.context_today(entry) + timedelta(days=30))
            self.assertEqual(entry.user_id, self.manager)

    def test_its_sentence(self):
        entry = self.say(reason="Key account. ")
        self.assertIn("No alerts until", entry.display_name)
        self.assertTrue(entry.display_name.endswith(": Key account."))
        self.assertIn(self.supervisor.name, entry.display_name)
