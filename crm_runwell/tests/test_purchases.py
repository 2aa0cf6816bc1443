from odoo.fields import Command
from odoo.tests import tagged

from .common import RunwellCase


@tagged("post_install", "-at_install")
class TestPurchases(RunwellCase):
    """What of the sale orders counts as a purchase, and for whom."""

    def test_an_order_counts_untaxed(self):
        tax = self.env["account.tax"].create({
            "name": "Tax", "amount": 25, "company_id": self.company.id,
            "country_id": self.env.ref("base.us").id,
            "tax_group_id": self.env["account.tax.group"].create({
                "name": "Tax", "company_id": self.company.id,
                "country_id": self.env.ref("base.us").id,
            }).id,
        })
        customer = self.customer()
        order = self.order(
            customer, "2024-05-01", lines=[{"price_unit": 80.0, "tax_ids": [Command.set(tax.ids)]}],
        )
        self.assertEqual(order.amount_total, 100.0)
        self.assertEqual(self.scored(customer).revenue_total, 80.0)

    def test_foreign_currency_at_the_rate_of_the_order(self):
        self.set_rate(self.foreign, 4.0, "2024-01-01")
        self.set_rate(self.foreign, 5.0, "2024-04-01")
        customer = self.customer()
        self.order(customer, "2024-02-01", 100.0, currency=self.foreign)  # 25.00
        self.order(customer, "2024-05-01", 100.0, currency=self.foreign)  # 20.00
        self.order(customer, "2024-05-02", 7.0)
        score = self.scored(customer)
        self.assertEqual(score.revenue_total, 52.0)
        self.assertEqual(score.currency_id, self.home)

    def test_foreign_currency_that_does_not_divide(self):
        self.set_rate(self.foreign, 3.0)
        customer = self.customer()
        for day in ("2024-05-01", "2024-05-02", "2024-05-03"):
            self.order(customer, day, 100.0, currency=self.foreign)  # 33.3333 each
        self.assertAlmostEqual(self.scored(customer).revenue_total, 100.0, 2)

    def test_cancelled_and_draft_never_count(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0)
        self.order(customer, "2024-05-02", 1000.0, state="draft")
        self.order(customer, "2024-05-03", 1000.0, state="sent")
        self.order(customer, "2024-05-04", 1000.0)._action_cancel()
        score = self.scored(customer)
        self.assertEqual(score.revenue_total, 100.0)
        self.assertEqual(score.order_count, 1)
        self.assertEqual(str(score.last_order_date), "2024-05-01")

    def test_an_order_of_zero_is_no_purchase(self):
        free, customer = self.customer("Samples only"), self.customer()
        self.order(free, "2024-05-01", 0.0)
        self.order(customer, "2024-05-01", 10.0)
        self.order(customer, "2024-05-02", 0.0)
        other = self.make_product("Gadget")
        self.order(customer, "2024-05-03", lines=[
            {"product_id": other.id, "price_unit": 30.0},
            {"product_id": other.id, "price_unit": -30.0},
        ])
        score = self.scored(customer)
        self.assertEqual((score.order_count, score.occasion_count), (1, 1))
        self.assertEqual(str(score.last_order_date), "2024-05-01")
        self.assertEqual(score.product_count, 1)
        self.assertFalse(self.score(free))

    def test_orders_of_one_day_are_one_occasion(self):
        customer = self.customer()
        self.order(customer, "2024-05-01 08:00:00", 10.0)
        self.order(customer, "2024-05-01 17:00:00", 15.0)
        score = self.scored(customer)
        self.assertEqual((score.order_count, score.occasion_count), (2, 1))
        self.assertEqual(score.sufficiency, "single")
        self.assertEqual(score.revenue_total, 25.0)

    def test_a_return_lowers_revenue_and_is_no_purchase(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0)
        self.order(customer, "2024-05-20", lines=[{"price_unit": 40.0, "product_uom_qty": -1.0}])
        score = self.scored(customer)
        self.assertEqual(score.revenue_total, 60.0)
        self.assertEqual((score.order_count, score.occasion_count), (1, 1))
        self.assertEqual(str(score.last_order_date), "2024-05-01")

    def test_a_return_on_the_day_of_a_purchase(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0)
        self.order(customer, "2024-05-01", lines=[{"price_unit": 100.0, "product_uom_qty": -1.0}])
        score = self.scored(customer)
        self.assertEqual((score.order_count, score.revenue_total), (1, 0.0))

    def test_only_returns_is_no_customer(self):
        customer = self.customer()
        self.order(customer, "2024-05-20", lines=[{"price_unit": 40.0, "product_uom_qty": -1.0}])
        self.assertFalse(self.scored(customer))

    def test_a_return_falls_into_its_own_twelve_months(self):
        customer = self.customer()
        self.order(customer, "2023-06-01", 100.0)
        self.order(customer, "2024-06-01", lines=[{"price_unit": 40.0, "product_uom_qty": -1.0}])
        score = self.scored(customer)
        self.assertEqual(score.revenue_12m, -40.0)
        self.assertEqual(score.revenue_prior_12m, 100.0)

    def test_children_count_for_their_company(self):
        parent = self.customer("Parent")
        child = self.env["res.partner"].create({"name": "Buyer", "parent_id": parent.id})
        self.order(parent, "2024-05-01", 10.0)
        self.order(child, "2024-05-01", 20.0)
        self.order(child, "2024-05-11", 40.0)
        score = self.scored(parent)
        self.assertEqual(score.revenue_total, 70.0)
        self.assertEqual((score.order_count, score.occasion_count), (3, 2))
        self.assertFalse(self.score(child))

    def test_a_child_that_becomes_its_own_company(self):
        parent = self.customer("Parent")
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": parent.id})
        self.order(parent, "2024-05-01", 10.0)
        self.order(child, "2024-05-02", 20.0)
        self.assertEqual(self.scored(parent).revenue_total, 30.0)
        child.is_company = True
        self.assertEqual(self.scored(parent).revenue_total, 10.0)
        self.assertEqual(self.score(child).revenue_total, 20.0)

    def test_a_customer_that_becomes_a_child(self):
        parent, branch = self.customer("Parent"), self.customer("Branch")
        self.order(parent, "2024-05-01", 10.0)
        self.order(branch, "2024-05-02", 20.0)
        self.assertEqual(self.scored(branch).revenue_total, 20.0)
        branch.write({"parent_id": parent.id, "is_company": False})
        self.assertFalse(self.scored(branch))
        self.assertEqual(self.score(parent).revenue_total, 30.0)

    def test_different_products_bought(self):
        other, third = self.make_product("Gadget"), self.make_product("Returned only")
        customer = self.customer()
        self.order(customer, "2021-05-01", lines=[{"price_unit": 10.0}, {"price_unit": 20.0}])
        self.order(customer, "2024-05-01", lines=[
            {"price_unit": 10.0}, {"product_id": other.id, "price_unit": 10.0},
        ])
        self.order(customer, "2024-05-20", lines=[
            {"product_id": third.id, "price_unit": 4.0, "product_uom_qty": -1.0},
        ])
        self.assertEqual(self.scored(customer).product_count, 2)


@tagged("post_install", "-at_install")
class TestMargin(RunwellCase):
    """Margin over the lines whose cost is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.costly = cls.make_product("Costly", cost=6.0)

    def test_known_cost(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", lines=[
            {"product_id": self.costly.id, "price_unit": 10.0, "product_uom_qty": 5.0},
        ])
        score = self.scored(customer)
        self.assertEqual((score.revenue_12m, score.margin_12m), (50.0, 20.0))

    def test_unknown_cost_is_no_margin(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 50.0)
        score = self.scored(customer)
        self.assertIs(score.margin_12m, False)

    def test_known_beside_unknown(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", lines=[
            {"product_id": self.costly.id, "price_unit": 10.0}, {"price_unit": 30.0},
        ])
        self.assertEqual(self.scored(customer).margin_12m, 4.0)

    def test_sold_by_the_dozen(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", lines=[{
            "product_id": self.costly.id, "product_uom_id": self.dozen.id,
            "product_uom_qty": 2.0, "price_unit": 100.0,
        }])  # 200 less 24 × 6
        self.assertEqual(self.scored(customer).margin_12m, 56.0)

    def test_stocked_by_the_dozen(self):
        boxed = self.make_product("Boxed", cost=60.0, uom_id=self.dozen.id)
        customer = self.customer()
        self.order(customer, "2024-05-01", lines=[{
            "product_id": boxed.id, "product_uom_id": self.unit.id,
            "product_uom_qty": 6.0, "price_unit": 10.0,
        }])  # 60 less half a dozen at 60
        self.assertEqual(self.scored(customer).margin_12m, 30.0)

    def test_foreign_currency_against_a_cost_at_home(self):
        self.set_rate(self.foreign, 4.0)
        customer = self.customer()
        self.order(customer, "2024-05-01", currency=self.foreign, lines=[
            {"product_id": self.costly.id, "price_unit": 40.0},
        ])  # 10 at home less 6
        self.assertEqual(self.scored(customer).margin_12m, 4.0)

    def test_margin_is_that_of_twelve_months(self):
        customer = self.customer()
        for day in ("2023-06-30", "2023-07-01"):
            self.order(customer, day, lines=[{"product_id": self.costly.id, "price_unit": 10.0}])
        self.assertEqual(self.scored(customer).margin_12m, 4.0)

    def test_a_loss_is_a_negative_margin(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", lines=[
            {"product_id": self.costly.id, "price_unit": 5.0},
        ])
        self.assertEqual(self.scored(customer).margin_12m, -1.0)

    def test_a_refund_gives_the_margin_back_in_proportion(self):
        customer = self.customer()
        order = self.order(customer, "2024-05-01", lines=[
            {"product_id": self.costly.id, "price_unit": 10.0, "product_uom_qty": 4.0},
        ])
        self.refund(self.invoice_order(order, "2024-05-02"), "2024-05-03", quantity=1.0)
        score = self.scored(customer)
        self.assertEqual((score.revenue_12m, score.margin_12m), (30.0, 12.0))
