from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..scoring.early import FEW, days_earlier, silences
from .common import AS_OF, RunwellCase, days_before

END = date(2024, 6, 30)


def before(days):
    return END - timedelta(days=days)


@tagged("post_install", "-at_install")
class TestDaysEarlier(BaseCase):
    """How much earlier the risk warned, worked out by hand.

    The rule warns after 60 days without an order, on the 61st; the horizon is 30 days; the
    26 weeks looked at begin 182 days before the end.
    """

    #: Silent for good since day 160 before the end: the rule warned on day 99 before it.
    gone = (3, before(400), before(160), None)
    #: Came back 70 days after: the rule warned 61 days in, wrongly.
    back = (2, before(300), before(170), before(100))
    #: Ordered again after 20 days: the rule said nothing.
    quick = (5, before(400), before(120), before(100))

    def told(self, rows, risk):
        return days_earlier(rows, END, 30, risk, rule_days=60)

    def test_by_hand(self):
        """30 gone and 10 that came back: the rule is right in three of four.

        The risk of the gone reaches .5 on the 28th day: at .5 all 30 warnings are right. Of
        those who came back it is .45 from the 42nd day on, wrongly: their order came 28 days
        later. So at .45 three of four are right, as often as the rule. At .4 they would be
        warned of on the 7th day, rightly, but so would the 20 quick, wrongly: 40 of 60.
        """
        rows = [self.gone] * 30 + [self.back] * 10 + [self.quick] * 20

        def risk(x, _first, last, on):
            weeks = (on - last).days // 7
            if x == 3:
                return 0.5 if weeks >= 4 else 0.2
            return 0.45 if x == 2 and weeks >= 6 else 0.4

        measured = self.told(rows, risk)
        self.assertEqual(measured, {
            # Of those gone, the 61st day against the 28th; thresholds go by hundredths.
            "days": 33.0, "threshold": 0.41, "precision": 0.75, "alarms": 40,
            "rule_precision": 0.75, "rule_alarms": 40, "right": 30,
        })

    def test_a_risk_that_never_warned_counts_as_warning_on_the_day_after_the_last(self):
        """Half of the gone are never told: their rule day, 99 days ago, against tomorrow."""
        other = (4, before(400), before(160), None)
        rows = [self.gone] * 20 + [other] * 20

        def risk(x, _first, last, on):
            return 0.9 if x == 3 and (on - last).days >= 14 else 0.01

        measured = self.told(rows, risk)
        self.assertEqual(measured["alarms"], 20)
        self.assertEqual(measured["days"], ((61 - 14) * 20 + (-99 - 1) * 20) / 40)

    def test_a_look_counts_from_its_week_on(self):
        """A threshold passed on the 15th day is seen at the look of the 21st."""
        measured = self.told(
            [self.gone] * FEW, lambda _x, _f, last, on: float((on - last).days >= 15),
        )
        self.assertEqual(measured["days"], 61 - 21)

    def test_once_reached_it_has_warned(self):
        """A risk that falls again, as the season passes, warned when it was high."""
        measured = self.told(
            [self.gone] * FEW, lambda _x, _f, last, on: 0.8 if (on - last).days == 35 else 0.02,
        )
        self.assertEqual((measured["days"], measured["threshold"]), (61 - 35, 0.05))

    def test_the_least_threshold_that_is_right_as_often(self):
        """A better risk may warn down to .05: it is right whenever it does."""
        measured = self.told([self.gone] * FEW, lambda *_row: 1.0)
        self.assertEqual((measured["threshold"], measured["precision"]), (0.05, 1.0))
        self.assertEqual(measured["days"], 61 - 7)

    def test_too_little_to_tell(self):
        def high(*_row):
            return 1.0

        self.assertIsNone(self.told([self.gone] * (FEW - 1), high))
        self.assertIsNone(self.told([self.quick] * 100, high))
        # The rule never right: nothing to warn of earlier.
        self.assertIsNone(self.told([self.back] * 40, high))
        # Never as right as the rule, at any threshold.
        self.assertIsNone(self.told([self.gone] * 40, lambda *_row: 0.0))

    def test_only_warnings_of_the_last_weeks_count(self):
        """Silent since 250 days: the rule warned 189 days ago, the weeks begin 182 days ago."""
        old = (3, before(600), before(250), None)
        self.assertIsNone(self.told([old] * 100, lambda *_row: 1.0))
        newer = (3, before(600), before(242), None)
        self.assertEqual(self.told([newer] * 100, lambda _x, _f, last, on: float(
            (on - last).days >= 63))["days"], 61 - 63)


@tagged("post_install", "-at_install")
class TestSilences(RunwellCase):
    """What of a company's orders is a silence that was open in the weeks looked at."""

    def rows(self, limit=100, horizon=30):
        self.env.flush_all()
        scope = self.scoring._scope(END)
        return self.env.execute_query(silences(scope, horizon, limit))

    def test_which(self):
        self.assertEqual(str(END), AS_OF)
        buyer = self.customer()
        self.orders(buyer, *(days_before(n) for n in (300, 250, 190, 100, 100, 10)))
        self.orders(buyer, days_before(-20), days_before(-31))
        self.orders(buyer, days_before(50), amount=-10.0)
        self.orders(self.customer(), days_before(40))
        self.assertEqual(self.rows(), [
            # The silence of 190 days ago ended within the weeks; that of 250 before them.
            (2, before(300), before(190), before(100)),
            (3, before(300), before(100), before(10)),
            # Its end lies after the day, within the horizon: only whether a warning was right.
            (4, before(300), before(10), before(-20)),
        ])

    def test_what_comes_after_the_horizon_is_not_known(self):
        buyer = self.customer()
        self.orders(buyer, days_before(60), days_before(40), days_before(-31))
        self.assertEqual(self.rows(), [(1, before(60), before(40), None)])
        self.assertEqual(self.rows(horizon=31), [(1, before(60), before(40), before(-31))])

    def test_not_of_more_customers_than_asked_for(self):
        for _customer in range(12):
            self.orders(self.customer(), days_before(60), days_before(40))
        self.assertEqual(len(self.rows()), 12)
        self.assertEqual(len(self.rows(limit=5)), 5)
        self.assertEqual(self.rows(limit=5), self.rows(limit=5))
