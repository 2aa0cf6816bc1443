import random
from datetime import timedelta

from odoo.fields import Date
from odoo.tests import BaseCase, tagged

from ..scoring import churn, metrics
from ..scoring.churn import Parameters
from .common import AS_OF, RunwellCase
from .histories import behaving, memoryless, write_orders

HORIZON = 90


@tagged("post_install", "-at_install")
class TestKnownDropout(BaseCase):
    """Customers whose rates and leaving are known: the fit finds them, the risk comes true.

    Sixteen thousand of them, 400 to 1,500 days old. A perfect model would show a
    calibration error of about .01 on as many.
    """

    truth = Parameters(1.2, 60.0, 0.7, 3.0)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = behaving(cls.truth, 16_000, seed=0, ages=(400, 1500), horizon=HORIZON)
        cls.fitted, _likelihood, _customers = churn.fit(
            [(x, t_x, age, 1) for x, t_x, age, _left in cls.customers]
        )

    def share(self, of):
        return abs(of(self.fitted) / of(self.truth) - 1)

    def test_recovers_the_parameters(self):
        for name in ("r", "alpha", "a", "b"):
            self.assertLess(self.share(lambda p, name=name: getattr(p, name)), 0.1, name)

    def test_recovers_the_rate_and_the_leaving(self):
        """What a history tells best: the mean rate and the share that leaves after an order."""
        self.assertLess(self.share(lambda p: p.r / p.alpha), 0.03)
        self.assertLess(self.share(lambda p: p.a / (p.a + p.b)), 0.03)

    def test_comes_true(self):
        told = [self.fitted.p_no_order(*row[:3], HORIZON) for row in self.customers]
        left = [row[3] for row in self.customers]
        self.assertLess(metrics.calibration_error(told, left), 0.02)
        self.assertLess(abs(sum(told) - sum(left)) / len(left), 0.01)
        # The truth itself tells no better.
        best = [self.truth.p_no_order(*row[:3], HORIZON) for row in self.customers]
        self.assertLess(metrics.brier(told, left) - metrics.brier(best, left), 0.001)

    def test_comes_true_of_those_who_are_scored(self):
        """Two orders or more, the last within two years: the population of the back-test."""
        scored = [row for row in self.customers if row[0] and row[2] - row[1] < 730]
        self.assertGreater(len(scored), 8000)
        told = [self.fitted.p_no_order(*row[:3], HORIZON) for row in scored]
        left = [row[3] for row in scored]
        self.assertLess(metrics.calibration_error(told, left), 0.02)
        self.assertGreater(metrics.auc(told, left), 0.85)


@tagged("post_install", "-at_install")
class TestNoSignal(RunwellCase):
    """Customers of one common rate who never leave: nobody can tell who stays silent."""

    def test_nothing_is_told(self):
        """An AUC above .55 would be knowledge of the future."""
        write_orders(self, memoryless(2000, Date.to_date(AS_OF)))
        for back in (HORIZON, 180):
            day = Date.to_date(AS_OF) - timedelta(days=back)
            rows, _earlier = self.scoring._evaluate(day, HORIZON)
            self.assertGreater(len(rows), 1500)
            labels = [row.left for row in rows]
            # exp(-90 / 90) of them order nothing in the horizon.
            self.assertAlmostEqual(sum(labels) / len(rows), 0.37, delta=0.04)
            self.assertLess(metrics.auc([row.risk for row in rows], labels), 0.55)

    def test_shuffled_it_is_a_half(self):
        """The measure itself: labels drawn at random give .5."""
        chance = random.Random(5)
        scores = [chance.random() for _customer in range(20_000)]
        labels = [int(chance.random() < 0.4) for _customer in range(20_000)]
        self.assertAlmostEqual(metrics.auc(scores, labels), 0.5, delta=0.015)
