import random
from collections import defaultdict

from odoo.tests import BaseCase, tagged

from ..scoring import churn
from ..scoring.churn import FitError, Parameters
from ..scoring.simplex import minimise
from .histories import synthetic


@tagged("post_install", "-at_install")
class TestProbabilities(BaseCase):
    """The closed form, against figures worked out without it."""

    mbg = Parameters(1.0, 50.0, 1.0, 3.0)

    def test_p_alive_by_hand(self):
        """1 / (1 + 1/3 · (150 / 50)) at one order 100 days ago."""
        self.assertAlmostEqual(self.mbg.p_alive(0, 0, 100), 0.5)
        # 1 / (1 + 1/5 · (150 / 100)³) with two repeat orders, the last 50 days ago
        self.assertAlmostEqual(self.mbg.p_alive(2, 50, 100), 1 / (1 + 3.375 / 5))

    def test_p_no_order_by_hand(self):
        """While alive the rate is gamma(1, 150): no order in 90 days with 150 / 240."""
        self.assertAlmostEqual(self.mbg.p_no_order(0, 0, 100, 90), 1 - 0.5 * (1 - 150 / 240))

    def test_just_bought_for_the_first_time(self):
        self.assertAlmostEqual(self.mbg.p_alive(0, 0, 0), 3 / 4)

    def test_extremes_stay_probabilities(self):
        for x, t_x, age in (
            (0, 0, 0), (0, 0, 20000), (5000, 5000, 5000), (5000, 1, 20000), (5000, 0, 20000),
        ):
            for value in (
                self.mbg.p_alive(x, t_x, age),
                self.mbg.p_no_order(x, t_x, age, 1), self.mbg.p_no_order(x, t_x, age, 730),
            ):
                self.assertTrue(0 <= value <= 1, (x, t_x, age, value))
        self.assertEqual(round(self.mbg.p_no_order(5000, 1, 20000, 90), 12), 1.0)

    def test_no_order_is_likelier_for_whoever_is_silent_longer(self):
        risks = [self.mbg.p_no_order(5, 100, 100 + silence, 90) for silence in range(0, 400, 10)]
        self.assertEqual(risks, sorted(risks))
        self.assertLess(risks[0], 0.5)
        self.assertGreater(risks[-1], 0.95)

    def test_stated_parameters_keep_the_mean_rhythm(self):
        for rhythm in (7.0, 30.0, 365.0):
            stated = churn.default_parameters(rhythm)
            self.assertAlmostEqual(stated.alpha / stated.r, rhythm)
            self.assertEqual(stated.b / stated.a, 8.0)


@tagged("post_install", "-at_install")
class TestFit(BaseCase):
    """Maximum likelihood finds the parameters a history was made with."""

    def assertParameters(self, fitted, truth, share):
        for name in ("r", "alpha", "a", "b"):
            got, expected = getattr(fitted, name), getattr(truth, name)
            self.assertLess(abs(got / expected - 1), share, f"{name}: {got} for {expected}")

    def test_recovers_the_truth(self):
        for truth, seed in (
            (Parameters(1.0, 30.0, 0.8, 2.0), 0), (Parameters(1.2, 36.0, 0.7, 3.0), 3),
        ):
            rows = synthetic(truth, 3000, seed)
            fitted, log_likelihood, customers = churn.fit(rows)
            self.assertParameters(fitted, truth, 0.12)
            self.assertEqual(customers, 3000)
            at_truth = churn._log_likelihood(
                rows, truth.r, truth.alpha, truth.a, truth.b,
            )
            # The best there is: above the truth, but not by more than chance gives 4 parameters.
            self.assertGreater(log_likelihood, at_truth)
            self.assertLess(log_likelihood - at_truth, 10)

    def test_grouped_rows_and_single_rows_are_one(self):
        rows = [(x, round(t), round(age), 1) for x, t, age, _n in synthetic(
            Parameters(1.0, 30.0, 0.8, 2.0), 500, 1,
        )]
        grouped = defaultdict(int)
        for x, t_x, age, _one in rows:
            grouped[x, t_x, age] += 1
        one = churn.fit(rows)
        self.assertEqual(one, churn.fit([(*key, n) for key, n in grouped.items()]))
        self.assertEqual(one[2], 500)

    def test_refusals(self):
        some = [(2, 100, 400, 40)]
        for groups, reason in (
            ([], "buyers"),
            ([*some, (0, 0, 400, 59)], "buyers"),
            ([(2, 100, 400, 29), (0, 0, 400, 71)], "repeat"),
            ([(2, 100, 179, 40), (0, 0, 179, 60)], "history"),
        ):
            with self.subTest(reason=reason), self.assertRaises(FitError) as refused:
                churn.fit(groups)
            self.assertEqual(refused.exception.reason, reason)

    def test_customers_who_never_leave_carry_a_fit(self):
        """The prior holds what the history cannot tell: almost nobody leaves, b stays in reach."""
        chance, rows = random.Random(1), []
        for _customer in range(400):
            age, rate = chance.uniform(180, 700), chance.gammavariate(1.2, 1 / 30)
            x, last = 0, 0.0
            while (order := last + chance.expovariate(rate)) <= age:
                x, last = x + 1, order
            rows.append((x, last, age, 1))
        fitted, likelihood, _customers = churn.fit(rows)
        _plain, highest, _customers = churn.fit(rows, use_prior=False)
        self.assertLess(fitted.a / (fitted.a + fitted.b), 0.001)
        self.assertLess(fitted.b, 500)
        self.assertLess(abs(fitted.alpha / fitted.r / (30 / 1.2) - 1), 0.15)
        # The prior costs next to nothing: both fits say the same of the history.
        self.assertLess(highest - likelihood, 2)

    def test_customers_all_of_one_rate_carry_a_fit(self):
        """Everyone orders every 10 days to the last: no dropout, no spread of rates to estimate."""
        rows = [(40, 400, 400, 200)]
        with self.assertRaises(FitError) as refused:
            churn.fit(rows, use_prior=False)
        self.assertEqual(refused.exception.reason, "converge")
        fitted, _likelihood, _customers = churn.fit(rows)
        self.assertLess(fitted.r, 5000)
        self.assertAlmostEqual(fitted.alpha / fitted.r, 10, delta=0.5)
        self.assertLess(fitted.a / (fitted.a + fitted.b), 0.001)
        self.assertLess(fitted.p_no_order(40, 400, 400, 90), 0.01)


@tagged("post_install", "-at_install")
class TestSimplex(BaseCase):
    """The search behind the fit."""

    def test_a_curved_valley(self):
        point, value, converged = minimise(
            lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2, [(-1.2, 1.0)], (-5, 5),
            tolerance=1e-14,
        )
        self.assertTrue(converged)
        self.assertAlmostEqual(value, 0, 6)
        self.assertAlmostEqual(point[0], 1, 3)

    def test_the_lower_of_two_valleys(self):
        def two(p):
            return (p[0] ** 2 - 4) ** 2 + p[0]

        point, _value, _converged = minimise(two, [(2.5,), (-2.5,)], (-9, 9))
        self.assertLess(point[0], 0)

    def test_a_minimum_on_the_bound_is_no_convergence(self):
        _point, _value, converged = minimise(lambda p: p[0], [(0.0,)], (-3, 3))
        self.assertFalse(converged)

    def test_too_few_steps_are_no_convergence(self):
        _point, _value, converged = minimise(
            lambda p: sum(c * c for c in p), [(3.0, 4.0)], (-9, 9), max_steps=3,
        )
        self.assertFalse(converged)
