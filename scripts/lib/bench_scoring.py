"""A company of made-up customers, and what scoring it costs.

The yardsticks are bare `GROUP BY`s over the same rows in the same run: one over the orders
alone, one over the orders with their lines, which is what a pass has to read.
"""

import resource
import time

from odoo.tools import SQL

YEARS = 3
RUNS = 3
CHANGED = 1000

BARE_ORDERS = """
    SELECT p.commercial_partner_id, count(*), sum(o.amount_untaxed),
           min(o.date_order), max(o.date_order)
      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state = 'sale' GROUP BY 1"""
BARE_LINES = """
    SELECT p.commercial_partner_id, count(DISTINCT o.id), sum(l.price_subtotal),
           count(DISTINCT l.product_id), min(o.date_order), max(o.date_order)
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
      JOIN sale_order_line l ON l.order_id = o.id
     WHERE o.state = 'sale' GROUP BY 1"""


def fill(env, customers):
    """Make customers with three years of orders, by SQL: some steady, some stopped, some rare."""
    from odoo.addons.crm_runwell.tools.prototype import capture, insert

    partner = env["res.partner"].create({"name": "Prototype", "is_company": True})
    products = env["product.product"].create(
        [{"name": f"Product {number}", "standard_price": 6} for number in range(100)]
    )
    order = env["sale.order"].create({
        "partner_id": partner.id, "state": "sale",
        "order_line": [(0, 0, {"product_id": products[0].id, "price_unit": 10})],
    })
    env.flush_all()
    prototypes = [capture(record) for record in (partner, order, order.order_line)]
    first = products[0].id
    cr = env.cr
    cr.execute("SELECT setseed(0.42)")
    insert(env, prototypes[0], SQL("generate_series(1, %s) n", customers), {
        "id": SQL("nextval('res_partner_id_seq')"),
        "commercial_partner_id": SQL("currval('res_partner_id_seq')"),
        "name": SQL("'Customer ' || n"), "complete_name": SQL("'Customer ' || n"),
    })
    # Each customer has a mean gap of 40 to 600 days and stops, or does not, at a day of its own.
    cr.execute(SQL(
        """CREATE TEMP TABLE bench_order AS
           SELECT nextval('sale_order_id_seq')::int AS id, c.id AS partner_id,
                  now() - interval '1 day' * (%(days)s - gap * place - gap * random()) AS at
             FROM (SELECT id, 40 + 560 * random() ^ 2 AS gap,
                          %(days)s * least(1, 0.2 + 1.3 * random()) AS until
                     FROM res_partner WHERE name LIKE 'Customer %%') c,
                  generate_series(0, %(days)s / 40) place
            WHERE gap * (place + 1) < until""",
        days=365 * YEARS,
    ))
    insert(env, prototypes[1], SQL("bench_order b"), {
        "id": SQL("b.id"), "name": SQL("'B' || b.id"), "date_order": SQL("b.at"),
        "partner_id": SQL("b.partner_id"), "partner_invoice_id": SQL("b.partner_id"),
        "partner_shipping_id": SQL("b.partner_id"),
        "amount_untaxed": SQL("20"), "amount_total": SQL("20"), "access_token": SQL("NULL"),
    })
    insert(env, prototypes[2], SQL("bench_order b, generate_series(1, 2) n"), {
        "id": SQL("nextval('sale_order_line_id_seq')"), "order_id": SQL("b.id"),
        "order_partner_id": SQL("b.partner_id"),
        "product_id": SQL("%s + floor(random() * 100)::int", first),
        "price_subtotal": SQL("10"), "price_total": SQL("10"),
    })
    for table in ("res_partner", "sale_order", "sale_order_line"):
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    cr.commit()


def measure(env, customers):
    """Return seconds and ratios; the best of three runs each, after one to warm up."""
    Score = env["runwell.score"]
    company = env.company
    fit = timed(lambda: env["runwell.scoring.model"]._fit(company))
    learned = env["runwell.scoring.model"]._active_of(company)._learned()
    first_pass = timed(lambda: Score._run_scoring(company))
    orders = best(lambda: env.cr.execute(BARE_ORDERS))
    lines = best(lambda: env.cr.execute(BARE_LINES))
    env.cr.commit()
    full = best(lambda: (Score._run_scoring(company), env.cr.commit()))
    alerts = timed(lambda: env["runwell.churn.alert"]._raise_alerts(company))
    env.cr.execute("SELECT partner_id FROM runwell_score ORDER BY partner_id LIMIT %s", [CHANGED])
    changed = [partner_id for (partner_id,) in env.cr.fetchall()]
    env.cr.commit()
    refresh = best(lambda: (Score._score_company(company, partner_ids=changed), env.cr.commit()))
    env.cr.execute("SELECT count(*) FROM sale_order")
    [count] = env.cr.fetchone()
    env.cr.execute("SELECT count(*) FROM runwell_churn_alert")
    [alert_count] = env.cr.fetchone()
    env.cr.commit()
    return {
        "customers": customers, "orders": count, "fit": fit,
        "season": learned.season is not None, "opinion": learned.opinion is not None,
        "first_pass": first_pass,
        "bare_orders": orders, "bare_lines": lines, "pass": full, "ratio": full / lines,
        "refresh": refresh, "alerts": alerts, "alert_count": alert_count,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def timed(work):
    """Return the seconds of one run."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def best(work):
    """Return the seconds of the best of some runs: the one least disturbed."""
    return min(timed(work) for _run in range(RUNS))


def table(rows):
    """Return the figures as Markdown."""
    head = (
        "| customers | orders | bare GROUP BY, orders | bare GROUP BY, lines | first pass "
        "| full pass | ÷ bare lines | 1,000 changed | fit | alerts raised | Python, peak |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(
        "| {customers:,} | {orders:,} | {bare_orders:.2f} s | {bare_lines:.2f} s "
        "| {first_pass:.2f} s | {pass:.2f} s | {ratio:.2f} × | {refresh:.2f} s | {fit:.2f} s "
        "| {alert_count:,} in {alerts:.2f} s | {memory_mb:.0f} MB |".format(**row)
        for row in rows
    )
