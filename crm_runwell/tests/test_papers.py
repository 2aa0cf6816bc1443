import math
from datetime import date

from odoo.tests import BaseCase, tagged

from ..scoring import churn
from ..scoring.bgnbd import fit_bgnbd
from .histories import cdnow_days

#: The papers' calibration period ends here; they count in weeks.
END, WEEK = date(1997, 9, 30), 7


@tagged("post_install", "-at_install")
class TestPapers(BaseCase):
    """The CDNOW sample of the papers: their figures, to the digits they print."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = [
            [day for day in days if day <= END] for days in cdnow_days().values()
        ]
        cls.rows = [
            (len(days) - 1, (max(days) - min(days)).days, (END - min(days)).days, 1)
            for days in own if days
        ]
        # A density by the day is a seventh of one by the week, once an order.
        cls.in_weeks = sum(x for x, _t_x, _age, _one in cls.rows) * math.log(WEEK)

    def assertPrinted(self, parameters, r, alpha, a, b):
        """Compare with the text of the published figures."""
        weeks = vars(parameters) | {"alpha": parameters.alpha / WEEK}
        for name, text in (("r", r), ("alpha", alpha), ("a", a), ("b", b)):
            digits = len(text.partition(".")[2])
            self.assertEqual(f"{weeks[name]:.{digits}f}", text, name)

    def test_the_sample(self):
        self.assertEqual(len(self.rows), 2357)
        self.assertEqual(sum(1 for row in self.rows if not row[0]), 1411)

    def test_bgnbd(self):
        """Fader, Hardie and Lee (2005), table 2."""
        fitted, likelihood, customers = fit_bgnbd(self.rows)
        self.assertPrinted(fitted, "0.243", "4.414", "0.793", "2.426")
        self.assertEqual(f"{likelihood + self.in_weeks:.1f}", "-9582.4")
        self.assertEqual(customers, 2357)

    def test_mbgnbd(self):
        fitted, likelihood, customers = churn.fit(self.rows, use_prior=False)
        self.assertPrinted(fitted, "0.5248", "6.183", "0.8914", "1.614")
        self.assertAlmostEqual(likelihood + self.in_weeks, -9582.13, delta=0.01)
        self.assertEqual(customers, 2357)

    def test_days_or_hours(self):
        """The unit of time changes alpha and the likelihood, nothing else."""
        by_day, likelihood, _customers = churn.fit(self.rows)
        by_hour, in_hours, _customers = churn.fit(
            [(x, t_x * 24, age * 24, n) for x, t_x, age, n in self.rows]
        )
        for name, share in (("r", 1), ("alpha", 24), ("a", 1), ("b", 1)):
            self.assertAlmostEqual(getattr(by_hour, name) / getattr(by_day, name), share, 5)
        orders = self.in_weeks / math.log(WEEK)
        self.assertAlmostEqual(in_hours, likelihood - orders * math.log(24), 6)

    def test_the_prior_hardly_moves_a_history_that_tells(self):
        plain, highest, _customers = churn.fit(self.rows, use_prior=False)
        fitted, likelihood, _customers = churn.fit(self.rows)
        self.assertTrue(0 <= highest - likelihood < 0.01)
        for x, t_x, age, _one in self.rows[::50]:
            self.assertAlmostEqual(
                plain.p_no_order(x, t_x, age, 90), fitted.p_no_order(x, t_x, age, 90), delta=0.003
            )
