import csv
import gzip
import io
import os
import unittest
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

HEADER = "customer,date,order,product,quantity,amount\n"
TABLES = (
    "res_partner", "product_template", "product_product", "sale_order", "sale_order_line",
    "ir_model_data", "product_taxes_rel",
)


class OrderHistoryCase(TransactionCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({
            "name": "Importers",
            "currency_id": cls.env.ref("base.EUR").id,
        })
        cls.company.resource_calendar_id.tz = "UTC"
        cls.env.user.company_ids |= cls.company
        cls.env.flush_all()

    def load(self, content, name="orders.csv", company=None):
        """Load rows (the header is added to a text); the report and the rejected list."""
        if isinstance(content, str):
            content = (HEADER + content).encode()
        listed = io.StringIO(newline="")
        report = self.env["runwell.order.history"]._load(
            io.BytesIO(content), company or self.company, name, lambda: listed)
        self.rejected = list(csv.reader(listed.getvalue().splitlines()))
        return report

    def orders(self, company=None, **values):
        domain = [("company_id", "=", (company or self.company).id)]
        domain += [(field, "=", value) for field, value in values.items()]
        return self.env["sale.order"].search(domain, order="id")

    def counts(self):
        return {
            table: self.env.execute_query(
                SQL("SELECT count(*) FROM %s", SQL.identifier(table)))[0][0]
            for table in TABLES
        }

    def state(self):
        """Return all rows of the touched tables, with the versions PostgreSQL keeps of them."""
        return {
            table: self.env.execute_query(SQL(
                "SELECT t.ctid::text, t.xmin::text, t::text FROM %s t ORDER BY t.ctid",
                SQL.identifier(table)))
            for table in TABLES
        }


@tagged("post_install", "-at_install")
class TestOrderHistory(OrderHistoryCase):

    def test_an_order(self):
        report = self.load("Ann,2024-02-29,7,tea,3,10.00\nAnn,2024-02-29,7,cup,1,0.99\n")
        order = self.orders()
        self.assertEqual((order.state, order.client_order_ref), ("sale", "7"))
        self.assertEqual(order.date_order, datetime(2024, 2, 29, 12))
        self.assertEqual((order.name, order.currency_id), ("HIST/7", self.company.currency_id))
        self.assertEqual((order.amount_untaxed, order.amount_tax, order.amount_total),
                         (10.99, 0, 10.99))
        self.assertEqual((order.currency_rate, order.invoice_status), (1.0, "no"))
        self.assertFalse(order.user_id)
        self.assertEqual(order.order_line.mapped("price_subtotal"), [10.0, 0.99])
        self.assertEqual(order.order_line.product_id.mapped("default_code"), ["tea", "cup"])
        partner = order.partner_id
        self.assertEqual((partner.name, partner.ref, partner.customer_rank), ("Ann", "Ann", 1))
        self.assertTrue(partner.is_company)
        self.assertEqual(partner.commercial_partner_id, partner)
        self.assertEqual(
            (report.lines, report.loaded, report.orders, report.customers, report.new_customers,
             report.products, report.new_products, report.amount),
            (2, 2, 1, 1, 1, 2, 2, Decimal("10.99")))

    def test_orders_keep_cents_exactly(self):
        cases = [("3", "10.00"), ("7", "0.01"), ("0.33", "99999999.99"), ("144", "13.37"),
                 ("1000000", "0.07"), ("12", "2.675"), ("-9", "-1.11")]
        self.load("".join(f"A,2024-01-01,o,p{n},{q},{a}\n" for n, (q, a) in enumerate(cases)))
        amounts = [Decimal(a).quantize(Decimal("0.01"), "ROUND_HALF_UP") for _q, a in cases]
        stored = self.env.execute_query(SQL(
            "SELECT price_subtotal::text FROM sale_order_line WHERE order_id = %s ORDER BY id",
            self.orders().id))
        self.assertEqual([Decimal(text) for [text] in stored], amounts)
        lines = self.orders().order_line
        lines._compute_amount()
        self.assertEqual([f"{line.price_subtotal:.2f}" for line in lines], list(map(str, amounts)))
        self.orders()._compute_amounts()
        self.assertEqual(f"{self.orders().amount_untaxed:.2f}", str(sum(amounts)))

    def test_currency_without_cents(self):
        self.env.ref("base.JPY").active = True
        self.company.currency_id = self.env.ref("base.JPY")
        self.load("A,2024-01-01,o,p,3,100.5\n")
        self.assertEqual(self.orders().amount_untaxed, 101)

    def test_bad_rows_do_not_touch_the_others(self):
        report = self.load(
            "A,2024-01-01,1,p,1,5.00\n"
            "A,someday,1,p,1,5.00\n"
            ",2024-01-01,1,p,1,5.00\n"
            "A,2024-01-01,1,p,NaN,5.00\n"
            "A,2024-01-01,1,p,1,inf\n"
            "A,2024-01-01,1,p,0,5.00\n"
            "A,2024-01-01,1\n"
            "A,2024-01-01,1,q,2,6.00\n")
        self.assertEqual(self.orders().amount_untaxed, 11)
        self.assertEqual(dict(report.rejected), {
            "date": 1, "customer": 1, "quantity": 1, "amount": 1, "zero": 1, "fields": 1})
        self.assertEqual(report.lines, 8)
        self.assertEqual([row[0] for row in self.rejected[1:]], ["3", "4", "5", "6", "7", "8"])
        self.assertEqual(self.rejected[2][1:], ["no customer", ",2024-01-01,1,p,1,5.00"])

    def test_returns_are_credited(self):
        report = self.load(
            "A,2024-01-01,1,p,5,50.00\nA,2024-01-01,1,q,-1,-8.00\nA,2024-02-01,C1,p,-2,-20.00\n")
        sale, credit = self.orders()
        self.assertEqual((sale.amount_untaxed, credit.amount_untaxed), (42, -20))
        self.assertEqual(credit.state, "sale")
        self.assertEqual(credit.order_line.product_uom_qty, -2)
        self.assertEqual((report.returns, report.return_amount, report.amount), (2, -28, 22))
        self.assertFalse(report.rejected)

    def test_a_return_without_a_minus_sign_on_its_amount(self):
        report = self.load("A,2024-01-01,C1,p,-2,20.00\n")
        self.assertEqual(self.orders().amount_untaxed, -20)
        self.assertEqual(report.unsigned, 1)

    def test_zero_amount(self):
        self.load("A,2024-01-01,1,p,5,0\n")
        self.assertEqual(self.orders().amount_untaxed, 0)
        self.assertEqual(self.orders().order_line.product_uom_qty, 5)

    def test_rows_without_order_and_product(self):
        report = self.load(
            "A,2024-01-01,,,1,5\nA,2024-01-02,,,1,6\nA,2024-01-01,,,2,7\nB,2024-01-01,,,1,8\n")
        self.assertEqual(report.orders, 3)
        self.assertEqual(self.orders().mapped("amount_untaxed"), [12, 8, 6])
        self.assertEqual(self.orders()[0].name, "HIST/A/2024-01-01")
        product = self.orders().order_line.product_id
        self.assertEqual((product.name, product.default_code), ("Imported sales", False))
        self.assertEqual(self.load("A,2024-01-03,,,1,5\n").new_products, 0)

    def test_one_order_number_of_two_customers(self):
        self.load("A,2024-01-01,7,p,1,5\nB,2024-01-01,7,p,1,6\n")
        self.assertEqual(self.orders().mapped("partner_id.name"), ["A", "B"])

    def test_an_order_of_two_days_stands_on_the_first(self):
        self.load("A,2024-01-03,7,p,1,5\nA,2024-01-02,7,q,1,6\n")
        self.assertEqual(self.orders().date_order, datetime(2024, 1, 2, 12))

    def test_day_in_the_companys_time_zone(self):
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.load("A,2024-01-01,1,p,1,5\nA,2024-01-01 23:30,2,p,1,5\n")
        self.assertEqual(
            self.orders().mapped("date_order"),
            [datetime(2023, 12, 31, 23), datetime(2024, 1, 1, 10, 30)])

    def test_future_is_that_of_the_companys_time_zone(self):
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        with freeze_time("2024-06-14 20:00:00"):
            report = self.load("A,2024-06-16,1,p,1,5\nA,2024-06-17,2,p,1,5\n")
        self.assertEqual((report.loaded, report.rejected["future"]), (1, 1))

    def test_texts_that_copy_could_misread(self):
        names = ["back\\slash\\n", "\\.", "\\N", "quo\"te", "per%cent", "Ünï©ode 中文", "'; --"]
        rows = io.StringIO()
        csv.writer(rows).writerows([name, "2024-01-01", "1", name, 1, 5] for name in names)
        self.load(rows.getvalue())
        self.assertEqual(self.orders().mapped("partner_id.name"), names)
        self.assertEqual(self.orders().order_line.product_id.mapped("default_code"), names)

    # === LOADED ONCE === #

    def test_the_same_file_twice_changes_nothing(self):
        rows = ("A,2024-01-01,1,p,1,5\nA,2024-01-02,,,1,5\nB,2024-01-02,2,q,-1,-5\n"
                "C,bad,1,p,1,1\n")
        self.load(rows)
        before = self.state()
        report = self.load(rows)
        self.assertEqual(self.state(), before)
        self.assertEqual((report.lines, report.loaded, report.known, report.changed),
                         (4, 0, 3, 0))
        self.assertEqual(report.rejected["date"], 1)

    def test_a_longer_file_adds_what_is_new(self):
        self.load("A,2024-01-01,1,p,1,5\n")
        report = self.load("A,2024-01-01,1,p,1,5\nA,2024-01-02,2,p,1,6\nB,2024-01-02,3,r,1,7\n")
        self.assertEqual((report.known, report.loaded, report.orders), (1, 2, 2))
        self.assertEqual((report.customers, report.new_customers), (2, 1))
        self.assertEqual((report.products, report.new_products), (2, 1))
        self.assertEqual(len(self.orders().partner_id), 2)

    def test_a_known_order_with_other_rows_is_told(self):
        self.load("A,2024-01-01,1,p,1,5\nA,2024-01-01,2,p,1,5\n")
        report = self.load("A,2024-01-01,1,p,1,5\nA,2024-01-01,1,q,1,5\nA,2024-01-01,2,p,1,5\n")
        self.assertEqual((report.known, report.loaded, report.changed), (3, 0, 1))
        self.assertEqual(self.rejected[1],
                         ["2", "order is loaded already, with other rows", "A,,1"])
        self.assertEqual(self.orders().mapped("amount_untaxed"), [5, 5])

    def test_a_deleted_order_is_loaded_again(self):
        self.load("A,2024-01-01,1,p,1,5\n")
        order = self.orders()
        self.env.cr.execute(SQL("DELETE FROM sale_order WHERE id = %s", order.id))
        self.assertEqual(self.load("A,2024-01-01,1,p,1,5\n").orders, 1)
        order = self.orders()
        order.locked = False
        order._action_cancel()
        order.unlink()
        self.assertEqual(self.load("A,2024-01-01,1,p,1,5\n").orders, 1)
        self.assertEqual(len(self.orders()), 1)

    def test_a_renamed_customer_is_found_again(self):
        self.load("A,2024-01-01,1,p,1,5\n")
        partner = self.orders().partner_id
        partner.write({"name": "Ann", "ref": "X"})
        self.load("A,2024-01-02,2,p,1,5\n")
        self.assertEqual(self.orders().partner_id, partner)

    def test_a_merged_customer_is_found_again(self):
        self.load("A,2024-01-01,1,p,1,5\n")
        kept = self.env["res.partner"].create({"name": "Kept", "company_id": self.company.id})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.orders().partner_id | kept).ids, kept)
        self.load("A,2024-01-02,2,p,1,5\n")
        self.assertEqual(self.orders().partner_id, kept)

    def test_partner_and_product_that_were_there(self):
        partner = self.env["res.partner"].create({"name": "Ann Lee", "ref": "A"})
        product = self.env["product.product"].create(
            {"name": "Tea", "default_code": "p", "invoice_policy": "order"})
        report = self.load("A,2024-01-01,1,p,2,5\n")
        order = self.orders()
        self.assertEqual((order.partner_id, order.order_line.product_id), (partner, product))
        self.assertEqual(order.order_line.name, "[p] Tea")
        self.assertEqual((report.new_customers, report.new_products), (0, 0))
        self.assertEqual(partner.customer_rank, 1)
        self.assertEqual((order.invoice_status, order.order_line.qty_to_invoice), ("no", 0))
        partner.ref = "elsewhere"
        self.assertEqual(self.load("A,2024-01-02,2,p,2,5\n").new_customers, 0)

    def test_never_matched_by_name(self):
        partner = self.env["res.partner"].create({"name": "A"})
        self.load("A,2024-01-01,1,p,2,5\n")
        self.assertNotEqual(self.orders().partner_id, partner)

    def test_a_reference_that_two_share_matches_none(self):
        partners = self.env["res.partner"].create([{"name": "x", "ref": "A"}] * 2)
        self.load("A,2024-01-01,1,p,2,5\n")
        self.assertNotIn(self.orders().partner_id, partners)
        partners[0].active = False
        self.load("A,2024-01-02,2,p,2,5\n")
        self.assertEqual(len(self.orders().partner_id), 1)

    def test_archived_namesake_gives_way_to_the_active_one(self):
        partners = self.env["res.partner"].create([{"name": "x", "ref": "A"}] * 2)
        partners[0].active = False
        self.load("A,2024-01-01,1,p,2,5\n")
        self.assertEqual(self.orders().partner_id, partners[1])

    def test_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Others"})
        rows = "A,2024-01-01,1,p,2,5\n"
        self.load(rows)
        report = self.load(rows, company=other)
        self.assertEqual((report.loaded, report.new_customers, report.new_products), (1, 1, 1))
        mine, theirs = self.orders(), self.orders(company=other)
        self.assertNotEqual(mine.partner_id, theirs.partner_id)
        self.assertEqual(theirs.partner_id.company_id, other)
        self.assertEqual(theirs.order_line.company_id, other)
        self.assertEqual(theirs.currency_id, other.currency_id)

    # === A REAL FILE === #

    def test_cdnow(self):
        """The music shop's history: sums to the cent, and again without any change."""
        folder = os.environ.get("RUNWELL_DATA")
        folder = Path(folder) if folder else Path(__file__).resolve().parents[3] / "shared/data"
        path = folder / "cdnow_sample.csv.gz"
        if not path.is_file():
            raise unittest.SkipTest(f"there is no {path}: set RUNWELL_DATA")
        content = path.read_bytes()
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(content).decode())))
        report = self.load(content, path.name)
        self.assertEqual((report.lines, report.loaded), (len(rows), len(rows)))
        self.assertEqual(report.customers, len({row["customer_id"] for row in rows}))
        self.assertEqual(
            report.orders, len({(row["customer_id"], row["date"]) for row in rows}))
        amount = sum(Decimal(row["amount"]) for row in rows)
        self.assertEqual(report.amount, amount)
        [[stored]] = self.env.execute_query(SQL(
            "SELECT sum(amount_untaxed)::text FROM sale_order WHERE company_id = %s",
            self.company.id))
        self.assertEqual(Decimal(stored), amount)
        self.assertEqual(self.load(content, path.name).known, len(rows))
