"""Churn alerts by the tens of thousands: what raising, closing and showing them costs."""

from odoo.tools import SQL

from lib.bench_scoring import timed

MANAGERS = 20
#: Of so many alerts one is worked on, one is won back, one is lost, one is held back.
WORKED, WON, LOST, HELD = 4, 10, 15, 20

#: What a column of the board asks for, a card each.
CARD = (
    "partner_id", "state", "revenue_at_risk", "currency_id", "churn_probability", "silence_days",
    "days_between_orders", "user_id", "activity_ids", "activity_state", "deadline", "cause",
)


def fill(env, alerts):
    """Make customers at risk by SQL: orders once a month for half a year, then silence."""
    from odoo.addons.crm_runwell.tools.prototype import capture, insert

    groups = env.ref("sales_team.group_sale_salesman") + env.ref("base.group_user")
    users = env["res.users"].with_context(no_reset_password=True).create([
        {"name": f"Manager {n}", "login": f"bench{n}", "group_ids": [(6, 0, groups.ids)]}
        for n in range(MANAGERS)
    ])
    supervisor = users[0].copy({"name": "Supervisor", "login": "bench_supervisor"})
    supervisor.group_ids += env.ref("sales_team.group_sale_manager")
    partner = env["res.partner"].create({"name": "Prototype", "is_company": True})
    order = env["sale.order"].create({"partner_id": partner.id, "state": "sale"})
    env.flush_all()
    prototypes = [capture(record) for record in (partner, order)]
    insert(env, prototypes[0], SQL("generate_series(1, %s) n", alerts), {
        "id": SQL("nextval('res_partner_id_seq')"),
        "commercial_partner_id": SQL("currval('res_partner_id_seq')"),
        "user_id": SQL("(%s::int[])[1 + n %% %s]", list(users.ids), MANAGERS),
        "name": SQL("'Customer ' || n"), "complete_name": SQL("'Customer ' || n"),
    })
    _insert_orders(env, insert, prototypes[1], SQL("generate_series(5, 10) n"), SQL("30 * n"))
    insert_scores(env)
    for table in ("res_partner", "sale_order", "runwell_score"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    env.cr.commit()
    return prototypes[1]


def _insert_orders(env, insert, prototype, series, days, which=None):
    insert(
        env, prototype,
        SQL("(SELECT id FROM res_partner WHERE name LIKE 'Customer %%' AND %s) p, %s",
            which or SQL("TRUE"), series),
        {
            "id": SQL("nextval('sale_order_id_seq')"),
            "name": SQL("'B' || currval('sale_order_id_seq')"),
            "date_order": SQL("now() - interval '1 day' * (%s)", days),
            "partner_id": SQL("p.id"), "partner_invoice_id": SQL("p.id"),
            "partner_shipping_id": SQL("p.id"), "amount_untaxed": SQL("50 + p.id %% 100"),
            "amount_total": SQL("50 + p.id %% 100"), "access_token": SQL("NULL"),
        },
    )


def insert_scores(env):
    """Score the made-up customers by SQL: all at risk, of every value class."""
    model = env["runwell.scoring.model"]._active_of(env.company)
    env.cr.execute(SQL(
        """INSERT INTO runwell_score (partner_id, company_id, currency_id, user_id, as_of,
                  model_id, lifecycle, sufficiency, order_count, occasion_count, first_order_date,
                  last_order_date, silence_days, days_between_orders, churn_probability,
                  revenue_12m, revenue_prior_12m, revenue_at_risk, overdue_amount, value_class)
           SELECT p.id, %(company)s, %(currency)s, p.user_id, %(today)s, %(model)s, 'at_risk',
                  'enough', 6, 6, %(today)s::date - 300, %(today)s::date - 150, 150, 30,
                  0.5 + (p.id %% 45) / 100.0, 300 + 6 * (p.id %% 100), 0,
                  (0.5 + (p.id %% 45) / 100.0) * (300 + 6 * (p.id %% 100)), 0,
                  (ARRAY['low', 'secondary', 'potential', 'high'])[1 + p.id %% 4]
             FROM res_partner p WHERE p.name LIKE 'Customer %%'""",
        company=env.company.id, currency=env.company.currency_id.id, model=model.id,
        today=model._today(),
    ))


def measure(env, alerts, prototype):
    """Return seconds: the night's work on all alerts, then each screen."""
    from odoo.addons.crm_runwell.tools.prototype import insert

    Alert, company = env["runwell.churn.alert"], env.company
    seconds = {}

    def step(name, work):
        seconds[name] = timed(lambda: (work(), env.flush_all(), env.cr.commit()))

    step("raise", lambda: Alert._raise_alerts(company))
    _work(env)
    won = SQL("id %% %s = 0", WON)
    _insert_orders(env, insert, prototype, SQL("generate_series(1, 1) n"), SQL("0"), won)
    env.cr.execute(SQL(
        "UPDATE runwell_score SET last_order_date = as_of WHERE partner_id %% %s = 0", WON,
    ))
    env.cr.commit()
    step("win back", lambda: Alert._raise_alerts(company))
    # The horizon of all of them is over at once, which is the worst that can come.
    env.cr.execute(
        "UPDATE runwell_churn_alert SET raised_on = raised_on - 100, due_on = due_on - 100,"
        " worked_on = worked_on - 90"
    )
    env.cr.execute("ANALYZE runwell_churn_alert")
    env.cr.commit()
    step("settle and judge", lambda: Alert._settle(company))
    step("a night without news", lambda: (Alert._raise_alerts(company), Alert._settle(company)))
    return {
        "alerts": alerts, "won_back": Alert.search_count([("state", "=", "won_back")]),
        **seconds, **_screens(env),
    }


def _work(env):
    """Let people have worked, by SQL: measures, losses, alerts held back."""
    env.cr.execute(SQL(
        """INSERT INTO runwell_churn_measure (
                  alert_id, company_id, partner_id, user_id, date, kind, description, cost)
           SELECT id, company_id, partner_id, user_id, now(), 'call', 'Called', 5
             FROM runwell_churn_alert WHERE partner_id %% %s = 0""", WORKED,
    ))
    env.cr.execute(SQL(
        """UPDATE runwell_churn_alert
              SET state = CASE WHEN partner_id %% %(lost)s = 1 THEN 'lost'
                               WHEN partner_id %% %(worked)s = 0 THEN 'suspended'
                               ELSE state END,
                  closed_on = CASE WHEN partner_id %% %(lost)s = 1 THEN raised_on END,
                  worked_on = CASE WHEN partner_id %% %(worked)s = 0 THEN raised_on END,
                  is_held_back = partner_id %% %(held)s = 3""",
        worked=WORKED, lost=LOST, held=HELD,
    ))
    env.cr.execute("ANALYZE runwell_churn_alert")
    env.cr.execute("ANALYZE runwell_churn_measure")
    env.cr.commit()
    env.invalidate_all()


def _screens(env):
    """Return the seconds of each screen by role, on an empty cache, the best of three."""
    found = {}
    for role, login in (("supervisor", "bench_supervisor"), ("account manager", "bench0")):
        user = env["res.users"].search([("login", "=", login)])
        own = env(user=user, context={"lang": "en_US"})
        for name, show in (
            ("board", _board), ("list", _list), ("ledger page", _page), ("ledger pivot", _pivot),
        ):
            runs = []
            for _run in range(3):
                own.invalidate_all()
                runs.append(timed(lambda show=show, own=own: show(own)))
            found[f"{name}, {role}"] = min(runs)
    return found


def _board(env):
    """The kanban as the web client asks for it: the columns with their cards and bars."""
    Alert = env["runwell.churn.alert"]
    groups = Alert.web_read_group(
        [], ["state"], ["revenue_at_risk:sum"], auto_unfold=True, unfold_read_default_limit=40,
        unfold_read_specification={name: {} for name in CARD},
    )["groups"]
    assert all("__records" in group for group in groups)
    Alert.read_progress_bar([], "state", {
        "field": "activity_state", "sum_field": "revenue_at_risk",
        "colors": {"planned": "success", "today": "warning", "overdue": "danger"},
    })


def _list(env):
    env["runwell.churn.alert"].web_search_read(
        [], {name: {} for name in CARD}, limit=80, count_limit=10001,
    )
    env["runwell.churn.alert"].search_count([])


def _page(env):
    for days in (365, 0):
        env["runwell.churn.ledger"].get_page(days)


def _pivot(env):
    sums = [
        f"{name}:sum" for name in (
            "raised_count", "worked_count", "won_back_count", "lost_count",
            "false_alarm_count", "kept_revenue", "revenue_lost", "measure_cost",
        )
    ]
    env["runwell.churn.ledger"].formatted_read_grouping_sets(
        [], [[], ["rule"], ["raised_on:month"], ["rule", "raised_on:month"]],
        [*sums, "precision:avg", "days_to_action:avg"],
    )


def table(rows):
    """Return the figures as Markdown, a line a figure."""
    head = "| | " + " | ".join(f"{row['alerts']:,} alerts" for row in rows) + " |\n"
    names = [name for name in rows[0] if name not in ("alerts",)]
    lines = [
        f"| {name.replace('_', ' ')} | "
        + " | ".join(
            f"{row[name]:,}" if isinstance(row[name], int) else f"{row[name]:.2f} s"
            for row in rows
        ) + " |"
        for name in names
    ]
    return head + "|---|" + "---|" * len(rows) + "\n" + "\n".join(lines)
