"""The machine behind ``runwell.product.affinity``: builds its rows company by company."""

import logging
import time

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .affinity_pass import AffinityPass

_logger = logging.getLogger(__name__)


class RunwellProductAffinity(models.Model):
    _inherit = "runwell.product.affinity"

    @api.model
    def _build(self, companies=None, as_of=None):
        """Count anew what is bought together in the companies.

        A company that another worker is building at this moment is left to it.

        :param companies: ``res.company`` records; None means all
        :param as_of: the day (date or ISO string) whose end is looked at; None means
            today in the company's time zone
        :return: the number of pairs by company id, None for a company left to another worker
        """
        # sudo: the machine reads and writes for every company.
        companies = self.env["res.company"].sudo().search([]) if companies is None else companies
        return {company.id: self._build_company(company, as_of) for company in companies}

    def _build_company(self, company, as_of=None):
        """Build the rows of one company; None if another worker has it."""
        if not self._lock_company(company):
            return None
        started = time.monotonic()
        self.env.flush_all()
        scope = self._scope_of(company, fields.Date.to_date(as_of))
        work = AffinityPass(self.env, scope, self._fee_products(company))
        work.run()
        try:
            with self.env.cr.savepoint():
                for name in (self._name, "runwell.product.demand"):
                    self.env.cr.execute(SQL(
                        "DELETE FROM %s WHERE company_id = %s",
                        SQL.identifier(self.env[name]._table), company.id,
                    ))
                count = work.insert()
        except (psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation):
            # Another worker finished after our transaction began: its rows are as good.
            return None
        self.env["runwell.product.demand"].invalidate_model()
        self.invalidate_model()
        _logger.info(
            "%s pairs of products of company %s as of %s in %.2f s",
            count, company.id, scope.as_of, time.monotonic() - started,
        )
        return count

    def _lock_company(self, company):
        """Return whether building the company is now ours, until the transaction ends."""
        [(is_ours,)] = self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtext('runwell.product.affinity'), %s)",
            company.id,
        ))
        return is_ours

    @api.model
    def _cron_build(self):
        """Nightly: build every company, a transaction each."""
        companies = self.env["res.company"].search([])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(companies))
        for company in companies:
            self._build(company)
            commit(1)
