from odoo import models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """What is delivered, invoiced and paid of orders, read in two statements for any number."""

    _inherit = "sale.order"

    def _runwell_facts(self):
        """Return what became of the orders: a dict of the columns below for each id.

        ``ordered, delivered`` (goods in their reference units, or services where the order has
        no goods), ``by_delivery`` (whether a line is invoiced by what is delivered),
        ``is_ahead`` (whether a service is, and nothing of it is delivered yet),
        ``invoiced, open, overdue`` (posted, net of credit notes, with taxes, in the order's
        currency), ``credited`` (of that, by credit notes), ``drafts`` (number of draft invoices),
        ``invoiced_on, due_on, paid_on`` (the last invoice, the first open deadline, the last
        payment), ``prepaid`` (paid online before an invoice), ``pickings, picked_on,
        planned_on`` (moments in UTC, where stock is installed), ``is_settled`` (whether all
        deliveries are done and no goods wait for one).

        The part of an invoice over several orders goes by their lines.
        """
        if not self.ids:
            return {}
        self.env.flush_all()
        facts = {
            row["order_id"]: row for row in self.env.execute_query_dict(self._sql_money_facts())
        }
        for row in self._picking_facts():
            facts[row["order_id"]].update(row)
        return facts

    def _sql_money_facts(self):
        return SQL(
            """
            WITH line AS (%(lines)s), invoice AS (%(invoices)s)
            SELECT o.id AS order_id,
                   coalesce(line.ordered, 0) AS ordered, coalesce(line.delivered, 0) AS delivered,
                   coalesce(line.by_delivery, FALSE) AS by_delivery,
                   coalesce(line.is_ahead, FALSE) AS is_ahead,
                   coalesce(invoice.invoiced, 0) AS invoiced, coalesce(invoice.open, 0) AS open,
                   coalesce(invoice.overdue, 0) AS overdue,
                   coalesce(invoice.credited, 0) AS credited,
                   coalesce(invoice.drafts, 0) AS drafts,
                   invoice.invoiced_on, invoice.due_on,
                   greatest(invoice.paid_on, prepaid.paid_on) AS paid_on,
                   coalesce(prepaid.amount, 0) AS prepaid,
                   0 AS pickings, FALSE AS is_settled, NULL::timestamp AS picked_on,
                   NULL::timestamp AS planned_on
              FROM sale_order o
              LEFT JOIN line ON line.order_id = o.id
              LEFT JOIN invoice ON invoice.order_id = o.id
              LEFT JOIN (%(prepaid)s) prepaid ON prepaid.order_id = o.id
             WHERE o.id = ANY(%(ids)s)
            """,
            lines=self._sql_line_facts(), invoices=self._sql_invoice_facts(),
            prepaid=self._sql_prepaid(), ids=self.ids,
        )

    def _sql_line_facts(self):
        quantity = SQL("sum(%s * coalesce(u.factor, 1))", SQL("l.product_uom_qty"))
        delivered = SQL(
            "sum(greatest(least(l.qty_delivered, l.product_uom_qty), 0) * coalesce(u.factor, 1))"
        )
        goods = SQL("FILTER (WHERE t.type = 'consu')")
        return SQL(
            """
            SELECT l.order_id, coalesce(%(quantity)s %(goods)s, %(quantity)s) AS ordered,
                   CASE WHEN %(quantity)s %(goods)s IS NULL THEN %(delivered)s
                        ELSE %(delivered)s %(goods)s END AS delivered,
                   bool_or(t.invoice_policy = 'delivery') AS by_delivery,
                   bool_or(t.invoice_policy = 'delivery' AND t.type = 'service'
                           AND coalesce(l.qty_delivered, 0) <= 0) AS is_ahead
              FROM sale_order_line l
              JOIN product_product p ON p.id = l.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN uom_uom u ON u.id = l.product_uom_id
             WHERE l.order_id = ANY(%(ids)s) AND l.display_type IS NULL
               AND l.is_downpayment IS NOT TRUE AND l.product_uom_qty > 0 AND t.type <> 'combo'
             GROUP BY l.order_id
            """,
            quantity=quantity, delivered=delivered, goods=goods, ids=self.ids,
        )

    def _sql_invoice_facts(self):
        """Return SQL of what is invoiced and still open, a row an order."""
        return SQL(
            """
            SELECT order_id,
                   sum(amount) FILTER (WHERE posted) AS invoiced,
                   sum(open) FILTER (WHERE posted) AS open,
                   sum(overdue) FILTER (WHERE posted AND NOT is_credit) AS overdue,
                   -sum(amount) FILTER (WHERE posted AND is_credit) AS credited,
                   count(*) FILTER (WHERE NOT posted) AS drafts,
                   coalesce(max(day) FILTER (WHERE posted AND NOT is_credit),
                            max(day) FILTER (WHERE posted)) AS invoiced_on,
                   min(due_on) FILTER (WHERE posted AND open > 0) AS due_on,
                   max(paid_on) FILTER (WHERE posted) AS paid_on
              FROM (
                SELECT part.order_id, m.state = 'posted' AS posted,
                       m.move_type = 'out_refund' AS is_credit,
                       m.invoice_date AS day, part.amount * factor AS amount,
                       due.open * share AS open, due.overdue * share AS overdue, due.due_on,
                       greatest(booked.paid_on, unbooked.paid_on) AS paid_on
                  FROM (%(parts)s) part
                  JOIN account_move m ON m.id = part.move_id
                  JOIN sale_order o ON o.id = part.order_id
                 CROSS JOIN LATERAL (
                    SELECT CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                         * CASE WHEN m.currency_id = o.currency_id THEN 1
                                ELSE coalesce(o.currency_rate / nullif(m.invoice_currency_rate, 0),
                                              1) END AS factor) f
                 CROSS JOIN LATERAL (
                    SELECT part.amount / nullif(m.amount_total, 0) * factor AS share) s
                  LEFT JOIN LATERAL (
                    SELECT max(r.max_date) AS paid_on
                      FROM account_move_line l
                      JOIN account_partial_reconcile r
                        ON r.debit_move_id = l.id OR r.credit_move_id = l.id
                      JOIN account_move_line other
                        ON other.id = CASE l.id WHEN r.debit_move_id THEN r.credit_move_id
                                                ELSE r.debit_move_id END
                      JOIN account_move payment ON payment.id = other.move_id
                     WHERE l.move_id = m.id AND payment.move_type = 'entry') booked ON TRUE
                  LEFT JOIN LATERAL (
                    SELECT sum(CASE WHEN p.currency_id = m.currency_id THEN p.amount
                                    ELSE abs(p.amount_company_currency_signed * m.amount_total
                                             / nullif(m.amount_total_signed, 0)) END) AS amount,
                           max(p.date) AS paid_on
                      FROM account_move__account_payment rel
                      JOIN account_payment p ON p.id = rel.payment_id
                     WHERE rel.invoice_id = m.id AND p.move_id IS NULL
                       AND (p.state = 'in_process' OR p.state = 'paid' AND booked.paid_on IS NULL)
                       ) unbooked ON TRUE
                 CROSS JOIN LATERAL (%(due)s) due
                 WHERE m.state <> 'cancel' AND m.move_type IN ('out_invoice', 'out_refund')) moves
             GROUP BY order_id
            """,
            due=self._sql_due(), parts=self._sql_invoice_parts(),
        )

    def _sql_due(self):
        """Return SQL ``(open, overdue, due_on)`` of invoice ``m``, instalment by instalment.

        A payment without an entry of its own leaves the residual as it is, until the bank's
        statement is matched: ``unbooked`` is taken off here, from what is due first.
        """
        return SQL(
            """
            SELECT sum(open) AS open, sum(open) FILTER (WHERE due_on < %s) AS overdue,
                   min(due_on) FILTER (WHERE open > 0) AS due_on
              FROM (SELECT due_on, greatest(rest - greatest(
                               coalesce(unbooked.amount, 0)
                               - sum(rest) OVER (ORDER BY due_on, id) + rest, 0), 0) AS open
                      FROM (SELECT l.id, coalesce(l.date_maturity, m.invoice_date_due) AS due_on,
                                   CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                                   * l.amount_residual_currency AS rest
                              FROM account_move_line l
                             WHERE l.move_id = m.id AND l.display_type = 'payment_term') term
                   ) instalment
            """,
            self._runwell_today(),
        )

    def _sql_invoice_parts(self):
        """Return SQL ``(order_id, move_id, amount)``: an order's part of an invoice, with taxes."""
        return SQL(
            """
            SELECT order_id, move_id, sum(price_total) AS amount
              FROM (SELECT DISTINCT s.order_id, l.id, l.move_id, l.price_total
                      FROM sale_order_line s
                      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = s.id
                      JOIN account_move_line l ON l.id = rel.invoice_line_id
                     WHERE s.order_id = ANY(%s)) line
             GROUP BY order_id, move_id
            """,
            self.ids,
        )

    def _sql_prepaid(self):
        """Return SQL of what was paid online and stands against no invoice yet, a row an order."""
        return SQL(
            """
            SELECT rel.sale_order_id AS order_id, sum(t.amount) AS amount,
                   max(t.last_state_change)::date AS paid_on
              FROM sale_order_transaction_rel rel
              JOIN payment_transaction t ON t.id = rel.transaction_id
              LEFT JOIN account_payment p ON p.id = t.payment_id
             WHERE rel.sale_order_id = ANY(%s) AND t.state = 'done'
               AND p.is_reconciled IS NOT TRUE
               AND NOT EXISTS (SELECT FROM account_move__account_payment used
                                WHERE used.payment_id = p.id)
               AND NOT EXISTS (SELECT FROM account_invoice_transaction_rel used
                                 JOIN account_move m ON m.id = used.invoice_id
                                WHERE used.transaction_id = t.id AND m.state = 'posted')
             GROUP BY rel.sale_order_id
            """,
            self.ids,
        )

    def _picking_facts(self):
        """Return the deliveries of the orders where stock is installed, a row an order."""
        if "picking_ids" not in self._fields:
            return []
        return self.env.execute_query_dict(SQL(
            """
            SELECT s.sale_id AS order_id, count(*) AS pickings,
                   bool_and(s.state = 'done') AND NOT EXISTS (
                       SELECT FROM sale_order_line l
                         JOIN product_product p ON p.id = l.product_id
                         JOIN product_template t ON t.id = p.product_tmpl_id
                        WHERE l.order_id = s.sale_id AND t.type = 'consu'
                          AND l.product_uom_qty > l.qty_delivered
                          AND NOT EXISTS (
                              SELECT FROM stock_move WHERE sale_line_id = l.id)) AS is_settled,
                   max(s.date_done) AS picked_on,
                   min(s.scheduled_date) FILTER (WHERE s.state <> 'done') AS planned_on
              FROM stock_picking s
              JOIN stock_picking_type t ON t.id = s.picking_type_id
             WHERE s.sale_id = ANY(%s) AND s.state <> 'cancel' AND t.code <> 'incoming'
             GROUP BY s.sale_id
            """,
            self.ids,
        ))
