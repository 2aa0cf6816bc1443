from odoo.tests import tagged

from ..scoring.churn import Parameters
from .common import AS_OF, STATED, RunwellCase, days_before

LAST = "2024-03-01"


@tagged("post_install", "-at_install")
class TestLifecycle(RunwellCase):
    """Each state, on the first and the last day of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Ordered every day for 120 days, so a silence of weeks says that it left.
        cls.daily = cls.customer("Daily")
        cls.orders(cls.daily, *(days_before(i, LAST) for i in range(120)))

    def lifecycle(self, customer, as_of=AS_OF):
        return self.scored(customer, as_of).lifecycle

    def assertCourse(self, customer, *course):
        """Check the lifecycle on days: pairs of a day and a state."""
        for day, state in course:
            self.assertEqual(self.lifecycle(customer, day), state, day)

    def after(self, count, day=LAST):
        return days_before(-count, day)

    def test_prospect_then_new(self):
        customer = self.customer()
        quotation = self.quotation(customer, "2024-05-01")
        self.assertFalse(self.scored(customer, "2024-04-30"))
        self.assertEqual(self.lifecycle(customer), "prospect")
        quotation.action_confirm()
        quotation.date_order = "2024-06-20 12:00:00"
        self.assertEqual(self.lifecycle(customer), "new")

    def test_new_for_ninety_days(self):
        customer = self.customer()
        self.orders(customer, "2024-01-10", "2024-01-20")
        self.assertCourse(
            customer, (self.after(90, "2024-01-10"), "new"),
            (self.after(91, "2024-01-10"), "active"),
        )

    def test_new_for_the_days_of_the_setting(self):
        self.scoring.new_days = 10
        customer = self.customer()
        self.orders(customer, "2024-01-10")
        self.assertCourse(customer, ("2024-01-20", "new"), ("2024-01-21", "active"))

    def test_at_risk_needs_thirty_days_of_silence(self):
        mbg = Parameters(**STATED)
        self.assertGreater(mbg.p_no_order(119, 119, 119 + 20, 90), 0.7)
        self.assertCourse(
            self.daily, (self.after(29), "active"), (self.after(30), "at_risk"),
        )

    def test_at_risk_after_the_silence_of_the_setting(self):
        self.scoring.min_silence_days = 40
        self.assertCourse(
            self.daily, (self.after(39), "active"), (self.after(40), "at_risk"),
        )

    def test_at_risk_from_the_threshold(self):
        customer = self.customer()
        self.orders(customer, "2024-01-01", "2024-02-01", "2024-03-01")
        risk = Parameters(**STATED).p_no_order(2, 60, 181, 90)
        self.scoring.alert_threshold = risk + 1e-6
        self.assertEqual(self.lifecycle(customer), "active")
        self.scoring.alert_threshold = risk - 1e-6
        self.assertEqual(self.lifecycle(customer), "at_risk")

    def test_one_order_is_never_at_risk(self):
        customer = self.customer()
        self.orders(customer, "2023-12-01")
        self.assertGreater(Parameters(**STATED).p_no_order(0, 0, 212, 90), 0.7)
        self.assertEqual(self.lifecycle(customer), "active")

    def test_lost_two_horizons_beyond_the_expected_order(self):
        """Expected on the day after the last order."""
        self.assertCourse(
            self.daily, (self.after(181), "at_risk"), (self.after(182), "lost"),
        )

    def test_lost_by_another_horizon(self):
        self.scoring.horizon_days = 30
        self.assertCourse(
            self.daily, (self.after(61), "at_risk"), (self.after(62), "lost"),
        )

    def test_long_silent_is_not_lost_while_an_order_is_probable(self):
        """After one order P(no order) passes .9 on day 260 only (rhythm of the company: 1)."""
        customer = self.customer()
        self.orders(customer, "2023-01-01")
        mbg = Parameters(**STATED)
        lost = next(days for days in range(182, 2000) if mbg.p_no_order(0, 0, days, 90) >= 0.9)
        self.assertEqual(lost, 260)
        self.assertCourse(
            customer, (self.after(lost - 1, "2023-01-01"), "active"),
            (self.after(lost, "2023-01-01"), "lost"),
        )

    def test_returned_for_one_horizon(self):
        self.assertEqual(self.lifecycle(self.daily, self.after(399)), "lost")
        self.orders(self.daily, self.after(400))
        self.assertCourse(
            self.daily, (self.after(400), "returned"), (self.after(489), "returned"),
        )
        self.assertNotIn(self.lifecycle(self.daily, self.after(490)), ("returned", "lost"))

    def test_returned_stays_with_further_orders_and_ends_all_the_same(self):
        self.orders(self.daily, *(self.after(400 + i) for i in range(0, 120, 5)))
        self.assertCourse(
            self.daily, (self.after(489), "returned"), (self.after(490), "active"),
            (self.after(515), "active"),
        )

    def test_returned_is_who_was_lost_the_evening_before(self):
        for gap in (180, 181, 182, 183, 184):
            with self.subTest(gap=gap):
                self.env.cr.execute(
                    "DELETE FROM sale_order WHERE partner_id = %s AND date_order > %s",
                    [self.daily.id, self.after(1)],
                )
                was = self.lifecycle(self.daily, self.after(gap - 1))
                self.orders(self.daily, self.after(gap))
                now = self.lifecycle(self.daily, self.after(gap))
                self.assertEqual(now == "returned", was == "lost", (was, now))

    def test_a_pause_that_was_not_lost_is_no_return(self):
        customer = self.customer()
        self.orders(customer, "2022-01-01", "2022-07-01", "2023-01-01", "2023-07-01")
        self.assertEqual(self.lifecycle(customer, "2024-01-29"), "at_risk")
        self.orders(customer, "2024-01-30")
        self.assertEqual(self.lifecycle(customer, "2024-01-30"), "active")


@tagged("post_install", "-at_install")
class TestConfirmedLoss(RunwellCase):
    """A loss that a person confirmed, and what a later order makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")
        cls.orders(cls.buyer, *(days_before(7 * i, "2024-01-01") for i in range(30)))

    def confirm(self, day="2024-04-10"):
        self.run_scoring(day)
        self.raise_alerts()
        alert = self.alerts(self.buyer)
        self.assertEqual(alert.state, "warning")
        alert.reason = "Closed their shop"
        self.tried(alert)
        with self.at(f"{day} 10:00:00"):
            alert.action_confirm_lost()
        return alert

    def lifecycle(self, as_of):
        return self.scored(self.buyer, as_of).lifecycle

    def test_lost_from_the_day_of_the_confirmation(self):
        self.confirm()
        self.assertEqual(self.lifecycle("2024-04-10"), "lost")
        self.assertEqual(self.lifecycle("2024-05-10"), "lost")

    def test_not_lost_before_it(self):
        """As of an earlier day nobody had confirmed anything."""
        self.confirm()
        self.assertEqual(self.lifecycle("2024-04-09"), "at_risk")

    def test_returned_then_active(self):
        self.confirm()
        self.orders(self.buyer, "2024-05-01")
        self.assertEqual(self.lifecycle("2024-04-30"), "lost")
        self.assertEqual(self.lifecycle("2024-05-01"), "returned")
        self.assertEqual(self.lifecycle("2024-07-29"), "returned")
        self.orders(self.buyer, "2024-07-20")
        self.assertEqual(self.lifecycle("2024-07-29"), "returned")
        self.assertEqual(self.lifecycle("2024-07-30"), "active")

    def test_returned_long_after_the_confirmation(self):
        self.confirm()
        self.orders(self.buyer, "2025-02-01")
        self.assertEqual(self.lifecycle("2025-01-31"), "lost")
        self.assertEqual(self.lifecycle("2025-02-01"), "returned")
        self.assertEqual(self.lifecycle("2025-05-01"), "returned")
        self.assertNotEqual(self.lifecycle("2025-05-02"), "returned")

    def test_a_loss_in_another_company_is_not_ours(self):
        alert = self.confirm()
        other = self.make_company("Runwell Other", self.home)
        self.env.cr.execute(
            "UPDATE runwell_churn_alert SET company_id = %s WHERE id = %s", [other.id, alert.id],
        )
        self.assertEqual(self.lifecycle("2024-04-10"), "at_risk")

    def test_a_false_alarm_is_no_loss(self):
        self.run_scoring("2024-04-10")
        self.raise_alerts()
        alert = self.alerts(self.buyer)
        alert.reason = "Stocktaking"
        with self.at("2024-04-10 10:00:00"):
            alert.action_false_alarm()
        self.assertEqual(self.lifecycle("2024-04-10"), "at_risk")
