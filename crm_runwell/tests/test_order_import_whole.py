"""An import loads whole or not at all, and its rows are those the ORM would make."""

import gzip
import json
import threading
from contextlib import closing
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.service.model import get_public_method
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import SQL

from .test_order_import import HEADER, OrderHistoryCase

LOADER = "odoo.addons.crm_runwell.tools.order_writer.OrderWriter"


@tagged("post_install", "-at_install")
class TestWholeOrNothing(OrderHistoryCase):

    def assertNothingLoaded(self, error, content, name="orders.csv"):
        before = self.counts()
        with self.assertRaises(error) as caught:
            self.load(content, name)
        self.assertEqual(self.counts(), before)
        return str(caught.exception)

    def test_a_file_that_breaks_off_loads_nothing(self):
        rows = "".join(f"C{n},2024-01-01,{n * n},p{n},1,{n}\n" for n in range(60_000))
        content = gzip.compress((HEADER + rows).encode())
        self.assertNothingLoaded(UserError, content[:-1000], "orders.csv.gz")
        self.assertNothingLoaded(UserError, (HEADER + rows).encode() + b"\xff\n")

    def test_file_errors_are_told(self):
        for content, word in (
            (b"", "empty"), (b"customer,date\n", "amount"), (b"\xff\xfe", "UTF-8"),
        ):
            self.assertIn(word, self.assertNothingLoaded(UserError, content))

    def test_an_error_on_the_way_loads_nothing(self):
        with patch(LOADER + "._insert_lines", side_effect=ZeroDivisionError):
            self.assertNothingLoaded(ZeroDivisionError, "A,2024-01-01,1,p,2,5\n")
        self.assertEqual(self.load("A,2024-01-01,1,p,2,5\n").loaded, 1)

    def test_prototypes_leave_nothing(self):
        models = ("mail.message", "mail.followers", "mail.activity", "ir.attachment")
        before = {model: self.env[model].search_count([]) for model in models}
        counts = self.counts()
        self.load("A,2024-01-01,1,p,2,5\n")
        self.assertEqual({model: self.env[model].search_count([]) for model in models}, before)
        after = self.counts()
        self.assertEqual(after["sale_order_line"], counts["sale_order_line"] + 1)
        self.assertEqual(after["res_partner"], counts["res_partner"] + 1)
        self.assertFalse(self.env["product.template"].search([("name", "like", "prototype")]))

    def test_whoever_waited_begins_again(self):
        history = self.env["runwell.order.history"]
        with closing(db_connect(self.env.cr.dbname).cursor()) as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtext('runwell.order.history'), %s)",
                [self.company.id])
            timer = threading.Timer(0.3, other.rollback)
            timer.start()
            with self.assertRaises(ConcurrencyError):
                history._take_turn(self.company)
            timer.join()

    def test_not_called_from_outside(self):
        for name in ("_load", "_read"):
            with self.assertRaises(AccessError):
                get_public_method(self.env["runwell.order.history"], name)


@tagged("post_install", "-at_install")
class TestRowsOfTheOrm(OrderHistoryCase):

    def row(self, record):
        """Return a record's stored row, with links to its own kin made comparable."""
        self.env.flush_all()
        [[text]] = self.env.execute_query(SQL(
            "SELECT to_jsonb(t)::text FROM %s t WHERE id = %s",
            SQL.identifier(record._table), record.id))
        row = json.loads(text)
        kin = {"res.partner", "sale.order", "product.product", "product.template"}
        for name, value in row.items():
            field = record._fields.get(name)
            if field is not None and field.type == "many2one" and field.comodel_name in kin:
                row[name] = value and "linked"
        for name in ("id", "create_date", "write_date", "create_uid", "write_uid"):
            row.pop(name)
        # The moment of making, to the second.
        row.pop("calendar_last_notif_ack", None)
        return row

    def assertSameRow(self, loaded, made, besides=()):
        ours, theirs = self.row(loaded), self.row(made)
        for name in besides:
            ours.pop(name, None)
            theirs.pop(name, None)
        self.assertEqual(ours, theirs)
        for name, field in loaded._fields.items():
            if field.type == "many2many" and field.store and name not in besides:
                self.assertEqual(loaded[name], made[name], name)

    def make_by_orm(self):
        """Make through the ORM what the row ``A,2024-02-29,7,p,3,10`` makes."""
        env = self.env(context={"tracking_disable": True})
        partner = env["res.partner"].create({
            "name": "A", "ref": "A", "is_company": True, "customer_rank": 1, "user_id": False,
            "company_id": self.company.id,
        })
        product = env["product.product"].with_company(self.company).create({
            "name": "p", "default_code": "p", "type": "consu", "list_price": 3.33,
            "invoice_policy": "delivery", "company_id": self.company.id,
        })
        order = env["sale.order"].with_company(self.company).create({
            "name": "HIST/7", "client_order_ref": "7", "company_id": self.company.id,
            "partner_id": partner.id, "origin": "Order history: orders.csv", "user_id": False,
            "team_id": False, "pricelist_id": False, "order_line": [(0, 0, {
                "product_id": product.id, "product_uom_qty": 3, "price_unit": 10 / 3,
                "tax_ids": [],
            })],
        })
        order.write({"state": "sale", "locked": True, "date_order": datetime(2024, 2, 29, 12)})
        return order

    def test_rows_are_those_of_the_orm(self):
        made = self.make_by_orm()
        made.partner_id.ref = made.order_line.product_id.default_code = "other"
        self.env.flush_all()
        self.load("A,2024-02-29,7,p,3,10.00\n")
        made.partner_id.ref, made.order_line.product_id.default_code = "A", "p"
        loaded = self.orders() - made
        # The day until which the offer stood means nothing on a past order.
        self.assertSameRow(loaded, made, besides=("validity_date",))
        self.assertSameRow(loaded.order_line, made.order_line)
        self.assertSameRow(loaded.partner_id, made.partner_id)
        ours, theirs = loaded.order_line.product_id, made.order_line.product_id
        self.assertSameRow(ours, theirs)
        # The place in the web shop, where that is installed, is the next free one.
        self.assertSameRow(
            ours.product_tmpl_id, theirs.product_tmpl_id, besides=("website_sequence",))
        self.assertEqual(ours.product_tmpl_id.product_variant_ids, ours)

    def test_computing_anew_changes_nothing(self):
        self.load("A,2024-02-29,7,p,3,10.00\nA,2024-02-29,7,q,12,0.07\nA,2024-02-29,7,q,-2,-.03\n"
                  "B,2024-02-29,8,p,5,1.00\n")
        records = (self.orders(), self.orders().order_line, self.orders().partner_id,
                   self.orders().order_line.product_id,
                   self.orders().order_line.product_id.product_tmpl_id)
        before = [[self.row(record) for record in recordset] for recordset in records]
        for recordset in records:
            for field in recordset._fields.values():
                if field.compute and field.store and field.readonly:
                    self.env.add_to_compute(field, recordset)
        self.env["sale.order"].flush_model()
        after = [[self.row(record) for record in recordset] for recordset in records]
        # Odoo calls a line with a negative quantity and no invoice "fully invoiced".
        self.assertEqual(after[1][2].pop("invoice_status"), "invoiced")
        self.assertEqual(before[1][2].pop("invoice_status"), "no")
        self.assertEqual(after, before)

    def test_nothing_is_to_be_invoiced(self):
        self.load("A,2024-02-29,7,p,3,10.00\nA,2024-02-29,8,p,-3,-10.00\n")
        orders = self.orders()
        self.assertEqual(set(orders.mapped("invoice_status")), {"no"})
        self.assertEqual(set(orders.order_line.mapped("qty_to_invoice")), {0})
        self.assertEqual(orders[0].amount_to_invoice, 0)
        self.assertEqual(orders.partner_id.credit_to_invoice, 0)
        with self.assertRaises(UserError):
            orders._create_invoices()

    def test_a_loaded_customer_can_order_as_any_other(self):
        self.load("A,2024-02-29,7,p,3,10.00\n")
        order = self.env["sale.order"].with_company(self.company).create({
            "partner_id": self.orders().partner_id.id, "company_id": self.company.id,
            "order_line": [(0, 0, {"product_id": self.orders().order_line.product_id.id})],
        })
        order.action_confirm()
        self.assertEqual(order.order_line.price_unit, 3.33)
