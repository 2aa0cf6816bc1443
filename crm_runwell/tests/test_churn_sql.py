import random

from odoo.fields import Date
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..models.learner import DAYS, Learner
from ..scoring import churn, learning
from ..scoring.churn import Parameters
from .common import AS_OF, STATED, RunwellCase, days_before
from .histories import synthetic


def from_sql(env, parameters, rows, horizon):
    """Return ``(p_alive, p_no_order)`` of rows ``(x, t_x, age)`` as PostgreSQL has them."""
    x, t_x, age = (SQL("%s", SQL.identifier(name)) for name in ("x", "t_x", "age"))
    return env.execute_query(SQL(
        """SELECT alive, 1 - alive * (%s)
             FROM (SELECT *, %s AS alive
                     FROM unnest(%s::float8[], %s::float8[], %s::float8[])
                          WITH ORDINALITY r (x, t_x, age, place)) r
            ORDER BY place""",
        churn.sql_p_order(parameters, x, age, horizon),
        churn.sql_p_alive(parameters, x, t_x, age),
        *(list(column) for column in zip(*rows, strict=True)),
    ))


@tagged("post_install", "-at_install")
class TestSqlFormulas(TransactionCase):
    """PostgreSQL computes what Python does."""

    def assertSame(self, parameters, rows, horizon):
        for row, (alive, no_order) in zip(
            rows, from_sql(self.env, parameters, rows, horizon), strict=True,
        ):
            self.assertAlmostEqual(alive, parameters.p_alive(*row), 10, row)
            self.assertAlmostEqual(no_order, parameters.p_no_order(*row, horizon), 10, row)

    def test_extremes(self):
        rows = [
            (0, 0, 0), (0, 0, 1), (0, 0, 20000), (1, 0, 0), (1, 1, 1), (5000, 5000, 5000),
            (5000, 20000, 20000), (5000, 0, 20000), (5000, 1, 20000), (1, 20000, 20000),
        ]
        for parameters in (
            Parameters(**STATED), Parameters(0.5248, 43.28, 0.8914, 1.614),
            Parameters(1e-3, 1e-2, 1e-4, 500.0), Parameters(50.0, 5000.0, 50.0, 1e-3),
        ):
            for horizon in (7, 90, 730):
                self.assertSame(parameters, rows, horizon)

    def test_hundreds_at_random(self):
        chance = random.Random(20240630)
        rows = []
        for _row in range(800):
            age = round(chance.lognormvariate(5.5, 1.5))
            rows.append((
                min(round(chance.lognormvariate(1, 1.5)), 5000), chance.randint(0, age), age,
            ))
        self.assertSame(Parameters(**STATED), rows, 90)
        self.assertSame(Parameters(0.3, 200.0, 2.5, 0.4), rows, 30)


@tagged("post_install", "-at_install")
class TestFitOfACompany(RunwellCase):
    """From the orders of a company to a version of its model."""

    def setUp(self):
        super().setUp()
        self.scoring._as_machine().fit_date = False

    def fit(self, as_of="2024-06-30"):
        with self.at("2024-06-30 12:00:00"):
            return self.env["runwell.scoring.model"]._fit(self.company, as_of)

    def buyers(self, count):
        """Buyers as the model has them, the orders between the first and the last spread evenly."""
        for x, t_x, age, _one in synthetic(Parameters(1.0, 30.0, 0.8, 2.0), count, seed=1):
            self.orders(self.customer(), *(
                days_before(round(age - t_x * i / max(x, 1))) for i in range(x + 1)
            ))

    def test_too_few_buyers(self):
        for number in range(20):
            self.orders(self.customer(str(number)), *(days_before(20 * i) for i in range(4)))
        model = self.fit()
        self.assertEqual(model, self.scoring)
        self.assertEqual((model.is_fitted, model.refusal), (False, "buyers"))
        self.assertEqual(model.fit_customers, 20)
        # Stated parameters for the rhythm the customers show: r / alpha is an order in 20 days.
        self.assertAlmostEqual(model.alpha / model.r, 20.0)
        self.assertTrue(model.fit_date)

    def test_nobody_bought(self):
        model = self.fit()
        self.assertEqual((model.refusal, model.fit_customers), ("buyers", 0))
        self.assertAlmostEqual(model.alpha / model.r, 30.0)

    def test_a_fit_and_its_versions(self):
        self.buyers(130)
        model = self.fit("2024-06-29")
        self.assertTrue(model.is_fitted)
        self.assertFalse(model.refusal)
        self.assertEqual((model.version, model.fit_customers), (1, 130))
        self.assertLess(model.log_likelihood, 0)
        # The same history again says nothing new; another day makes the next version.
        self.assertEqual(self.fit("2024-06-29"), model)
        model.horizon_days = 60
        after = self.fit("2024-06-30")
        self.assertEqual((model.state, after.state, after.version), ("retired", "active", 2))
        self.assertEqual(after.horizon_days, 60)
        self.assertNotEqual(after.alpha, model.alpha)

    def test_the_fit_reads_what_the_score_reads(self):
        """Order days of commercial partners: no return, no second order of a day."""
        parent = self.customer("Parent")
        child = self.env["res.partner"].create({"name": "Buyer", "parent_id": parent.id})
        self.orders(parent, "2024-01-01", "2024-01-01", "2024-03-01")
        self.orders(child, "2024-02-01")
        self.orders(parent, "2024-04-01", amount=-50.0)
        self.orders(parent, "2024-05-01", amount=0.0)
        self.orders(parent, "2024-07-01")
        learner = Learner(self.env, self.scoring._scope(Date.to_date(AS_OF)), 90, None)
        learner._prepare()
        groups = self.env.execute_query(learning.buyers(DAYS))
        self.assertEqual(
            groups, [(2, Date.to_date("2024-01-01"), Date.to_date("2024-03-01"), 1)],
        )
