"""History as numbers: one row a customer, as of a day.

The only place where documents become figures. A row of :func:`features` knows
nothing that happened after ``scope.as_of``, so a score of a past day is what
we would have said on that day.
"""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .purchases import documents, lines, local_day, of_partners


@dataclass(frozen=True)
class Periods:
    """The days at which the figures of twelve months begin (they count from the next day)."""

    year_ago: date
    two_years_ago: date

    @classmethod
    def of(cls, as_of):
        """Return the periods that end on ``as_of``; 29 February falls back to the 28th.

        >>> Periods.of(date(2024, 2, 29)).year_ago
        datetime.date(2023, 2, 28)
        """
        return cls(as_of - relativedelta(years=1), as_of - relativedelta(years=2))


#: A category has stopped when silent for so many of its own gaps, with so many order days.
STOPPED_GAPS, STOPPED_DAYS = 3, 3


def day_totals(scope, category_lines=None):
    """Return SQL ``(partner_id, is_credit, day, amount, documents)``: the documents by day.

    :param category_lines: SQL relation of :func:`.purchases.category_lines`; with it there is
        ``line_count``, the product lines bought that day
    """
    totals = SQL(
        """SELECT partner_id, amount < 0 AS is_credit, day, sum(amount) AS amount,
                  count(*)::int AS documents
             FROM (%s) document
            GROUP BY partner_id, amount < 0, day""",
        documents(scope),
    )
    if category_lines is None:
        return totals
    return SQL(
        """SELECT total.*, CASE WHEN is_credit THEN 0 ELSE coalesce(line_count, 0) END AS line_count
             FROM (%s) total
             LEFT JOIN (SELECT partner_id, day, sum(line_count)::int AS line_count
                          FROM (%s) l GROUP BY partner_id, day) counted
                 USING (partner_id, day)""",
        totals, category_lines,
    )


def features(scope, recent_days, days=None):
    """Return SQL: a row a commercial partner with at least one document.

    Days on which something was bought count once, however many orders they saw.

    =====================  ==========================================================
    order_count            purchases
    occasion_count         distinct days of purchase
    first_day, last_day    the first and last of them (null: only credits)
    own_gap                mean days between them, null under two days
    log_gap_mean, …_var    mean and sample variance of the logarithm of those days
    revenue_total, …_12m   net of returns and credits, company currency
    revenue_prior_12m      the twelve months before those
    product_count          different products bought; product_count_12m: in twelve months
    margin_12m             over lines of known cost, null where none is known
    value_12m              margin where cost is known, else revenue, line by line
    comeback               of the longest silence that a purchase of the last
                           ``recent_days`` ended: [days silent, order days before
                           it, days from the first to the last of those]
    =====================  ==========================================================

    :param scope: :class:`~.purchases.Scope`
    :param int recent_days: how far back a return of a lost customer is looked for
    :param days: SQL of :func:`day_totals` of the same scope, where a table has them already
    """
    periods = Periods.of(scope.as_of)
    return SQL(
        """
        WITH day_total AS (%(days)s), sequence AS (
            SELECT *, day - lag(day) OVER own AS gap, row_number() OVER own AS place,
                   first_value(day) OVER own AS first_day
              FROM day_total
            WINDOW own AS (PARTITION BY partner_id, is_credit ORDER BY day)
        ), history AS (
            SELECT partner_id,
                   coalesce(sum(documents) FILTER (WHERE NOT is_credit), 0)::int AS order_count,
                   (count(*) FILTER (WHERE NOT is_credit))::int AS occasion_count,
                   min(day) FILTER (WHERE NOT is_credit) AS first_day,
                   max(day) FILTER (WHERE NOT is_credit) AS last_day,
                   sum(amount) AS revenue_total,
                   coalesce(sum(amount) FILTER (WHERE day > %(year_ago)s), 0) AS revenue_12m,
                   coalesce(sum(amount) FILTER (
                       WHERE day > %(two_years_ago)s AND day <= %(year_ago)s), 0)
                       AS revenue_prior_12m,
                   max(ARRAY[gap, place::int - 1, day - gap - first_day]) FILTER (
                       WHERE NOT is_credit AND gap IS NOT NULL AND day > %(recent)s) AS comeback,
                   max(day) FILTER (WHERE NOT is_credit AND day <= %(recent)s) AS earlier_day,
                   avg(ln(gap::float8)) FILTER (WHERE NOT is_credit) AS log_gap_mean,
                   var_samp(ln(gap::float8)) FILTER (WHERE NOT is_credit) AS log_gap_var
              FROM sequence
             GROUP BY partner_id
        ), basket AS (
            SELECT partner_id,
                   (count(DISTINCT product_id) FILTER (WHERE amount > 0))::int AS product_count,
                   (count(DISTINCT product_id) FILTER (
                       WHERE amount > 0 AND day > %(year_ago)s))::int AS product_count_12m,
                   sum(margin) AS margin_12m,
                   sum(coalesce(margin, amount)) FILTER (WHERE day > %(year_ago)s) AS value_12m
              FROM (%(lines)s) line
             GROUP BY partner_id
        )
        SELECT history.*,
               (last_day - first_day)::float8 / nullif(occasion_count - 1, 0) AS own_gap,
               coalesce(basket.product_count, 0) AS product_count,
               coalesce(basket.product_count_12m, 0) AS product_count_12m,
               basket.margin_12m,
               coalesce(basket.value_12m, history.revenue_12m) AS value_12m
          FROM history
          LEFT JOIN basket USING (partner_id)
        """,
        days=days or day_totals(scope), lines=lines(scope, periods.year_ago),
        year_ago=periods.year_ago, two_years_ago=periods.two_years_ago,
        recent=scope.as_of - relativedelta(days=recent_days),
    )


def prospects(scope):
    """Return SQL ``partner_id``: commercial partners with a quotation or an open opportunity.

    They are those of today, made on or before ``scope.as_of``.
    """
    return SQL(
        """
        SELECT p.commercial_partner_id AS partner_id
          FROM sale_order o
          JOIN res_partner p ON p.id = o.partner_id
         WHERE o.state IN ('draft', 'sent') AND o.company_id = %(company)s
           AND %(order_day)s <= %(as_of)s AND %(order_partners)s
         UNION
        SELECT p.commercial_partner_id
          FROM crm_lead l
          JOIN res_partner p ON p.id = l.partner_id
         WHERE l.type = 'opportunity' AND l.active AND l.won_status = 'pending'
           AND (l.company_id = %(company)s OR l.company_id IS NULL AND p.company_id = %(company)s
                OR l.company_id IS NULL AND p.company_id IS NULL)
           AND %(lead_day)s <= %(as_of)s AND %(lead_partners)s
        """,
        company=scope.company_id, as_of=scope.as_of,
        order_day=local_day(SQL("o.create_date"), scope.tz),
        lead_day=local_day(SQL("l.create_date"), scope.tz),
        order_partners=of_partners(scope, SQL("o.partner_id")),
        lead_partners=of_partners(scope, SQL("l.partner_id")),
    )


def overdue(scope, debts_known=None):
    """Return SQL ``(partner_id, overdue_amount, oldest_due)`` of the day of the scope.

    :param debts_known: SQL relation of :func:`debts`, where a table has them already
    """
    return owed(debts_known or debts(scope, scope.as_of), scope.as_of)


def debts(scope, since):
    """Return SQL ``(partner_id, line_id, due, day, amount)``: receivables that became overdue.

    A row a step: what a receivable adds from the day on which it counts as overdue, the
    day after it was due at the earliest, and what a payment or a credit takes off again
    on its day. Summed up to a day, the steps are what was overdue on it. Company
    currency, credits below zero. What was settled in time is left out.

    :param since: receivables settled up to this day are left out: ask of no day before it
    """
    return SQL(
        """
        WITH receivable AS (
            SELECT p.commercial_partner_id AS partner_id, l.id AS line_id, l.date, l.balance,
                   coalesce(l.date_maturity, l.date) AS due
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
              JOIN res_partner p ON p.id = l.partner_id
             WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
               AND l.company_id = %(company)s AND l.date <= %(as_of)s
               AND coalesce(l.date_maturity, l.date) < %(as_of)s AND %(partners)s
               AND l.id IN (
                   SELECT id FROM account_move_line
                    WHERE reconciled IS NOT TRUE AND parent_state = 'posted'
                    UNION ALL
                   SELECT debit_move_id FROM account_partial_reconcile WHERE max_date > %(since)s
                    UNION ALL
                   SELECT credit_move_id FROM account_partial_reconcile WHERE max_date > %(since)s)
        )
        SELECT partner_id, line_id, due, greatest(day, due + 1) AS day, sum(amount) AS amount
          FROM (SELECT partner_id, line_id, due, date AS day, balance AS amount FROM receivable
                 UNION ALL
                SELECT partner_id, line_id, due, max_date, -amount
                  FROM receivable JOIN account_partial_reconcile ON debit_move_id = line_id
                 UNION ALL
                SELECT partner_id, line_id, due, max_date, amount
                  FROM receivable JOIN account_partial_reconcile ON credit_move_id = line_id) step
         WHERE day <= %(as_of)s
         GROUP BY partner_id, line_id, due, greatest(day, due + 1)
        HAVING sum(amount) <> 0
        """,
        company=scope.company_id, as_of=scope.as_of, since=since,
        partners=of_partners(scope, SQL("l.partner_id")),
    )


def owed(debts_known, day):
    """Return SQL ``(partner_id, overdue_amount, oldest_due)`` at the end of a day.

    Net of open credits that are due as well, never below zero. ``oldest_due``: when the
    oldest receivable not paid on that day was due; null where nothing is overdue.

    :param debts_known: SQL relation of :func:`debts`
    """
    return SQL(
        """
        SELECT partner_id, greatest(sum(residual), 0) AS overdue_amount,
               CASE WHEN sum(residual) > 0 THEN min(due) FILTER (WHERE residual > 0) END
                   AS oldest_due
          FROM (SELECT partner_id, due, sum(amount) AS residual FROM (%s) step
                 WHERE day <= %s GROUP BY partner_id, line_id, due) receivable
         GROUP BY partner_id
        """,
        debts_known, day,
    )


def categories(category_lines, day):
    """Return SQL of the product categories that each customer bought often enough by a day.

    Columns ``partner_id, categ_id, order_days, last_day, gap`` (mean days between them),
    ``is_ended`` (silent for more than :data:`STOPPED_GAPS` own gaps) and ``is_stopped``:
    ended, while another one that has not ended was bought after it was first missing.

    :param category_lines: SQL relation of :func:`.purchases.category_lines`
    """
    return SQL(
        """
        SELECT partner_id, categ_id, order_days, last_day, gap, is_ended,
               coalesce(is_ended AND still_day - last_day > gap, FALSE) AS is_stopped
          FROM (SELECT *, max(last_day) FILTER (WHERE NOT is_ended)
                              OVER (PARTITION BY partner_id) AS still_day
                  FROM (SELECT partner_id, categ_id, count(*)::int AS order_days,
                               max(day) AS last_day,
                               (max(day) - min(day))::float8 / (count(*) - 1) AS gap,
                               (%(day)s::date - max(day)) * (count(*) - 1)
                                   > %(gaps)s * (max(day) - min(day)) AS is_ended
                          FROM (%(lines)s) l
                         WHERE categ_id IS NOT NULL AND day <= %(day)s
                         GROUP BY partner_id, categ_id
                        HAVING count(*) >= %(days)s) category) known
        """,
        lines=category_lines, day=day, gaps=STOPPED_GAPS, days=STOPPED_DAYS,
    )
