import math
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.affinity_pass import TABLES
from ..scoring import affinity
from .common import AS_OF, RunwellCase, days_before


class AffinityCase(RunwellCase):
    """Products A to F and orders of several of them, written straight into the tables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home_category, cls.other_category = cls.env["product.category"].create([
            {"name": "Runwell A"}, {"name": "Runwell B"},
        ])
        cls.a, cls.b, cls.c, cls.d, cls.e, cls.f = (
            cls.make_product(f"Product {name}", categ_id=cls.other_category.id) for name in "ABCDEF"
        )
        cls.Affinity = cls.env["runwell.product.affinity"]

    @classmethod
    def buy(cls, customer, day, *products, company=None, amount=10.0, **values):
        """Order one of each product on a day."""
        return cls.order(customer, day, company=company, lines=[
            {"product_id": product.id, "price_unit": amount} for product in products
        ], **values)

    @classmethod
    def buyers(cls, count, *products, day=None, name="Buyer"):
        """Return so many new customers who bought these products together on a day."""
        found = cls.env["res.partner"]
        for number in range(count):
            customer = cls.customer(f"{name} {number}")
            cls.buy(customer, day or days_before(10), *products)
            found += customer
        return found

    def build(self, as_of=AS_OF, company=None):
        company = company or self.company
        return self.Affinity._build(company, as_of)[company.id]

    def pair(self, product, other, company=None):
        return self.Affinity.search([
            ("company_id", "=", (company or self.company).id),
            ("product_id", "=", product.id), ("other_product_id", "=", other.id),
        ])

    def suggested(self, customer, as_of=AS_OF, company=None, **values):
        return [
            row["product_id"] for row in self.Affinity._suggest(
                customer, company or self.company, as_of=as_of, **values
            )
        ]


@tagged("post_install", "-at_install")
class TestAffinity(AffinityCase):
    """What is bought together, worked out by hand."""

    def test_worked_example(self):
        """Six baskets of A and B, two of A, C and D, one more customer of B on another day."""
        both = self.buyers(6, self.a, self.b)
        self.buyers(2, self.a, self.c, self.d, name="Other")
        self.buyers(4, self.c, name="Alone")
        self.buy(both[0], days_before(40), self.c)
        # A second time on one day is the same basket.
        self.buy(both[0], days_before(10), self.a)
        self.build()
        # D has two buyers: too few.
        self.assertFalse(self.pair(self.a, self.d) or self.pair(self.d, self.a))
        ab, ba, ac = (
            self.pair(*pair) for pair in
            ((self.a, self.b), (self.b, self.a), (self.a, self.c))
        )
        self.assertEqual((ab.basket_count, ab.product_count, ab.other_count), (6, 8, 6))
        self.assertEqual((ba.basket_count, ba.product_count, ba.other_count), (6, 6, 8))
        self.assertAlmostEqual(ab.similarity, 6 / (math.sqrt(8 * 6) + 10), 6)
        self.assertEqual(ab.similarity, ba.similarity)
        # Six of the eight customers with A also buy B; all six with B also buy A.
        self.assertEqual((ab.customer_count, ab.product_customer_count), (6, 8))
        self.assertEqual((ba.customer_count, ba.product_customer_count), (6, 6))
        # A and C: two baskets, but three customers; C was in seven baskets.
        self.assertEqual((ac.basket_count, ac.product_count, ac.other_count), (2, 8, 7))
        self.assertEqual((ac.customer_count, ac.product_customer_count), (3, 8))
        self.assertAlmostEqual(ac.similarity, 2 / (math.sqrt(8 * 7) + 10), 6)
        self.assertEqual((ab.rank, ac.rank), (1, 2))
        # B and C were never in one basket.
        self.assertFalse(self.pair(self.b, self.c))
        self.assertEqual(set(self.Affinity.search([
            ("company_id", "=", self.company.id)]).mapped("kind")), {"together"})

    def test_two_customers_make_no_pair(self):
        """However often they buy both; what is left is ranked without gaps."""
        self.buyers(6, self.a, self.e)
        self.buyers(6, self.b, self.f, name="Other")
        few = self.buyers(2, self.a, self.b, name="Both")
        for customer in few:
            for age in (20, 30, 40, 50, 60, 70):
                self.buy(customer, days_before(age), self.a, self.b)
        third = self.buyers(3, self.a, self.c, name="Third")
        self.buyers(3, self.c, self.d, name="Fourth")
        self.build()
        self.assertFalse(self.pair(self.a, self.b) or self.pair(self.b, self.a))
        self.assertEqual(
            [(row.other_product_id, row.rank) for row in self.Affinity.search([
                ("company_id", "=", self.company.id), ("product_id", "=", self.a.id),
            ], order="rank")],
            [(self.e, 1), (self.c, 2)],
        )
        # A third customer with both, on whichever days, makes it one.
        self.buy(third[0], days_before(100), self.b)
        self.build()
        self.assertEqual(
            (self.pair(self.a, self.b).rank, self.pair(self.a, self.b).customer_count), (1, 3),
        )

    def test_customers_far_apart_in_number(self):
        """The bit strings of customers: first, last, and every number of customers between."""
        many = self.buyers(9, self.a, self.b)
        self.buyers(5, self.c, self.d, name="Late")
        self.buy(many[8], days_before(3), self.c)
        self.build()
        self.assertEqual(self.pair(self.a, self.b).customer_count, 9)
        self.assertEqual(self.pair(self.c, self.d).customer_count, 5)
        self.assertEqual(self.pair(self.c, self.d).product_customer_count, 6)

    def test_score_by_hand(self):
        """Two purchases of different age, and popularity beside them."""
        self.buyers(6, self.a, self.b, day=days_before(200))
        self.buyers(5, self.c, self.d, day=days_before(20))
        customer = self.customer("Customer")
        self.buy(customer, days_before(90), self.a)
        self.buy(customer, days_before(0), self.c)
        self.build()
        near_b = 0.5 * 6 / (math.sqrt(7 * 6) + 10)
        near_d = 5 / (math.sqrt(6 * 5) + 10)
        self.assertGreater(near_d, near_b)
        # C was bought on six days of the last 90, D on five, A on none: the 90th is too old.
        rows = self.Affinity._suggest(customer, self.company, as_of=AS_OF)
        self.assertEqual([row["product_id"] for row in rows], [self.d.id, self.b.id])
        most = max(near_d, near_b, 0.5 * 0, 1.0 * 0)
        self.assertAlmostEqual(rows[0]["score"], near_d / most + 0.2 * 5 / 6, 6)
        self.assertAlmostEqual(rows[1]["score"], near_b / most, 6)
        self.assertEqual(
            [(row["because_product_id"], row["both"], row["of"]) for row in rows],
            [(self.c.id, 5, 6), (self.a.id, 6, 7)],
        )

    def test_popular_where_nothing_else_is_known(self):
        self.buyers(6, self.a)
        self.buyers(5, self.b, name="Other")
        self.build()
        rows = self.Affinity._suggest(self.customer("New"), self.company, as_of=AS_OF)
        self.assertEqual([row["product_id"] for row in rows], [self.a.id, self.b.id])
        self.assertEqual([row["because_product_id"] for row in rows], [False, False])

    def test_equal_scores_go_by_id(self):
        self.buyers(6, self.a, self.f, self.b, self.e)
        customer = self.customer("Customer")
        self.buy(customer, days_before(1), self.a)
        self.build()
        self.assertEqual(
            self.suggested(customer), sorted([self.b.id, self.e.id, self.f.id])
        )
        self.assertEqual(self.suggested(customer, limit=2), sorted([self.b.id, self.e.id]))

    def test_basket_counts_and_is_not_suggested(self):
        self.buyers(6, self.a, self.b)
        self.buyers(7, self.c, self.d, name="Other")
        self.build()
        new = self.customer("New")
        self.assertEqual(self.suggested(new, basket=[self.a.id])[0], self.b.id)
        self.assertNotIn(self.a.id, self.suggested(new, basket=[self.a.id]))

    def test_old_baskets_do_not_count(self):
        self.buyers(6, self.a, self.b, day=days_before(365))
        self.build()
        self.assertFalse(self.pair(self.a, self.b))
        self.build(days_before(1))
        self.assertEqual(self.pair(self.a, self.b).basket_count, 6)

    def test_nothing_of_later_enters(self):
        """The rows of a past day are those that were built on it, whatever happened since."""
        self.buyers(6, self.a, self.b, day=days_before(50))
        customer = self.customer("Customer")
        self.buy(customer, days_before(45), self.a)
        self.build(days_before(40))
        before = self.rows()
        shown = self.Affinity._suggest(customer, self.company, as_of=days_before(40))
        self.buyers(9, self.a, self.c, day=days_before(39), name="Later")
        self.buy(customer, days_before(39), self.c, self.b)
        self.build(days_before(40))
        self.assertEqual(self.rows(), before)
        self.assertEqual(
            self.Affinity._suggest(customer, self.company, as_of=days_before(40)), shown
        )
        # What was built later tells nothing of an earlier day.
        self.build(AS_OF)
        self.assertFalse(self.suggested(customer, as_of=days_before(40)))

    def rows(self):
        self.env.cr.execute(SQL(
            """SELECT product_id, other_product_id, kind, basket_count, customer_count, similarity,
                      rank FROM runwell_product_affinity WHERE company_id = %s ORDER BY 1, 2""",
            self.company.id,
        ))
        return self.env.cr.fetchall()

    def test_built_again(self):
        self.buyers(6, self.a, self.b)
        self.assertEqual(self.build(), 2)
        before = self.rows()
        self.assertEqual(self.build(), 2)
        self.assertEqual(self.rows(), before)
        self.env.cr.execute(SQL(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relpersistence = 't'",
            list(TABLES),
        ))
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_companies(self):
        """What another company sells together stays there, and what a customer bought there."""
        other = self.make_company("Runwell Other", self.home)
        self.buyers(6, self.a, self.b)
        shared = self.customer("Shared")
        with self.quiet_queue():
            for number in range(6):
                self.buy(self.customer(f"There {number}"), days_before(5), self.a, self.c,
                         company=other)
            self.buy(shared, days_before(5), self.a, self.b, company=other)
        self.build()
        self.assertEqual(self.build(company=other), 2)
        self.assertFalse(self.pair(self.a, self.c))
        self.assertFalse(self.pair(self.a, self.b, other))
        self.assertEqual(self.pair(self.a, self.b).customer_count, 6)
        self.assertIn(self.a.id, self.suggested(shared))
        self.assertEqual(self.suggested(shared, company=other), [self.c.id])

    def test_people_are_refused(self):
        self.buyers(6, self.a, self.b)
        self.build()
        row, demand = self.pair(self.a, self.b), self.env["runwell.product.demand"].search([
            ("company_id", "=", self.company.id)], limit=1)
        for change in (
            lambda: row.write({"similarity": 1}), row.unlink, demand.unlink,
            lambda: row.copy({"other_product_id": self.c.id}),
            lambda: demand.write({"popularity": 1}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_the_cap_of_large_baskets(self):
        """Cut down, a basket keeps so many products, the same ones each time."""
        self.buyers(6, self.a, self.b, self.c, self.d)
        with patch.object(affinity, "basket_cap", lambda sizes: 2):
            self.build()
            before = self.rows()
            self.build()
        self.assertEqual(self.rows(), before)
        pairs = self.Affinity.search([("company_id", "=", self.company.id)])
        self.assertLessEqual(sum(pairs.mapped("basket_count")), 12)

    def test_pairs_part_by_part(self):
        """Listed for a few products at a time, the pairs are the same."""
        self.buyers(6, self.a, self.b, self.c)
        self.buyers(4, self.b, self.d)
        self.build()
        before = self.rows()
        self.assertTrue(before)
        with patch.object(affinity, "PAIR_PART", 7):
            self.build()
        self.assertEqual(self.rows(), before)
