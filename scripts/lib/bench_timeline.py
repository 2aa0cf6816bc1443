"""The timeline of one customer with a long history: what a page of it costs."""

import statistics
from datetime import timedelta

from odoo.tools import SQL

from lib.bench_alerts import insert_scores
from lib.bench_requests import writable
from lib.bench_scoring import timed

#: Milliseconds that a page may take.
PAGE = 300
CONTACTS = 20
#: So many other customers there are, and so many times a page is opened.
OTHERS, RUNS = 2_000, 9
#: Of a hundred events: how many are of each kind. A mail is on an order three times of five.
SHARES = {
    "sale.order": 22, "mail.message": 35, "account.move": 15, "runwell.interaction": 15,
    "crm.lead": 5, "runwell.request": 5, "calendar.event": 3,
}
TABLES = (
    "res_partner", "sale_order", "mail_message", "account_move", "runwell_interaction", "crm_lead",
    "runwell_request", "calendar_event", "calendar_attendee",
)


def fill(env, events):
    """Make one customer of so many events, over ten years, and others around it, by SQL."""
    from odoo.addons.crm_runwell.tools.prototype import capture, insert

    groups = env.ref("sales_team.group_sale_salesman") + env.ref("base.group_user")
    seller = env["res.users"].with_context(no_reset_password=True).create({
        "name": "Seller", "login": "bench_seller", "group_ids": [(6, 0, groups.ids)],
    })
    supervisor = seller.copy({"name": "Supervisor", "login": "bench_supervisor"})
    supervisor.group_ids += env.ref("sales_team.group_sale_manager")
    supervisor.group_ids += env.ref("account.group_account_invoice")
    customer = env["res.partner"].create({
        "name": "Customer 0", "is_company": True, "user_id": seller.id,
    })
    records = _records(env, seller)
    env.flush_all()
    prototypes = {record._name: capture(record) for record in records}
    env.cr.execute("SELECT setseed(0.42)")
    _insert_partners(env, insert, prototypes["res.partner"], customer)
    for model, share in SHARES.items():
        _insert(env, insert, prototypes[model], customer, events * share // 100)
    insert(env, prototypes["calendar.attendee"], SQL(
        """(SELECT id AS event, split_part(name, '-', 2)::int AS partner
              FROM calendar_event WHERE name ~ '^B[0-9]+-[0-9]+$') s""",
    ), {
        "id": SQL("nextval('calendar_attendee_id_seq')"), "event_id": SQL("s.event"),
        "partner_id": SQL("s.partner"), "access_token": SQL("NULL"),
    })
    insert_scores(env)
    for table in TABLES:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    env.cr.commit()
    return customer


def _insert_partners(env, insert, prototype, customer):
    for name, count, own in (("Customer ", OTHERS, False), ("Contact ", CONTACTS, True)):
        insert(env, prototype, SQL("generate_series(1, %s) n", count), {
            "id": SQL("nextval('res_partner_id_seq')"),
            "parent_id": SQL("%s", customer.id if own else None),
            "commercial_partner_id": SQL("%s", customer.id) if own
            else SQL("currval('res_partner_id_seq')"),
            "name": SQL("%s || n", name), "complete_name": SQL("%s || n", name),
        })


def _records(env, seller):
    """Return one record of each model, as people make them."""
    partner = env["res.partner"].create({"name": "Prototype", "is_company": True})
    own = {"partner_id": partner.id, "user_id": seller.id}
    order = env["sale.order"].create({**own, "state": "sale"})
    journal = env["account.journal"].create({"name": "Bench", "code": "BEN", "type": "sale"})
    account = env["account.account"].create({
        "name": "Income", "code": "BEN400", "account_type": "income",
    })
    receivable = env["account.account"].create({
        "name": "Receivable", "code": "BEN110", "account_type": "asset_receivable",
        "reconcile": True,
    })
    partner.property_account_receivable_id = receivable
    move = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": partner.id, "journal_id": journal.id,
        "invoice_date": "2020-01-01", "invoice_user_id": seller.id, "invoice_line_ids": [
            (0, 0, {"name": "Bench", "price_unit": 10.0, "account_id": account.id}),
        ],
    })
    move.action_post()
    event = env["calendar.event"].create({
        "name": "Visit", "start": "2020-01-01 09:00:00", "stop": "2020-01-01 10:00:00",
        "user_id": seller.id, "partner_ids": [(6, 0, partner.ids)],
    })
    return [
        partner, order, move, event, event.attendee_ids[:1],
        partner.message_post(
            body="<p>" + "Thank you for your order. " * 20 + "</p>", message_type="comment",
            subtype_xmlid="mail.mt_comment",
        ),
        env["crm.lead"].create({**own, "name": "Opportunity", "type": "opportunity"}),
        env["runwell.request"].create({"name": "Request", "partner_id": partner.id}),
        env["runwell.interaction"].create({
            "partner_id": partner.id, "name": "Called", "user_id": seller.id,
            "channel_id": env.ref("crm_runwell.channel_phone").id, "note": "Said much. " * 20,
        }),
    ]


def _insert(env, insert, prototype, customer, count):
    """Insert the customer's rows of a model, and as many of others."""
    table = env[prototype.model]._table
    if prototype.model == "runwell.request":
        prototype = writable(prototype)
    for family, rows in (
        (SQL("commercial_partner_id = %s", customer.id), count),
        (SQL("name LIKE 'Customer %%' AND id <> %s", customer.id), count),
    ):
        insert(env, prototype, SQL(
            """(SELECT n, (w.ids)[1 + floor(random() * cardinality(w.ids))::int] AS partner,
                       (o.ids)[1 + floor(random() * cardinality(o.ids))::int] AS sale,
                       now() AT TIME ZONE 'UTC' - interval '1 day' * 3650 * random() AS at
                  FROM (SELECT array_agg(id) AS ids FROM res_partner WHERE %(family)s) w,
                       (SELECT array_agg(id) AS ids FROM sale_order WHERE partner_id IN (
                            SELECT id FROM res_partner WHERE %(family)s)) o,
                       generate_series(1, %(rows)s) n) s""",
            family=family, rows=max(1, rows),
        ), {
            "id": SQL("nextval(%s)", f"{table}_id_seq"),
            **(_message() if prototype.model == "mail.message" else _values(prototype.model)),
        })


def _message():
    """Three of five are on an order of the customer, the others on the contact itself."""
    on_order = SQL("s.n %% 5 < 3 AND s.sale IS NOT NULL")
    return {
        "date": SQL("s.at"), "create_date": SQL("s.at"), "message_id": SQL("NULL"),
        "model": SQL("CASE WHEN %s THEN 'sale.order' ELSE 'res.partner' END", on_order),
        "res_id": SQL("CASE WHEN %s THEN s.sale ELSE s.partner END", on_order),
    }


def _values(model):
    partner, at, day = SQL("s.partner"), SQL("s.at"), SQL("s.at::date")
    number, amount = SQL("'B' || s.n || '-' || s.partner"), SQL("50 + s.n %% 1000")
    return {
        "partner_id": partner, "partner_invoice_id": partner, "partner_shipping_id": partner,
        "commercial_partner_id": SQL(
            "(SELECT p.commercial_partner_id FROM res_partner p WHERE p.id = s.partner)"
        ),
        "create_date": at, "date_order": at, "start": at, "stop": at, "invoice_date": day,
        "date": at if model == "runwell.interaction" else day,
        "name": number, "number": number, "amount_total": amount, "amount_untaxed": amount,
        "access_token": SQL("NULL"),
    }


def measure(env, events, customer):
    """Return milliseconds: pages by reader and depth, the counts, the head; and the ratio."""
    found = {"events": events}
    bare = _median(env, lambda own: own.execute_query(SQL(
        """SELECT id, name, date_order, amount_total FROM sale_order
            WHERE partner_id = %s AND state = 'sale'
            ORDER BY date_order DESC, id DESC LIMIT 40""", customer.id,
    )), "bench_supervisor")
    found["bare SELECT"] = bare
    for login in ("bench_supervisor", "bench_seller"):
        role = login.removeprefix("bench_")
        deep = _walk(env, customer, login)
        for name, show in (
            ("first page", lambda own: _page(own, customer)),
            ("page at half of the history", lambda own, deep=deep: _page(
                own, customer, before=deep)),
            ("page of mails alone", lambda own: _page(own, customer, kinds=["mail"])),
            ("counts of the chips", lambda own: own["runwell.timeline"].get_counts(customer.id)),
            ("head of the page", lambda own: customer.with_env(own).get_runwell_page()),
        ):
            found[f"{name}, {role}"] = _median(env, show, login)
    found["first page by bare SELECT"] = found["first page, supervisor"] / bare
    return found


def _page(own, customer, **options):
    page = own["runwell.timeline"].get_page(customer.id, **options)
    assert len(page["events"]) == 40, len(page["events"])
    return page


def _walk(env, customer, login):
    """Return where the second half of the history begins, for this reader."""
    middle = env.cr.now() - timedelta(days=1825)
    assert _page(_own(env, login), customer)["next"]
    return [middle.isoformat(" ", "microseconds"), 0]


def _own(env, login):
    user = env["res.users"].search([("login", "=", login)])
    return env(user=user, context={"lang": "en_US", "allowed_company_ids": env.company.ids})


def _median(env, show, login):
    """Return the milliseconds of several runs on an empty cache, the middle one."""
    own, runs = _own(env, login), []
    show(own)
    for _run in range(RUNS):
        env.invalidate_all()
        runs.append(1000 * timed(lambda: show(own)))
    return statistics.median(runs)


def table(rows):
    """Return the figures as a table, milliseconds against the limit."""
    lines = []
    for row in rows:
        lines.append(f"{row['events']} events of one customer")
        for name, value in row.items():
            if name == "events":
                continue
            if name == "first page by bare SELECT":
                lines.append(f"  {name:<44}{value:>10.1f} ×")
                continue
            over = value > PAGE and "page" in name
            mark = f"  over the limit of {PAGE} ms" if over else ""
            lines.append(f"  {name:<44}{value:>10.1f} ms{mark}")
    return "\n".join(lines)
