"""The machine behind ``runwell.relation``: it writes the rows, of all customers or of some."""

import logging
import time

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ..scoring import relations, share

_logger = logging.getLogger(__name__)

#: What people set on the partner, and the name the statements know it by.
SET_BY_PEOPLE = {
    "type": "runwell_relationship_type_id", "minimum": "runwell_min_relationship_id",
    "ideal": "runwell_ideal_relationship_id", "grade": "runwell_grade_id",
}


class RunwellRelation(models.Model):
    _inherit = "runwell.relation"

    @api.model
    def _refresh(self, companies=None, partner_ids=None):
        """Write how the relations with all customers stand, as of today.

        :param companies: ``res.company`` records; None means all
        :param partner_ids: only these commercial partners. Their place in the matrix and their
            peers are those of the last full pass, which the night makes.
        :return: the number of rows by company id
        """
        companies = self.env["res.company"].sudo().search([]) if companies is None else companies
        if partner_ids is not None and not partner_ids:
            return dict.fromkeys(companies.ids, 0)
        return {company.id: self._refresh_company(company, partner_ids) for company in companies}

    @api.model
    def _touched(self, partners, company):
        """Write anew how the relations with these customers stand, at once."""
        self._refresh(company, partners.commercial_partner_id.ids)

    @api.model
    def _refresh_users_of(self, rows):
        """Write the relations of the companies that use rows of a dictionary, at once.

        :param rows: records with a ``company_id``; without one they are every company's
        """
        # sudo: the machine writes the rows, whoever edits the dictionary.
        relations = self.sudo()
        relations._refresh(rows.company_id if all(row.company_id for row in rows) else None)

    @api.model
    def _refresh_nightly(self, company):
        """Write the rows of a company; leave them to the next night where people write them now."""
        try:
            with self.env.cr.savepoint():
                self._refresh(company)
        except (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected):
            _logger.info("Relations of company %s are written by another worker", company.id)

    @api.model
    def _refresh_company(self, company, partner_ids=None):
        """Write the rows of one company; return how many there are."""
        started = time.monotonic()
        if partner_ids is None:
            # Its nine cells stand before the statement reads them.
            self.env["runwell.relationship.matrix"]._of(company)
        self.env.flush_all()
        known = self._sql_company(company)
        names = SQL(", ").join(map(SQL.identifier, relations.COLUMNS))
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_relation (%(names)s) %(rows)s
                ON CONFLICT (partner_id, company_id) DO UPDATE SET %(values)s
            """,
            names=names, rows=relations.relations(known, partner_ids),
            values=SQL(", ").join(
                SQL("%s = excluded.%s", SQL.identifier(name), SQL.identifier(name))
                for name in relations.COLUMNS if name not in ("partner_id", "company_id")
            ),
        ))
        count = self.env.cr.rowcount
        self.env.cr.execute(SQL(
            """DELETE FROM runwell_relation r
                WHERE r.company_id = %s AND %s
                  AND NOT EXISTS (SELECT FROM (%s) m WHERE m.partner_id = r.partner_id)""",
            company.id,
            SQL("TRUE") if partner_ids is None
            else SQL("r.partner_id = ANY(%s)", list(partner_ids)),
            relations.members(known, partner_ids),
        ))
        self.invalidate_model()
        if partner_ids is None:
            _logger.info(
                "%s relations of company %s written in %.2f s",
                count, company.id, time.monotonic() - started,
            )
        return count

    @api.model
    def _sql_company(self, company):
        """Return what the statements know of a company."""
        # sudo: the machine reads every customer, and the settings of the scoring.
        partners = self.env["res.partner"].sudo().with_company(company)
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        today = model._today()
        return relations.Company(
            id=company.id, currency_id=company.currency_id.id, tz=model._timezone(), as_of=today,
            year_ago=today - relativedelta(years=1),
            fields={
                name: partners._field_to_sql("p", field) for name, field in SET_BY_PEOPLE.items()
            } | {"turnover": self._sql_turnover(company, today)},
        )

    @api.model
    def _sql_turnover(self, company, day):
        """Return SQL of the turnover of partner ``p`` in the company's currency, else null."""
        # sudo: rates are the same for everybody.
        currencies = self.env["res.currency"].sudo().with_context(active_test=False).search([
            ("id", "in", self.env["res.partner"].sudo()._search([
                ("runwell_currency_id", "!=", False),
            ]).subselect("runwell_currency_id")),
        ]) - company.currency_id
        turnover = SQL("nullif(p.runwell_annual_turnover, 0)")
        if not currencies:
            return turnover
        rates = (currencies | company.currency_id)._get_rates(company, day)
        home = rates[company.currency_id.id]
        return SQL(
            "%s * CASE p.runwell_currency_id %s ELSE 1 END", turnover,
            SQL(" ").join(
                SQL("WHEN %s THEN %s::numeric", currency.id, home / rates[currency.id])
                for currency in currencies
            ),
        )

    @api.model
    def _least_peers(self):
        """Return how many peers it takes to estimate from."""
        return share.MIN_PEERS
