from datetime import date, timedelta

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..scoring import explain, reasons
from ..scoring.churn import Parameters
from ..scoring.features import categories
from ..scoring.learning import Learned
from ..scoring.opinion import FEATURES, Anchor, Opinion, logit
from ..scoring.season import Clock, Season
from .common import AS_OF, STATED

TODAY = date.fromisoformat(AS_OF)
#: An opinion whose every feature pulls, in both directions.
OPINION = Opinion(
    tuple(0.5 + 0.1 * i for i in range(len(FEATURES))),
    tuple((-1) ** i * (0.1 + 0.03 * i) for i in range(len(FEATURES))), 0.01, 1.2,
)


def ago(*days):
    """Return dates so many days before today, ascending."""
    return tuple(sorted(TODAY - timedelta(days=count) for count in days))


@tagged("post_install", "-at_install")
class TestMathematics(TransactionCase):
    """scoring/explain.py: exact sums, sensible directions."""

    def model(self, season=None, factor=1.0):
        stated = Parameters(**STATED)
        clock = Clock(season, TODAY - timedelta(days=1000), TODAY)
        return explain.ChurnModel(Learned(stated, stated, season, factor), clock, 90)

    def second(self):
        means = tuple(0.2 * i - 1 for i in range(len(FEATURES)))
        behaviour = tuple(1.5 - 0.1 * i for i in range(len(FEATURES) - explain.MODELLED))
        return explain.Second(OPINION, Anchor(means, 0.3, -0.12), behaviour)

    def assertWhole(self, parts, average, risk):
        self.assertAlmostEqual(sum(parts.values()), logit(risk) - logit(average), delta=1e-9)
        way = explain.steps(parts, average, risk)
        self.assertEqual((way[0][1], way[-1][2]), (average, risk))
        for (_name, _start, end), (_next, start, _end) in zip(way, way[1:], strict=False):
            self.assertEqual(end, start)
        self.assertAlmostEqual(
            sum(end - start for _n, start, end in way), risk - average, delta=1e-9,
        )
        for name, start, end in way:
            self.assertGreaterEqual((end - start) * parts[name], -1e-9, name)
            self.assertTrue(0 <= start <= 1 and 0 <= end <= 1)

    def test_parts_add_up(self):
        season = Season((0.3, -0.2) + (0.0,) * 10, 1.0)
        for model in (self.model(), self.model(season, 1.2)):
            for days in (ago(200, 10), ago(*range(0, 300, 30)), ago(900, 800), ago(*range(60, 99))):
                now = model.figures(days, TODAY)
                awake = model.figures(days, TODAY, is_silent=False)
                for second in (None, self.second()):
                    average = second.anchor.mean_risk if second else 0.4
                    parts = explain.shares(now, awake, average, second)
                    risk = explain.final_risk(now, second)
                    with self.subTest(days=days, second=bool(second)):
                        self.assertWhole(parts, average, risk)
                        self.assertEqual(
                            list(parts), list(explain.PARTS) if second else ["rhythm", "silence"],
                        )

    def test_every_feature_is_in_one_part(self):
        grouped = [name for names in explain.GROUPS.values() for name in names]
        self.assertEqual(sorted([*grouped, "risk", "alive"]), sorted(FEATURES))

    def test_silence_raises(self):
        model, days = self.model(), ago(*range(90, 300, 30))
        now = model.figures(days, TODAY)
        awake = model.figures(days, TODAY, is_silent=False)
        self.assertGreater(explain.shares(now, awake, 0.3)["silence"], 0)
        parts = explain.shares(awake, awake, 0.3)
        self.assertEqual(parts["silence"], 0)
        self.assertLess(parts["rhythm"], 0)

    def test_course(self):
        model, days = self.model(), ago(340, 300, 100)
        course = model.course(days, TODAY)
        self.assertEqual(len(course), 52)
        self.assertEqual(course[-1], (TODAY, model.figures(days, TODAY).risk))
        for day, risk in course:
            known = [order for order in days if order <= day]
            if len(known) < 2:
                self.assertIsNone(risk)
            else:
                self.assertEqual(risk, model.figures(known, day).risk)
        self.assertIsNone(course[0][1])

    def test_extremes(self):
        """A certain risk is explained without an overflow."""
        for average, risk in ((1e-12, 1.0), (1.0, 1e-12), (0.5, 0.5)):
            parts = {"rhythm": -3.0, "silence": logit(risk) - logit(average) + 3.0}
            way = explain.steps(parts, average, risk)
            self.assertAlmostEqual(sum(end - start for _n, start, end in way), risk - average)


@tagged("post_install", "-at_install")
class TestRules(TransactionCase):
    """scoring/reasons.py: the direction of each reason."""

    def assertReason(self, reason, direction, used_in="risk", **values):
        self.assertEqual((reason.direction, reason.used_in), (direction, used_in))
        for name, value in values.items():
            self.assertEqual(reason.values[name], value, name)

    def test_silence(self):
        for z, direction, how in (
            (-0.1, "better", "usual"), (0.0, "neither", "usual"), (0.99, "neither", "usual"),
            (1.0, "worse", "longer"), (2.0, "worse", "unusual"), (3.0, "worse", "very_unusual"),
        ):
            self.assertReason(reasons.silence(20, 10.0, z), direction, how=how)
        self.assertIsNone(reasons.silence(False, 10.0, 1.0))

    def test_orders(self):
        many = ago(*range(366, 456, 10), 500)  # nine in the same days a year before
        self.assertReason(reasons.orders(many, TODAY, 90), "worse", now=0, before=9)
        self.assertReason(
            reasons.orders(tuple(sorted(many + ago(*range(0, 90, 10)))), TODAY, 90),
            "neither", now=9, before=9,
        )
        self.assertReason(
            reasons.orders(ago(500, *range(0, 90, 10)), TODAY, 90), "better", now=9, before=0,
        )
        # One fewer is chance.
        self.assertReason(
            reasons.orders(ago(500, 400, 380, 20), TODAY, 90), "neither", now=1, before=2,
        )

    def test_orders_without_a_year_before(self):
        self.assertIsNone(reasons.orders(ago(400, 10), TODAY, 90))
        self.assertIsNone(reasons.orders(ago(600, 10), TODAY, 365))
        self.assertIsNone(reasons.orders(ago(800, 700), TODAY, 90))
        self.assertIsNone(reasons.orders((), TODAY, 90))

    def test_edges_of_the_days_compared(self):
        days = ago(600, 455, 454, 365, 364, 90, 89, 0)
        self.assertReason(reasons.orders(days, TODAY, 90), "neither", now=2, before=2)

    def test_revenue(self):
        first, start = TODAY - timedelta(days=900), TODAY - timedelta(days=731)
        for now, direction in ((80, "worse"), (95, "neither"), (105, "neither"), (120, "better")):
            self.assertReason(reasons.revenue(now, 100, first, start), direction, "health")
        self.assertIsNone(reasons.revenue(100, 0, first, start))
        self.assertIsNone(reasons.revenue(100, 50, TODAY - timedelta(days=500), start))

    def test_order_value(self):
        amounts = dict(zip(ago(3, 2, 1), (100.0, 100.0, 25.0), strict=True))
        self.assertReason(
            reasons.order_value(amounts), "worse", "nothing", last=25.0, mean=75.0,
        )
        # Where the risk uses it, the direction is the risk's own.
        self.assertReason(reasons.order_value(amounts, -0.2), "better", "risk")
        self.assertReason(reasons.order_value(amounts, 0.2), "worse", "risk")
        self.assertReason(reasons.order_value(amounts, 0.001), "neither", "risk")
        self.assertIsNone(reasons.order_value(dict(list(amounts.items())[:2])))

    def test_returns(self):
        taken = dict(zip(ago(400, 365, 364, 0), (-1.0, -2.0, -4.0, -8.0), strict=True))
        self.assertReason(
            reasons.returns(taken, TODAY), "neither", "nothing", count=2, amount=12.0,
        )
        self.assertReason(reasons.returns(taken, TODAY, 0.3), "worse", "risk")
        self.assertIsNone(reasons.returns(dict(list(taken.items())[:2]), TODAY))

    def test_overdue(self):
        self.assertReason(reasons.overdue(5.0, TODAY), "worse", "health", amount=5.0)
        self.assertReason(reasons.overdue(5.0, TODAY, False), "worse", "nothing")
        self.assertIsNone(reasons.overdue(0, False))

    def test_overdue_where_the_risk_uses_it(self):
        self.assertReason(reasons.overdue(5.0, TODAY, pull=0.2), "worse", "risk")
        self.assertReason(reasons.overdue(5.0, TODAY, pull=-0.2), "better", "risk")
        # It hardly moves the risk, but the health all the same.
        self.assertReason(reasons.overdue(5.0, TODAY, pull=0.001), "worse", "health")

    def stopped(self, days_by_category, pull=None):
        rows = [(1, categ, day) for categ, days in days_by_category.items() for day in days]
        return reasons.stopped(self.env.execute_query(SQL(
            """SELECT categ_id, order_days, last_day, gap, is_ended, is_stopped
                 FROM (%s) category ORDER BY categ_id""",
            categories(SQL(
                """SELECT * FROM unnest(%s::int[], %s::int[], %s::date[])
                          l (partner_id, categ_id, day)""",
                *map(list, zip(*rows, strict=True)),
            ), TODAY),
        )), pull)

    def test_stopped(self):
        beans, cups, syrup = ago(*range(0, 100, 10)), ago(50, 60, 70), ago(200, 190)
        [found] = self.stopped({1: beans, 2: cups, 3: syrup})
        self.assertReason(
            found, "worse", "nothing", category=2, still=1, since=TODAY - timedelta(days=50),
            usual=10, count=3,
        )
        # Thirty days are three gaps, not more.
        self.assertEqual(self.stopped({1: beans, 2: ago(30, 40, 50)}), [])
        # Who stopped everything at once does not "still buy".
        self.assertEqual(self.stopped({1: ago(50, 90, 130), 2: ago(50, 55, 60)}), [])
        # Two at most, the most often bought first.
        found = self.stopped({1: beans, 2: cups, 4: ago(45, 47, 49, 51), 5: ago(60, 62, 64)})
        self.assertEqual([reason.values["category"] for reason in found], [4, 2])

    def test_stopped_where_the_risk_uses_it(self):
        history = {1: ago(*range(0, 100, 10)), 2: ago(50, 60, 70)}
        for pull, direction, used_in in (
            (0.2, "worse", "risk"), (-0.2, "better", "risk"), (0.0, "worse", "nothing"),
        ):
            [found] = self.stopped(history, pull)
            self.assertReason(found, direction, used_in)
