"""Posted invoices of the newest orders: paid, unpaid and overdue ones, and credit notes."""

import logging
from collections import defaultdict
from datetime import timedelta
from random import Random

from odoo import Command

_logger = logging.getLogger(__name__)

INVOICE_COUNT = 200  # the newest orders that are invoiced, besides every customer's last one
PAID_SHARE = 0.85  # of the invoices due, those that were paid
REFUND_EVERY = 22  # one invoice in so many is credited, whole or in part
PAYMENT_DAYS = (18, 50)  # days from invoice to payment


def create(env, today, world, orders, count):
    """Invoice the newest orders of each company, credit some and pay most of the due ones."""
    chosen = _choose(orders, count)
    _mark_invoiced_elsewhere(env, orders - chosen)
    for company in world.companies:
        if not company.chart_template:
            _logger.info("Runwell demo: %s has no chart of accounts, no invoices", company.name)
            continue
        own = chosen.filtered(lambda order, company=company: order.company_id == company)
        invoices = _create_invoices(own.with_company(company), today)
        invoices.action_post()
        _create_refunds(invoices, today)
        _register_payments(invoices.filtered("amount_residual"), today)


def _choose(orders, count):
    """Return the newest ``count`` orders and every customer's last one, oldest first."""
    by_date = orders.sorted("date_order")
    last = {order.partner_id.commercial_partner_id: order.id for order in by_date}
    return (by_date[-count:] | orders.browse(last.values())).sorted("date_order")


def _mark_invoiced_elsewhere(env, orders):
    """Mark older orders as invoiced, as a move from an earlier system would leave them.

    Posting two years of invoices would take minutes, and without them Odoo would propose to
    invoice a thousand orders. Written in SQL: by the ORM the columns follow from invoices.
    """
    env.flush_all()
    env.cr.execute(
        """
        UPDATE sale_order_line
           SET invoice_status = 'invoiced', qty_invoiced = product_uom_qty, qty_to_invoice = 0,
               untaxed_amount_invoiced = price_subtotal, untaxed_amount_to_invoice = 0
         WHERE order_id IN %(orders)s;
        UPDATE sale_order SET invoice_status = 'invoiced' WHERE id IN %(orders)s
        """,
        {"orders": tuple(orders.ids)},
    )
    env.invalidate_all()


def _create_invoices(orders, today):
    """Create one draft invoice an order, dated a few days after it."""
    vals_list = []
    for order in orders:
        rng = Random(order.date_order.toordinal())
        lag = timedelta(days=rng.randint(0, 3))
        vals_list.append(
            {
                **order._prepare_invoice(),
                "invoice_date": min(order.date_order.date() + lag, today),
                "invoice_line_ids": [
                    Command.create(line._prepare_invoice_line(analytic_distribution=False))
                    for line in order.order_line
                ],
            }
        )
    return orders.env["account.move"].create(vals_list)


def _create_refunds(invoices, today):
    """Credit every so many invoices: in turn the whole of it, or half of its first line."""
    chosen = invoices[::-REFUND_EVERY][::-1]
    refunds = chosen._reverse_moves(
        [
            {
                "invoice_date": min(invoice.invoice_date + timedelta(days=6), today),
                "date": min(invoice.invoice_date + timedelta(days=6), today),
                "ref": f"Return of {invoice.name}",
            }
            for invoice in chosen
        ]
    )
    for refund in refunds[1::2]:
        first, *others = refund.invoice_line_ids
        refund.write(
            {
                "invoice_line_ids": [
                    Command.update(first.id, {"quantity": max(first.quantity // 2, 1)}),
                    *(Command.delete(line.id) for line in others),
                ]
            }
        )
    # posting reconciles a credit note with the invoice that it reverses
    refunds.action_post()


def _register_payments(invoices, today):
    """Pay most of the due invoices: a customer pays all of a month's in one transfer."""
    runs = defaultdict(lambda: invoices.browse())
    for invoice in invoices:
        rng = Random(invoice.invoice_date.toordinal() * 1000 + invoice.partner_id.id % 997)
        day = invoice.invoice_date + timedelta(days=rng.randint(*PAYMENT_DAYS))
        if day <= today and rng.random() < PAID_SHARE:
            runs[day.year, day.month, invoice.currency_id] |= invoice
    for paid in runs.values():
        # PostgreSQL takes tables that were filled just now for empty ones; what Odoo asks for
        # at each payment would then take seconds.
        paid.env.flush_all()
        paid.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile, account_payment"
        )
        last = max(paid.mapped("invoice_date")) + timedelta(days=PAYMENT_DAYS[0])
        paid.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"payment_date": min(last, today), "group_payment": True})._create_payments()
