"""The SQL that keeps clocks and deadlines of requests, for one and for all alike.

Deadlines are a function of what is recorded: when the request came (or was reopened), when it
waited for the customer, and the working hours. So they can be reckoned again at any time.
"""

from odoo.tools import SQL

from . import working_table
from .runwell_request import OPEN_STATES
from .working_time import reached, worked


def clocks(scope):
    """Return SQL: a row a clock of the requests ``r`` in scope.

    :return: company, calendar (0: none), earliest start, longest time allowed in hours
    """
    return SQL(
        """
        SELECT r.company_id, coalesce(t.resource_calendar_id, c.resource_calendar_id, 0),
               min(r.create_date),
               (SELECT max(greatest(p.first_answer_hours, p.resolution_hours))
                  FROM runwell_sla_policy p WHERE p.company_id = r.company_id AND p.active)
          FROM runwell_request r
          JOIN res_company c ON c.id = r.company_id
          LEFT JOIN runwell_service_team t ON t.id = r.team_id
         WHERE %s
         GROUP BY 1, 2
        """,
        scope,
    )


class Refresh:
    """Brings clocks and next deadlines of requests up to date.

    Drops the clocks that no longer apply, makes and moves the others, and sets the next
    deadline. Clocks that have stopped for good stay as they are. For a few requests this is one
    statement; for many its steps are put into working tables, whose size PostgreSQL then knows.

    :param cr: the cursor
    :param scope: SQL condition on the requests ``r``
    :param line: the :class:`~.working_time.WorkingTime` of their clocks
    :param many: whether they are many
    """

    def __init__(self, cr, scope, line, many):
        self.cr = cr
        self.line = line
        self.many = many
        self.steps = {
            "facts": _facts(scope), "clock": _clock(), "due": _due(line.now),
            "upcoming": _upcoming(),
        }

    def run(self):
        """Run it; return the number of requests whose next deadline changed."""
        known = [self.line.source(as_table=self.many)]
        for name, query in self.steps.items():
            known.append(self._step(known, name, query))
        if self.many:
            # One after the other: each would be planned as if the tables of the others were empty.
            self.cr.execute(_with(known, _drop()))
            self.cr.execute(_with(known, _keep()))
            self.cr.execute(_with(known, _next()))
        else:
            self.cr.execute(_with(
                [*known, SQL("gone AS (%s)", _drop()), SQL("kept AS (%s)", _keep())], _next(),
            ))
        return self.cr.rowcount

    def _step(self, known, name, query):
        """Return the expression of a step that reads those before it."""
        if not self.many:
            return SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
        table = f"runwell_sla_{name}_pass"
        working_table.make(self.cr, table, _with(known, query))
        working_table.analyse(self.cr, table)
        return SQL(
            "%s AS NOT MATERIALIZED (SELECT * FROM %s)",
            SQL.identifier(name), SQL.identifier(table),
        )


def _with(expressions, query):
    return SQL("WITH %s %s", SQL(", ").join(expressions), query)


def _facts(scope):
    """Return SQL: a row a request, with what deadlines depend on."""
    return SQL(
        """
        SELECT r.id, r.company_id, r.team_id, r.request_type, r.priority, s.value_class,
               (g.runwell_grade_id ->> r.company_id::text)::int AS grade_id,
               coalesce(t.resource_calendar_id, c.resource_calendar_id, 0) AS calendar_id,
               r.create_date, coalesce(r.reopened_on, r.create_date) AS taken_up_on,
               coalesce(r.reopen_count, 0) AS turn,
               coalesce(r.first_answer_on, done.processed_on) AS answered_on, done.processed_on,
               r.waiting_since, coalesce(r.sla_pauses, '[]'::jsonb) AS pauses,
               r.active AND r.duplicate_of_id IS NULL
                   AND (r.state <> 'archived' OR r.processed_on IS NOT NULL) AS counts
          FROM runwell_request r
          JOIN res_company c ON c.id = r.company_id
          LEFT JOIN runwell_service_team t ON t.id = r.team_id
          LEFT JOIN runwell_score s
                 ON s.partner_id = r.commercial_partner_id AND s.company_id = r.company_id
          LEFT JOIN res_partner g ON g.id = r.commercial_partner_id
         CROSS JOIN LATERAL (SELECT CASE WHEN r.state NOT IN %s THEN r.processed_on END) done(
                processed_on)
         WHERE %s
        """,
        OPEN_STATES, scope,
    )


def _clock():
    """Return SQL: a row a request and kind, with the working time up to its start and in pauses.

    A pause that is still open ends when the goal is reached; until then the clock stands.
    """
    f = SQL("f")
    return SQL(
        """
        SELECT f.*, k.kind, k.turn AS kind_turn, k.started_on, k.reached_on,
               CASE WHEN k.reached_on IS NULL THEN f.waiting_since END AS stands_since,
               %(start)s AS start_work, coalesce(q.work, 0) AS paused_work,
               coalesce(q.seconds, 0) AS paused_seconds
          FROM facts f
         CROSS JOIN LATERAL (VALUES
               ('first_answer', 0, f.create_date, f.answered_on),
               ('resolution', f.turn, f.taken_up_on, f.processed_on)
               ) k(kind, turn, started_on, reached_on)
          LEFT JOIN LATERAL (
               SELECT sum(%(stop)s - %(begin)s)::bigint AS work,
                      sum(extract(epoch FROM p.stop - p.start))::integer AS seconds
                 FROM (SELECT least(greatest(x.start, k.started_on), k.reached_on) AS start,
                              least(greatest(x.stop, k.started_on), k.reached_on) AS stop
                         FROM (SELECT (e->>0)::timestamp AS start, (e->>1)::timestamp AS stop
                                 FROM jsonb_array_elements(f.pauses) e
                               UNION ALL
                               SELECT f.waiting_since, k.reached_on
                                WHERE f.waiting_since IS NOT NULL AND k.reached_on IS NOT NULL
                              ) x
                      ) p
                WHERE p.stop > p.start
               ) q ON f.waiting_since IS NOT NULL OR f.pauses <> '[]'::jsonb
         WHERE f.counts
        """,
        start=worked(f, SQL("k.started_on")), stop=worked(f, SQL("p.stop")),
        begin=worked(f, SQL("p.start")),
    )


def _due(now):
    """Return SQL: a row a request, policy that applies to it, and kind, with its deadline.

    ``OFFSET 0`` keeps PostgreSQL from reckoning a moment anew wherever it is named.
    """
    clock = SQL("c")
    return SQL(
        """
        SELECT d.*,
               CASE WHEN d.reached_on IS NOT NULL
                    THEN CASE WHEN d.reached_on > d.deadline THEN 'failed' ELSE 'reached' END
                    WHEN d.deadline < %(now)s THEN 'failed'
                    WHEN d.stands_since IS NOT NULL THEN 'paused'
                    ELSE 'running' END AS state
          FROM (
            SELECT c.id AS request_id, c.company_id, p.id AS policy_id, c.kind,
                   c.kind_turn AS turn, c.started_on, c.reached_on, a.seconds AS allowed_seconds,
                   c.paused_seconds, c.stands_since,
                   CASE WHEN m.stood IS NOT NULL
                        THEN (m.stood - c.start_work - c.paused_work) / 1000000
                        END AS used_seconds,
                   -- While the clock stands there is no deadline, unless it passed before.
                   CASE WHEN c.stands_since IS NULL OR c.stands_since >= l.moment
                        THEN l.moment END AS deadline,
                   CASE WHEN c.stands_since IS NULL AND c.reached_on IS NULL
                        THEN %(warn)s END AS warn_at
              FROM clock c
              JOIN runwell_sla_policy p
                ON p.company_id = c.company_id AND p.active
               AND (p.team_id IS NULL OR p.team_id = c.team_id)
               AND CASE c.request_type WHEN 'enquiry' THEN p.for_enquiry
                                       WHEN 'complaint' THEN p.for_complaint
                                       ELSE p.for_suggestion END
               AND c.priority >= p.min_priority
               AND (p.value_class IS NULL OR p.value_class = c.value_class)
               AND (p.grade_id IS NULL OR p.grade_id = c.grade_id)
             CROSS JOIN LATERAL (SELECT round(3600 * CASE c.kind
                                     WHEN 'first_answer' THEN p.first_answer_hours
                                     ELSE p.resolution_hours END)::bigint) a(seconds)
             CROSS JOIN LATERAL (SELECT %(stood)s OFFSET 0) m(stood)
             CROSS JOIN LATERAL (SELECT %(deadline)s OFFSET 0) l(moment)
             WHERE a.seconds > 0
               AND (c.reached_on IS NULL OR EXISTS (
                       SELECT FROM runwell_sla_status s
                        WHERE s.request_id = c.id AND s.policy_id = p.id AND s.kind = c.kind
                          AND s.turn = c.kind_turn AND s.reached_on IS NULL))
          ) d
        """,
        now=now,
        stood=SQL(
            """CASE WHEN c.reached_on IS NOT NULL THEN %s WHEN c.stands_since IS NOT NULL
                    THEN %s END""",
            worked(clock, SQL("c.reached_on")), worked(clock, SQL("c.stands_since")),
        ),
        deadline=reached(clock, SQL("c.start_work + c.paused_work + a.seconds * 1000000")),
        warn=reached(clock, SQL(
            "c.start_work + c.paused_work + a.seconds * 10000 * p.warn_percent"
        )),
    )


def _keep():
    """Return SQL: make the rows that are missing, write those that changed and still run."""
    written = [
        "allowed_seconds", "deadline", "warn_at", "reached_on", "used_seconds",
        "paused_seconds", "state", "in_time",
    ]
    columns = SQL(", ").join(map(SQL.identifier, written))
    kept = SQL(", ").join(SQL.identifier("s", name) for name in written)
    new = SQL(", ").join(SQL.identifier("excluded", name) for name in written)
    return SQL(
        """
        INSERT INTO runwell_sla_status AS s
               (request_id, company_id, policy_id, kind, turn, started_on, %(columns)s)
        SELECT request_id, company_id, policy_id, kind, turn, date_trunc('second', started_on),
               allowed_seconds, deadline, warn_at, reached_on, used_seconds, paused_seconds,
               state, CASE state WHEN 'reached' THEN 1 WHEN 'failed' THEN 0 END
          FROM due
        ON CONFLICT (request_id, policy_id, kind, turn) DO UPDATE SET (%(columns)s) = ROW(%(new)s)
         WHERE s.reached_on IS NULL AND (%(kept)s) IS DISTINCT FROM (%(new)s)
        """,
        columns=columns, new=new, kept=kept,
    )


def _drop():
    """Return SQL: take away the clocks that run and no longer apply."""
    return SQL(
        """
        DELETE FROM runwell_sla_status s USING facts f
         WHERE s.request_id = f.id AND s.reached_on IS NULL
           AND NOT EXISTS (SELECT FROM due d
                            WHERE d.request_id = s.request_id AND d.policy_id = s.policy_id
                              AND d.kind = s.kind AND d.turn = s.turn)
        """
    )


def _upcoming():
    """Return SQL: the next deadline of each request that has one."""
    return SQL(
        """
        SELECT DISTINCT ON (request_id) request_id, deadline, kind FROM due
         WHERE reached_on IS NULL AND deadline IS NOT NULL
         ORDER BY request_id, deadline, kind
        """
    )


def _next():
    """Return SQL: write the next deadline where it changed."""
    return SQL(
        """
        UPDATE runwell_request r SET deadline = u.deadline, sla_kind = u.kind
          FROM facts f LEFT JOIN upcoming u ON u.request_id = f.id
         WHERE r.id = f.id
           AND (r.deadline IS DISTINCT FROM u.deadline OR r.sla_kind IS DISTINCT FROM u.kind)
        """
    )
