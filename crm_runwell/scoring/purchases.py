"""What a purchase is: the one definition, in SQL, for every figure of the product.

A *document* is a confirmed sale order or a posted customer invoice or credit
note, of one company, up to the end of a day in that company's time zone. Its
amount is untaxed and in the company's currency; it belongs to the commercial
partner as the partners stand today. Above zero it is a purchase; below zero it
is a return or a credit and lowers the revenue of its day without being a
purchase; at zero it is nothing.
"""

from dataclasses import dataclass, replace
from datetime import date

from odoo.tools import SQL


@dataclass(frozen=True)
class Scope:
    """Whose history is read, from which documents, and until when.

    :ivar company_id: id of the company
    :ivar source: ``sale`` (confirmed sale orders) or ``invoice`` (posted invoices)
    :ivar as_of: the last day that counts, in the company's time zone
    :ivar tz: the company's time zone (an Olson name)
    :ivar partner_ids: commercial partners to look at; None means all
    :ivar has_sale_margin: whether order lines record their cost (module ``sale_margin``)
    :ivar fee_ids: products that are no purchase of their category, such as delivery
    """

    company_id: int
    source: str
    as_of: date
    tz: str = "UTC"
    partner_ids: tuple | None = None
    has_sale_margin: bool = False
    fee_ids: tuple = ()

    def at(self, as_of):
        """Return the same scope as of another day."""
        return replace(self, as_of=as_of)

    def of(self, partner_ids):
        """Return the same scope of these commercial partners alone."""
        return replace(self, partner_ids=tuple(partner_ids))

    def without(self, fee_ids):
        """Return the same scope with these products left out of their categories."""
        return replace(self, fee_ids=tuple(fee_ids))


def documents(scope):
    """Return SQL of ``(partner_id, day, amount, document_id)``, a row a document.

    ``document_id`` is the id in ``sale_order`` or ``account_move``; it is null on
    credits that lower the revenue of an order.
    """
    if scope.source == "invoice":
        return _invoices(scope)
    return SQL("%s UNION ALL %s", _orders(scope), _credits_of_orders(scope))


def lines(scope, margin_since):
    """Return SQL ``(partner_id, day, product_id, amount, margin, document_id)``, a row a line.

    ``document_id`` is as of :func:`documents`; ``margin`` is worked out for the days after
    ``margin_since`` (None: for none) and null where no cost is known: the cost recorded on
    the order line where the database has one, else the product's cost of today.
    """
    if scope.source == "invoice":
        return _invoice_lines(scope, margin_since)
    return SQL(
        "%s UNION ALL %s", _order_lines(scope, margin_since), _credit_lines(scope, margin_since)
    )


def category_lines(scope):
    """Return SQL ``(partner_id, day, categ_id, line_count)``: product lines bought.

    A row a day and product category, the category that the product has today; null
    where it has none.
    """
    category = SQL(
        """LEFT JOIN product_product product ON product.id = l.product_id
           LEFT JOIN product_template template ON template.id = product.product_tmpl_id"""
    )
    if scope.source == "invoice":
        return SQL(
            """SELECT p.commercial_partner_id AS partner_id, m.invoice_date AS day,
                      template.categ_id, count(*)::int AS line_count
                 FROM account_move m
                 JOIN res_partner p ON p.id = m.partner_id
                 JOIN account_move_line l ON l.move_id = m.id
                 %s
                WHERE l.display_type = 'product' AND l.balance < 0 AND %s AND %s
                GROUP BY p.commercial_partner_id, m.invoice_date, template.categ_id""",
            category, _is_no_fee(scope), _invoice_counts(scope),
        )
    return SQL(
        """SELECT o.partner_id, o.day, template.categ_id, count(*)::int AS line_count
             FROM (SELECT o.id, p.commercial_partner_id AS partner_id, %s AS day
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
                    WHERE o.amount_untaxed <> 0 AND %s
                   OFFSET 0) o
             JOIN sale_order_line l ON l.order_id = o.id
             %s
            WHERE l.price_subtotal > 0 AND l.display_type IS NULL AND %s
            GROUP BY o.partner_id, o.day, template.categ_id""",
        _order_day(scope), _order_counts(scope), category, _is_no_fee(scope),
    )


def category_documents(scope):
    """Return SQL ``(partner_id, day, categ_id, amount, document_id)``: documents by category.

    A row a document and product category; as of :func:`documents`, below zero a return.
    """
    return SQL(
        """SELECT l.partner_id, l.day, template.categ_id, sum(l.amount) AS amount, l.document_id
             FROM (%s) l
             JOIN product_product product ON product.id = l.product_id
             JOIN product_template template ON template.id = product.product_tmpl_id
            WHERE %s
            GROUP BY l.partner_id, l.day, template.categ_id, l.document_id
           HAVING sum(l.amount) <> 0""",
        lines(scope, None), _is_no_fee(scope),
    )


def _is_no_fee(scope):
    """Return the condition that line ``l`` is a purchase of its product's category."""
    return SQL("l.product_id <> ALL(%s)", list(scope.fee_ids)) if scope.fee_ids else SQL("TRUE")


def _orders(scope):
    return SQL(
        """SELECT p.commercial_partner_id AS partner_id, %s AS day, %s AS amount,
                  o.id AS document_id
             FROM sale_order o
             JOIN res_partner p ON p.id = o.partner_id
            WHERE o.amount_untaxed <> 0 AND %s""",
        _order_day(scope), _in_company_currency(SQL("o.amount_untaxed")), _order_counts(scope),
    )


def _order_counts(scope):
    """Return the condition under which the sale order ``o`` of partner ``p`` counts."""
    return SQL(
        """o.state = 'sale' AND o.company_id = %s
           AND o.date_order < ((%s::date + 1)::timestamp AT TIME ZONE %s) AT TIME ZONE 'UTC'
           AND %s""",
        scope.company_id, scope.as_of, scope.tz, of_partners(scope, SQL("o.partner_id")),
    )


def of_partners(scope, partner_id):
    """Return the condition that a document's ``partner_id`` is among those asked for."""
    if scope.partner_ids is None:
        return SQL("TRUE")
    return SQL(
        "%s IN (SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s))",
        partner_id, list(scope.partner_ids),
    )


def _order_day(scope):
    return local_day(SQL("o.date_order"), scope.tz)


def local_day(moment, tz):
    """Return SQL of the day, in ``tz``, of a timestamp kept in UTC."""
    if tz == "UTC":
        return SQL("%s::date", moment)
    return SQL("((%s AT TIME ZONE 'UTC') AT TIME ZONE %s)::date", moment, tz)


def _in_company_currency(amount):
    """Return an amount of the order ``o`` at the order's own rate, rounded to cents of cents.

    Most orders are in the company's currency: they skip the division and stay exact.
    """
    return SQL(
        "CASE WHEN coalesce(o.currency_rate, 0) IN (0, 1) THEN %s"
        " ELSE round(%s / o.currency_rate, 4) END",
        amount, amount,
    )


def _credits_of_orders(scope):
    """Return credit notes as documents, where orders are the purchases.

    One an order (or credit of its own) and day: the credit of a discount line
    lowers what is taken back, it is never a purchase.
    """
    return SQL(
        """SELECT partner_id, day, sum(amount) AS amount, NULL::int AS document_id
             FROM (%s) c
            GROUP BY partner_id, day, credited_document
           HAVING sum(amount) < 0""",
        _credits(scope),
    )


def _credits(scope):
    """Return SQL of what credit notes take back, a row an order line or credit of its own.

    Columns ``partner_id, day, amount, order_line_id, credited_document``.
    A credit on the lines of a confirmed order counts, up to what the order then
    stays short of: an invoice that was reversed and issued anew takes nothing
    back (of a discount line, below zero, the same the other way round). A credit
    without an order counts in full, unless it reverses an invoice that came from
    no order: that invoice was never counted.
    Negative order lines and down payments are in the orders already.
    """
    posted = SQL(
        "m.state = 'posted' AND m.company_id = %s AND m.invoice_date <= %s AND %s"
        " AND l.display_type = 'product'",
        scope.company_id, scope.as_of, of_partners(scope, SQL("m.partner_id")),
    )
    return SQL(
        """SELECT p.commercial_partner_id AS partner_id, c.day,
                  -CASE WHEN s.price_subtotal >= 0
                        THEN least(c.credited, greatest(0, %(ordered)s - c.invoiced + c.credited))
                        ELSE greatest(c.credited, least(0, %(ordered)s - c.invoiced + c.credited))
                    END AS amount,
                  s.id AS order_line_id, s.order_id AS credited_document
             FROM (SELECT rel.order_line_id,
                          max(m.invoice_date) FILTER (WHERE m.move_type = 'out_refund') AS day,
                          coalesce(sum(l.balance) FILTER (WHERE m.move_type = 'out_refund'), 0)
                              AS credited,
                          coalesce(-sum(l.balance) FILTER (WHERE m.move_type = 'out_invoice'), 0)
                              AS invoiced
                     FROM account_move m
                     JOIN account_move_line l ON l.move_id = m.id
                     JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
                    WHERE m.move_type IN ('out_invoice', 'out_refund') AND %(posted)s
                      AND rel.order_line_id IN (
                          SELECT rel.order_line_id
                            FROM account_move m
                            JOIN account_move_line l ON l.move_id = m.id
                            JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
                           WHERE m.move_type = 'out_refund' AND %(posted)s)
                    GROUP BY rel.order_line_id) c
             JOIN sale_order_line s ON s.id = c.order_line_id
             JOIN sale_order o ON o.id = s.order_id
             JOIN res_partner p ON p.id = o.partner_id
            WHERE %(counts)s AND s.product_uom_qty > 0 AND s.is_downpayment IS NOT TRUE
            UNION ALL
           SELECT p.commercial_partner_id, m.invoice_date, -sum(l.balance), NULL, -m.id
             FROM account_move m
             JOIN account_move_line l ON l.move_id = m.id
             JOIN res_partner p ON p.id = m.partner_id
            WHERE m.move_type = 'out_refund' AND %(posted)s
              AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel rel
                               WHERE rel.invoice_line_id = l.id)
              AND (m.reversed_entry_id IS NULL OR EXISTS (
                  SELECT FROM account_move_line rl
                    JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = rl.id
                   WHERE rl.move_id = m.reversed_entry_id))
            GROUP BY m.id, p.commercial_partner_id""",
        ordered=_in_company_currency(SQL("s.price_subtotal")),
        posted=posted, counts=_order_counts(scope),
    )


def _invoices(scope):
    return SQL(
        """SELECT p.commercial_partner_id AS partner_id, m.invoice_date AS day,
                  m.amount_untaxed_signed AS amount, m.id AS document_id
             FROM account_move m
             JOIN res_partner p ON p.id = m.partner_id
            WHERE m.amount_untaxed_signed <> 0 AND %s""",
        _invoice_counts(scope),
    )


def _invoice_counts(scope):
    """Return the condition under which the journal entry ``m`` of partner ``p`` counts."""
    return SQL(
        """m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
           AND m.company_id = %s AND m.invoice_date <= %s AND %s""",
        scope.company_id, scope.as_of, of_partners(scope, SQL("m.partner_id")),
    )


def _order_lines(scope, margin_since):
    """Return the lines of confirmed orders; what is the order's own is worked out once."""
    amount = _in_company_currency(SQL("s.price_subtotal"))
    margin, product = SQL("NULL::numeric"), SQL("")
    if margin_since:
        margin = SQL(
            "CASE WHEN o.day > %s THEN %s - %s END", margin_since, amount, _order_line_cost(scope),
        )
        product = _join_product(scope, SQL("s.product_uom_id"))
    return SQL(
        """SELECT o.partner_id, o.day, s.product_id, %(amount)s AS amount,
                  %(margin)s AS margin, o.id AS document_id
             FROM (SELECT o.id, o.currency_rate, p.commercial_partner_id AS partner_id,
                          %(day)s AS day
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
                    WHERE o.amount_untaxed <> 0 AND %(counts)s
                   OFFSET 0) o
             JOIN sale_order_line s ON s.order_id = o.id
             %(product)s
            WHERE s.product_id IS NOT NULL
              AND s.display_type IS NULL AND s.is_downpayment IS NOT TRUE""",
        day=_order_day(scope), amount=amount, counts=_order_counts(scope), margin=margin,
        product=product,
    )


def _join_product(scope, unit_id):
    """Return the joins that give a line its ``product`` (cost today, unit) and ``unit``."""
    return SQL(
        """JOIN (SELECT product.id, template.uom_id, stock_unit.factor,
                        nullif((product.standard_price ->> %s)::numeric, 0) AS cost
                   FROM product_product product
                   JOIN product_template template ON template.id = product.product_tmpl_id
                   LEFT JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                 OFFSET 0) product ON product.id = product_id
           LEFT JOIN uom_uom unit ON unit.id = %s""",
        str(scope.company_id), unit_id,
    )


def _units(quantity, unit_id):
    """Return SQL of a quantity in the product's own unit, the one its cost is stated for."""
    return SQL(
        """CASE WHEN %(unit)s IS NULL OR %(unit)s = product.uom_id THEN %(quantity)s
                ELSE %(quantity)s * unit.factor / nullif(product.factor, 0) END""",
        unit=unit_id, quantity=quantity,
    )


def _order_line_cost(scope):
    """Return the cost of order line ``s`` in company currency, null if unknown."""
    today = SQL(
        "product.cost * %s", _units(SQL("s.product_uom_qty"), SQL("s.product_uom_id"))
    )
    if not scope.has_sale_margin:
        return today
    recorded = _in_company_currency(SQL("(s.purchase_price * s.product_uom_qty)"))
    return SQL("coalesce(CASE WHEN s.purchase_price > 0 THEN %s END, %s)", recorded, today)


def _credit_lines(scope, margin_since):
    """Return credits as lines; a credited order line gives its margin back in proportion."""
    return SQL(
        """SELECT c.partner_id, c.day, product_id, c.amount,
                  CASE WHEN c.day <= %(since)s OR %(since)s IS NULL THEN NULL
                       WHEN c.order_line_id IS NULL THEN c.amount
                       ELSE c.amount * (1 - %(cost)s / nullif(%(amount)s, 0)) END AS margin,
                  NULL::int AS document_id
             FROM (%(credits)s) c
             LEFT JOIN (sale_order_line s
                        JOIN sale_order o ON o.id = s.order_id
                        %(product)s) ON s.id = c.order_line_id""",
        cost=_order_line_cost(scope), credits=_credits(scope), since=SQL("%s::date", margin_since),
        amount=_in_company_currency(SQL("s.price_subtotal")),
        product=_join_product(scope, SQL("s.product_uom_id")),
    )


def _invoice_lines(scope, margin_since):
    return SQL(
        """SELECT p.commercial_partner_id AS partner_id, m.invoice_date AS day, product_id,
                  -l.balance AS amount,
                  CASE WHEN m.invoice_date > %(since)s THEN
                      -l.balance - product.cost * %(units)s
                      * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END END AS margin,
                  m.id AS document_id
             FROM account_move m
             JOIN res_partner p ON p.id = m.partner_id
             JOIN account_move_line l ON l.move_id = m.id
             LEFT %(product)s
            WHERE l.display_type = 'product' AND %(counts)s""",
        units=_units(SQL("l.quantity"), SQL("l.product_uom_id")),
        since=SQL("%s::date", margin_since),
        product=_join_product(scope, SQL("l.product_uom_id")), counts=_invoice_counts(scope),
    )
