"""What is sold to a customer: opportunities, quotations and orders, deliveries."""

from dataclasses import dataclass

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



@dataclass(frozen=True, kw_only=True)
class DropshipmentSource(Source):
    """What goes from the supplier to the customer: a transfer of the supplier, for an order."""

    def query(self, reader):
        if not _knows_order(reader.env):
            return None
        query = super().query(reader)
        if query is not None:
            query.add_join("JOIN", "picking_order", "sale_order", SQL(
                "picking_order.id = stock_picking.sale_id"
            ))
        return query


def _knows_order(env):
    """Return whether transfers name the order that they are for."""
    return "stock.picking" in env and "sale_id" in env["stock.picking"]._fields


def _at(place, usage):
    """Return SQL: whether a transfer begins, or ends, at places of a usage."""
    return SQL(
        "%s IN (SELECT l.id FROM stock_location l WHERE l.usage = %s)",
        SQL.identifier("stock_picking", place), usage,
    )


#: To the customer, or back from there; what a supplier brings to us is neither.
_WITH_CUSTOMER = SQL(
    """stock_picking.state = 'done' AND stock_picking.date_done IS NOT NULL AND (%s OR %s)""",
    _at("location_dest_id", "customer"), _at("location_id", "customer"),
)
_DROPSHIPPED = SQL(
    "(stock_picking.sale_id IS NOT NULL AND (%s OR %s))",
    _at("location_dest_id", "supplier"), _at("location_id", "supplier"),
)

#: Only where stock is installed.
DELIVERY = Source(
    number=60, kind="delivery", model="stock.picking",
    event=SQL(
        "CASE WHEN %s THEN 'delivered' ELSE 'returned' END", _at("location_dest_id", "customer"),
    ),
    date=SQL("stock_picking.date_done"), partner=SQL("stock_picking.partner_id"),
    where=lambda env: SQL("%s AND NOT %s", _WITH_CUSTOMER, _DROPSHIPPED)
    if _knows_order(env) else _WITH_CUSTOMER,
    title=SQL("stock_picking.name"), company=SQL("stock_picking.company_id"),
    author=user_partner(SQL("stock_picking.user_id")),
    detail=SQL("stock_picking.origin"),
).register()
DropshipmentSource(**DELIVERY.parts() | {
    "number": 61, "partner": SQL("picking_order.partner_id"), "is_ordered": False,
    "where": SQL("%s AND %s", _WITH_CUSTOMER, _DROPSHIPPED),
}).register()
