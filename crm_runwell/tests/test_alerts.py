from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AS_OF, RunwellCase, days_before


class AlertCase(RunwellCase):
    """A customer who is at risk as of the usual day, an account manager and a supervisor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.colleague, cls.supervisor = (
            new_test_user(
                cls.env, f"rw_{login}", groups, company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login, groups in (
                ("manager", "sales_team.group_sale_salesman"),
                ("colleague", "sales_team.group_sale_salesman"),
                ("supervisor", "sales_team.group_sale_manager"),
            )
        )
        cls.buyer = cls.silent("Buyer", user_id=cls.manager.id)

    @classmethod
    def silent(cls, name, amount=100.0, last="2024-02-01", **values):
        """Return a customer of 30 weekly orders that fell silent."""
        customer = cls.customer(name, **values)
        cls.orders(customer, *(days_before(7 * i, last) for i in range(30)), amount=amount)
        return customer

    def raised(self):
        """Score, raise, and return the buyer's alert."""
        self.run_scoring()
        self.raise_alerts()
        return self.alerts(self.buyer)

    def closed(self, alert, state, day=AS_OF):
        """Close an alert as a person does."""
        alert.reason = alert.reason or "Because"
        if state == "confirm_lost":
            self.tried(alert)
        with self.at(f"{day} 12:00:00"):
            getattr(alert, f"action_{state}")()


@tagged("post_install", "-at_install")
class TestRaise(AlertCase):
    """Who is warned about, when, and when no more."""

    def test_the_facts(self):
        self.run_scoring()
        self.assertEqual(self.raise_alerts(), 1)
        alert, score = self.alerts(), self.score(self.buyer)
        self.assertEqual(alert.partner_id, self.buyer)
        self.assertEqual((alert.kind, alert.state), ("customer", "warning"))
        self.assertEqual(alert.user_id, self.manager)
        self.assertEqual(str(alert.raised_on), AS_OF)
        self.assertFalse(alert.closed_on)
        for name in ("churn_probability", "revenue_at_risk", "revenue_12m", "last_order_date",
                     "silence_days", "days_between_orders", "expected_order_date", "model_id",
                     "sufficiency", "currency_id"):
            self.assertEqual(alert[name], score[name], name)
        self.assertEqual(alert.silence_days, 150)
        self.assertIn("150 days without an order", alert.evidence)
        self.assertIn("one came every 7 days", alert.evidence)
        self.assertIn("within 90 days", alert.evidence)

    def test_the_facts_stay(self):
        alert = self.raised()
        before = (alert.churn_probability, alert.silence_days)
        self.run_scoring(days_before(-30))
        self.raise_alerts()
        self.assertEqual((alert.churn_probability, alert.silence_days), before)

    def test_from_the_threshold(self):
        self.run_scoring()
        risk = self.score(self.buyer).churn_probability
        self.scoring.alert_threshold = min(risk + 1e-9, 1)
        self.assertFalse(self.raised())
        self.scoring.alert_threshold = risk - 1e-9
        self.assertTrue(self.raised())

    def test_most_at_risk_first(self):
        small, big = self.silent("Small", 10.0), self.silent("Big", 1000.0)
        self.run_scoring()
        self.assertEqual(self.raise_alerts(), 3)
        self.assertEqual(self.alerts().mapped("partner_id"), big + self.buyer + small)

    def test_not_twice(self):
        alert = self.raised()
        self.assertEqual(self.raise_alerts(), 0)
        self.run_scoring(days_before(-10))
        self.assertEqual(self.raise_alerts(), 0)
        self.assertEqual(self.alerts(), alert)

    def test_not_about_the_active_new_single_or_lost(self):
        active, new, single, lost = (
            self.customer(name) for name in ("Active", "New", "Single", "Lost")
        )
        self.orders(active, *(days_before(7 * i) for i in range(30)))
        self.orders(new, *(days_before(45 + i) for i in range(40)))
        self.orders(single, days_before(150))
        self.orders(lost, *(days_before(300 + i) for i in range(100)))
        self.run_scoring()
        self.assertEqual(
            [self.score(customer).lifecycle for customer in (active, new, single, lost)],
            ["active", "new", "active", "lost"],
        )
        self.raise_alerts()
        self.assertEqual(self.alerts().partner_id, self.buyer)

    def test_won_back_by_a_later_order(self):
        alert = self.raised()
        self.orders(self.buyer, days_before(-3))
        self.run_scoring(days_before(-5))
        self.assertEqual(self.raise_alerts(), 0)
        self.assertEqual(alert.state, "won_back")
        self.assertEqual(str(alert.closed_on), days_before(-3))

    def test_a_return_or_a_draft_wins_nobody_back(self):
        alert = self.raised()
        self.orders(self.buyer, days_before(-3), amount=-50.0)
        self.order(self.buyer, days_before(-3), state="draft")
        self.run_scoring(days_before(-5))
        self.raise_alerts()
        self.assertEqual(alert.state, "warning")

    def test_a_new_silence_is_a_new_alert(self):
        alert = self.raised()
        self.orders(self.buyer, days_before(-3))
        self.run_scoring(days_before(-5))
        self.raise_alerts()
        self.run_scoring(days_before(-120))
        self.assertEqual(self.raise_alerts(), 1)
        self.assertEqual(len(self.alerts(self.buyer)), 2)
        self.assertEqual(alert.state, "won_back")

    def test_the_same_silence_is_not_raised_anew(self):
        for state in ("false_alarm", "confirm_lost"):
            with self.subTest(state=state):
                customer = self.silent(state)
                self.run_scoring()
                self.raise_alerts()
                self.closed(self.alerts(customer), state)
                for later in (0, 1, 40):
                    self.run_scoring(days_before(-later))
                    self.assertEqual(self.raise_alerts(), 0)
                self.assertEqual(len(self.alerts(customer)), 1)

    def test_after_a_false_alarm_a_new_silence_is_raised(self):
        self.closed(self.raised(), "false_alarm")
        self.orders(self.buyer, days_before(-3))
        self.run_scoring(days_before(-120))
        self.assertEqual(self.raise_alerts(), 1)
        self.assertEqual(
            self.alerts(self.buyer).sorted("id").mapped("state"), ["false_alarm", "warning"],
        )

    def test_companies_apart(self):
        other = self.make_company("Runwell Other", self.home)
        self.run_scoring()
        self.assertEqual(self.env["runwell.churn.alert"]._raise_alerts(other), 0)
        self.assertEqual(
            self.env["runwell.churn.alert"]._raise_alerts(self.env["res.company"]), 0,
        )
        self.assertFalse(self.alerts())
        self.assertEqual(self.raise_alerts(), 1)


@tagged("post_install", "-at_install")
class TestWork(AlertCase):
    """Who may close an alert, with what, and who may give it away."""

    def setUp(self):
        super().setUp()
        self.alert = self.raised()

    def by(self, user):
        return self.alert.with_user(user)

    def test_a_supervisor_confirms_a_loss(self):
        self.tried(self.alert)
        self.alert.reason = "Closed their shop"
        with self.at("2024-07-03 12:00:00"):
            self.by(self.supervisor).action_confirm_lost()
        self.assertEqual(self.alert.state, "lost")
        self.assertEqual(str(self.alert.closed_on), "2024-07-03")

    def test_the_day_of_a_loss_is_that_of_the_company(self):
        self.tried(self.alert)
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.alert.reason = "Closed their shop"
        with self.at("2024-07-03 18:00:00"):
            self.by(self.supervisor).action_confirm_lost()
        self.assertEqual(str(self.alert.closed_on), "2024-07-04")

    def test_an_account_manager_does_not(self):
        self.alert.reason = "Closed their shop"
        with self.assertRaises(AccessError):
            self.by(self.manager).action_confirm_lost()
        self.assertEqual(self.alert.state, "warning")

    def test_no_loss_and_no_false_alarm_without_a_reason(self):
        for reason in (False, "", "   \n"):
            self.alert.reason = reason
            for action in ("action_confirm_lost", "action_false_alarm"):
                with self.subTest(reason=reason, action=action), self.assertRaises(UserError):
                    getattr(self.by(self.supervisor), action)()
        self.assertEqual(self.alert.state, "warning")

    def test_an_account_manager_says_false_alarm_of_an_own_customer(self):
        with self.assertRaises(AccessError):
            self.by(self.colleague).reason = "Not mine"
        self.by(self.manager).reason = "Stocktaking"
        with self.assertRaises(AccessError):
            self.by(self.colleague).action_false_alarm()
        self.by(self.manager).action_false_alarm()
        self.assertEqual(self.alert.state, "false_alarm")

    def test_whoever_only_reads_closes_nothing(self):
        self.alert.reason = "Stocktaking"
        for groups in ("account.group_account_invoice", "crm_runwell.group_executive"):
            reader = new_test_user(
                self.env, f"rw_{groups}", groups, company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            self.assertEqual(self.by(reader).state, "warning")
            with self.assertRaises(AccessError):
                self.by(reader).action_false_alarm()
        self.assertEqual(self.alert.state, "warning")

    def test_what_is_closed_stays_closed(self):
        self.closed(self.alert, "false_alarm")
        for action in ("action_confirm_lost", "action_false_alarm"):
            with self.assertRaises(UserError):
                getattr(self.by(self.supervisor), action)()
        self.assertEqual(self.alert.state, "false_alarm")

    def test_all_or_none(self):
        """Two alerts closed together, one without a reason: neither is closed."""
        other = self.silent("Other")
        self.run_scoring()
        self.raise_alerts()
        self.tried(self.alert)
        self.tried(self.alerts(other))
        self.alert.reason = "Closed their shop"
        both = self.alert + self.alerts(other)
        with self.assertRaises(UserError):
            both.with_user(self.supervisor).action_confirm_lost()
        self.assertEqual(both.mapped("state"), ["suspended", "suspended"])

    def test_a_supervisor_gives_it_to_another(self):
        with self.assertRaises(AccessError):
            self.by(self.manager).user_id = self.colleague
        self.by(self.supervisor).user_id = self.colleague
        self.assertEqual(self.alert.user_id, self.colleague)
        # The new owner sees the figures behind it, and may snooze it.
        score = self.score(self.buyer).with_user(self.colleague)
        self.assertTrue(score.has_access("read"))
        self.assertEqual(self.by(self.colleague).score_id, score)
        self.env["runwell.override"].with_user(self.colleague).create({
            "partner_id": self.buyer.id, "company_id": self.company.id, "reason": "Holidays",
            "until": "2100-01-01",
        })
        # The new owner works on it; the customer's manager still may.
        self.by(self.colleague).reason = "On holiday"
        self.by(self.manager).reason = "Really on holiday"

    def test_the_course_is_tracked(self):
        alert = self.by(self.supervisor).with_context(tracking_disable=False)
        before = len(self.alert.message_ids)
        alert.reason = "Closed their shop"
        self.tried(self.alert)
        alert.action_confirm_lost()
        self.flush_tracking()
        self.assertGreater(len(self.alert.message_ids), before)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.flush()

    def test_buttons_open_the_customer_and_the_figures(self):
        action = self.by(self.manager).action_open_partner()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.buyer.id))
        action = self.by(self.manager).action_open_score()
        self.assertEqual(action["res_id"], self.score(self.buyer).id)
        self.buyer.active = False
        self.run_scoring()
        with self.assertRaises(UserError):
            self.by(self.manager).action_open_score()
