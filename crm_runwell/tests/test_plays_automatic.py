from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import AS_OF, days_before
from .test_plays import PAYMENT, PlayCase


@tagged("post_install", "-at_install")
class TestAutomaticPlay(PlayCase):
    """Plays that start by themselves when an alert is raised."""

    def owing(self):
        """Return the alert of a customer with overdue invoices."""
        customer = self.debtor()
        self.run_scoring()
        self.raise_alerts()
        return self.alerts(customer)

    def test_overdue_invoices_go_to_finance(self):
        mails = self.mails()
        alert = self.owing()
        self.assertEqual(alert.cause, "payment")
        self.assertEqual(alert.plan_id, self.env.ref(PAYMENT))
        self.assertEqual(alert.running_plan_id, self.env.ref(PAYMENT))
        self.assertEqual(self.steps(alert), [
            ("Agree on how the overdue invoices are paid", self.finance, "2024-06-30"),
            ("Hear from finance, then call the customer", self.manager, "2024-07-03"),
            ("Ask for the next order", self.manager, "2024-07-10"),
        ])
        self.assertEqual(set(alert.activity_ids.mapped("automated")), {True})
        self.assertIn("disputed", alert.activity_ids.sorted("id")[0].note)
        self.assertEqual(self.mails(), mails)
        # The other has the plain activity.
        self.assertEqual(
            [step[0] for step in self.steps(self.alerts(self.buyer))], ["Keep the customer"],
        )
        self.assertFalse(self.alerts(self.buyer).plan_id)

    def test_once(self):
        alert = self.owing()
        self.raise_alerts()
        alert._assign_work()
        self.assertEqual(len(self.steps(alert)), 3)

    def test_only_where_it_is_the_suggested_one(self):
        self.play("Better", runwell_cause="payment", runwell_sequence=1)
        alert = self.owing()
        self.assertFalse(alert.plan_id)
        self.assertEqual([step[0] for step in self.steps(alert)], ["Keep the customer"])

    def test_not_on_what_is_held_back(self):
        self.policy.hold_back_share = 0.5
        for i in range(9):
            self.debtor(f"Debtor {i}")
        alert = self.owing()
        held = self.alerts().filtered("is_held_back")
        self.assertTrue(held)
        self.assertLess(len(held), len(self.alerts()))
        self.assertFalse(held.activity_ids or held.plan_id)
        one = held.filtered(lambda alert: alert.cause == "payment")[:1] or alert
        one.with_user(self.supervisor).action_release()
        self.assertEqual(len(self.steps(one)), 3)

    def test_the_day_of_a_step(self):
        self.play(runwell_cause="silence", runwell_sequence=0, runwell_is_automatic=True, steps=[
            {"delay_count": 2, "delay_unit": "weeks"}, {"delay_count": 8, "delay_unit": "months"},
            {"delay_count": 3, "delay_from": "before_plan_date"}, {"delay_count": 0},
        ])
        alert = self.raised()
        native = [
            str(step._get_date_deadline(alert.raised_on)) for step in alert.plan_id.template_ids
        ]
        self.assertEqual(native, ["2024-07-14", "2025-02-28", "2024-06-27", "2024-06-30"])
        self.assertEqual([day for _what, _who, day in self.steps(alert)], native)

    def test_in_the_language_of_who_does_it(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        play = self.env.ref(PAYMENT)
        first = play.template_ids[0]
        first.with_context(lang="zh_CN").summary = "商定付款"
        self.finance.lang = "zh_CN"
        self.assertEqual([step[0] for step in self.steps(self.owing())][:2], [
            "商定付款", "Hear from finance, then call the customer",
        ])

    def test_without_finance_it_is_the_owners(self):
        self.finance.active = False
        others = self.env.ref("account.group_account_invoice").all_user_ids
        others.filtered(lambda user: self.company in user.company_ids).company_ids -= self.company
        self.assertEqual({step[1] for step in self.steps(self.owing())}, {self.manager})

    def test_reopened_it_starts_again(self):
        alert = self.owing()
        order = self.order(alert.partner_id, days_before(-3))
        self.run_scoring(days_before(-5))
        self.raise_alerts()
        self.assertEqual(alert.state, "won_back")
        self.assertFalse(self.steps(alert))
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.run_scoring(days_before(-6))
        with self.at(f"{days_before(-6)} 12:00:00"):
            self.raise_alerts()
        self.assertEqual(alert.state, "warning")
        self.assertEqual([day for _what, _who, day in self.steps(alert)],
                         [days_before(-6), days_before(-9), days_before(-16)])
        self.assertTrue(alert.assigned_at)

    def test_as_many_queries_for_many(self):
        self.play(runwell_is_automatic=True, runwell_sequence=0, runwell_cause="silence",
                  steps=[{}, {"responsible_type": "runwell_finance"}])
        counts = []
        for size in (3, 3, 30):
            for i in range(size):
                self.silent(f"Customer {size} {i}", user_id=self.manager.id)
            self.run_scoring()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertGreaterEqual(self.raise_alerts(), size)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        alerts = self.alerts() - self.alerts(self.buyer)
        self.assertEqual({len(alert.activity_ids) for alert in alerts}, {2})


@tagged("post_install", "-at_install")
class TestNewOwner(PlayCase):
    """A supervisor gives an alert to another: the work goes along."""

    def setUp(self):
        super().setUp()
        self.debtor()
        self.alert = self.raised()
        self.owing = self.alerts() - self.alert

    def given(self, alert, user):
        alert.with_user(self.supervisor).with_context(tracking_disable=False).user_id = user
        self.env.flush_all()

    def test_the_plain_activity(self):
        mails = self.mails()
        self.given(self.alert, self.colleague)
        self.assertEqual(self.steps(self.alert)[0][:2], ("Keep the customer", self.colleague))
        self.assertEqual(str(self.alert.assigned_at), f"{AS_OF} 12:00:00")
        self.assertEqual(self.mails(), mails)

    def test_the_steps_of_a_play_that_are_the_owners(self):
        self.given(self.owing, self.colleague)
        self.assertEqual([who for _what, who, _day in self.steps(self.owing)],
                         [self.finance, self.colleague, self.colleague])

    def test_a_play_that_a_person_started(self):
        self.alert.with_user(self.manager).action_start_play()
        self.given(self.alert, self.colleague)
        self.assertEqual({who for _what, who, _day in self.steps(self.alert)}, {self.colleague})

    def test_what_a_person_planned_stays(self):
        mine = self.alert.activity_schedule(
            "mail.mail_activity_data_todo", automated=False, user_id=self.manager.id,
        )
        self.given(self.alert, self.colleague)
        self.assertEqual(mine.user_id, self.manager)

    def test_from_nobody_to_somebody_and_back(self):
        self.given(self.alert, False)
        self.assertFalse(self.steps(self.alert))
        self.given(self.alert, self.colleague)
        self.assertEqual([step[1] for step in self.steps(self.alert)], [self.colleague])

    def test_the_same_again_changes_nothing(self):
        self.given(self.alert, self.manager)
        self.assertFalse(self.alert.assigned_at)


@tagged("post_install", "-at_install")
class TestDoneIsAMeasure(PlayCase):
    """An activity that is done is a measure by itself."""

    def setUp(self):
        super().setUp()
        self.debtor()
        self.alert = self.raised()
        self.owing = self.alerts() - self.alert

    def done(self, activity, user, feedback=False):
        activity.with_user(user).with_company(self.company).action_feedback(feedback)
        return self.env["runwell.churn.measure"].search([
            ("alert_id", "=", activity.res_id),
        ])

    def test_who_when_and_what(self):
        self.alert.with_user(self.manager).action_start_play()
        call = self.alert.activity_ids.sorted("id")[0]
        with self.at("2024-07-01 09:30:00"):
            measure = self.done(call, self.manager, " They wait for the new price list ")
        self.assertEqual(
            measure.description, "Call and ask what changed: They wait for the new price list",
        )
        self.assertEqual((measure.user_id, measure.kind), (self.manager, "call"))
        self.assertEqual(str(measure.date), "2024-07-01 09:30:00")
        self.assertEqual(self.alert.state, "suspended")
        self.assertEqual(str(self.alert.worked_on), "2024-07-01")
        self.assertEqual(len(self.alert.activity_ids), 2)

    def test_without_feedback_it_is_the_summary(self):
        keep = self.alert.activity_ids
        self.assertEqual(self.done(keep, self.manager).description, "Keep the customer")

    def test_once(self):
        keep = self.alert.activity_ids
        self.assertEqual(len(self.done(keep, self.manager)), 1)
        self.assertEqual(len(self.done(keep.with_context(active_test=False), self.manager)), 1)

    def test_each_kind(self):
        for xmlid, kind in (
            ("mail.mail_activity_data_meeting", "visit"),
            ("mail.mail_activity_data_email", "email"),
            ("crm_runwell.mail_activity_type_offer", "offer"),
            ("crm_runwell.mail_activity_type_complaint", "complaint"),
            ("mail.mail_activity_data_todo", "other"),
        ):
            activity = self.alert.activity_schedule(xmlid, user_id=self.manager.id)
            self.assertEqual(self.done(activity, self.manager, "Done")[0].kind, kind)

    def test_finance_does_the_step_it_was_given(self):
        measure = self.done(
            self.owing.activity_ids.sorted("id")[0], self.finance, "Two instalments",
        )
        self.assertEqual((measure.user_id, measure.kind), (self.finance, "payment"))
        self.assertEqual(self.owing.state, "suspended")

    def test_a_step_of_another_that_the_supervisor_did(self):
        measure = self.done(self.alert.activity_ids, self.supervisor, "Called them myself")
        self.assertEqual(measure.user_id, self.supervisor)

    def test_a_decision_is_no_measure(self):
        self.tried(self.alert)
        self.alert.reason = "Closed their shop"
        self.alert.with_user(self.manager).action_propose_lost()
        decide = self.alert.activity_ids.filtered(
            lambda activity: activity.user_id == self.supervisor
        )
        self.assertEqual(len(self.done(decide, self.supervisor, "I will look into it")), 1)

    def test_refused_on_what_is_held_back(self):
        mine = self.alert.activity_schedule(
            "mail.mail_activity_data_call", automated=False, user_id=self.manager.id,
        )
        self.alert._as_machine().write({"is_held_back": True})
        with self.assertRaisesRegex(UserError, "held back, to compare"):
            self.done(mine, self.manager, "Called")
        self.assertTrue(mine.active)
        self.assertEqual(self.alert.state, "warning")

    def test_on_what_is_closed_it_is_just_done(self):
        mine = self.alert.activity_schedule(
            "mail.mail_activity_data_call", automated=False, user_id=self.manager.id,
        )
        self.closed(self.alert, "false_alarm")
        self.assertFalse(self.done(mine, self.manager, "Called"))
        self.assertEqual(self.alert.state, "false_alarm")

    def test_activities_of_other_documents_are_left_alone(self):
        before = self.env["runwell.churn.measure"].search_count([])
        activity = self.buyer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.manager.id,
        )
        activity.action_feedback("Called")
        self.assertEqual(self.env["runwell.churn.measure"].search_count([]), before)
