from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.constants import RFM_SEGMENTS
from ..scoring import value
from ..scoring.features import Periods
from .common import AS_OF, RunwellCase, days_before


@tagged("post_install", "-at_install")
class TestRfm(RunwellCase):
    """Quintiles with ties kept together, and the eleven segments."""

    def scores(self, customers, *names):
        self.run_scoring()
        return [tuple(self.score(customer)[name] for name in names) for customer in customers]

    def test_five_different_customers(self):
        customers = [self.customer(str(i)) for i in range(1, 6)]
        for i, customer in enumerate(customers, 1):
            self.orders(customer, *(days_before(60 - 10 * i + j) for j in range(i)), amount=10.0)
        self.assertEqual(
            self.scores(customers, "recency_score", "frequency_score", "monetary_score"),
            [(i, i, i) for i in range(1, 6)],
        )

    def test_two_a_quintile(self):
        customers = [self.customer(str(i)) for i in range(10)]
        for i, customer in enumerate(customers):
            self.orders(customer, days_before(50 - i), amount=10.0 + i)
        self.assertEqual(
            self.scores(customers, "recency_score", "monetary_score"),
            [(i, i) for i in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)],
        )

    def test_ties_stay_together(self):
        """Of 1, 1, 1, 1, 2, 3 order days the four ones score alike, whatever their number."""
        customers = [self.customer(str(i)) for i in range(6)]
        for customer, days in zip(customers, (1, 1, 1, 1, 2, 3), strict=True):
            self.orders(customer, *(days_before(40 + j) for j in range(days)))
        self.assertEqual(
            self.scores(customers, "frequency_score"), [(i,) for i in (1, 1, 1, 1, 4, 5)],
        )

    def test_all_alike_score_alike(self):
        customers = [self.customer(str(i)) for i in range(7)]
        for customer in customers:
            self.orders(customer, "2024-06-20")
        rows = self.scores(
            customers, "recency_score", "frequency_score", "monetary_score", "rfm_segment"
        )
        self.assertEqual(len(set(rows)), 1)

    def test_one_customer(self):
        customer = self.customer()
        self.orders(customer, "2024-06-20", "2024-06-25")
        score = self.scored(customer)
        self.assertEqual(self.scoring.scored_count, 1)
        for name in ("recency_score", "frequency_score", "monetary_score"):
            self.assertIn(score[name], range(1, 6))

    def test_prospects_do_not_shift_the_quintiles(self):
        customers = [self.customer(str(i)) for i in range(1, 6)]
        for i, customer in enumerate(customers, 1):
            self.orders(customer, days_before(60 - 10 * i), amount=10.0 * i)
        for i in range(10):
            self.opportunity(self.customer(f"Prospect {i}"))
        self.assertEqual(self.scores(customers, "monetary_score"), [(i,) for i in range(1, 6)])

    def test_eleven_names_on_the_grid(self):
        self.assertEqual([len(row) for row in value.RFM_GRID], [5] * 5)
        names = {name for row in value.RFM_GRID for name in row}
        self.assertEqual(len(names), 11)
        self.assertEqual(names, {name for name, _label in RFM_SEGMENTS})

    def test_every_cell_in_sql(self):
        rows = self.env.execute_query(SQL(
            "SELECT r, f, m, %s FROM generate_series(1, 5) r, generate_series(1, 5) f,"
            " generate_series(1, 5) m",
            value.rfm_segment(SQL("r"), SQL("f"), SQL("m")),
        ))
        self.assertEqual(len(rows), 125)
        for r, f, m, name in rows:
            # A mean that lies between two columns goes to the better one.
            self.assertEqual(name, value.RFM_GRID[r - 1][(f + m + 1) // 2 - 1], (r, f, m))

    def test_well_known_corners(self):
        [row] = self.env.execute_query(SQL("SELECT %s, %s, %s, %s", *(
            value.rfm_segment(*(SQL(str(n)) for n in cell))
            for cell in ((5, 5, 5), (1, 1, 1), (1, 5, 5), (5, 1, 1))
        )))
        self.assertEqual(row, ("champions", "lost", "cannot_lose", "new_customers"))


@tagged("post_install", "-at_install")
class TestValueClass(RunwellCase):
    """What a customer brings × what it would bring."""

    def buyer(self, *days, amount):
        customer = self.customer()
        self.orders(customer, *days, amount=amount)
        return customer

    def test_stated_thresholds(self):
        """With one order today P(alive) is b / (a + b) = 8/9, growth is 1."""
        self.scoring.write({"current_value_threshold": 100, "potential_value_threshold": 100})
        expected = {
            self.buyer(AS_OF, amount=1000.0): "high",
            self.buyer(AS_OF, amount=113.0): "high",  # potential 100.44
            self.buyer(AS_OF, amount=112.0): "secondary",  # 99.56
            self.buyer(AS_OF, amount=100.0): "secondary",  # from the threshold on
            self.buyer(AS_OF, amount=99.99): "low",
            # 80 in 90 days, so 160 in a year, × 10/11 = 145
            self.buyer(days_before(90), AS_OF, amount=40.0): "potential",
        }
        self.run_scoring()
        for customer, name in expected.items():
            self.assertEqual(self.score(customer).value_class, name)

    def test_what_is_older_than_a_year_is_no_value(self):
        self.scoring.write({"current_value_threshold": 100, "potential_value_threshold": 100})
        customer = self.buyer("2023-06-30", amount=1000.0)
        self.assertEqual(self.scored(customer).value_class, "low")

    def test_the_top_fifth(self):
        customers = [
            self.buyer(AS_OF, amount=float(amount))
            for amount in (10, 20, 30, 40, 50, 60, 70, 80, 90, 200)
        ]
        self.run_scoring()
        self.assertEqual(
            [self.score(customer).value_class for customer in customers],
            ["low"] * 8 + ["secondary", "high"],
        )

    def test_nobody_bought_in_twelve_months(self):
        customers = [self.buyer("2022-06-30", amount=amount) for amount in (10.0, 1000.0)]
        self.run_scoring()
        self.assertEqual({self.score(customer).value_class for customer in customers}, {"low"})

    def test_margin_where_cost_is_known(self):
        """1,000 of revenue at a margin of 50 is worth less than 60 of revenue at unknown cost."""
        self.scoring.write({"current_value_threshold": 55, "potential_value_threshold": 1e9})
        costly = self.make_product("Costly", cost=95.0)
        thin, fat = self.customer("Thin"), self.customer("Fat")
        self.order(thin, "2024-06-01", lines=[
            {"product_id": costly.id, "price_unit": 100.0, "product_uom_qty": 10.0},
        ])
        self.order(fat, "2024-06-01", 60.0)
        self.run_scoring()
        self.assertEqual(self.score(thin).value_class, "low")
        self.assertEqual(self.score(fat).value_class, "secondary")

    def test_growth(self):
        year_ago = "2023-06-30"
        cases = (
            # occasions, first day, 12 months, 12 months before, expected
            (1, "2024-06-01", 100, 0, 1),
            (2, "2024-06-01", 100, 0, 2),  # 365 / 90 = 4.06, bounded
            (2, days_before(292), 100, 0, 1.25),
            (3, "2020-01-01", 120, 100, 1.2),
            (3, "2020-01-01", 10, 100, 0.5),
            (3, "2020-01-01", 1000, 100, 2),
            (3, "2020-01-01", 100, 0, 1),  # nothing to compare with
            (3, "2020-01-01", -50, 100, 0.5),
            # there for 146 days of the year before: 100 in it is 250 in a year
            (3, days_before(146, year_ago), 150, 100, 0.6),
        )
        as_of = Date.to_date(AS_OF)
        growth = value.growth(as_of, Periods.of(as_of))
        for occasions, first, revenue, prior, expected in cases:
            [[factor]] = self.env.execute_query(SQL(
                "SELECT %s FROM (SELECT %s AS occasion_count, %s::date AS first_day,"
                " %s::numeric AS revenue_12m, %s::numeric AS revenue_prior_12m) row",
                growth, occasions, first, revenue, prior,
            ))
            self.assertAlmostEqual(float(factor), expected, 9, (first, revenue, prior))
