"""The product's own suggestions on an order history from a file, and what the pairs cost.

How right they are: at each cutoff everything is built from the lines before it, and what the
product would have shown is compared with the customer's first order day after it, within 180
days. Products with 5 buyers or more before the cutoff count. "new" are the suggestions, with
what the customer never bought as the target; "all" are the usual products, then the
suggestions, with everything as the target. Beside "all" stands what is due again alone, and what
the screens show: up to five that are due, then the usual ones, then the suggestions.
"""

from datetime import date, timedelta
from math import fsum

from odoo.tools import SQL

from lib import say
from lib.bench_scoring import BARE_LINES, best, timed

#: Days after the cutoff within which the next order must come.
AHEAD = 180
#: Places that are looked at in a list; what stands further down counts as not found.
PLACES = 500
#: So many products that are due stand before the usual ones.
DUE_SHOWN = 5
#: Made-up lines: years, products, lines an order, orders a customer.
YEARS, PRODUCTS, BASKET, ORDERS = 2, 10_000, 10, 10

TARGETS = """
    WITH line AS (
        SELECT DISTINCT p.commercial_partner_id AS partner_id, %(day)s AS day, l.product_id
          FROM sale_order o
          JOIN res_partner p ON p.id = o.partner_id
          JOIN sale_order_line l ON l.order_id = o.id
         WHERE o.state = 'sale' AND o.company_id = %(company)s AND l.display_type IS NULL
           AND l.price_subtotal > 0
    ), known AS (
        SELECT product_id FROM line WHERE day < %(cutoff)s
         GROUP BY product_id HAVING count(DISTINCT partner_id) >= 5
    ), before AS (
        SELECT DISTINCT partner_id, product_id FROM line JOIN known USING (product_id)
         WHERE day < %(cutoff)s
    ), next AS (
        SELECT partner_id, min(day) AS day FROM line
         WHERE day >= %(cutoff)s AND day < %(cutoff)s + %(ahead)s
           AND partner_id IN (SELECT partner_id FROM before) GROUP BY partner_id
    )
    SELECT partner_id, product_id, (partner_id, product_id) IN (SELECT * FROM before)
      FROM line JOIN next USING (partner_id, day) JOIN known USING (product_id)"""


def evaluate(env, cutoffs: list[date]) -> list[dict]:
    """The figures of each day and setting; a cutoff is the first day that was not known."""
    Affinity, company = env["runwell.product.affinity"], env.company
    Affinity._scope_of(company)
    env.cr.commit()
    found = []
    for cutoff in cutoffs:
        as_of = cutoff - timedelta(days=1)
        with say.step(str(cutoff)):
            Affinity._build(company, as_of)
            wanted = _targets(env, Affinity._scope_of(company, as_of), cutoff)
            new = _listed(Affinity._suggest_many(company, list(wanted["new"]), PLACES, as_of=as_of))
            everybody = list(wanted["all"])
            more = _listed(Affinity._suggest_many(company, everybody, PLACES, as_of=as_of))
            usual = _listed(Affinity._usual_many(company, everybody, PLACES, as_of=as_of))
            due = _listed(Affinity._due_many(company, everybody, as_of=as_of))
            first = {partner_id: products[:DUE_SHOWN] for partner_id, products in due.items()}
            found += [
                {
                    "cutoff": cutoff.isoformat(), "setting": "new",
                    **figures(_places(wanted["new"], new)),
                },
                {
                    "cutoff": cutoff.isoformat(), "setting": "all",
                    **figures(_places(wanted["all"], usual, more)),
                    "due_customers": len(due),
                    "due_hit10": figures(_places(wanted["all"], due))["hit10"],
                    "shown_hit10": figures(_places(wanted["all"], first, usual, more))["hit10"],
                },
            ]
            env.cr.rollback()
    return found


def _listed(rows):
    """The products of each customer, in their order."""
    products = {}
    for partner_id, product_id, *_rest in rows:
        products.setdefault(partner_id, []).append(product_id)
    return products


def _places(wanted, *lists):
    """The place of the first right product of each customer, of lists one after the other.

    >>> _places({1: {"cups"}, 2: {"tea"}}, {1: ["tea"]}, {1: ["tea", "cups"], 2: ["milk"]})
    [2, None]
    """
    places = []
    for partner_id, products in wanted.items():
        shown = dict.fromkeys(one for listed in lists for one in listed.get(partner_id, ()))
        places.append(next(
            (place for place, product in enumerate(shown, 1) if product in products), None,
        ))
    return places


def _targets(env, scope, cutoff):
    """The products of each customer's next order day, by setting."""
    from odoo.addons.crm_runwell.scoring.purchases import local_day

    wanted = {"new": {}, "all": {}}
    for partner_id, product_id, is_owned in env.execute_query(SQL(
        TARGETS, day=local_day(SQL("o.date_order"), scope.tz), company=scope.company_id,
        cutoff=cutoff, ahead=AHEAD,
    )):
        wanted["all"].setdefault(partner_id, set()).add(product_id)
        if not is_owned:
            wanted["new"].setdefault(partner_id, set()).add(product_id)
    return wanted


def figures(places: list[int | None]) -> dict:
    """The figures of the place at which the first right product stood, a customer each.

    >>> figures([1, 4, 8, None])
    {'n': 4, 'hit5': 0.5, 'hit10': 0.75, 'mrr': 0.34375}
    """
    count = len(places)
    stood = [place for place in places if place]
    return {
        "n": count,
        "hit5": sum(place <= 5 for place in stood) / count if count else 0.0,
        "hit10": sum(place <= 10 for place in stood) / count if count else 0.0,
        "mrr": fsum(1 / place for place in stood) / count if count else 0.0,
    }


def table(rows: list[dict]) -> str:
    """The figures as Markdown, with their means by setting."""
    lines = [
        "| cutoff | setting | n | hit@5 | hit@10 | MRR | with a due product | hit@10 due alone "
        "| hit@10 as shown |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    settings = sorted({row["setting"] for row in rows}, reverse=True)
    for setting in settings:
        own = [row for row in rows if row["setting"] == setting]
        mean = {
            name: sum(row[name] for row in own) / len(own)
            for name in own[0] if name not in ("cutoff", "setting")
        }
        for row in [*own, {"cutoff": "mean", "setting": setting, **mean}]:
            written = (
                "{cutoff} | {setting} | {n:,.0f} | {hit5:.4f} | {hit10:.4f} | {mrr:.4f}"
                + (" | {due_customers:,.0f} | {due_hit10:.4f} | {shown_hit10:.4f}"
                   if setting == "all" else " | | | ")
            ).format(**row)
            lines.append(f"| {written.rstrip()} |")
    return "\n".join(lines)


def fill(env, lines):
    """Make so many order lines by SQL: customers of tastes, popular products, some whims.

    Every customer has three groups of 100 products, some of which all its customers buy much
    more than others; a fifth of the lines are of anything.
    """
    from odoo.addons.crm_runwell.tools.prototype import capture, insert

    partner = env["res.partner"].create({"name": "Prototype", "is_company": True})
    product = env["product.product"].create({"name": "Prototype", "standard_price": 6})
    env["product.product"].create([{"name": f"Product {n}"} for n in range(1, PRODUCTS)])
    order = env["sale.order"].create({
        "partner_id": partner.id, "state": "sale",
        "order_line": [(0, 0, {"product_id": product.id, "price_unit": 10})],
    })
    env.flush_all()
    prototypes = [capture(record) for record in (partner, order, order.order_line)]
    cr = env.cr
    cr.execute("SELECT setseed(0.42)")
    orders = lines // BASKET
    insert(env, prototypes[0], SQL("generate_series(1, %s) n", orders // ORDERS), {
        "id": SQL("nextval('res_partner_id_seq')"),
        "commercial_partner_id": SQL("currval('res_partner_id_seq')"),
        "name": SQL("'Customer ' || n"), "complete_name": SQL("'Customer ' || n"),
    })
    cr.execute(SQL(
        """CREATE TEMP TABLE bench_order AS
           SELECT nextval('sale_order_id_seq')::int AS id, c.id AS partner_id,
                  now() - interval '1 day' * (random() * %(days)s) AS at,
                  greatest(1, round(%(basket)s * 2 * random()))::int AS size
             FROM res_partner c, generate_series(1, %(orders)s) n
            WHERE c.name LIKE 'Customer %%'""",
        days=365 * YEARS, basket=BASKET, orders=ORDERS,
    ))
    insert(env, prototypes[1], SQL("bench_order b"), {
        "id": SQL("b.id"), "name": SQL("'B' || b.id"), "date_order": SQL("b.at"),
        "partner_id": SQL("b.partner_id"), "partner_invoice_id": SQL("b.partner_id"),
        "partner_shipping_id": SQL("b.partner_id"),
        "amount_untaxed": SQL("20"), "amount_total": SQL("20"), "access_token": SQL("NULL"),
    })
    group = SQL(
        "(hashint4(b.partner_id * 3 + floor(random() * 3)::int) & 1048575) %% %s", PRODUCTS // 100
    )
    insert(env, prototypes[2], SQL("bench_order b, generate_series(1, b.size) n"), {
        "id": SQL("nextval('sale_order_line_id_seq')"), "order_id": SQL("b.id"),
        "order_partner_id": SQL("b.partner_id"),
        "product_id": SQL(
            """%(first)s + CASE WHEN random() < 0.2 THEN floor(%(count)s * random() ^ 2)::int
                                ELSE (%(group)s) * 100 + floor(100 * random() ^ 2)::int END""",
            first=product.id, count=PRODUCTS, group=group,
        ),
        "price_subtotal": SQL("10"), "price_total": SQL("10"),
    })
    for name in ("res_partner", "sale_order", "sale_order_line"):
        cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))
    env.invalidate_all()
    cr.commit()


def measure(env):
    """Return the seconds of the build beside those of a bare GROUP BY over the same lines."""
    Affinity, company = env["runwell.product.affinity"], env.company
    bare = best(lambda: env.cr.execute(BARE_LINES))
    first = timed(lambda: (Affinity._build(company), env.cr.commit()))
    again = timed(lambda: (Affinity._build(company), env.cr.commit()))
    [(lines,)] = env.execute_query(SQL("SELECT count(*) FROM sale_order_line"))
    [(pairs,)] = env.execute_query(SQL("SELECT count(*) FROM runwell_product_affinity"))
    [(partner_id,)] = env.execute_query(SQL(
        "SELECT partner_id FROM sale_order ORDER BY id DESC LIMIT 1"
    ))
    partner = env["res.partner"].browse(partner_id)
    seconds = {
        name: best(lambda show=show: show(partner, company))
        for name, show in (("suggest", Affinity._suggest), ("due", Affinity._due))
    }
    return {
        "lines": lines, "pairs": pairs, "bare": bare, "first": first, "again": again,
        "ratio": min(first, again) / bare, **seconds,
    }


def cost_table(rows):
    """Return the figures as Markdown."""
    head = (
        "| lines | pairs kept | bare GROUP BY | first build | again | ÷ bare | suggest | due |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(
        "| {lines:,} | {pairs:,} | {bare:.2f} s | {first:.1f} s | {again:.1f} s | {ratio:.1f} × "
        "| {suggest:.3f} s | {due:.3f} s |".format(**row)
        for row in rows
    )
