from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RunwellCase


@tagged("post_install", "-at_install")
class TestOrderTracking(RunwellCase):
    """Quotation, order, delivery, invoice and payment in one line, from real documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")
        cls.counted = cls.make_product("Counted", invoice_policy="delivery")
        # Its delivery is noted by hand, whether stock is installed or not.
        cls.work = cls.make_product("Work", type="service", invoice_policy="delivery")
        cls.bank = cls.env["account.journal"].create({
            "name": "Bank", "code": "RWB", "type": "bank", "company_id": cls.company.id,
        })
        cls.company.transfer_account_id = cls.env["account.account"].create({
            "name": "Transfer", "code": "RW120", "account_type": "asset_current",
            "reconcile": True, "company_ids": cls.company.ids,
        })

    @classmethod
    def invoice_order(cls, order, day):
        move = super().invoice_order(order, day)
        move.invoice_date_due = day
        return move

    def line(self, order):
        self.env.invalidate_all()
        return order._runwell_tracking()[order.id]

    def states(self, order):
        return {stage["key"]: stage["state"] for stage in self.line(order)["stages"]}

    def text(self, order, key):
        return {stage["key"]: stage["text"] for stage in self.line(order)["stages"]}[key]

    def pay(self, move, amount, day="2024-06-20"):
        return self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids,
        ).create({
            "amount": amount, "payment_date": day, "journal_id": self.bank.id,
        })._create_payments()

    def test_a_quotation(self):
        order = self.order(self.buyer, "2024-06-01", state="draft")
        self.assertEqual(self.states(order), {
            "quotation": "waiting", "order": "waiting", "delivery": "none", "invoice": "none",
            "payment": "none",
        })
        self.assertEqual(self.text(order, "quotation"), "Not sent yet")
        order.state = "sent"
        self.assertEqual(self.text(order, "quotation"), "Sent")
        order.validity_date = "2024-06-15"
        with self.at("2024-06-15 12:00:00"):
            self.assertEqual(self.states(order)["quotation"], "waiting")
        with self.at("2024-06-16 12:00:00"):
            self.assertEqual(self.states(order)["quotation"], "late")

    def test_invoiced_before_it_came_here(self):
        order = self.order(self.buyer, "2024-06-01")
        self.assertEqual(self.states(order)["invoice"], "waiting")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET invoice_status = 'invoiced' WHERE id = %s", (order.id,),
        )
        self.assertEqual(self.text(order, "invoice"), "Invoiced")
        self.assertEqual(self.states(order)["payment"], "none")

    def test_an_order_from_delivery_to_payment(self):
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_id": self.work.id, "product_uom_qty": 10, "price_unit": 10},
        ])
        self.assertEqual(self.states(order), {
            "quotation": "done", "order": "done", "delivery": "waiting", "invoice": "waiting",
            "payment": "none",
        })
        order.order_line.qty_delivered = 4
        line = self.line(order)
        self.assertEqual((line["delivered"], self.text(order, "delivery")), (0.4, "40 % delivered"))
        self.assertEqual(self.states(order)["delivery"], "partly")
        first = self.invoice_order(order, "2024-06-10")
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (40, 0, 40))
        with self.at("2024-06-09 12:00:00"):
            self.assertEqual(self.states(order)["invoice"], "partly")
            self.assertEqual(self.states(order)["payment"], "waiting")
            self.assertEqual(self.text(order, "payment"), "Unpaid")
        with self.at("2024-06-12 12:00:00"):
            self.assertEqual(self.states(order)["payment"], "late")
            self.assertIn("40.00", self.text(order, "payment"))
        self.pay(first, 15)
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (40, 15, 25))
        with self.at("2024-06-10 12:00:00"):
            self.assertEqual(self.states(order)["payment"], "partly")
        self.pay(first, 25)
        self.assertEqual(self.states(order)["payment"], "partly")
        order.order_line.qty_delivered = 10
        self.pay(self.invoice_order(order, "2024-06-15"), 60, "2024-06-25")
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (100, 100, 0))
        self.assertEqual(set(self.states(order).values()), {"done"})
        self.assertEqual(
            {stage["key"]: stage["day"] for stage in line["stages"]}["payment"], "2024-06-25",
        )

    def test_a_promised_day_that_passed(self):
        order = self.order(self.buyer, "2024-06-01", commitment_date="2024-06-10 12:00:00")
        with self.at("2024-06-10 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "waiting")
        with self.at("2024-06-11 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "late")
        order.order_line.qty_delivered = 1
        self.assertEqual(self.states(order)["delivery"], "done")

    def test_a_delivery_that_nobody_notes_is_not_waited_for(self):
        order = self.order(self.buyer, "2024-06-01")
        if "picking_ids" not in order._fields:
            self.assertEqual(self.states(order)["delivery"], "none")
            self.assertEqual(self.text(order, "delivery"), "Not recorded")

    def test_quantities_in_different_units(self):
        """A dozen and twelve pieces weigh the same."""
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_id": self.counted.id, "product_uom_qty": 1, "product_uom_id": self.dozen.id},
            {"product_id": self.counted.id, "product_uom_qty": 12, "price_unit": 1},
        ])
        order.order_line[0].qty_delivered = 1
        self.assertEqual(self.line(order)["delivered"], 0.5)

    def test_more_than_ordered_is_all_of_it(self):
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_id": self.counted.id, "product_uom_qty": 2},
            {"product_id": self.counted.id, "product_uom_qty": 2},
        ])
        order.order_line[0].qty_delivered = 8
        self.assertEqual(self.line(order)["delivered"], 0.5)

    def test_services_beside_goods_are_not_delivered(self):
        service = self.make_product("Advice", type="service")
        order = self.order(self.buyer, "2024-06-01", lines=[
            {"product_id": self.counted.id}, {"product_id": service.id},
        ])
        order.order_line[0].qty_delivered = 1
        self.assertEqual(self.states(order)["delivery"], "done")

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

    def test_a_cancelled_order(self):
        order = self.order(self.buyer, "2024-06-01")
        order._action_cancel()
        self.assertTrue(self.line(order)["is_cancelled"])
        self.assertEqual(set(self.states(order).values()), {"none"})
        self.assertEqual(self.text(order, "order"), "Cancelled")

    def test_an_order_over_nothing(self):
        order = self.order(self.buyer, "2024-06-01", lines=[])
        self.assertEqual(self.states(order), {
            "quotation": "done", "order": "done", "delivery": "none", "invoice": "none",
            "payment": "none",
        })

    def test_as_many_queries_for_many(self):
        orders = self.env["sale.order"].union(*(
            self.order(self.buyer, f"2024-06-{day:02}") for day in range(1, 21)
        ))
        self.invoice_order(orders[:5], "2024-06-25")
        few = self.queries(lambda: orders[:2]._runwell_tracking())
        self.assertEqual(self.queries(lambda: orders._runwell_tracking()), few)
        self.assertLessEqual(few, 7)

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
        days = {stage["key"]: stage["day"] for stage in self.line(order)["stages"]}
        self.assertEqual(days["delivery"], "2024-06-20")

    def test_documents_of_a_stage(self):
        order = self.order(self.buyer, "2024-06-01")
        self.assertEqual(order.action_open_runwell_stage("invoice")["res_model"], "sale.order")
        move = self.invoice_order(order, "2024-06-10")
        action = order.action_open_runwell_stage("payment")
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", move.id))
        with self.assertRaises(UserError):
            order.action_open_runwell_stage("unlink")

    def test_who_may_ask(self):
        seller, other = (
            new_test_user(
                self.env, login, "sales_team.group_sale_salesman", company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for login in ("rwt_seller", "rwt_other")
        )
        order = self.order(self.buyer, "2024-06-01", user_id=seller.id)
        self.invoice_order(order, "2024-06-10")
        self.assertEqual(order.with_user(seller).get_runwell_tracking()[0]["invoiced"], 100)
        with self.assertRaises(AccessError):
            order.with_user(other).get_runwell_tracking()
        with self.assertRaises(AccessError):
            order.with_user(other).action_open_runwell_stage("invoice")
        self.assertEqual(self.buyer.with_user(seller).get_runwell_orders()["count"], 1)
        self.assertEqual(self.buyer.with_user(other).get_runwell_orders()["orders"], [])

    def test_the_orders_of_a_customer(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        orders = [self.order(contact, f"2024-06-{day:02}") for day in range(1, 8)]
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        self.order(self.buyer, "2024-06-20", company=other)
        found = self.buyer.get_runwell_orders()
        self.assertEqual(found["count"], 7)
        self.assertEqual(
            [line["id"] for line in found["orders"]], [order.id for order in orders[:1:-1]],
        )
        for limit in (0, 41, "5"):
            with self.assertRaises(UserError):
                self.buyer.get_runwell_orders(limit)

    def test_the_chip_of_the_customers_page(self):
        def chips():
            return [
                chip for chip in self.buyer._runwell_header_chips()
                if chip["key"] == "open_orders"
            ]

        self.assertEqual(chips(), [])
        lines = [{"product_id": self.work.id}]
        orders = [
            self.order(self.buyer, "2024-06-01", lines=lines),
            self.order(
                self.buyer, "2024-06-02", lines=lines, commitment_date="2024-06-10 12:00:00",
            ),
            self.order(self.buyer, "2024-06-03", lines=[
                {"product_id": self.make_product("Advice", type="service").id},
            ]),
        ]
        self.order(self.buyer, "2024-06-02", state="draft")
        self.startPatcher(freeze_time("2024-06-30 12:00:00"))
        self.assertEqual([chip["value"] for chip in chips()], ["3, 1 late"])
        self.assertEqual(
            self.buyer.action_runwell_open_orders()["domain"],
            [("id", "in", [order.id for order in orders[::-1]])],
        )
        # Long ago, and nobody invoiced it here: not open. Promised and not delivered: still.
        with self.at("2024-12-30 12:00:00"):
            self.assertEqual([chip["value"] for chip in chips()], ["2, 1 late"])
