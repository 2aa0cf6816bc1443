from odoo.tests import TransactionCase, tagged

from ..scoring import tally
from ..scoring.backtest import Outcome, measure

#: Ten customers: four leave, the risk is right but for one of either kind.
ROWS = [
    Outcome(risk, risk, silence, value_class, revenue, left)
    for risk, silence, value_class, revenue, left in (
        (0.95, 400, "low", 10.0, 1), (0.85, 300, "low", 20.0, 1), (0.75, 200, "high", 100.0, 1),
        (0.72, 35, "high", 50.0, 0), (0.60, 150, "low", 30.0, 0), (0.40, 100, "high", 70.0, 1),
        (0.30, 90, "low", 5.0, 0), (0.20, 25, "low", 5.0, 0), (0.10, 15, "high", 200.0, 0),
        (0.05, 10, "high", -3.0, 0),
    )
]


@tagged("post_install", "-at_install")
class TestTally(TransactionCase):
    """Figures of ten customers, worked out by hand."""

    def test_measures(self):
        figures = measure(ROWS)
        # Of 4 × 6 pairs, the leaver of .40 stands below the stayers of .72 and .60.
        self.assertAlmostEqual(figures["auc"], 22 / 24)
        self.assertAlmostEqual(figures["ap"], (1 + 1 + 1 + 4 / 6) / 4)
        # By silence, it stands below the stayer of 150 days alone.
        self.assertAlmostEqual(figures["auc_recency"], 23 / 24)
        self.assertAlmostEqual(figures["auc_rule"], (3 / 4 + 1) / 2)
        self.assertEqual((figures["n"], figures["churn_rate"], figures["p10"]), (10, 0.4, 1.0))
        gaps = (0.05, 0.15, 0.25, 0.72, 0.60, 0.60, 0.30, 0.20, 0.10, 0.05)
        self.assertAlmostEqual(figures["brier"], sum(gap ** 2 for gap in gaps) / 10)
        # .75 and .72 share a bin: told .735, half left.
        alone = sum(gaps) - 0.25 - 0.72
        self.assertAlmostEqual(figures["ece"], (alone + 2 * abs(0.735 - 0.5)) / 10)

    def test_nobody(self):
        self.assertEqual(
            {value for name, value in measure([]).items() if name != "n"}, {None},
        )
        total = tally.pooled([tally.tally([], 0.7)])
        self.assertIsNone(tally.best_rule(total))
        self.assertEqual((tally.calibration(total), tally.classes(total)), ([], []))

    def test_thresholds(self):
        total = tally.tally(ROWS, 0.73, 30)
        points = {point["threshold"]: point for point in tally.curve(total)}
        self.assertEqual((points[0.7]["warned"], points[0.7]["right"]), (4, 3))
        self.assertEqual(points[0.7]["precision"], 0.75)
        self.assertEqual((points[0.7]["revenue"], points[0.7]["caught"]), (180.0, 130.0))
        self.assertEqual(points[0.7]["caught_share"], 130 / 200)
        self.assertEqual(points[0.4]["recall"], 1.0)
        # Silent for less than 30 days: never warned of.
        self.assertEqual(points[0.02]["warned"], 7)
        self.assertEqual((points[1.0]["warned"], points[1.0]["precision"]), (0, None))
        current = tally.warnings(total, 0.73, total["current"])
        self.assertEqual((current["warned"], current["right"], current["caught"]), (3, 3, 130.0))

    def test_new_warnings_a_week(self):
        points = {point["threshold"]: point["weekly"] for point in tally.curve(
            tally.tally(ROWS, 0.7, 30)
        )}
        # Last orders by stretches of 91 days: 35, 90 | 150, 100 | 200 | 300 | 400.
        self.assertEqual(points[0.02], 2 / 13)
        self.assertEqual(points[0.72], 1 / 13)
        self.assertEqual(points[1.0], 0)

    def test_best_rule(self):
        rule = tally.best_rule(tally.tally(ROWS, 0.7))
        # After 150 days: three of four leavers, no stayer. After 90: all four, one stayer.
        self.assertEqual(rule["days"], 90)
        self.assertAlmostEqual(rule["auc"], (1 + 5 / 6) / 2)
        self.assertEqual((rule["precision"], rule["recall"], rule["f1"]), (4 / 5, 1, 8 / 9))

    def test_rules_count_those_silent_for_longer(self):
        counted = dict(zip(tally.RULES, tally.tally(ROWS, 0.7)["rules"], strict=True))
        for days in (20, 30, 90, 100, 200, 400, 720):
            silent = [row for row in ROWS if row.silence > days]
            self.assertEqual(counted[days], [len(silent), sum(row.left for row in silent)], days)

    def test_calibration_and_classes(self):
        total = tally.tally(ROWS, 0.7)
        told = {bin_["low"]: bin_ for bin_ in tally.calibration(total)}
        self.assertEqual((told[0.7]["count"], told[0.7]["gone"], told[0.7]["left"]), (2, 1, 0.5))
        self.assertAlmostEqual(told[0.7]["told"], 0.735)
        by_class = {part["value_class"]: part for part in tally.classes(total)}
        self.assertEqual(set(by_class), {"high", "low"})
        high = by_class["high"]
        # Of the leavers .75 and .40, one stands below the stayer of .72: 5 of 6 pairs.
        self.assertEqual((high["count"], high["left"], high["auc"]), (5, 0.4, 5 / 6))
        self.assertEqual((high["warned"], high["recall"], high["revenue_left"]), (2, 0.5, 170.0))

    def test_days_add_up(self):
        once, twice = tally.tally(ROWS, 0.7), tally.pooled([tally.tally(ROWS, 0.7)] * 2)
        self.assertEqual((twice["count"], twice["left"]), (20, 8))
        self.assertEqual(twice["current"][:4], [2 * count for count in once["current"][:4]])
        self.assertEqual(twice["current"][4], once["current"][4])
        self.assertEqual(tally.best_rule(twice)["auc"], tally.best_rule(once)["auc"])
        other = tally.tally([row for row in ROWS if row.value_class == "low"], 0.7)
        parts = tally.classes(tally.pooled([other, once]))
        self.assertEqual({part["value_class"]: part["count"] for part in parts},
                         {"high": 5, "low": 10})

    def test_grades(self):
        for expected, figures in {
            "few": (0.9, 0.5, 49, 500), "clear": (0.73, 0.71, 50, 50, 0.5, 0.5),
            "better": (0.73, 0.71, 50, 50, 0.4, 0.5), "same": (0.712, 0.71, 500, 500),
            "worse": (0.70, 0.71, 500, 500),
        }.items():
            with self.subTest(expected):
                self.assertEqual(tally.grade(*figures), expected)
        self.assertEqual(tally.grade(0.9, 0.5, 500, 49), "few")
        self.assertEqual(tally.grade(None, None, 500, 500), "few")
        self.assertEqual(tally.grade(0.706, 0.71, 500, 500), "same")
