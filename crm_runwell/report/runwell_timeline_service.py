"""Service and care: requests, churn alerts with their measures, changes of manager."""

from odoo.tools import SQL

from .runwell_timeline_source import Source, constant, user_partner

REQUEST = Source(
    number=80, kind="request", model="runwell.request", event=constant("request_new"),
    date=SQL("runwell_request.create_date"),
    partner=SQL("runwell_request.commercial_partner_id"), is_commercial=True,
    contact=SQL("runwell_request.partner_id"),
    title=SQL("runwell_request.number || ' ' || runwell_request.name"),
    company=SQL("runwell_request.company_id"),
).register()
REQUEST.like(
    81, event=constant("request_answered"), date=SQL("runwell_request.processed_on"),
    where=SQL("runwell_request.processed_on IS NOT NULL"),
    author=user_partner(SQL("runwell_request.processed_by_id")),
)
REQUEST.like(
    82, event=constant("request_rated"), date=SQL("runwell_request.feedback_on"),
    where=SQL("runwell_request.feedback_on IS NOT NULL"),
    detail=SQL(
        "concat_ws(' · ', runwell_request.satisfaction || ' / 5', runwell_request.rating_comment)"
    ),
)

ALERT = Source(
    number=85, kind="alert", model="runwell.churn.alert", event=constant("alert_raised"),
    date=SQL("runwell_churn_alert.raised_on"), is_day=True,
    partner=SQL("runwell_churn_alert.partner_id"), is_commercial=True,
    amount=SQL("runwell_churn_alert.revenue_at_risk"),
    currency=SQL("runwell_churn_alert.currency_id"),
    company=SQL("runwell_churn_alert.company_id"),
).register()
ALERT.like(
    86, event=SQL("'alert_' || runwell_churn_alert.state"),
    date=SQL("runwell_churn_alert.closed_on"),
    where=SQL(
        """runwell_churn_alert.closed_on IS NOT NULL
           AND runwell_churn_alert.state IN ('lost', 'won_back', 'false_alarm')"""
    ),
    amount=SQL("runwell_churn_alert.won_back_amount"),
    author=user_partner(SQL("runwell_churn_alert.closed_by_id")),
    detail=SQL("runwell_churn_alert.reason"),
)

MEASURE = Source(
    number=88, kind="alert", model="runwell.churn.measure", event=constant("measure"),
    date=SQL("runwell_churn_measure.date"), partner=SQL("runwell_churn_measure.partner_id"),
    is_commercial=True, title=SQL("runwell_churn_measure.description"),
    company=SQL("runwell_churn_measure.company_id"),
    author=user_partner(SQL("runwell_churn_measure.user_id")),
    res_model=SQL("'runwell.churn.alert'::varchar"), res_id=SQL("runwell_churn_measure.alert_id"),
).register()

HANDOVER = Source(
    number=90, kind="handover", model="runwell.handover",
    event=SQL("'handover_' || runwell_handover.kind"), date=SQL("runwell_handover.date"),
    partner=SQL("runwell_handover.partner_id"), is_commercial=True,
    title=SQL(
        """(SELECT string_agg(p.name, ' → ' ORDER BY s.place)
              FROM (VALUES (1, runwell_handover.previous_user_id),
                           (2, runwell_handover.new_user_id)) s (place, user_id)
              JOIN res_users u ON u.id = s.user_id JOIN res_partner p ON p.id = u.partner_id)"""
    ),
    company=SQL("runwell_handover.company_id"),
    author=user_partner(SQL("runwell_handover.user_id")),
    detail=SQL("runwell_handover.reason"),
).register()
