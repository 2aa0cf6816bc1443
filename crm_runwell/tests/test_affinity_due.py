import csv
import gzip
import io
import unittest
from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .common import AS_OF, days_before
from .histories import DATA
from .test_affinity import AffinityCase


@tagged("post_install", "-at_install")
class TestDue(AffinityCase):
    """What is due again by the customer's own rhythm, worked out by hand."""

    def setUp(self):
        super().setUp()
        self.buyer = self.customer("Customer")

    def due(self, as_of=AS_OF, **values):
        return self.Affinity._due(self.buyer, self.company, as_of=as_of, **values)

    def bought(self, product, *ages, amount=10.0):
        for age in ages:
            self.buy(self.buyer, days_before(age), product, amount=amount)

    def test_by_hand(self):
        """Gaps of 30 and 60 days: their median is 45, of which nine tenths are 40.5."""
        self.bought(self.a, 120, 90, 30)
        self.assertFalse(self.due(days_before(-10)))
        [row] = self.due(days_before(-11))
        self.assertEqual((row["product_id"], row["rhythm_days"]), (self.a.id, 45.0))

    def test_window(self):
        """From nine tenths of the rhythm on, until three rhythms have passed."""
        self.bought(self.a, 100, 80, 60)
        last = Date.to_date(days_before(60))
        for silence, is_due in ((17, False), (18, True), (60, True), (61, False)):
            rows = self.due(last + timedelta(days=silence))
            self.assertEqual(bool(rows), is_due, silence)
        [row] = self.due(last + timedelta(days=25))
        self.assertEqual(row, {
            "product_id": self.a.id, "last_on": last, "rhythm_days": 20.0,
            "due_on": last + timedelta(days=20), "times": 3, "worth": 10.0,
        })

    def test_three_times_at_least(self):
        self.bought(self.a, 60, 30)
        self.assertFalse(self.due())

    def test_the_late_and_dear_first(self):
        self.bought(self.a, 90, 60, 30)
        self.bought(self.b, 90, 60, 30, amount=20.0)
        self.bought(self.c, 80, 60, 40, amount=12.0)
        # Lateness × worth: A 1 × 10, B 1 × 20, C 2 × 12.
        self.assertEqual(
            [row["product_id"] for row in self.due()], [self.c.id, self.b.id, self.a.id]
        )
        self.assertEqual(len(self.due(limit=1)), 1)

    def test_not_what_cannot_be_sold_or_was_replaced(self):
        (self.a + self.b).categ_id = self.home_category
        for number in range(5):
            customer = self.customer(f"Regular {number}")
            for turn in range(4):
                self.buy(customer, days_before(130 - 30 * turn), self.b if turn % 2 else self.a)
        self.bought(self.a, 90, 60, 30)
        self.build()
        self.assertEqual(len(self.due()), 1)
        self.bought(self.b, 20)
        self.assertFalse(self.due())
        self.bought(self.c, 90, 60, 30)
        self.assertEqual([row["product_id"] for row in self.due()], [self.c.id])
        self.c.product_tmpl_id.sale_ok = False
        self.assertFalse(self.due())

    def test_the_usual(self):
        """What was bought before, the most days first, of which the older count less."""
        self.bought(self.a, 50, 40, 30)
        self.bought(self.b, 50, 40)
        self.bought(self.c, 900, 800, 700)
        self.bought(self.d, 20)
        rows = self.Affinity._usual(self.buyer, self.company, as_of=AS_OF)
        self.assertEqual(
            [(row["product_id"], row["times"], str(row["last_on"])) for row in rows],
            [(self.a.id, 3, days_before(30)), (self.b.id, 2, days_before(40)),
             (self.d.id, 1, days_before(20)), (self.c.id, 3, days_before(700))],
        )
        self.assertEqual(
            len(self.Affinity._usual(self.buyer, self.company, limit=2, as_of=AS_OF)), 2,
        )

    def test_the_more_popular_of_two_as_usual(self):
        self.bought(self.a, 200)
        self.bought(self.b, 200)
        self.buyers(6, self.b)
        self.build()
        rows = self.Affinity._usual(self.buyer, self.company, as_of=AS_OF)
        self.assertEqual([row["product_id"] for row in rows], [self.b.id, self.a.id])


@tagged("post_install", "-at_install")
class TestRealHistory(AffinityCase):
    """The wholesaler's own past, a part of it: better than what is popular."""

    def test_better_than_popular(self):
        path = DATA / "wholesale_gifts_dev.csv.gz"
        if not path.is_file():
            raise unittest.SkipTest(f"there is no {path}: set RUNWELL_DATA")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
        kept = [rows[0]] + [row for row in rows[1:] if "2010-03-01" <= row[1] < "2011-06-01"]
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in kept)
        self.env["runwell.order.history"]._load(
            io.BytesIO(text.encode()), self.company, "part.csv",
        )
        cutoff = Date.to_date("2011-03-01")
        as_of = cutoff - timedelta(days=1)
        self.build(as_of)
        before, after = {}, {}
        known = set(self.env["runwell.product.demand"].search([
            ("company_id", "=", self.company.id)]).product_id.ids)
        for partner_id, day, product_id in self.purchases():
            if day < cutoff:
                before.setdefault(partner_id, set()).add(product_id)
            elif product_id in known:
                after.setdefault(partner_id, {}).setdefault(day, set()).add(product_id)
        wanted = {
            partner_id: days[min(days)] - before[partner_id]
            for partner_id, days in after.items() if partner_id in before
        }
        wanted = {partner_id: products for partner_id, products in wanted.items() if products}
        found = self.hits(wanted, as_of)
        self.env.cr.execute("DELETE FROM runwell_product_affinity")
        popular = self.hits(wanted, as_of)
        self.assertGreater(len(wanted), 300)
        self.assertGreater(found, 1.05 * popular)
        self.assertGreater(found, 0.3 * len(wanted))

    def purchases(self):
        self.env.cr.execute(
            """SELECT DISTINCT o.partner_id, o.date_order::date, l.product_id
                 FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
                WHERE o.company_id = %s""", [self.company.id],
        )
        return self.env.cr.fetchall()

    def hits(self, wanted, as_of):
        rows = self.Affinity._suggest_many(self.company, list(wanted), 10, as_of=as_of)
        return len({row[0] for row in rows if row[1] in wanted[row[0]]})
