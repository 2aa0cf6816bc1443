from statistics import NormalDist

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..scoring import normal


@tagged("post_install", "-at_install")
class TestNormal(TransactionCase):
    """The approximations that PostgreSQL computes, against Python's own."""

    exact = NormalDist()

    def from_sql(self, formula, values):
        return self.env.execute_query(SQL(
            "SELECT v, %s FROM unnest(%s::float8[]) v", formula(SQL("v")), values,
        ))

    def test_cumulative(self):
        rows = self.from_sql(normal.sql_cumulative, [n / 50 for n in range(-400, 401)])
        self.assertEqual(len(rows), 801)
        for z, got in rows:
            self.assertLess(abs(got - self.exact.cdf(z)), 0.0003, z)

    def test_cumulative_far_out(self):
        for z, got in self.from_sql(normal.sql_cumulative, [-1e9, -1e3, -40.0, 40.0, 1e3, 1e9]):
            self.assertAlmostEqual(got, float(z > 0), 12)

    def test_cumulative_rises_and_is_even(self):
        got = [p for _z, p in self.from_sql(
            normal.sql_cumulative, [n / 10 for n in range(-100, 101)]
        )]
        self.assertEqual(got, sorted(got))
        for low, high in zip(got, reversed(got), strict=True):
            self.assertAlmostEqual(low + high, 1, 12)

    def test_upper_quantile(self):
        values = [n / 1000 for n in range(1, 501)] + [10 ** -n for n in range(4, 12)]
        for p, got in self.from_sql(normal.sql_upper_quantile, values):
            self.assertLess(abs(got + self.exact.inv_cdf(p)), 0.001, p)

    def test_upper_quantile_of_nothing_is_finite(self):
        for _p, got in self.from_sql(normal.sql_upper_quantile, [0.0, 1e-300]):
            self.assertTrue(6 < got < 8)
