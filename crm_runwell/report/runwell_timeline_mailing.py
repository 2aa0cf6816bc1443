"""Mailings to a customer: sent, opened, clicked. Only where mass mailing is installed."""

from odoo.tools import SQL

from .runwell_timeline_source import Source, constant

SENT = Source(
    number=100, kind="mailing", model="mailing.trace", event=constant("mailing_sent"),
    date=SQL("mailing_trace.sent_datetime"), partner=SQL("mailing_trace.res_id"),
    where=SQL(
        """mailing_trace.model = 'res.partner' AND mailing_trace.is_test_trace IS NOT TRUE
           AND mailing_trace.sent_datetime IS NOT NULL"""
    ),
    title=SQL(
        "(SELECT m.subject FROM mailing_mailing m WHERE m.id = mailing_trace.mass_mailing_id)"
    ),
    author=SQL(
        """(SELECT u.partner_id FROM mailing_mailing m JOIN res_users u ON u.id = m.user_id
             WHERE m.id = mailing_trace.mass_mailing_id)"""
    ),
    res_model=SQL("'mailing.mailing'::varchar"), res_id=SQL("mailing_trace.mass_mailing_id"),
).register()
for _number, _event, _column in (
    (101, "mailing_opened", "open_datetime"), (102, "mailing_clicked", "links_click_datetime"),
):
    _moment = SQL.identifier("mailing_trace", _column)
    SENT.like(
        _number, event=constant(_event), date=_moment,
        where=SQL(
            """mailing_trace.model = 'res.partner' AND mailing_trace.is_test_trace IS NOT TRUE
               AND %s IS NOT NULL""", _moment,
        ),
    )
