import json
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Date
from odoo.tests import BaseCase, tagged

from ..models.learner import Learner
from ..scoring import churn, learning
from ..scoring.churn import Parameters
from ..scoring.learning import FACTOR_BOUNDS, Learned, slice_days
from ..scoring.opinion import FEATURES, Opinion
from ..scoring.season import Clock, Season
from .common import AS_OF, RunwellCase, days_before
from .histories import memoryless, synthetic, write_orders

END = Date.to_date(AS_OF)


@tagged("post_install", "-at_install")
class TestLearned(BaseCase):
    """What is kept of a learning, and the plain mathematics of it."""

    mbg = Parameters(0.7, 21.0, 0.5, 4.0)

    def test_round_trip(self):
        number = len(FEATURES)
        second = Opinion(tuple(0.1 * n for n in range(number)), (-0.25,) * number, 0.0123, 1.1)
        season = Season(tuple(0.01 * n for n in range(12)), 1.05)
        for kept in (
            Learned(self.mbg, self.mbg),
            Learned(self.mbg, self.mbg, refusal="buyers", customers=7),
            Learned(self.mbg, Parameters(1 / 3, 1e-9, 2e9, 0.1), season, 0.87, second, True,
                    None, -12345.678901234567, 250, 0.0012, 800),
        ):
            text = json.dumps(kept.as_json())
            again = Learned.from_json(json.loads(text))
            self.assertEqual(again, kept)
            self.assertEqual(json.dumps(again.as_json()), text)
            self.assertIsInstance(hash(again), int)

    def test_past_days(self):
        first = END - timedelta(days=200)
        days = slice_days(first, END)
        self.assertEqual(days, [END - timedelta(days=n) for n in (90, 120)])
        self.assertEqual(slice_days(first, END, 30)[0], END - timedelta(days=30))
        # Each knows sixty days of history; the next one would know 51.
        self.assertTrue(all((day - first).days + 1 >= learning.MIN_HISTORY for day in days))
        self.assertEqual(slice_days(END - timedelta(days=148), END), [])
        self.assertEqual(len(slice_days(END - timedelta(days=149), END)), 1)
        self.assertEqual(len(slice_days(END - timedelta(days=5000), END)), learning.MAX_SLICES)

    def test_activity_factor(self):
        """The factor with which the mean risk is the share that left, worked out backwards."""
        customers = [
            (x, t_x, age) for x, t_x, age, _n in synthetic(Parameters(1.0, 30.0, 0.8, 4.0), 300, 2)
        ]
        for factor in (0.4, 0.9, 1.0, 1.1, 3.0):
            risks = [self.mbg.p_no_order(*row, 90 * factor) for row in customers]
            found = churn.activity_factor(
                self.mbg, [(*row, 90) for row in customers], sum(risks) / len(risks)
            )
            self.assertAlmostEqual(found, factor, 5)

    def test_activity_factor_is_bounded(self):
        """Nobody left, or everybody: no factor explains it."""
        customers = [(3, 100, 120, 90)] * 60
        self.assertAlmostEqual(churn.activity_factor(self.mbg, customers, 0.0), 5, 4)
        self.assertAlmostEqual(churn.activity_factor(self.mbg, customers, 1.0), 0.2, 4)


@tagged("post_install", "-at_install")
class TestLearner(RunwellCase):
    """From a company's documents to what is learnt of them."""

    def setUp(self):
        super().setUp()
        self.scoring._as_machine().write({"fit_date": False, "learned": False})

    def versions(self):
        return self.env["runwell.scoring.model"].search(
            [("company_id", "=", self.company.id)], order="version",
        )

    def buyers(self):
        for gap in (20, 30):
            self.orders(self.customer(), *(days_before(gap * n + 5) for n in range(5)))

    def test_the_first_pass_leaves_one_version(self):
        self.buyers()
        for _night in range(3):
            self.run_scoring()
            self.assertEqual(self.versions(), self.scoring)
        self.assertEqual((self.scoring.version, self.scoring.state), (1, "active"))
        self.assertEqual(self.scoring.learned["horizon"], 90)
        # A company without any settings yet gets its one version as well.
        other = self.make_company("Runwell Other", self.home)
        for _night in range(2):
            self.run_scoring(company=other)
            self.assertEqual(
                self.env["runwell.scoring.model"].search_count([("company_id", "=", other.id)]), 1
            )

    def test_another_horizon_is_learnt_anew_by_the_next_pass(self):
        self.buyers()
        self.run_scoring()
        self.scoring.horizon_days = 45
        self.run_scoring()
        self.assertEqual(self.versions().mapped("state"), ["retired", "active"])
        model = self.versions()[1]
        self.assertEqual(model.learned["horizon"], 45)
        self.assertTrue(model._learned())
        self.assertEqual(self.env["runwell.score"].search(
            [("company_id", "=", self.company.id)]).model_id, model)
        # With it, the next pass has nothing to learn.
        self.run_scoring()
        self.assertEqual(len(self.versions()), 2)

    def test_after_another_learning_the_next_pass_is_a_full_one(self):
        """A few customers are not graded by common figures of another learning."""
        self.buyers()
        self.run_scoring()
        some = self.env["runwell.score"].search([("company_id", "=", self.company.id)], limit=1)
        self.scoring.horizon_days = 45
        self.assertEqual(self.env["runwell.score"]._score_company(
            self.company, END, partner_ids=some.partner_id.ids), 2)
        few, model = self.figures(without=("id",)), self.versions()[1]
        self.assertEqual({row["model_id"] for row in few.values()}, {model.id})
        self.run_scoring()
        self.assertEqual(self.figures(without=("id",)), few)
        # From then on a few are a few.
        self.assertEqual(self.env["runwell.score"]._score_company(
            self.company, END, partner_ids=some.partner_id.ids), 1)

    def test_the_rhythm_of_the_defaults_is_the_pooled_gap(self):
        """80 days in four gaps and 120 in four: 25 days an order, weighted by gaps."""
        self.buyers()
        self.orders(self.customer(), days_before(10), days_before(310))
        learned = self.scoring._learn(END, 90)
        self.assertFalse(learned.is_fitted)
        self.assertAlmostEqual(learned.parameters.alpha / learned.parameters.r, 500 / 9)
        self.scoring.purchase_rhythm = "weekly"
        learned = self.scoring._learn(END, 90)
        self.assertAlmostEqual(learned.parameters.alpha / learned.parameters.r, 7)

    def test_nothing_bought_at_all(self):
        learned = self.scoring._learn(END, 90)
        self.assertEqual((learned.refusal, learned.customers), ("buyers", 0))
        self.assertEqual(learned, Learned.from_json(json.loads(json.dumps(learned.as_json()))))

    def test_gates_stay_shut_on_noise(self):
        """Customers of one rate all the year round: no season, no opinion, no activity factor.

        Of this history the opinion ranks .03 better than the model, .519 against .490 (AUC):
        chance over chance.
        """
        write_orders(self, memoryless(400, END, days=800, gap=60, seed=2))
        learned = self.scoring._learn(END, 90)
        self.assertTrue(learned.is_fitted)
        self.assertIsNone(learned.season)
        self.assertIsNotNone(learned.season_gain)
        self.assertIsNone(learned.opinion)
        self.assertEqual(learned.factor, 1.0)

    def test_the_factor_is_shrunk_and_bounded(self):
        """Nobody ordered in the last 90 days: few customers say less of it than many."""
        mbg, factors = Parameters(2.0, 30.0, 0.5, 10.0), []
        for customers in (49, 60, 4000):
            rows = [(5, END - timedelta(days=200), END - timedelta(days=95), None)] * customers
            learner = Learner(self.env, self.scoring._scope(END), 90, None)
            learner.first_day = END - timedelta(days=200)
            with patch.object(Learner, "_run", lambda _self, _query, rows=rows: rows):
                factors.append(learner._activity(mbg, Clock(None, learner.first_day, END)))
        # A factor of .2, the least there is, to the power of 60 in 460, and of 4000 in 4400.
        self.assertEqual(factors[0], 1.0)
        self.assertAlmostEqual(factors[1], 0.2 ** (60 / 460), 4)
        self.assertEqual(factors[2], FACTOR_BOUNDS[0])
