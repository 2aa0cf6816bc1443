"""Service requests by the hundred thousand: what their screens, clocks and help cost."""

import json
import statistics
from dataclasses import replace

from odoo.tools import SQL

from lib.bench_alerts import insert_scores
from lib.bench_scoring import timed

AGENTS = 20
#: So many requests come of one customer, on average.
REQUESTS_A_CUSTOMER = 20
#: So many requests are opened with their help, by script.
HELPED = 20
#: Seconds that a screen and a pass over all clocks may take.
SCREEN, PASS = 1.5, 30

#: Of twenty requests: how many are in each state.
STATES = (
    *["new"] * 2, *["assigned"] * 3, *["processed"] * 2, "feedback", *["archived"] * 12,
)
OPEN = 5

NAMED = {"fields": {"display_name": {}}}
#: What a card of the board asks for.
CARD = {
    "name": {}, "number": {}, "state": {}, "request_type": {}, "priority": {}, "color": {},
    "waiting_customer": {}, "deadline": {}, "sla_kind": {}, "sla_alarm": {}, "is_overdue": {},
    "partner_id": NAMED, "user_id": NAMED, "tag_ids": NAMED, "activity_ids": {},
    "activity_state": {},
}
#: What a line of the list asks for.
LINE = {
    "name": {}, "number": {}, "state": {}, "request_type": {}, "priority": {}, "create_date": {},
    "deadline": {}, "sla_alarm": {}, "is_overdue": {}, "partner_id": NAMED, "user_id": NAMED,
}


def fill(env, requests):
    """Make customers and their requests by SQL: of two teams, in all states, with answers."""
    from odoo.addons.crm_runwell.tools.prototype import capture, insert

    agents, teams = _staff(env)
    partner = env["res.partner"].create({"name": "Prototype", "is_company": True})
    request = env["runwell.request"].create({"name": "Prototype", "partner_id": partner.id})
    env.flush_all()
    prototypes = [capture(record) for record in (partner, request)]
    request.unlink()
    env.flush_all()
    env.cr.execute("SELECT setseed(0.42)")
    insert(env, prototypes[0], SQL(
        "generate_series(1, %s) n", max(1, requests // REQUESTS_A_CUSTOMER),
    ), {
        "id": SQL("nextval('res_partner_id_seq')"),
        "commercial_partner_id": SQL("currval('res_partner_id_seq')"),
        "name": SQL("'Customer ' || n"), "complete_name": SQL("'Customer ' || n"),
    })
    insert_scores(env)
    insert(env, writable(prototypes[1]), _source(env, requests), _values(agents, teams))
    for table in ("res_partner", "runwell_score", "runwell_request"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    env.cr.commit()


def _staff(env):
    """Make the agents, a service manager and the second team; return agents and teams."""
    groups = env.ref("crm_runwell.group_service_user") + env.ref("base.group_user")
    agents = env["res.users"].with_context(no_reset_password=True).create([
        {"name": f"Agent {n}", "login": f"bench{n}", "group_ids": [(6, 0, groups.ids)]}
        for n in range(AGENTS)
    ])
    manager = agents[0].copy({"name": "Service manager", "login": "bench_manager"})
    manager.group_ids += env.ref("crm_runwell.group_service_manager")
    Team = env["runwell.service.team"]
    teams = Team._default_of(env.company) + Team.create({"name": "Second team"})
    for place, team in enumerate(teams):
        team.member_ids = agents[place::len(teams)] + manager
    return agents, teams


def writable(prototype):
    """Return the prototype without the words, which PostgreSQL makes itself."""
    columns = prototype.columns
    del columns["search_vector"]
    return replace(prototype, row=json.dumps(columns))


def _source(env, requests):
    """Return SQL: a row a request: its place, state, customer, moment; every fifth is Chinese."""
    customers = env["res.partner"].search([("name", "like", "Customer ")]).ids
    return SQL(
        """(SELECT n, (%(states)s)[1 + n %% %(of)s] AS state, n %% %(of)s < %(open)s AS is_open,
                   (%(customers)s::int[])[1 + floor(random() * %(known)s)::int] AS customer,
                   now() AT TIME ZONE 'UTC' - interval '1 day' * random()
                   * CASE WHEN n %% %(of)s < %(open)s THEN 20 ELSE 400 END AS at,
                   %(subject)s AS subject,
                   %(details)s AS details,
                   %(reply)s AS reply
              FROM generate_series(1, %(requests)s) n) s""",
        states=list(STATES), of=len(STATES), open=OPEN, customers=customers,
        known=len(customers), requests=requests,
        subject=_text(6), details=_text(40), reply=_text(40),
    )


def _text(length):
    """Return SQL: a text of common words and rare ones, as in any language."""
    return SQL(
        """CASE WHEN n %% 5 = 0
                THEN array_to_string(ARRAY(
                    SELECT chr(19968 + floor(3000 * random() ^ 3)::int)
                      FROM generate_series(1, %(length)s + n * 0)), '')
                ELSE array_to_string(ARRAY(
                    SELECT 'word' || floor(5000 * random() ^ 3)::int
                      FROM generate_series(1, %(length)s + n * 0)), ' ')
            END""", length=length,
    )


def _values(agents, teams):
    done = SQL("CASE WHEN NOT s.is_open THEN least(s.at + interval '1 day', now()) END")
    waits = SQL("s.state = 'assigned' AND (s.n / 20) %% 10 = 0")
    agent = SQL(
        "CASE WHEN s.state <> 'new' THEN (%s::int[])[1 + (s.n / 20) %% %s] END",
        agents.ids, len(agents),
    )
    archived = SQL("s.state = 'archived'")
    return {
        "id": SQL("nextval('runwell_request_id_seq')"), "number": SQL("'B' || s.n"),
        "name": SQL("s.subject"), "description": SQL("'<p>' || s.details || '</p>'"),
        "answer": SQL("CASE WHEN NOT s.is_open THEN '<p>' || s.reply || '</p>' END"),
        "create_date": SQL("s.at"), "state": SQL("s.state"),
        "request_type": SQL(
            "(ARRAY['enquiry', 'complaint', 'suggestion'])[1 + (s.n / 7) %% 3]"
        ),
        "priority": SQL("substr('00001123', 1 + (s.n / 3) %% 8, 1)"),
        "partner_id": SQL("s.customer"), "commercial_partner_id": SQL("s.customer"),
        "team_id": SQL("(%s::int[])[1 + (s.n / 20) %% %s]", teams.ids, len(teams)),
        "user_id": agent, "assigned_by_id": agent,
        "assigned_on": SQL("CASE WHEN s.state <> 'new' THEN s.at END"),
        "first_answer_on": done, "processed_on": done, "first_processed_on": done,
        "waiting_customer": waits, "waiting_since": SQL("CASE WHEN %s THEN s.at END", waits),
        "satisfaction": SQL(
            "CASE WHEN s.state IN ('feedback', 'archived') THEN 1 + (s.n / 20) %% 5 END"
        ),
        "archived_on": SQL("CASE WHEN %s THEN now() END", archived),
        "archived_as": SQL("CASE WHEN %s THEN 'feedback' END", archived),
        "access_token": SQL("NULL"),
    }


def measure(env, requests):
    """Return seconds: each screen and the help, then all clocks as if every request was open."""
    Request = env["runwell.request"]
    Request._sla_run(SQL("TRUE"), many=True)
    # Takes the mark of the hours as they are; their change is measured later.
    env["runwell.service.team"]._sla_follow_hours()
    env.cr.execute("ANALYZE runwell_request")
    env.cr.execute("ANALYZE runwell_sla_status")
    env.invalidate_all()
    env.cr.commit()
    return {"requests": requests, **_screens(env), **_help(env), **_clocks(env)}


def _screens(env):
    """Return the seconds of each screen by role, on an empty cache, the best of three."""
    found = {}
    for role, login in (("service manager", "bench_manager"), ("agent", "bench0")):
        own = _as(env, login)
        for name, show in (
            ("board", _board), ("list with the count", _list),
            ("unassigned of the own teams", _unassigned),
            ("unassigned of all teams", _unassigned_of_all),
        ):
            found[f"{name}, {role}"] = _best(own, show)
    return found


def _as(env, login):
    user = env["res.users"].search([("login", "=", login)])
    return env(user=user, context={"lang": "en_US"})


def _best(env, show):
    runs = []
    for _run in range(3):
        env.invalidate_all()
        runs.append(timed(lambda: show(env)))
    return min(runs)


def _board(env):
    """The kanban as the web client asks for it: the columns with their cards and bars."""
    Request = env["runwell.request"]
    groups = Request.web_read_group(
        [], ["state"], auto_unfold=True, unfold_read_default_limit=40,
        unfold_read_specification=CARD,
    )["groups"]
    assert all("__records" in group for group in groups)
    Request.read_progress_bar([], "state", {
        "field": "request_type",
        "colors": {"complaint": "warning", "enquiry": "info", "suggestion": "success"},
    })


def _list(env, domain=()):
    env["runwell.request"].web_search_read([*domain], LINE, limit=80, count_limit=10001)
    env["runwell.request"].search_count([*domain])


def _unassigned(env):
    _list(env, [("state", "=", "new"), ("team_id.member_ids", "in", [env.uid])])


def _unassigned_of_all(env):
    _list(env, [("state", "=", "new")])


def _overdue(env):
    _list(env, [("is_overdue", "=", True)])


def _help(env):
    """Return the seconds that the help of a request takes, the median of several."""
    found = {}
    own = _as(env, "bench0")
    for script, chosen in (("Latin", SQL("number NOT LIKE '%%0' AND number NOT LIKE '%%5'")),
                           ("Chinese", SQL("number LIKE '%%0' OR number LIKE '%%5'"))):
        env.cr.execute(SQL(
            """SELECT id FROM runwell_request WHERE state IN ('new', 'assigned') AND (%s)
                ORDER BY md5(number) LIMIT %s""", chosen, HELPED,
        ))
        seconds = []
        for [request] in env.cr.fetchall():
            own.invalidate_all()
            seconds.append(timed(lambda id=request: own["runwell.request"].browse(id).get_help()))
        found[f"help, {script}, median"] = statistics.median(seconds)
    return found


def _clocks(env):
    """Return the seconds that the clocks of all requests take, all of them open."""
    found = {}

    def step(name, work):
        found[name] = timed(lambda: (work(), env.flush_all(), env.cr.commit()))

    Request, company = env["runwell.request"], env.company
    env.cr.execute("TRUNCATE runwell_sla_status")
    env.cr.execute(
        """UPDATE runwell_request
              SET state = 'assigned', deadline = NULL, sla_kind = NULL, processed_on = NULL,
                  first_answer_on = NULL"""
    )
    env.cr.execute("ANALYZE runwell_request")
    env.cr.commit()
    env.invalidate_all()
    of_company = SQL("r.company_id = %s", company.id)
    step("clocks made for the first time", lambda: Request._sla_recompute(of_company))
    env.cr.execute("SELECT count(*) FROM runwell_sla_status")
    [found["clocks"]] = env.cr.fetchone()
    step("clocks again, nothing to change", lambda: Request._sla_recompute(of_company))
    afternoons = company.resource_calendar_id.attendance_ids.filtered(
        lambda hours: hours.day_period == "afternoon"
    )
    afternoons.write({"hour_to": max(afternoons.mapped("hour_to")) + 1})
    step("clocks again, other hours", env["runwell.service.team"]._sla_follow_hours)
    policy = env["runwell.sla.policy"].search([], limit=1, order="sequence desc")
    step("clocks again, other policy", lambda: policy.write({
        "first_answer_hours": policy.first_answer_hours + 1,
        "resolution_hours": policy.resolution_hours + 1,
    }))
    found["overdue with the count, service manager"] = _best(
        _as(env, "bench_manager"), _overdue
    )
    return found


def budget(name):
    """Return the budget of a figure as text.

    >>> budget("board, agent"), budget("clocks again, other hours"), budget("clocks")
    ('1.5 s', '30 s', '')
    """
    if name == "clocks":
        return ""
    return f"{PASS if name.startswith('clocks') else SCREEN} s"


def table(rows):
    """Return the figures as Markdown, a line a figure, with the budgets."""
    head = "| | " + " | ".join(f"{row['requests']:,} requests" for row in rows) + " | budget |\n"
    lines = [
        f"| {name} | "
        + " | ".join(
            f"{row[name]:,}" if isinstance(row[name], int) else f"{row[name]:.2f} s"
            for row in rows
        ) + f" | {budget(name)} |"
        for name in rows[0] if name != "requests"
    ]
    return head + "|---|" + "---|" * (len(rows) + 1) + "\n" + "\n".join(lines)
