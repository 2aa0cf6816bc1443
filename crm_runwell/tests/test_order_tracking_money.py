from odoo.fields import Command
from odoo.tests import tagged

from .tracking_common import TrackingCase


@tagged("post_install", "-at_install")
class TestOrderTrackingMoney(TrackingCase):
    """What is invoiced, paid, due and credited of orders."""

    def test_invoiced_before_it_came_here(self):
        order = self.order(self.buyer, "2024-06-01")
        self.assertEqual(self.states(order)["invoice"], "waiting")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET invoice_status = 'invoiced' WHERE id = %s", (order.id,),
        )
        self.assertEqual(self.text(order, "invoice"), "Invoiced")
        self.assertEqual(self.states(order)["payment"], "none")

    def test_less_delivered_than_ordered(self):
        """What was delivered is invoiced and paid; what nobody began with is still to come."""
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_id": self.work.id, "product_uom_qty": 10, "price_unit": 10},
        ])
        order.order_line.qty_delivered = 8
        self.pay(self.invoice_order(order, "2024-06-10"), 80)
        self.assertEqual(self.states(order), {
            "quotation": "done", "order": "done", "delivery": "partly", "invoice": "done",
            "payment": "done",
        })
        order.order_line = [Command.create({
            "product_id": self.work.id, "price_unit": 10, "tax_ids": [Command.clear()],
        })]
        self.assertEqual(self.states(order)["invoice"], "partly")

    def invoiced_in_halves(self):
        """Return an order and its invoice of 10 June: a half due at once, one 90 days later."""
        terms = self.env["account.payment.term"].create({"name": "Halves", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
            for days in (0, 90)
        ]})
        order = self.order(self.buyer, "2024-06-01", payment_term_id=terms.id)
        move = order._create_invoices()
        move.write({"invoice_date": "2024-06-10", "date": "2024-06-10"})
        move.action_post()
        return order, move

    def test_a_payment_in_instalments(self):
        """Each is due on its own day."""
        order, move = self.invoiced_in_halves()
        with self.at("2024-06-10 12:00:00"):
            self.assertEqual(self.stage(order, "payment"), ("waiting", "2024-06-10", "Unpaid"))
        with self.at("2024-07-20 12:00:00"):
            state, day, text = self.stage(order, "payment")
            self.assertEqual((state, day), ("late", "2024-06-10"))
            self.assertIn("50.00", text)
        self.pay(move, 60)
        with self.at("2024-07-20 12:00:00"):
            self.assertEqual(self.stage(order, "payment")[:2], ("partly", "2024-09-08"))
        with self.at("2024-09-20 12:00:00"):
            state, day, text = self.stage(order, "payment")
            self.assertEqual((state, day), ("late", "2024-09-08"))
            self.assertIn("40.00", text)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (100, 60, 40))

    def test_a_payment_without_an_entry_goes_to_what_is_due_first(self):
        order, move = self.invoiced_in_halves()
        # As where Odoo's own accounting is installed, which waits for the bank's statement.
        self.patch(
            self.registry["account.move"], "_get_invoice_in_payment_state",
            lambda _move: "in_payment",
        )
        self.assertFalse(self.pay(move, 60).move_id)
        with self.at("2024-07-20 12:00:00"):
            self.assertEqual(self.stage(order, "payment")[:2], ("partly", "2024-09-08"))
        line = self.line(order)
        self.assertEqual((line["paid"], line["open"]), (60, 40))

    def test_an_order_over_less_than_nothing(self):
        """What we owe the customer is invoiced by a credit note, and paid back."""
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_uom_qty": 1, "price_unit": -40},
        ])
        move = order._create_invoices(final=True)
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(self.states(order)["invoice"], "waiting")
        move.write({"invoice_date": "2024-06-10", "date": "2024-06-10"})
        move.action_post()
        self.assertEqual(self.stage(order, "invoice"), ("done", "2024-06-10", "Credited"))
        state, _day, text = self.stage(order, "payment")
        self.assertEqual(state, "waiting")
        self.assertIn("40.00", text)
        self.assertIn("to pay back", text)
        self.pay(move, 40)
        self.assertEqual(self.stage(order, "payment"), ("done", "2024-06-20", "Settled"))

    def test_an_invoice_over_two_orders(self):
        orders = self.order(self.buyer, "2024-06-01", 100) + self.order(
            self.buyer, "2024-06-02", 300,
        )
        move = self.invoice_order(orders, "2024-06-10")
        self.assertEqual((len(move), move.amount_total), (1, 400))
        self.pay(move, 200)
        lines = orders._runwell_tracking()
        self.assertEqual(
            [(line["invoiced"], line["paid"], line["open"]) for line in lines.values()],
            [(100, 50, 50), (300, 150, 150)],
        )

    def test_a_draft_invoice_is_not_invoiced(self):
        order = self.order(self.buyer, "2024-06-01")
        order._create_invoices()
        self.assertEqual(self.states(order)["invoice"], "waiting")
        self.assertEqual(self.text(order, "invoice"), "Draft invoice")
        self.assertEqual(self.line(order)["invoiced"], 0)
        seen = order._runwell_portal_tracking()[order.id]
        self.assertNotIn("Draft invoice", str(seen))

    def test_a_credited_order(self):
        order = self.order(self.buyer, "2024-06-01")
        move = self.invoice_order(order, "2024-06-10")
        self.refund(move, "2024-06-12")
        self.assertEqual(move.payment_state, "reversed")
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (0, 0, 0))
        self.assertEqual(self.text(order, "invoice"), "Credited")
        self.assertEqual(self.states(order)["payment"], "none")

    def test_a_part_credited_and_the_rest_paid(self):
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_uom_qty": 10, "price_unit": 10},
        ])
        move = self.invoice_order(order, "2024-06-10")
        refund = self.refund(move, "2024-06-12", quantity=2)
        (move + refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(move.amount_residual, 80)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (80, 0, 80))
        self.pay(move, 80)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (80, 80, 0))
        self.assertEqual(self.states(order)["payment"], "done")

    def test_a_down_payment(self):
        order = self.order(self.buyer, "2024-06-01", 1000)
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids,
        ).create({"advance_payment_method": "percentage", "amount": 30}).create_invoices()
        first = order.invoice_ids
        first.write({"invoice_date": "2024-06-05"})
        first.action_post()
        self.pay(first, 300)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (300, 300, 0))
        self.assertEqual(self.states(order)["payment"], "partly")
        final = order._create_invoices(final=True)
        final.write({"invoice_date": "2024-06-10"})
        final.action_post()
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (1000, 300, 700))
        self.assertEqual(self.states(order)["invoice"], "done")
        self.pay(final, 700)
        self.assertEqual(self.states(order)["payment"], "done")

    def test_another_currency(self):
        self.set_rate(self.foreign, 2.0)
        order = self.order(self.buyer, "2024-06-01", 100, currency=self.foreign)
        move = self.invoice_order(order, "2024-06-10")
        self.assertEqual(move.currency_id, self.foreign)
        self.pay(move, 40)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (100, 40, 60))
        self.assertEqual(line["currency_id"], self.foreign.id)
