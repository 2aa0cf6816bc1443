"""Invoices, credit notes and payments of a customer."""

from odoo.tools import SQL

from .runwell_timeline_source import Source, constant, user_partner

INVOICE = Source(
    number=70, kind="invoice", model="account.move", event=constant("invoice"),
    date=SQL("account_move.invoice_date"), is_day=True,
    partner=SQL("account_move.commercial_partner_id"), is_commercial=True,
    where=SQL("account_move.move_type = 'out_invoice' AND account_move.state = 'posted'"),
    title=SQL("account_move.name"), amount=SQL("account_move.amount_total"),
    currency=SQL("account_move.currency_id"), company=SQL("account_move.company_id"),
    author=user_partner(SQL("account_move.invoice_user_id")),
).register()
INVOICE.like(
    71, event=constant("credit_note"), amount=SQL("-account_move.amount_total"),
    where=SQL("account_move.move_type = 'out_refund' AND account_move.state = 'posted'"),
)

PAYMENT = Source(
    number=75, kind="payment", model="account.payment",
    event=SQL(
        "CASE account_payment.payment_type WHEN 'inbound' THEN 'paid' ELSE 'paid_back' END"
    ),
    date=SQL("account_payment.date"), is_day=True, partner=SQL("account_payment.partner_id"),
    where=SQL(
        """account_payment.state IN ('in_process', 'paid')
           AND account_payment.partner_type = 'customer'"""
    ),
    title=SQL("coalesce(account_payment.name, account_payment.memo)"),
    amount=SQL(
        """CASE account_payment.payment_type WHEN 'inbound' THEN account_payment.amount
           ELSE -account_payment.amount END"""
    ),
    currency=SQL("account_payment.currency_id"), company=SQL("account_payment.company_id"),
    author=user_partner(SQL("account_payment.create_uid")),
    detail=SQL("account_payment.memo"),
).register()
