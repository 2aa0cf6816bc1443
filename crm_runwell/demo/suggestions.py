"""What was suggested in the last months: the engine's own products as of past days.

What came of them is the orders' own: the nightly settling decides, as it would have.
"""

from datetime import timedelta

#: The past days, counted back from today, on which quotations showed next products.
AGES = (150, 120, 90, 65, 20)
#: So many customers, the same number of products each.
CUSTOMERS, PRODUCTS = 24, 3


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
        Suggestion.create([
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
    Suggestion._settle(company)
    Affinity._build()
