import logging
import time

from odoo import api, fields, models

from . import (
    catalogue,
    companies,
    interactions,
    invoices,
    opportunities,
    orders,
    people,
    pipeline,
    pool,
    records,
    relations,
    retention,
    service,
    suggestions,
)

_logger = logging.getLogger(__name__)

# No mail, no tracking, no delivery orders, no line-by-line chatter while the past is rebuilt.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "sale_no_log_for_new_lines": True,
    "skip_procurement": True,
    "lang": "en_US",
}


class RunwellDemo(models.AbstractModel):
    """Builds the demo company's two years of customers, orders and invoices."""

    _name = "runwell.demo"
    _description = "Runwell Demo Data"

    @api.model
    def _load(self, invoice_count=invoices.INVOICE_COUNT):
        """Create the demo data relative to today, then score it.

        Does not create anything twice: after an uninstall and a new install the records of the
        first time are still there, and only scored again. The requests went with the addon and
        are made anew.

        :param invoice_count: how many of the newest orders are invoiced, besides every
            customer's last one
        """
        if not self._is_loaded():
            self.with_context(**QUIET)._create_everything(invoice_count)
        if not service.is_loaded(self.env):
            self.with_context(**QUIET)._create_service()
        if not interactions.is_told(self.env):
            interactions.create(self.with_context(**QUIET).env, fields.Date.today())
        if not records.is_told(self.env):
            records.tell(
                self.with_context(**QUIET).env,
                self.env.ref("base.main_company") | companies.find_second(self.env),
            )
        self._score()

    @api.model
    def _is_loaded(self):
        """Tell whether the demo was loaded before."""
        return bool(companies.find_second(self.env))

    def _create_everything(self, invoice_count):
        """Create all records, each kind in batches, from companies to invoices."""
        start = time.monotonic()
        today = fields.Date.today()
        world = companies.create(self.env, today)
        users = people.create_users(self.env, world)
        team = people.create_team(self.env, users)
        customers = people.create_customers(self.env, users)
        products = catalogue.create(self.env, world)
        history = orders.create(self.env, today, world, customers, products, team)
        pipeline.create(self.env, today, world, customers, products, team)
        opportunities.create(self.env, today, world, customers, users, team)
        invoices.create(self.env, today, world, history, invoice_count)
        relations.create(self.env, today, customers, users)
        self.env.flush_all()
        _logger.info(
            "Runwell demo: %s customers, %s orders in %.0f s",
            len(customers),
            len(history),
            time.monotonic() - start,
        )

    def _create_service(self):
        """Create half a year of customer service."""
        start = time.monotonic()
        requests = service.create(
            self.env, self.env.ref("base.main_company") | companies.find_second(self.env)
        )
        self.env.flush_all()
        _logger.info(
            "Runwell demo: %s service requests in %.1f s",
            len(requests),
            time.monotonic() - start,
        )

    def _score(self):
        """Fit the models, score every customer of every demo company and raise the alerts."""
        # PostgreSQL takes tables that were filled just now for empty ones.
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE res_partner, sale_order, sale_order_line, account_move_line, runwell_request"
        )
        both = self.env.ref("base.main_company") | companies.find_second(self.env)
        for company in both:
            self.env["runwell.scoring.model"]._fit(company)
        if not retention.is_told(self.env):
            retention.tell(self.with_context(**QUIET).env, fields.Date.today())
        if not pool.is_told(self.env):
            pool.tell(self.with_context(**QUIET).env, fields.Date.today(), both)
        self.env["runwell.score"]._run_scoring()
        self.env["runwell.churn.alert"]._raise_alerts()
        for company in both:
            self.env["runwell.churn.alert"]._settle(company)
        self.env["runwell.relation"]._refresh()
        self.env["runwell.product.affinity"]._build(both)
        if not suggestions.is_told(self.env):
            suggestions.tell(self.with_context(**QUIET).env, fields.Date.today())
