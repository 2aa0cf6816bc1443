from odoo.tests import tagged

from .tracking_common import TrackingCase


@tagged("post_install", "-at_install")
class TestOrderTrackingStock(TrackingCase):
    """Deliveries as the warehouse sees them."""

    def test_deliveries_where_stock_is_installed(self):
        order = self.order(self.buyer, "2024-06-01", state="draft", lines=[
            {"product_id": self.counted.id, "product_uom_qty": 10},
        ])
        if "picking_ids" not in order._fields:
            self.skipTest("stock is not installed")
        with self.at("2024-06-01 12:00:00"):
            order.action_confirm()
            self.assertEqual(self.states(order)["delivery"], "waiting")
        with self.at("2024-06-20 12:00:00"):
            self.assertEqual(self.states(order)["delivery"], "late")
            picking = order.picking_ids
            picking.move_ids.quantity = 4
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()
            self.assertEqual(self.text(order, "delivery"), "40 % delivered")
            rest = order.picking_ids - picking
            self.assertEqual(
                set(order.action_open_runwell_stage("delivery")["domain"][0][2]),
                set(order.picking_ids.ids),
            )
            rest.move_ids.quantity = 6
            rest.move_ids.picked = True
            rest.button_validate()
            self.assertEqual(self.states(order)["delivery"], "done")
        self.assertEqual(self.day(order, "delivery"), "2024-06-20")

    def test_a_delivery_that_was_closed_short(self):
        """Nothing more comes: the order is at its end once that is invoiced and paid."""
        order = self.order(self.buyer, "2024-06-01", state="draft", lines=[
            {"product_id": self.counted.id, "product_uom_qty": 10, "price_unit": 10},
        ], commitment_date="2024-06-15 12:00:00")
        if "picking_ids" not in order._fields:
            self.skipTest("stock is not installed")
        with self.at("2024-06-01 12:00:00"):
            order.action_confirm()
        with self.at("2024-06-20 12:00:00"):
            order.picking_ids.move_ids.write({"quantity": 8, "picked": True})
            order.picking_ids._action_done()
            order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()
            self.pay(self.invoice_order(order, "2024-06-20"), 80)
        with self.at("2024-12-20 12:00:00"):
            self.assertEqual(self.stage(order, "delivery"), (
                "done", "2024-06-20", "80 % delivered, nothing more to come",
            ))
            self.assertEqual(set(self.states(order).values()), {"done"})
            self.assertEqual(self.buyer._open_orders(), [])

    def test_goods_that_no_delivery_has_yet(self):
        """Such as those that a supplier is to send: they are still to come."""
        order = self.order(self.buyer, "2024-06-01", state="draft", lines=[
            {"product_id": self.counted.id}, {"product_id": self.product.id},
        ])
        if "picking_ids" not in order._fields:
            self.skipTest("stock is not installed")
        order.action_confirm()
        moves = order.picking_ids.move_ids
        later = moves.filtered(lambda move: move.product_id == self.product)
        later._action_cancel()
        later.unlink()
        (moves - later).write({"quantity": 1, "picked": True})
        order.picking_ids._action_done()
        self.assertEqual(self.stage(order, "delivery")[0::2], ("partly", "50 % delivered"))

    def test_a_delivery_of_which_some_came_back(self):
        order = self.order(self.buyer, "2024-06-01", state="draft", lines=[
            {"product_id": self.counted.id, "product_uom_qty": 10, "price_unit": 10},
        ])
        if "picking_ids" not in order._fields:
            self.skipTest("stock is not installed")
        with self.at("2024-06-01 12:00:00"):
            order.action_confirm()
            sent = order.picking_ids
            sent.move_ids.write({"quantity": 10, "picked": True})
            sent.button_validate()
            self.pay(self.invoice_order(order, "2024-06-01"), 100)
        with self.at("2024-06-20 12:00:00"):
            wizard = self.env["stock.return.picking"].create({"picking_id": sent.id})
            wizard.product_return_moves.write({"quantity": 2, "to_refund": True})
            back = wizard._create_return()
            back.move_ids.write({"quantity": 2, "picked": True})
            back.button_validate()
            self.assertEqual(order.order_line.qty_delivered, 8)
        with self.at("2024-12-20 12:00:00"):
            self.assertEqual(
                self.stage(order, "delivery")[0::2],
                ("done", "80 % delivered, nothing more to come"),
            )
