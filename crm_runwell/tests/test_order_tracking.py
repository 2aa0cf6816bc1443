from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .tracking_common import TrackingCase


@tagged("post_install", "-at_install")
class TestOrderTracking(TrackingCase):
    """Quotation, order, delivery, invoice and payment in one line, from real documents."""

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
            # What is delivered is invoiced, and no more can be now.
            self.assertEqual(self.states(order)["invoice"], "done")
            self.assertIn("40.00", self.text(order, "invoice"))
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
        self.assertEqual(self.states(order)["payment"], "done")
        order.order_line.qty_delivered = 10
        self.assertEqual(self.states(order)["invoice"], "partly")
        self.assertEqual(self.states(order)["payment"], "partly")
        self.pay(self.invoice_order(order, "2024-06-15"), 60, "2024-06-25")
        line = self.line(order)
        self.assertEqual((line["invoiced"], line["paid"], line["open"]), (100, 100, 0))
        self.assertEqual(set(self.states(order).values()), {"done"})
        self.assertEqual(
            {stage["key"]: stage["day"] for stage in line["stages"]}["payment"], "2024-06-25",
        )

    def test_the_day_of_the_quotation(self):
        """When it was sent, accepted or cancelled; when it was written, as long as it is not."""
        order = self.made_on(self.order(self.buyer, "2024-06-03", state="draft"), "2024-05-20")
        self.assertEqual(self.day(order, "quotation"), "2024-05-20")
        with self.at("2024-06-01 12:00:00"):
            order.action_quotation_sent()
        self.assertEqual(self.day(order, "quotation"), "2024-06-01")
        with self.at("2024-06-04 12:00:00"):
            order.action_confirm()
        self.assertEqual(self.day(order, "quotation"), "2024-06-04")
        with self.at("2024-06-07 12:00:00"):
            order._action_cancel()
        self.assertEqual(self.day(order, "quotation"), "2024-06-07")
        # Of before it was noted down: no day rather than a wrong one.
        order.runwell_cancelled_on = False
        self.assertFalse(self.day(order, "quotation"))

    def test_a_promised_day_that_passed(self):
        order = self.order(
            self.buyer, "2024-06-01", commitment_date="2024-06-10 12:00:00",
            lines=[{"product_id": self.work.id}],
        )
        with self.at("2024-06-10 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "waiting")
        with self.at("2024-06-11 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "late")
        order.order_line.qty_delivered = 1
        self.assertEqual(self.states(order)["delivery"], "done")

    def test_a_promised_day_without_anybody_who_notes_deliveries(self):
        advice = self.make_product("Advice", type="service")
        order = self.order(
            self.buyer, "2024-06-01", commitment_date="2024-06-10 12:00:00",
            lines=[{"product_id": advice.id}],
        )
        with self.at("2024-06-10 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "waiting")
        with self.at("2024-06-11 20:00:00"):
            self.assertEqual(self.states(order)["delivery"], "none")
            self.assertEqual(self.text(order, "delivery"), "Not recorded")

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
        # A company of its own below it is another customer.
        daughter = self.customer("Daughter", parent_id=self.buyer.id)
        self.order(daughter, "2024-06-09")
        self.assertEqual(self.buyer.get_runwell_orders()["count"], 7)
        self.assertEqual(daughter.get_runwell_orders()["count"], 1)
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
