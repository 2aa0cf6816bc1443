"""Mailings to a customer: sent, opened, clicked. Only where mass mailing is installed."""

from dataclasses import dataclass

from odoo.tools import SQL
from odoo.tools.query import Query

from .runwell_timeline_source import Source, constant


@dataclass(frozen=True, kw_only=True)
class MailingSource(Source):
    """What was mailed to customers: seen by whoever may see the customer.

    Traces are for marketing alone. That a mailing went to a customer, its subject and when it was
    opened are the customer's history; neither its text nor its other recipients are told.
    """

    def is_open_to(self, reader):
        return self.model in reader.env and reader.is_open("res.partner")

    def query(self, reader):
        if not self.is_open_to(reader):
            return None
        # Not by a search of traces, to which the right to the customer does not extend.
        query = Query(reader.env, "mailing_trace")
        query.add_where(self.where)
        self.join(query)
        query.add_where(SQL(
            "%s IN %s", self.partner, reader.rows("res.partner").subselect(),
        ))
        return query

    def join(self, query):
        """Add the tables in between, none here."""


@dataclass(frozen=True, kw_only=True)
class LeadMailingSource(MailingSource):
    """What was mailed to opportunities, hence to their customers."""

    def join(self, query):
        query.add_join("JOIN", "mailed_lead", "crm_lead", SQL(
            "mailed_lead.id = mailing_trace.res_id"
        ))


def _opened(env, mailing, partner):
    """Return SQL: the mailing where the reader may open it, else the one it went to."""
    return mailing if env["mailing.mailing"].has_access("read") else partner


def _register(numbers, source_class, model, partner, **parts):
    """Add the three moments of mailings to one model."""
    for number, (event, column) in zip(numbers, (
        ("mailing_sent", "sent_datetime"), ("mailing_opened", "open_datetime"),
        ("mailing_clicked", "links_click_datetime"),
    ), strict=True):
        moment = SQL.identifier("mailing_trace", column)
        source_class(
            number=number, kind="mailing", model="mailing.trace", event=constant(event),
            date=moment, partner=partner,
            where=SQL(
                """mailing_trace.model = %s AND mailing_trace.is_test_trace IS NOT TRUE
                   AND %s IS NOT NULL""", model, moment,
            ),
            title=SQL(
                """(SELECT m.subject FROM mailing_mailing m
                     WHERE m.id = mailing_trace.mass_mailing_id)"""
            ),
            author=SQL(
                """(SELECT u.partner_id FROM mailing_mailing m JOIN res_users u ON u.id = m.user_id
                     WHERE m.id = mailing_trace.mass_mailing_id)"""
            ),
            res_model=lambda env: _opened(
                env, SQL("'mailing.mailing'::varchar"), SQL("'res.partner'::varchar"),
            ),
            res_id=lambda env: _opened(env, SQL("mailing_trace.mass_mailing_id"), partner),
            **parts,
        ).register()


_register(
    (100, 101, 102), MailingSource, "res.partner", SQL("mailing_trace.res_id"),
)
_register(
    (103, 104, 105), LeadMailingSource, "crm.lead", SQL("mailed_lead.partner_id"),
    is_ordered=False,
)
