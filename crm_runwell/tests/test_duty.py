from unittest.mock import patch

from odoo.tests import tagged

from .common import days_before
from .test_plays import PlayCase

OVERDUE = "crm_runwell.mail_activity_type_overdue"


@tagged("post_install", "-at_install")
class TestDuty(PlayCase):
    """Overdue alerts go to the supervisor, each once."""

    def setUp(self):
        super().setUp()
        self.alert = self.raised()
        self.enterContext(patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ))

    def after_the_deadline(self, days=1):
        return days_before(-(self.alert.deadline - self.alert.raised_on).days - days)

    def duty(self, day=None):
        """Let the cron run on a day; return the new activities of supervisors."""
        before = self.told()
        with self.at(f"{day or self.after_the_deadline()} 02:00:00"):
            self.env["runwell.churn.alert"]._cron_duty()
        return self.told() - before

    def told(self):
        return self.env["mail.activity"].search([
            ("activity_type_id", "=", self.env.ref(OVERDUE).id), ("active", "in", (True, False)),
            ("res_id", "in", self.alerts().ids),
        ])

    def test_once_and_not_daily(self):
        self.assertFalse(self.duty(self.after_the_deadline(0)))
        mails = self.mails()
        activity = self.duty()
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertEqual(activity.res_id, self.alert.id)
        self.assertEqual(activity.res_name, "Buyer")
        self.assertEqual(str(activity.date_deadline), self.after_the_deadline())
        self.assertEqual(str(self.alert.escalated_on), self.after_the_deadline())
        self.assertFalse(self.duty())
        self.assertFalse(self.duty(self.after_the_deadline(2)))
        activity.with_user(self.supervisor).action_feedback("I asked")
        self.assertFalse(self.duty(self.after_the_deadline(3)))
        self.assertEqual(self.mails(), mails)
        # To see to it is no measure.
        self.assertEqual(self.alert.state, "warning")

    def test_not_what_is_snoozed_held_back_closed_or_proposed_as_lost(self):
        late = self.after_the_deadline()
        for values in (
            {"snoozed_until": late}, {"is_held_back": True}, {"state": "lost"},
            {"state": "suspended", "worked_on": late, "loss_proposed_on": late},
        ):
            with self.subTest(values=values):
                before = {name: self.alert[name] for name in values}
                self.alert._as_machine().write(values)
                self.assertFalse(self.duty())
                self.assertFalse(self.alert.escalated_on)
                self.alert._as_machine().write(before)
        self.alert._as_machine().write({"snoozed_until": self.after_the_deadline(0)})
        self.assertTrue(self.duty())

    def test_not_what_is_worked_on(self):
        self.tried(self.alert)
        self.alert.activity_ids.unlink()
        self.assertFalse(self.duty())

    def test_what_was_worked_on_and_then_left(self):
        """A measure, and nothing but overdue activities since."""
        self.tried(self.alert)
        late = self.after_the_deadline(5)
        activity = self.alert.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.manager.id, date_deadline=late,
        )
        self.assertFalse(self.duty(self.after_the_deadline(5)))
        activity.date_deadline = self.after_the_deadline(2)
        self.assertTrue(self.duty(self.after_the_deadline(5)))

    def test_not_to_the_owner(self):
        self.alert.with_user(self.supervisor).user_id = self.supervisor
        self.assertFalse(self.duty())
        self.assertFalse(self.alert.escalated_on)
        # Given to another it is passed on.
        self.alert.with_user(self.supervisor).user_id = self.manager
        self.assertTrue(self.duty())

    def test_without_an_owner_or_a_supervisor(self):
        self.alert.with_user(self.supervisor).user_id = False
        self.assertTrue(self.duty())
        self.alert._as_machine().write({"escalated_on": False})
        self.supervisor.active = False
        self.env.ref("sales_team.group_sale_manager").all_user_ids.filtered(
            lambda user: user.active and user.company_id != self.company
        ).company_ids -= self.company
        self.assertFalse(self.policy._supervisor())
        self.assertFalse(self.duty())
        self.assertFalse(self.alert.escalated_on)

    def test_off_the_list_once_somebody_acted(self):
        activity = self.duty()
        self.tried(self.alert)
        self.assertFalse(activity.exists())
        self.assertTrue(self.alert.escalated_on)

    def test_a_new_owner_is_an_answer(self):
        activity = self.duty()
        self.alert.with_user(self.supervisor).user_id = self.colleague
        self.assertFalse(activity.exists())
        self.assertEqual(self.alert.activity_ids.user_id, self.colleague)

    def test_reopened_it_may_be_passed_on_again(self):
        self.duty()
        order = self.order(self.buyer, days_before(-30))
        self.run_scoring(days_before(-31))
        self.raise_alerts()
        self.assertEqual(self.alert.state, "won_back")
        self.assertFalse(self.told())
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.run_scoring(days_before(-32))
        with self.at(f"{days_before(-32)} 12:00:00"):
            self.raise_alerts()
        self.assertFalse(self.duty(days_before(-33)))
        self.assertTrue(self.duty(days_before(-60)))

    def test_companies_apart(self):
        other = self.make_company("Runwell Other", self.home)
        late = self.after_the_deadline()
        with self.at(f"{late} 02:00:00"):
            self.assertEqual(self.env["runwell.churn.alert"]._escalate(other), 0)
            self.assertEqual(self.env["runwell.churn.alert"]._escalate(self.company), 1)

    def test_today_is_that_of_the_company(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        day = self.after_the_deadline(0)
        with self.at(f"{day} 15:59:00"):
            self.assertFalse(self.env["runwell.churn.alert"]._escalate(self.company))
        with self.at(f"{day} 16:01:00"):
            self.assertEqual(self.env["runwell.churn.alert"]._escalate(self.company), 1)

    def test_as_many_queries_for_many(self):
        counts = []
        for size in (2, 2, 30):
            for i in range(size):
                self.silent(f"Customer {size} {i}", user_id=self.manager.id)
            self.run_scoring()
            self.raise_alerts()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            with self.at("2025-01-01 02:00:00"):
                self.assertGreaterEqual(
                    self.env["runwell.churn.alert"]._escalate(self.company), size,
                )
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
