"""What became of churn alerts, in SQL: the one definition for the ledger and the rules' record.

An alert ``a`` is a row of ``runwell_churn_alert``. ``due_on`` is the last day of the
horizon over which its risk was told; ``orders_after`` and ``revenue_after`` are null
until that day is over and settled.
"""

from odoo.tools import SQL

from .purchases import category_documents, documents

#: Days for which money counts as kept after a win-back: "the twelve months from it on".
KEPT_DAYS = 365


def verdict():
    """Return SQL of whether alert ``a`` was right; null while undecided, or if it does not count.

    Right: the customer is lost; came back after a measure; or stayed silent to the
    end of the horizon. Wrong: a false alarm, or an order within the horizon that
    nobody worked for. A held-back alert is judged by the silence alone. An alert
    whose customer a person left out of the scoring does not count.
    """
    return SQL(
        """CASE WHEN a.is_left_out THEN NULL
                WHEN a.is_held_back
                THEN CASE WHEN a.orders_after IS NOT NULL THEN a.orders_after = 0
                          WHEN a.state = 'won_back' AND a.closed_on <= a.due_on THEN FALSE END
                WHEN a.state = 'lost' THEN TRUE
                WHEN a.state = 'false_alarm' THEN FALSE
                WHEN a.state = 'won_back' THEN coalesce(a.worked_on <= a.closed_on, FALSE)
                                               OR a.closed_on > a.due_on
                WHEN a.orders_after = 0 THEN TRUE END"""
    )


def _bought(scope, kind):
    """Return SQL of the purchases ``d`` that an alert of a kind is about, and their condition.

    Those of the customer, or of the product category, which the condition compares with
    that of the row ``a``.
    """
    if kind == "category":
        return category_documents(scope), SQL("d.categ_id = a.category_id")
    return documents(scope), SQL("TRUE")


def _can_tell(kind):
    """Return the condition that what became of an alert of a kind can be told.

    Of a product category that was deleted nobody knows any more whether it was bought.
    """
    return SQL("category_id IS NOT NULL") if kind == "category" else SQL("TRUE")


def settle_horizons(scope, today, kind="customer"):
    """Return SQL that notes what the customers bought within the horizons that are over.

    ``orders_after`` counts from the silence on, so that an order that was entered
    late counts too; ``revenue_after`` is net, from the day of the warning on.
    """
    purchases, same = _bought(scope, kind)
    return SQL(
        """
        WITH due AS MATERIALIZED (
            SELECT id, partner_id, raised_on, last_order_date, due_on, category_id
              FROM runwell_churn_alert
             WHERE company_id = %(company)s AND kind = %(kind)s AND due_on < %(today)s
               AND orders_after IS NULL AND %(can_tell)s
        ), bought AS (
            SELECT a.id, count(*) FILTER (WHERE d.amount > 0) AS orders,
                   coalesce(sum(d.amount) FILTER (WHERE d.day >= a.raised_on), 0) AS revenue
              FROM due a JOIN (%(documents)s) d
                ON d.partner_id = a.partner_id AND d.day > a.last_order_date
               AND d.day <= a.due_on AND %(same)s
             GROUP BY a.id
        )
        UPDATE runwell_churn_alert a
           SET orders_after = coalesce(b.orders, 0), revenue_after = coalesce(b.revenue, 0)
          FROM due LEFT JOIN bought b ON b.id = due.id
         WHERE a.id = due.id
        """,
        company=scope.company_id, today=today, kind=kind, documents=purchases, same=same,
        can_tell=_can_tell(kind),
    )


def note_returned(scope, kind="customer"):
    """Return SQL that notes when a customer given up as lost bought again: a later win-back."""
    purchases, same = _bought(scope, kind)
    return SQL(
        """
        WITH lost AS MATERIALIZED (
            SELECT id, partner_id, closed_on, category_id
              FROM runwell_churn_alert
             WHERE company_id = %(company)s AND kind = %(kind)s AND state = 'lost'
               AND returned_on IS NULL
        ), bought AS (
            SELECT a.id, min(d.day) AS day
              FROM lost a JOIN (%(documents)s) d
                ON d.partner_id = a.partner_id AND d.day > a.closed_on AND d.amount > 0
               AND %(same)s
             GROUP BY a.id
        )
        UPDATE runwell_churn_alert a SET returned_on = bought.day
          FROM bought WHERE a.id = bought.id
        """,
        company=scope.company_id, kind=kind, documents=purchases, same=same,
    )


def update_kept(scope, today, kind="customer"):
    """Return SQL that brings the money kept by the win-backs up to date.

    Only where it can still change: up to a month after the twelve months are over,
    since credits come late.
    """
    purchases, same = _bought(scope, kind)
    return SQL(
        """
        WITH won AS MATERIALIZED (
            SELECT id, partner_id, coalesce(returned_on, closed_on) AS won_on, category_id
              FROM runwell_churn_alert
             WHERE company_id = %(company)s AND kind = %(kind)s
               AND (state = 'won_back' OR returned_on IS NOT NULL)
               AND (coalesce(returned_on, closed_on) > %(today)s::date - %(days)s - 31
                    OR kept_revenue IS NULL) AND %(can_tell)s
        ), bought AS (
            SELECT a.id, sum(d.amount) AS revenue
              FROM won a JOIN (%(documents)s) d
                ON d.partner_id = a.partner_id AND d.day >= a.won_on
               AND d.day < a.won_on + %(days)s AND %(same)s
             GROUP BY a.id
        )
        UPDATE runwell_churn_alert a SET kept_revenue = coalesce(b.revenue, 0)
          FROM won LEFT JOIN bought b ON b.id = won.id
         WHERE a.id = won.id AND a.kept_revenue IS DISTINCT FROM coalesce(b.revenue, 0)
        """,
        company=scope.company_id, today=today, kind=kind, documents=purchases, same=same,
        days=KEPT_DAYS, can_tell=_can_tell(kind),
    )
