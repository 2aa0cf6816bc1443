"""Working time as a line: from a moment to the working time before it, and back, in SQL.

A *clock* is a calendar as one company keeps it: hours of the calendar less the days off that
are everybody's. Its working intervals over a range are laid end to end, each with the working
time *before* it and *up to* its end, in microseconds. A deadline is then one look-up: the
interval in which the time used up to the start plus the time allowed falls.

The intervals are the calendar's own (``_work_intervals_batch``), so that change of summer
time, two-week calendars and days off are Odoo's; the sums agree with ``plan_hours`` with
leaves, from moments in UTC.
"""

from datetime import datetime, time, timedelta

import pytz

from odoo.tools import SQL

from . import working_table

#: Days ahead in which a deadline is looked for, as far as ``plan_hours`` does.
HORIZON = 1_400
#: Days ahead that are looked at first; four times as many until they hold enough hours.
FIRST_LOOK = 28
#: The calendar id of a clock that never stands.
AROUND_THE_CLOCK = 0

TABLE = "runwell_working_time"
MICROSECOND = timedelta(microseconds=1)


class WorkingTime:
    """The working intervals of some clocks, for SQL to reckon with.

    Usage::

        line = WorkingTime(env, now)
        line.add(company, calendar, low, enough=8 * 3600)
        SQL("WITH %s SELECT %s FROM …", line.source(), reached(…))

    :param now: naive UTC, from when on ``enough`` is counted
    """

    def __init__(self, env, now):
        self.env = env
        self.now = now
        self.rows = []

    def add(self, company, calendar, low, enough):
        """Lay out the intervals of a clock.

        :param calendar: a ``resource.calendar``; empty: around the clock
        :param low: naive UTC, the earliest moment that is asked for
        :param enough: working seconds after now that must be found, within the horizon
        """
        before = 0
        for start, stop in self._intervals(company, calendar, low, enough):
            upto = before + (stop - start) // MICROSECOND
            self.rows.append((
                company.id, calendar.id or AROUND_THE_CLOCK, start, before, upto,
            ))
            before = upto

    def _intervals(self, company, calendar, low, enough):
        if not calendar:
            return [(low, self.now + timedelta(days=HORIZON))]
        days = FIRST_LOOK
        while True:
            days = min(days, HORIZON)
            found = work_intervals(company, calendar, low, self.now + timedelta(days=days))
            ahead = sum(
                (stop - max(start, self.now)).total_seconds()
                for start, stop in found if stop > self.now
            )
            if ahead >= enough or days == HORIZON:
                return found
            days *= 4

    def source(self, as_table=False):
        """Return the SQL of the common table expression ``work``.

        :param as_table: put the intervals into a working table with its indexes, for many rows
        """
        columns = [list(column) for column in zip(*self.rows, strict=True)] or [[]] * 5
        rows = SQL(
            """SELECT * FROM unnest(%s::int[], %s::int[], %s::timestamp[], %s::bigint[],
                                    %s::bigint[])
                      AS w(company_id, calendar_id, start, before, upto)""", *columns,
        )
        if not as_table:
            return SQL("work AS MATERIALIZED (%s)", rows)
        cr, table = self.env.cr, SQL.identifier(TABLE)
        working_table.make(cr, TABLE, rows)
        cr.execute(SQL("CREATE INDEX ON %s (company_id, calendar_id, start)", table))
        cr.execute(SQL("CREATE INDEX ON %s (company_id, calendar_id, upto)", table))
        working_table.analyse(cr, TABLE)
        return SQL("work AS NOT MATERIALIZED (SELECT * FROM %s)", table)


def work_intervals(company, calendar, low, high):
    """Return the working intervals between two naive UTC moments, as pairs of such.

    The range begins on a Monday, so that a calendar with flexible hours has the same ones
    whenever it is asked.
    """
    zone = pytz.timezone(calendar.tz)
    day = pytz.utc.localize(low).astimezone(zone).date()
    monday = zone.localize(datetime.combine(day - timedelta(days=day.weekday()), time.min))
    # sudo: deadlines are the same whoever asks, a customer too.
    found = calendar.sudo()._work_intervals_batch(
        monday, pytz.utc.localize(high), domain=days_off(company),
    )[False]
    return [
        (_naive(start), _naive(stop)) for start, stop, _meta in found
    ]


def days_off(company):
    """Return the domain of the leaves that count: a calendar's, or everybody's of the company."""
    return [("time_type", "=", "leave"), ("company_id", "in", (company.id, False))]


def _naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def worked(clock, moment):
    """Return SQL of the working microseconds of a clock before a moment.

    :param clock: SQL name of a row with ``company_id`` and ``calendar_id``
    :param moment: SQL of a naive UTC timestamp
    """
    return SQL(
        """coalesce((
            SELECT least(w.upto, w.before + (extract(epoch FROM %(moment)s - w.start)
                                             * 1000000)::bigint)
              FROM work w
             WHERE w.company_id = %(clock)s.company_id AND w.calendar_id = %(clock)s.calendar_id
               AND w.start <= %(moment)s
             ORDER BY w.start DESC LIMIT 1), 0)""",
        clock=clock, moment=moment,
    )


def reached(clock, total):
    """Return SQL of the first moment at which a clock has worked so many microseconds.

    NULL where it does not within the range.
    """
    return SQL(
        """(SELECT date_trunc('second', w.start + (%(total)s - w.before)
                                        * interval '1 microsecond')
              FROM work w
             WHERE w.company_id = %(clock)s.company_id AND w.calendar_id = %(clock)s.calendar_id
               AND w.upto >= %(total)s
             ORDER BY w.upto LIMIT 1)""",
        clock=clock, total=total,
    )
