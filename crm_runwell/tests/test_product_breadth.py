from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import AS_OF, RunwellCase


@tagged("post_install", "-at_install")
class TestProductBreadth(RunwellCase):
    """Products per customer against a benchmark."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = [cls.make_product(f"Product {number}") for number in range(9)]

    def buyer(self, name, count, value_class="high", day="2024-06-01"):
        customer = self.customer(name)
        self.order(customer, day, lines=[
            {"product_id": product.id} for product in self.products[:count]
        ])
        return customer

    def rows(self, classes=None):
        """Score, give the customers their value class, and return their rows by name."""
        self.run_scoring(AS_OF)
        for customer, value_class in (classes or {}).items():
            self.score(customer)._as_machine().value_class = value_class
        found = self.env["runwell.product.breadth"].search(
            [("company_id", "=", self.company.id)]
        )
        return {row.partner_id: row for row in found}

    def test_against_customers_alike(self):
        high = [self.buyer(f"High {count}", count) for count in (2, 7, 8, 8, 9, 1)]
        low = [self.buyer(f"Low {count}", count) for count in (1, 1, 2, 2, 3)]
        rows = self.rows(dict.fromkeys(high, "high") | dict.fromkeys(low, "low"))
        self.assertEqual([rows[customer].benchmark for customer in high], [7.5] * 6)
        self.assertEqual([rows[customer].benchmark for customer in low], [2.0] * 5)
        self.assertEqual(
            [rows[customer].is_far_below for customer in high],
            [True, False, False, False, False, True],
        )
        self.assertEqual([rows[customer].gap for customer in high], [5.5, 0.5, 0, 0, 0, 6.5])
        self.assertEqual([rows[customer].is_far_below for customer in low],
                         [True, True, False, False, False])
        self.assertEqual(
            high[0]._runwell_breadth(),
            {"text": "Buys 2 products a year; customers alike: 7.5", "is_far_below": True},
        )

    def test_too_few_alike(self):
        customers = [self.buyer(f"High {count}", count) for count in (2, 7, 8, 9)]
        rows = self.rows(dict.fromkeys(customers, "high"))
        self.assertIs(rows[customers[0]].benchmark, False)
        self.assertFalse(rows[customers[0]].is_far_below)
        self.assertIn("Too few", customers[0]._runwell_breadth()["text"])

    def test_the_companys_own_number(self):
        customer, other = self.buyer("Buyer", 2), self.buyer("Other", 1)
        policy = self.env["runwell.retention.policy"]._of(self.company)
        policy.write({"product_benchmark": 4.5, "breadth_share": 0.5})
        self.assertEqual(self.rows()[customer].benchmark, 4.5)
        self.assertTrue(self.rows()[customer].is_far_below)
        self.assertEqual(
            [buyer._runwell_breadth()["text"] for buyer in (customer, other)],
            ["Buys 2 products a year; our benchmark: 4.5",
             "Buys 1 product a year; our benchmark: 4.5"],
        )
        policy.breadth_share = 0.4
        self.env.flush_all()
        self.assertFalse(self.rows()[customer].is_far_below)
        for values in (
            {"product_benchmark": 0}, {"product_benchmark": -1}, {"breadth_share": 0},
            {"breadth_share": 1},
        ):
            with self.assertRaises(ValidationError):
                policy.write(values)

    def test_twelve_months(self):
        """What was bought before counts no more; who bought nothing since is not compared."""
        customer, gone = self.buyer("Buyer", 2), self.buyer("Gone", 5, day="2023-06-30")
        self.order(customer, "2023-06-30", lines=[{"product_id": self.products[8].id}])
        rows = self.rows()
        self.assertEqual(rows[customer].product_count, 2)
        self.assertNotIn(gone, rows)
        self.assertIs(gone._runwell_breadth(), False)
        self.order(customer, "2023-07-01", lines=[{"product_id": self.products[8].id}])
        self.assertEqual(self.rows()[customer].product_count, 3)

    def test_far_below_come_first(self):
        customers = [self.buyer(f"High {count}", count) for count in (8, 1, 8, 9, 9)]
        rows = self.rows(dict.fromkeys(customers, "high"))
        self.assertEqual(next(iter(rows)), customers[1])
        action = rows[customers[1]].action_open_partner()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", customers[1].id))
