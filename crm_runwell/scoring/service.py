"""Service requests as dated events: complaints, deadlines missed, answers that left one unhappy.

One definition for the second opinion, the explanation and the main cause of an alert.
Only what never changes afterwards goes in, so that a past day reads as it was: when a
complaint came, when it was first answered, when a deadline passed, when stars were given.
"""

from odoo.tools import SQL

from .purchases import local_day, of_partners

#: Days back that complaints and let-downs count; the trend compares two halves of them.
SPAN = 180
#: Fewer stars than this leave a customer unhappy.
SATISFIED = 3


def events(scope, _since=None):
    """Return SQL ``(partner_id, kind, day, until)`` of a company's service up to a day.

    ``kind``: ``complaint`` (``until``: the day of its first answer, or of its merge into
    another), ``breach`` (a deadline that passed without an answer) or ``unhappy`` (a
    rating under :data:`SATISFIED`).
    """
    return SQL(
        """
        SELECT r.commercial_partner_id AS partner_id, e.kind, e.day, e.until
          FROM runwell_request r
          CROSS JOIN LATERAL (
               SELECT 'complaint' AS kind, %(created)s AS day,
                      %(answered)s AS until
                WHERE r.request_type = 'complaint'
                UNION ALL
               SELECT 'breach', %(missed)s, NULL FROM runwell_sla_status s
                WHERE s.request_id = r.id
                  AND s.deadline < coalesce(s.reached_on, now() AT TIME ZONE 'UTC')
                UNION ALL
               SELECT 'unhappy', %(rated)s, NULL FROM rating_rating g
                WHERE g.res_model = 'runwell.request' AND g.res_id = r.id AND g.consumed
                  AND g.rating < %(satisfied)s) e
         WHERE r.company_id = %(company)s AND r.commercial_partner_id IS NOT NULL
           AND e.day <= %(as_of)s AND %(partners)s
        """,
        created=local_day(SQL("r.create_date"), scope.tz),
        answered=local_day(SQL("coalesce(r.first_processed_on, r.archived_on)"), scope.tz),
        missed=local_day(SQL("s.deadline"), scope.tz),
        rated=local_day(SQL("g.create_date"), scope.tz),
        satisfied=SATISFIED, company=scope.company_id, as_of=SQL("%s::date", scope.as_of),
        partners=of_partners(scope, SQL("r.commercial_partner_id")),
    )


def known(events_known, day):
    """Return SQL of what was known of each customer's service at the end of a day.

    :param events_known: SQL relation of :func:`events`
    :return: ``(partner_id, open_complaints, oldest_complaint, complaints, recent_complaints,
        breaches, unhappy)``; all but the first two over :data:`SPAN` days
    """
    return SQL(
        """
        SELECT partner_id,
               count(*) FILTER (WHERE is_open) AS open_complaints,
               min(day) FILTER (WHERE is_open) AS oldest_complaint,
               count(*) FILTER (WHERE kind = 'complaint' AND is_recent) AS complaints,
               count(*) FILTER (WHERE kind = 'complaint' AND day > %(day)s - %(half)s)
                   AS recent_complaints,
               count(*) FILTER (WHERE kind = 'breach' AND is_recent) AS breaches,
               count(*) FILTER (WHERE kind = 'unhappy' AND is_recent) AS unhappy
          FROM (SELECT *, day > %(day)s - %(span)s AS is_recent,
                       kind = 'complaint' AND (until IS NULL OR until > %(day)s) AS is_open
                  FROM (%(events)s) event WHERE day <= %(day)s) event
         GROUP BY partner_id
        """,
        events=events_known, day=SQL("%s::date", day), span=SPAN, half=SPAN // 2,
    )
