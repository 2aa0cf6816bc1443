"""What was suggested in the last months: the engine's own products as of past days.

Some were taken into quotations or put aside by people; what came of the others is the orders'
own: the nightly settling decides, as it would have.
"""

from datetime import timedelta

from odoo import Command

from .service_table import PORTAL_CUSTOMER

#: The past days, counted back from today, on which quotations showed next products.
AGES = (150, 120, 90, 65, 20)
#: So many customers, the same number of products each.
CUSTOMERS, PRODUCTS = 24, 3
#: Of so many one was taken into a quotation, and one put aside.
TAKEN_OF, ASIDE_OF = 5, 17


def is_told(env):
    """Tell whether the past of the suggestions was loaded before."""
    return bool(env["runwell.suggestion"].search_count([], limit=1))


def tell(env, today):
    """Suggest on past days, note what came of it, then count anew for today."""
    company = env.ref("base.main_company")
    Affinity = env["runwell.product.affinity"].with_company(company)
    Suggestion = env["runwell.suggestion"].with_company(company)._as_machine()
    for number, age in enumerate(AGES):
        day = today - timedelta(days=age)
        Affinity._build(company, day)
        buyers = env["sale.order"].search([
            ("company_id", "=", company.id), ("state", "=", "sale"), ("date_order", "<", day),
        ], order="date_order desc, id desc").partner_id.commercial_partner_id
        chosen = buyers[number::3][:CUSTOMERS]
        shown = Suggestion.create([
            {
                "company_id": company.id, "partner_id": partner_id, "product_id": product_id,
                "user_id": env["res.partner"].browse(partner_id).user_id.id, "kind": "new",
                "place": "customer" if rank == PRODUCTS else "order", "first_shown_on": day,
                "last_shown_on": day,
            }
            for partner_id, product_id, _score, rank in Affinity._suggest_many(
                company, chosen.ids, PRODUCTS, as_of=day,
            )
            if not Suggestion.search_count([
                ("partner_id", "=", partner_id), ("product_id", "=", product_id),
            ], limit=1)
        ])
        _decide(shown, day)
    Suggestion._settle(company)
    Affinity._build()
    _offer_on_portal(env, company, today)


def _offer_on_portal(env, company, today):
    """Send the portal's customer a quotation of what it bought last: more is offered beside it."""
    last = env["sale.order"].search([
        ("company_id", "=", company.id), ("state", "=", "sale"),
        ("partner_id.commercial_partner_id.name", "=", PORTAL_CUSTOMER),
    ], order="date_order desc, id desc", limit=1)
    last.copy({
        "state": "sent", "validity_date": today + timedelta(days=30),
        "order_line": [
            Command.create({
                "product_id": line.product_id.id, "product_uom_qty": line.product_uom_qty,
            })
            for line in last.order_line[:2]
        ],
    })


def _decide(shown, day):
    """Let people take some of the suggestions of a day, and put some aside."""
    taken, aside = shown[1::TAKEN_OF], shown[3::ASIDE_OF]
    taken.write({"state": "accepted", "hit": 1.0, "decided_on": day})
    (aside - taken).write({
        "state": "dismissed", "hit": 0.0, "decided_on": day,
        "dismissed_until": day + timedelta(days=180),
    })
