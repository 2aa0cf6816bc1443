"""How many days earlier than a plain rule the churn risk warns, both being right as often.

A *silence* begins with an order day of a customer who has ordered before. The rule
warns on its day N + 1; the risk on the first weekly look at which it reaches a
threshold. Of both, only warnings of the last weeks count, and a warning is right
if no order follows within the horizon. The threshold is the lowest whose warnings
are right at least as often as the rule's; over the rule's right warnings, the days
between the two are averaged, a risk that never warned counting as warning on the
day after the last one looked at (so that the figure can be negative).
"""

from bisect import bisect_left
from datetime import timedelta

from odoo.tools import SQL

from .purchases import documents

RULE_DAYS = 180
WEEKS = 26
#: Weekly looks at one silence, and warnings below which nothing can be told.
LOOKS, FEW = 60, 20
THRESHOLDS = [percent / 100 for percent in range(95, 4, -1)]


def silences(scope, horizon, limit, mixes=None):
    """Return SQL ``(x, first_day, day, next_day)``: silences open in the weeks looked at.

    ``next_day`` may lie up to ``horizon`` days after ``scope.as_of``: it decides only
    whether a warning was right. Of at most ``limit`` customers, a fixed sample.

    :param mixes: SQL relation of :meth:`.season.Clock.sql_mixes`: adds the customer's ``mix``
    """
    own, join = SQL(""), SQL("")
    if mixes is not None:
        own, join = SQL(", mix"), SQL("LEFT JOIN (%s) mixed USING (partner_id)", mixes)
    after = scope.at(scope.as_of + timedelta(days=horizon))
    return SQL(
        """
        SELECT (place - 1)::int, first_day, day, next_day %(own)s
          FROM (SELECT partner_id, day, row_number() OVER own AS place,
                       first_value(day) OVER own AS first_day, lead(day) OVER own AS next_day
                  FROM (SELECT DISTINCT partner_id, day FROM (%(documents)s) d
                         WHERE amount > 0) order_day
                WINDOW own AS (PARTITION BY partner_id ORDER BY day)) sequence
          JOIN (SELECT DISTINCT partner_id, dense_rank() OVER (
                       ORDER BY hashint4(partner_id), partner_id) AS rank
                  FROM (%(documents)s) d WHERE amount > 0) sampled USING (partner_id) %(join)s
         WHERE rank <= %(limit)s AND place >= 2 AND day <= %(as_of)s
           AND (next_day IS NULL OR next_day > %(begin)s)
         ORDER BY partner_id, day
        """,
        own=own, join=join, documents=documents(after), limit=limit, as_of=scope.as_of,
        begin=scope.as_of - timedelta(weeks=WEEKS),
    )


def days_earlier(rows, as_of, horizon, risk, rule_days=RULE_DAYS):
    """Return how much earlier the risk warned, or None where there is too little to tell.

    :param rows: ``(x, first_day, day, next_day)`` of :func:`silences`
    :param risk: called with ``(x, first_day, last_day, on)``, and the ``mix`` where the rows
        have one: the risk told on a day
    :return: dict ``days, threshold, precision, alarms, rule_precision, rule_alarms, right``
    """
    begin = as_of - timedelta(weeks=WEEKS)
    ruled = []
    for place, row in enumerate(rows):
        warned = row[2] + timedelta(days=rule_days + 1)
        if begin < warned <= as_of and (row[3] is None or row[3] > warned):
            ruled.append((place, warned, _is_right(row, warned, horizon)))
    if len(ruled) < FEW:
        return None
    rule_precision = sum(right for _place, _day, right in ruled) / len(ruled)
    rises = [_rise(row, as_of, risk) for row in rows]
    threshold = _equal_threshold(rows, rises, begin, horizon, rule_precision)
    if threshold is None:
        return None
    threshold, precision, alarms = threshold
    earlier = [
        (warned - (_first(rises[place], rows[place], threshold) or as_of + timedelta(days=1))).days
        for place, warned, right in ruled if right
    ]
    if not earlier:
        return None
    return {
        "days": sum(earlier) / len(earlier), "threshold": threshold, "precision": precision,
        "alarms": alarms, "rule_precision": rule_precision, "rule_alarms": len(ruled),
        "right": len(earlier),
    }


def _is_right(row, warned, horizon):
    return row[3] is None or row[3] > warned + timedelta(days=horizon)


def _rise(row, as_of, risk):
    """Return the highest risk told up to each weekly look at a silence."""
    x, first_day, day, next_day, *mix = row
    end = as_of if next_day is None else min(as_of, next_day - timedelta(days=1))
    highest, rise = 0.0, []
    for week in range(1, min(LOOKS, (end - day).days // 7) + 1):
        highest = max(highest, risk(x, first_day, day, day + timedelta(weeks=week), *mix))
        rise.append(highest)
    return rise


def _first(rise, row, threshold):
    """Return the day of the first look at which the threshold is reached, or None."""
    week = bisect_left(rise, threshold) + 1
    return row[2] + timedelta(weeks=week) if week <= len(rise) else None


def _equal_threshold(rows, rises, begin, horizon, wanted):
    """Return ``(threshold, precision, alarms)`` of the lowest threshold as right as wanted."""
    found = None
    for threshold in THRESHOLDS:
        alarms = right = 0
        for row, rise in zip(rows, rises, strict=True):
            warned = _first(rise, row, threshold)
            if warned and warned > begin:
                alarms += 1
                right += _is_right(row, warned, horizon)
        if alarms >= FEW and right >= wanted * alarms:
            found = threshold, right / alarms, alarms
    return found
