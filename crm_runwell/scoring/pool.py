"""Who belongs to the customer pool, and who will: SQL builders.

A customer is in the pool while it has no account manager. It goes there by the
rule of its company when nobody was in contact and no order came for too long.
A customer that companies share has one account manager for all of them, so it
goes to the pool only when every company that deals with it says so.
"""

from odoo.tools import SQL

from .score import eligible
from .touches import last_touches


def standing(rules):
    """Return SQL: the managed customers that the rules concern and nobody was in contact with.

    A row: ``partner_id``, ``user_id`` (account manager), ``company_id`` (where it is told and
    recorded: the customer's own, else the manager's if it deals with the customer),
    ``last_on`` (day of the last contact or order, or since when the manager has it),
    ``pool_on`` (day from which it may go by the rules), ``is_due``, ``today``, ``announce``.

    Those with an open churn alert, service request, opportunity or quotation are left out:
    somebody is at work on them.

    :param rules: tuples ``(company_id, today, days_untouched, announce_days)`` of every
        company; 0 days: the rule is off, and the company keeps its customers
    """
    return SQL(
        """
        WITH rule (company_id, today, days, announce) AS (VALUES %(rules)s),
        known AS (
            SELECT partner_id, company_id, max(last_on) AS last_on FROM (
                SELECT partner_id, company_id, last_order_date AS last_on FROM runwell_score
                 UNION ALL %(touches)s
                 UNION ALL
                SELECT p.commercial_partner_id, o.company_id, o.date_order::date
                  FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                 WHERE o.state = 'sale') dealing
             GROUP BY 1, 2),
        busy AS (%(busy)s),
        since AS (
            SELECT partner_id, new_user_id AS user_id, max(date)::date AS last_on
              FROM runwell_handover WHERE new_user_id IS NOT NULL GROUP BY 1, 2),
        held AS (
            SELECT p.id AS partner_id, p.user_id, r.*,
                   u.company_id AS home_id, p.company_id AS own_id,
                   greatest(k.last_on, since.last_on, p.create_date::date) AS last_on
              FROM res_partner p
              JOIN res_users u ON u.id = p.user_id
              LEFT JOIN known k ON k.partner_id = p.id
               AND (p.company_id IS NULL OR p.company_id = k.company_id)
              JOIN rule r ON r.company_id = coalesce(p.company_id, k.company_id, u.company_id)
              LEFT JOIN since ON since.partner_id = p.id AND since.user_id = p.user_id
             WHERE %(customer)s
               AND NOT EXISTS (SELECT FROM busy b WHERE b.partner_id = p.id))
        SELECT partner_id, min(user_id) AS user_id,
               coalesce(min(own_id), min(company_id) FILTER (WHERE company_id = home_id),
                        min(company_id)) AS company_id,
               max(last_on) AS last_on, max(last_on + days) AS pool_on,
               bool_and(last_on + days <= today) AS is_due,
               max(today) AS today, max(announce) AS announce
          FROM held GROUP BY partner_id
        HAVING bool_and(days > 0 AND last_on + days - announce <= today)
        """,
        rules=SQL(", ").join(
            SQL("(%s, %s::date, %s, %s)", *rule) for rule in rules
        ),
        touches=SQL(" UNION ALL ").join(
            SQL("SELECT partner_id, %s, last_on::date FROM (%s) t%s",
                company_id, last_touches(company_id), SQL(str(number)))
            for number, (company_id, *_rest) in enumerate(rules)
        ),
        customer=eligible("p"), busy=busy(),
    )


def busy():
    """Return SQL: ``partner_id`` of customers with an open alert, request, lead or quotation."""
    return SQL(
        """SELECT partner_id FROM runwell_churn_alert WHERE state IN ('warning', 'suspended')
            UNION
           SELECT commercial_partner_id FROM runwell_request WHERE state IN ('new', 'assigned')
            UNION
           SELECT c.commercial_partner_id
             FROM crm_lead l JOIN res_partner c ON c.id = l.partner_id
            WHERE l.active AND coalesce(l.won_status, 'pending') = 'pending'
            UNION
           SELECT c.commercial_partner_id
             FROM sale_order q JOIN res_partner c ON c.id = q.partner_id
            WHERE q.state IN ('draft', 'sent')
              AND (q.validity_date IS NULL OR q.validity_date >= now()::date)"""
    )
