from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .service_common import ServiceCase


@tagged("post_install", "-at_install")
class TestRequestEntry(ServiceCase):
    """A request taken down by hand: on the phone, from a customer, from an order."""

    def entry(self, role="agent"):
        return Form(self.as_(role, self.env["runwell.request.entry"]))

    def test_the_caller_is_found_however_the_number_is_written(self):
        for number in ("+32470123456", "0032 470 12 34 56", "0470/12.34.56", "0470 12 34 56",
                       "(+32) 470-123456", "470123456"):
            with self.subTest(number=number):
                form = self.entry()
                form.phone = number
                self.assertEqual(form.partner_id, self.buyer)
                self.assertFalse(form.caller_hint)

    def test_a_number_kept_otherwise(self):
        """What cannot be made international is found by its digits."""
        odd = self.customer("Odd", phone="ext. 98-765/432")
        form = self.entry()
        form.phone = "98 765 432"
        self.assertEqual(form.partner_id, odd)

    def test_a_number_of_several(self):
        twin = self.customer("Twin", phone="+32470123456")
        form = self.entry()
        form.phone = "0470 12 34 56"
        self.assertFalse(form.partner_id)
        self.assertIn("2 customers have this number", form.caller_hint)
        self.assertEqual(form.caller_ids[:], self.buyer + twin)
        form.partner_id = twin
        form.phone = "+32470123456"
        self.assertEqual(form.partner_id, twin)

    def test_an_unknown_number(self):
        form = self.entry()
        form.phone = "+32 499 99 99 99"
        self.assertFalse(form.partner_id)
        self.assertIn("No customer has this number", form.caller_hint)
        form.phone = "12"
        self.assertFalse(form.caller_hint)

    def test_what_is_made(self):
        waiting = self.request()
        form = self.entry()
        form.phone = "0470 12 34 56"
        self.assertEqual(form.open_request_ids[:], waiting)
        form.name = "No water"
        form.request_type = "complaint"
        action = form.save().action_create_open()
        request = self.env["runwell.request"].browse(action["res_id"])
        self.assertEqual(request.partner_id, self.buyer)
        self.assertEqual((request.channel, request.request_type), ("phone", "complaint"))
        self.assertEqual(request.phone, "0470 12 34 56")
        self.assertEqual((request.state, request.user_id), ("assigned", self.agent))
        form = self.entry()
        form.name = "For others"
        form.is_mine = False
        notification = form.save().action_create()
        self.assertIn("REQ/", notification["params"]["message"])
        request = self.env["runwell.request"].search([("name", "=", "For others")])
        self.assertEqual((request.state, request.partner_id.id), ("new", False))

    def test_an_account_manager_notes_for_the_agents(self):
        form = self.entry("account manager")
        self.assertFalse(form.is_mine)
        form.phone = "0470 12 34 56"
        form.name = "No water"
        form.save().action_create()
        request = self.env["runwell.request"].search([("name", "=", "No water")])
        self.assertEqual((request.state, request.partner_id), ("new", self.buyer))
        form = self.entry("other account manager")
        form.phone = "0470 12 34 56"
        form.name = "No water either"
        with self.assertRaises(AccessError):
            form.save().action_create()

    def test_from_a_customer(self):
        self.request(), self.processed(partner_id=self.contact.id)
        buyer, contact = self.as_("agent", self.buyer), self.as_("agent", self.contact)
        self.assertEqual(
            (buyer.runwell_request_count, buyer.runwell_open_request_count), (2, 1),
        )
        self.assertEqual(
            (contact.runwell_request_count, contact.runwell_open_request_count), (1, 0),
        )
        for partner, count in ((buyer, 2), (contact, 1)):
            action = partner.action_open_runwell_requests()
            found = self.env["runwell.request"].search(action["domain"])
            self.assertEqual(len(found), count)
            form = Form(self.as_("agent", self.env["runwell.request"]).with_context(
                **action["context"]
            ))
            form.name = "From the customer"
            self.assertEqual(form.save().partner_id, partner)

    def test_the_counts_are_those_one_may_see(self):
        self.request()
        for role, count in (("account manager", 1), ("other account manager", 0),
                            ("executive", 1), ("employee", 0)):
            with self.subTest(role=role):
                self.assertEqual(self.as_(role, self.buyer).runwell_request_count, count)
        other = self.make_company("Runwell Other", self.home)
        self.assertFalse(self.buyer.with_company(other).runwell_request_count)

    def test_eighty_customers_are_counted_at_once(self):
        customers = self.env["res.partner"].create([
            {"name": f"Customer {i}", "is_company": True} for i in range(80)
        ])
        self.env["runwell.request"].create([
            {"name": "Request", "partner_id": customer.id} for customer in customers
        ])
        self.env.flush_all()
        self.env.invalidate_all()
        customers.mapped("commercial_partner_id.name")
        self.as_("agent", customers)[0].has_access("read")
        with self.assertQueryCount(1):
            customers.mapped("runwell_open_request_count")
        self.assertEqual(set(customers.mapped("runwell_request_count")), {1})

    def test_from_an_order(self):
        order = self.order(self.buyer, "2026-01-01")
        action = order.action_open_runwell_requests()
        self.assertEqual(action["views"], [(False, "form")])
        form = Form(self.env["runwell.request"].with_context(**action["context"]))
        form.name = "It came broken"
        request = form.save()
        self.assertEqual((request.sale_order_id, request.partner_id), (order, self.buyer))
        order.invalidate_recordset()
        self.assertEqual(order.runwell_request_count, 1)
        action = order.action_open_runwell_requests()
        self.assertEqual(self.env["runwell.request"].search(action["domain"]), request)
        self.assertEqual(action["views"][0], (False, "list"))

    def test_the_customer_of_a_document(self):
        order = self.order(self.contact, "2026-01-01")
        form = Form(self.env["runwell.request"])
        form.sale_order_id = order
        self.assertEqual(form.partner_id, self.contact)

    def test_an_agent_links_what_is_the_customers(self):
        """Without access to sales and accounting, and nothing of others."""
        order, invoice = self.order(self.contact, "2026-01-01"), self.invoice(
            self.buyer, "2026-01-02",
        )
        self.order(self.customer("Other"), "2026-01-01")
        request = self.as_("agent", self.assigned())
        action = request.action_link_document()
        rows = request.env[action["res_model"]].search(action["domain"])
        self.assertEqual(
            {(row.model, row.res_id) for row in rows},
            {("sale.order", order.id), ("account.move", invoice.id)},
        )
        for row in rows:
            row.action_link()
        self.assertEqual((request.sale_order_id, request.invoice_id), (order, invoice))
        with self.assertRaises(AccessError):
            request.sale_order_id.read(["amount_total"])
        with self.assertRaises(AccessError):
            self.as_("colleague", request).action_link_document()
        rows[0].res_id = self.order(self.customer("Other"), "2026-01-01").id
        with self.assertRaises(UserError):
            rows[0].action_link()
        for customer in (self.env["res.partner"], self.customer("New")):
            with self.assertRaises(UserError):
                self.as_("agent", self.assigned(partner_id=customer.id)).action_link_document()

    def test_what_the_caller_left_stays(self):
        request = self.request(partner_id=False, email_from="given@example.com", phone="123")
        request.partner_id = self.buyer
        self.assertEqual((request.email_from, request.phone), ("given@example.com", "123"))
