"""Writes the orders of ``runwell_history_order`` to Odoo's tables, set by set."""

from odoo.tools import SQL

from .order_codes import OrderCodes, same_order
from .prototype import capture, insert, insert_relations

NAME, CODE = "runwell-prototype-name", "runwell-prototype-code"
"""Marks: how the prototypes are called."""
CHUNK = 20_000
"""Order lines an INSERT writes at once, so that progress can be told."""


class OrderWriter:
    """Inserts the new orders with their customers, products and lines.

    Reads the temporary tables ``runwell_history_line`` and ``runwell_history_order``
    (see ``models/runwell_order_history.py``), and those of :class:`OrderCodes`.

    :param env: a superuser's environment of the company
    :param origin: the source document noted on the orders
    """

    def __init__(self, env, company, origin):
        self.env = env
        self.company = company
        self.origin = origin
        self.codes = OrderCodes(env, company)
        # With one company, customers and products are everybody's, as Odoo makes them.
        # With several they belong to one, so that equal codes do not mix strangers.
        several = env["res.company"].search_count([], limit=2) > 1
        self.owner = company if several else company.browse()

    def insert_all(self, progress):
        """Insert everything.

        :param progress: called with ``(stage, done, total)``
        :return: the number of customers and of products that were new
        """
        self._capture_prototypes()
        self.codes.map_customers()
        self.codes.map_products()
        self.codes.write_external_ids()
        customers = self._insert_customers()
        self._analyze("res_partner")
        progress("customers", customers, customers)
        products = self._insert_products()
        self._analyze("product_template", "product_product")
        progress("products", products, products)
        self.codes.complete_products()
        orders = self._insert_orders()
        progress("orders", orders, orders)
        self._analyze("sale_order")
        self._insert_lines(progress)
        if "margin" in self.order.columns:
            self._sum_margins()
        self._analyze("sale_order_line", "ir_model_data")
        self.env.invalidate_all(flush=False)
        return customers, products

    # === PROTOTYPES === #

    def _capture_prototypes(self):
        """Make one record of each model, read its row, and take it back."""
        savepoint = self.env.cr.savepoint()
        try:
            customer = self.env["res.partner"].create(self._customer_values())
            product = self.env["product.product"].create(self._product_values())
            order = self.env["sale.order"].create(self._order_values(customer, product))
            self.env.flush_all()
            self.customer = capture(customer)
            self.template = capture(product.product_tmpl_id)
            self.product = capture(product)
            self.order = capture(order)
            self.line = capture(order.order_line)
        finally:
            savepoint.close(rollback=True)

    def _customer_values(self):
        return {
            "name": NAME,
            "ref": CODE,
            "is_company": True,
            "customer_rank": 1,
            "company_id": self.owner.id,
            "user_id": False,
        }

    def _product_values(self):
        # Invoiced on delivery, and nothing is delivered: past orders stay out of what is
        # to be invoiced even when Odoo computes their lines anew.
        return {
            "name": NAME,
            "default_code": CODE,
            "type": "consu",
            "sale_ok": True,
            "invoice_policy": "delivery",
            "list_price": 0.0,
            "company_id": self.owner.id,
        }

    def _order_values(self, customer, product):
        values = {
            "name": NAME,
            "company_id": self.company.id,
            "partner_id": customer.id,
            "user_id": False,
            "team_id": False,
            "pricelist_id": False,
            "order_line": [(0, 0, {
                "product_id": product.id,
                "product_uom_qty": 1.0,
                "price_unit": 0.0,
                "tax_ids": [],
            })],
        }
        if "sale_order_template_id" in self.env["sale.order"]._fields:
            values["sale_order_template_id"] = False
        return values

    # === ROWS === #

    def _insert_customers(self):
        count = insert(
            self.env, self.customer,
            SQL("runwell_history_customer m WHERE m.is_new ORDER BY m.line"),
            {"id": SQL("m.id")},
            links=[(self.customer, SQL("m.id"))],
            marks={NAME: SQL("m.code"), CODE: SQL("m.code")},
        )
        insert_relations(
            self.env, self.customer, SQL("SELECT id FROM runwell_history_customer WHERE is_new"))
        self.env.cr.execute(SQL("""
            UPDATE res_partner p SET customer_rank = 1
              FROM runwell_history_customer m
             WHERE NOT m.is_new AND p.id = m.id AND coalesce(p.customer_rank, 0) = 0
        """))
        return count

    def _insert_products(self):
        """Insert templates and their one variant; their price is the average of the file."""
        source = SQL("runwell_history_product m WHERE m.is_new ORDER BY m.line")
        code = SQL("nullif(m.code, '')")
        links = [(self.template, SQL("m.template_id")), (self.product, SQL("m.id"))]
        marks = {NAME: SQL("m.name"), CODE: SQL("m.code")}
        insert(self.env, self.template, source, {
            "id": SQL("m.template_id"),
            "name": SQL("jsonb_build_object('en_US', m.name)"),
            "default_code": code,
            "list_price": SQL("coalesce(%s, 0)", self._rounded(SQL("greatest(m.price, 0)"))),
        }, links, marks)
        count = insert(
            self.env, self.product, source, {"id": SQL("m.id"), "default_code": code},
            links, marks)
        for prototype, column in ((self.template, "template_id"), (self.product, "id")):
            insert_relations(self.env, prototype, SQL(
                "SELECT %s FROM runwell_history_product WHERE is_new", SQL.identifier(column)))
        return count

    def _insert_orders(self):
        """Insert confirmed orders; they are locked, and nothing of them is to be invoiced."""
        name = SQL("concat_ws('/', 'HIST', coalesce(nullif(h.order_ref, ''), h.customer), h.day)")
        return insert(
            self.env, self.order,
            SQL("""runwell_history_order h JOIN runwell_history_customer c ON c.code = h.customer
                    WHERE h.is_new ORDER BY h.id"""),
            {
                "id": SQL("h.id"),
                "name": name,
                "client_order_ref": SQL("nullif(h.order_ref, '')"),
                "origin": SQL("%s", self.origin),
                "date_order": SQL("h.moment"),
                "state": SQL("'sale'"),
                "locked": SQL("TRUE"),
                "invoice_status": SQL("'no'"),
                "validity_date": SQL("NULL"),
                "access_token": SQL("NULL"),
                "amount_untaxed": SQL("h.amount"),
                "amount_tax": SQL("0"),
                "amount_total": SQL("h.amount"),
            },
            links=[(self.order, SQL("h.id")), (self.customer, SQL("c.id"))],
        )

    def _insert_lines(self, progress):
        """Insert the order lines in the file's order, without taxes."""
        [(last, total)] = self.env.execute_query(SQL(
            "SELECT coalesce(max(line), 0), count(*) FROM runwell_history_line"))
        done = 0
        for first in range(0, last + 1, CHUNK):
            source = SQL(
                """runwell_history_line l
                   JOIN runwell_history_order h ON %s
                   JOIN runwell_history_customer c ON c.code = l.customer
                   JOIN runwell_history_product m ON m.code = l.product
                  WHERE h.is_new AND l.line >= %s AND l.line < %s
                  ORDER BY l.line""",
                same_order(), first, first + CHUNK,
            )
            done += insert(
                self.env, self.line, source, self._line_values(),
                links=[(self.order, SQL("h.id")), (self.customer, SQL("c.id")),
                       (self.product, SQL("m.id")), (self.template, SQL("m.template_id"))],
            )
            progress("lines", done, total)

    def _line_values(self):
        """Return SQL by column; the columns on cost are those of module ``sale_margin``."""
        price = SQL("l.amount / l.quantity")
        reduced = self._rounded(price)
        margin = SQL("(l.amount - l.quantity * m.cost)")
        return {
            "product_id": SQL("m.id"),
            "product_uom_id": SQL("m.unit_id"),
            "name": SQL("m.label"),
            "state": SQL("'sale'"),
            "product_uom_qty": SQL("l.quantity"),
            "price_unit": price,
            "technical_price_unit": price,
            "price_subtotal": SQL("l.amount"),
            "price_tax": SQL("0"),
            "price_total": SQL("l.amount"),
            "price_reduce_taxexcl": reduced,
            "price_reduce_taxinc": reduced,
            "qty_to_invoice": SQL("0"),
            "untaxed_amount_to_invoice": SQL("0"),
            "invoice_status": SQL("'no'"),
            "purchase_price": SQL("m.cost"),
            "margin": margin,
            "margin_percent": SQL("coalesce(%s / nullif(l.amount, 0), 0)", margin),
        }

    def _analyze(self, *tables):
        for table in tables:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def _sum_margins(self):
        """Set the orders' margin, a column of module ``sale_margin``, from their lines."""
        self.env.cr.execute(SQL("""
            UPDATE sale_order o
               SET margin = s.margin,
                   margin_percent = coalesce(s.margin / nullif(o.amount_untaxed, 0), 0)
              FROM (SELECT l.order_id, sum(l.margin) AS margin
                      FROM sale_order_line l
                      JOIN runwell_history_order h ON h.id = l.order_id AND h.is_new
                     GROUP BY l.order_id) s
             WHERE o.id = s.order_id
        """))

    def _rounded(self, amount):
        """Return an amount rounded to the company's currency."""
        step = SQL("%s::numeric", str(self.company.currency_id.rounding))
        return SQL("round((%s) / %s) * %s", amount, step, step)
