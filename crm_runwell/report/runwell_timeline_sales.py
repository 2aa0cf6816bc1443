"""What is sold to a customer: opportunities, quotations and orders, deliveries."""

from odoo.tools import SQL

from .runwell_timeline_source import Source, constant, user_partner

LEAD = Source(
    number=40, kind="opportunity", model="crm.lead", event=constant("lead_created"),
    date=SQL("crm_lead.create_date"), partner=SQL("crm_lead.partner_id"),
    title=SQL("crm_lead.name"), company=SQL("crm_lead.company_id"),
    amount=SQL("nullif(crm_lead.expected_revenue, 0)"),
    currency=lambda env: SQL(
        """(SELECT c.currency_id FROM res_company c
             WHERE c.id = coalesce(crm_lead.company_id, %s))""", env.company.id,
    ),
    author=user_partner(SQL("crm_lead.create_uid")),
).register()
for _number, _status in ((41, "won"), (42, "lost")):
    LEAD.like(
        _number, event=constant(f"lead_{_status}"), date=SQL("crm_lead.date_closed"),
        where=SQL(
            "crm_lead.date_closed IS NOT NULL AND crm_lead.won_status = %s", _status
        ),
        author=user_partner(SQL("crm_lead.user_id")),
    )

ORDER = Source(
    number=50, kind="order", model="sale.order", event=constant("order_confirmed"),
    date=SQL("sale_order.date_order"), partner=SQL("sale_order.partner_id"),
    where=SQL("sale_order.state = 'sale'"), title=SQL("sale_order.name"),
    amount=SQL("sale_order.amount_total"), currency=SQL("sale_order.currency_id"),
    company=SQL("sale_order.company_id"), author=user_partner(SQL("sale_order.user_id")),
).register()
# The moments as runwell_timeline_index.py keeps and indexes them.
ORDER.like(
    51, event=constant("quotation_sent"),
    date=SQL("coalesce(sale_order.runwell_sent_on, sale_order.date_order)"),
    where=SQL("(sale_order.state = 'sent' OR sale_order.runwell_sent_on IS NOT NULL)"),
)
ORDER.like(
    52, event=constant("order_cancelled"),
    date=SQL("coalesce(sale_order.runwell_cancelled_on, sale_order.date_order)"),
    where=SQL("sale_order.state = 'cancel'"),
)

#: Only where stock is installed.
DELIVERY = Source(
    number=60, kind="delivery", model="stock.picking",
    event=SQL(
        "CASE WHEN stock_picking.picking_type_id IN (%s) THEN 'delivered' ELSE 'returned' END",
        SQL("SELECT t.id FROM stock_picking_type t WHERE t.code = 'outgoing'"),
    ),
    date=SQL("stock_picking.date_done"), partner=SQL("stock_picking.partner_id"),
    where=SQL(
        """stock_picking.state = 'done' AND stock_picking.date_done IS NOT NULL
           AND stock_picking.picking_type_id IN (
               SELECT t.id FROM stock_picking_type t WHERE t.code IN ('outgoing', 'incoming'))"""
    ),
    title=SQL("stock_picking.name"), company=SQL("stock_picking.company_id"),
    author=user_partner(SQL("stock_picking.user_id")),
    detail=SQL("stock_picking.origin"),
).register()
