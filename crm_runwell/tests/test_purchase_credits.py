from odoo.fields import Command
from odoo.tests import tagged

from .common import RunwellCase


@tagged("post_install", "-at_install")
class TestCredits(RunwellCase):
    """What credit notes take back where orders are the purchases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")

    def invoiced(self, amount=100.0, **kwargs):
        """Return an order of the buyer and its invoice."""
        order = self.order(self.buyer, "2024-05-01", amount, **kwargs)
        return order, self.invoice_order(order, "2024-05-02")

    def assertRevenue(self, revenue, orders=1):
        score = self.scored(self.buyer)
        self.assertEqual((score.revenue_total, score.order_count), (revenue, orders))
        return score

    def test_an_invoice_adds_nothing_to_its_order(self):
        self.invoiced()
        self.assertRevenue(100.0)

    def test_a_full_refund(self):
        _order, invoice = self.invoiced()
        self.refund(invoice, "2024-05-10")
        score = self.assertRevenue(0.0)
        self.assertEqual(str(score.last_order_date), "2024-05-01")

    def test_a_draft_refund_takes_nothing_back(self):
        _order, invoice = self.invoiced()
        self.refund(invoice, "2024-05-10", post=False)
        self.assertRevenue(100.0)

    def test_a_partial_refund(self):
        _order, invoice = self.invoiced(lines=[{"price_unit": 25.0, "product_uom_qty": 4.0}])
        self.refund(invoice, "2024-05-10", quantity=1.0)
        self.assertRevenue(75.0)

    def test_two_partial_refunds(self):
        _order, invoice = self.invoiced(lines=[{"price_unit": 25.0, "product_uom_qty": 4.0}])
        self.refund(invoice, "2024-05-10", quantity=1.0)
        self.refund(invoice, "2024-05-11", quantity=2.0)
        self.assertRevenue(25.0)

    def test_reversed_and_made_anew_takes_nothing_back(self):
        _order, invoice = self.invoiced()
        self.refund(invoice, "2024-05-10", modify=True)
        self.assertRevenue(100.0)

    def test_reversed_and_made_anew_for_less(self):
        _order, invoice = self.invoiced(lines=[{"price_unit": 25.0, "product_uom_qty": 4.0}])
        anew = self.refund(invoice, "2024-05-10", modify=True, post=False)
        anew.invoice_line_ids.filtered("product_id").quantity = 3.0
        anew.action_post()
        self.assertRevenue(75.0)

    def test_refunded_then_invoiced_again_from_the_order(self):
        order, invoice = self.invoiced()
        self.refund(invoice, "2024-05-10")
        self.assertRevenue(0.0)
        self.invoice_order(order, "2024-05-20")
        self.assertRevenue(100.0)

    def test_a_refund_that_is_dated_later(self):
        _order, invoice = self.invoiced()
        self.refund(invoice, "2024-06-10")
        self.assertEqual(self.scored(self.buyer, "2024-06-09").revenue_total, 100.0)
        self.assertEqual(self.scored(self.buyer, "2024-06-10").revenue_total, 0.0)

    def test_an_order_with_a_discount_line_refunded(self):
        """The credit of a discount is not a purchase."""
        _order, invoice = self.invoiced(lines=[{"price_unit": 100.0}, {"price_unit": -10.0}])
        self.assertRevenue(90.0)
        self.refund(invoice, "2024-06-10")
        score = self.assertRevenue(0.0)
        self.assertEqual(str(score.last_order_date), "2024-05-01")

    def test_an_order_with_a_discount_line_invoiced_anew(self):
        _order, invoice = self.invoiced(lines=[{"price_unit": 100.0}, {"price_unit": -10.0}])
        self.refund(invoice, "2024-06-10", modify=True)
        self.assertRevenue(90.0)

    def test_a_return_line_refunded(self):
        """A negative line is in the order already: its credit note takes nothing back again."""
        order = self.order(self.buyer, "2024-05-01", lines=[
            {"price_unit": 30.0, "product_uom_qty": -1.0},
        ])
        self.order(self.buyer, "2024-04-01", 100.0)
        move = order._create_invoices(final=True)
        self.assertEqual(move.move_type, "out_refund")
        move.write({"invoice_date": "2024-05-03", "date": "2024-05-03"})
        move.action_post()
        self.assertRevenue(70.0)

    def test_a_credit_note_of_its_own(self):
        self.order(self.buyer, "2024-05-01", 100.0)
        self.invoice(self.buyer, "2024-05-10", 15.0, move_type="out_refund")
        self.assertRevenue(85.0)

    def test_a_credit_note_of_its_own_lowers_its_own_twelve_months(self):
        self.order(self.buyer, "2023-05-01", 100.0)
        self.invoice(self.buyer, "2024-05-10", 15.0, move_type="out_refund")
        score = self.assertRevenue(85.0)
        self.assertEqual((score.revenue_12m, score.revenue_prior_12m), (-15.0, 100.0))

    def test_credit_of_an_invoice_that_came_from_no_order(self):
        self.order(self.buyer, "2024-05-01", 100.0)
        invoice = self.invoice(self.buyer, "2024-05-05", 60.0)
        self.assertRevenue(100.0)
        self.refund(invoice, "2024-05-10")
        self.assertRevenue(100.0)

    def test_a_refund_written_by_hand_against_an_order_s_invoice(self):
        """Goodwill on the invoice of an order: a line that is no line of the order."""
        _order, invoice = self.invoiced()
        credit = self.refund(invoice, "2024-05-10", post=False)
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Goodwill", "price_unit": 5.0, "quantity": 1.0,
                            "tax_ids": [Command.clear()]}),
        ]
        credit.action_post()
        self.assertRevenue(95.0)

    def test_a_refunded_down_payment(self):
        order = self.order(self.buyer, "2024-05-01", 100.0)
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids,
        ).create({"advance_payment_method": "percentage", "amount": 40.0})
        wizard.create_invoices()
        down = order.invoice_ids
        down.write({"invoice_date": "2024-05-02", "date": "2024-05-02"})
        down.action_post()
        self.assertEqual(down.amount_untaxed, 40.0)
        self.assertRevenue(100.0)
        self.refund(down, "2024-05-10")
        self.assertRevenue(100.0)

    def test_an_order_cancelled_after_its_refund(self):
        self.order(self.buyer, "2024-04-01", 7.0)
        order, invoice = self.invoiced()
        self.refund(invoice, "2024-05-10")
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertRevenue(7.0)

    def test_a_refund_in_another_currency_at_another_rate(self):
        """What is taken back is never more than the order brought."""
        self.set_rate(self.foreign, 5.0, "2024-01-01")
        self.set_rate(self.foreign, 4.0, "2024-05-02")
        _order, invoice = self.invoiced(currency=self.foreign)
        self.assertEqual(invoice.amount_untaxed_signed, 25.0)
        self.assertRevenue(20.0)
        self.refund(invoice, "2024-05-10")
        self.assertRevenue(0.0)

    def test_a_refund_to_a_child_counts_for_the_company(self):
        child = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        order = self.order(child, "2024-05-01", 100.0)
        self.refund(self.invoice_order(order, "2024-05-02"), "2024-05-10")
        self.assertRevenue(0.0)


@tagged("post_install", "-at_install")
class TestInvoicesAsPurchases(RunwellCase):
    """A company whose purchases are its posted invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scoring.purchase_source = "invoice"
        cls.buyer = cls.customer("Buyer")

    def test_invoices_count_and_orders_do_not(self):
        self.order(self.buyer, "2024-05-01", 1000.0)
        self.invoice(self.buyer, "2024-05-02", 100.0)
        self.invoice(self.buyer, "2024-06-02", 50.0)
        score = self.scored(self.buyer)
        self.assertEqual((score.revenue_total, score.order_count), (150.0, 2))
        self.assertEqual(str(score.first_order_date), "2024-05-02")

    def test_draft_and_cancelled_invoices_do_not_count(self):
        self.invoice(self.buyer, "2024-05-02", 100.0)
        self.invoice(self.buyer, "2024-05-03", 1000.0, post=False)
        reset = self.invoice(self.buyer, "2024-05-04", 1000.0)
        reset.button_draft()
        self.assertEqual(self.scored(self.buyer).revenue_total, 100.0)
        reset.button_cancel()
        self.assertEqual(self.scored(self.buyer).revenue_total, 100.0)

    def test_bills_do_not_count(self):
        self.invoice(self.buyer, "2024-05-02", 100.0)
        self.invoice(self.buyer, "2024-05-03", 1000.0, post=False, move_type="out_receipt")
        self.assertEqual(self.scored(self.buyer).order_count, 1)

    def test_a_credit_note_lowers_revenue_and_is_no_purchase(self):
        invoice = self.invoice(self.buyer, "2024-05-02", 100.0)
        self.refund(invoice, "2024-05-20")
        self.invoice(self.buyer, "2024-05-25", 30.0, move_type="out_refund")
        score = self.scored(self.buyer)
        self.assertEqual((score.revenue_total, score.order_count), (-30.0, 1))
        self.assertEqual(str(score.last_order_date), "2024-05-02")

    def test_reversed_and_made_anew(self):
        invoice = self.invoice(self.buyer, "2024-05-02", 100.0)
        self.refund(invoice, "2024-05-20", modify=True)
        self.assertEqual(self.scored(self.buyer).revenue_total, 100.0)

    def test_foreign_currency(self):
        self.set_rate(self.foreign, 4.0)
        self.invoice(self.buyer, "2024-05-02", 100.0, currency=self.foreign)
        credit = self.invoice(self.buyer, "2024-05-03", 20.0, currency=self.foreign,
                              move_type="out_refund")
        self.assertEqual(credit.amount_untaxed_signed, -5.0)
        self.assertEqual(self.scored(self.buyer).revenue_total, 20.0)

    def test_margin_and_products_of_invoices(self):
        costly = self.make_product("Costly", cost=6.0)
        self.invoice(self.buyer, "2024-05-02", lines=[
            {"product_id": costly.id, "price_unit": 10.0, "quantity": 5.0},
            {"price_unit": 30.0},
        ])
        self.invoice(self.buyer, "2024-05-03", move_type="out_refund", lines=[
            {"product_id": costly.id, "price_unit": 10.0},
        ])
        score = self.scored(self.buyer)
        self.assertEqual((score.revenue_12m, score.margin_12m), (70.0, 16.0))
        self.assertEqual(score.product_count, 2)

    def test_margin_of_invoices_by_the_dozen(self):
        costly = self.make_product("Costly", cost=6.0)
        self.invoice(self.buyer, "2024-05-02", lines=[{
            "product_id": costly.id, "price_unit": 100.0, "product_uom_id": self.dozen.id,
        }])
        self.assertEqual(self.scored(self.buyer).margin_12m, 28.0)

    def test_lines_without_a_product_are_value_too(self):
        """90 without a product and 10 with one bring 100: above a threshold of 60."""
        self.scoring.current_value_threshold = 60.0
        self.scoring.potential_value_threshold = 1e9
        self.invoice(self.buyer, "2024-05-02", lines=[
            {"price_unit": 10.0}, {"product_id": False, "name": "Work", "price_unit": 90.0},
        ])
        score = self.scored(self.buyer)
        self.assertEqual(score.product_count, 1)
        self.assertEqual(score.value_class, "secondary")

    def test_children_and_days(self):
        child = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        self.invoice(child, "2024-05-02", 10.0)
        self.invoice(self.buyer, "2024-05-02", 20.0)
        score = self.scored(self.buyer)
        self.assertEqual((score.order_count, score.occasion_count), (2, 1))
        self.assertEqual(score.revenue_total, 30.0)
        self.assertFalse(self.scored(self.buyer, "2024-05-01"))
