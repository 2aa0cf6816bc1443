"""The machine behind ``runwell.score``: it collects, scores, keeps the rows and the course."""

import logging
import time

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..scoring import score as scoring
from ..scoring.purchases import documents
from ..scoring.value import HEALTH_POINTS
from .scoring_pass import SCORED, ScoringPass

_logger = logging.getLogger(__name__)

#: Customers scored in one go when documents change.
REFRESH_BATCH = 1000

#: Columns of ``runwell_score`` and where the working table has them.
COLUMNS = {
    "partner_id": "partner_id", "user_id": "user_id",
    "lifecycle": "lifecycle", "computed_lifecycle": "computed_lifecycle",
    "override_id": "override_id", "sufficiency": "sufficiency",
    "order_count": "order_count", "occasion_count": "occasion_count",
    "first_order_date": "first_day", "last_order_date": "last_day",
    "silence_days": "silence_days", "days_between_orders": "days_between_orders",
    "lateness": "lateness", "expected_order_date": "expected_day",
    "likely_order_date": "likely_day", "overdue_z": "overdue_z", "alert_score": "alert_score",
    "expected_orders_12m": "expected_orders_12m",
    "expected_revenue_12m": "expected_revenue_12m",
    "p_alive": "p_alive", "churn_probability": "churn_probability",
    "revenue_total": "revenue_total", "revenue_12m": "revenue_12m",
    "revenue_prior_12m": "revenue_prior_12m", "margin_12m": "margin_12m",
    "revenue_at_risk": "revenue_at_risk", "lifetime_value": "lifetime_value",
    "product_count": "product_count", "product_count_12m": "product_count_12m",
    "overdue_amount": "overdue_amount",
    "recency_score": "recency_score", "frequency_score": "frequency_score",
    "monetary_score": "monetary_score", "rfm_segment": "rfm_segment",
    "value_class": "value_class", "health_score": "health_score",
    "retention_points": "retention_points", "trend_points": "trend_points",
    "payment_points": "payment_points",
}


class RunwellScore(models.Model):
    _inherit = "runwell.score"

    @api.model
    def _run_scoring(self, companies=None, as_of=None):
        """Score every customer of the companies.

        A company that another worker is scoring at this moment is left to it.

        :param companies: ``res.company`` records; None means all
        :param as_of: the day (date or ISO string) whose end is looked at; None means
            today in the company's time zone
        :return: the number of rows by company id, None for a company left to another worker
        """
        companies = self.env["res.company"].sudo().search([]) if companies is None else companies
        return {
            company.id: self._score_company(company, fields.Date.to_date(as_of))
            for company in companies
        }

    @api.model
    def _score_company(self, company, as_of=None, partner_ids=None):
        """Score the customers of one company; ``partner_ids`` limits it to these.

        :return: the number of rows, or None if another worker has the company
        """
        # sudo: the scoring reads every document of the company and writes its own rows.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        if not self._lock_model(model):
            return None
        started = time.monotonic()
        if not model._learned():
            model = model._fit(company, as_of)
        if not model.statistics:
            # The first pass of a company is a full one: there is nothing to grade a few against.
            partner_ids = None
        self.env.flush_all()
        as_of = fields.Date.to_date(as_of) or model._today()
        common = ScoringPass(self.env, model, as_of, model._learned(), partner_ids).run(
            model._statistics() if partner_ids else None
        )
        self._respect_overrides(model, as_of)
        self._note_changes(model, as_of)
        # sudo: the clocks of all requests, whoever has the scores computed.
        requests = self.env["runwell.request"].sudo()._of_new_value_class(
            company, SCORED, partner_ids,
        )
        count = self._keep_rows(model, as_of)
        self._drop_rows(company, partner_ids)
        self.env.invalidate_all()
        requests._sla_follow_class()
        if not partner_ids:
            model._as_machine().write({
                "statistics": common.as_json(), "scored_on": as_of,
                "scored_at": fields.Datetime.now(), "scored_count": count,
            })
        _logger.info(
            "%s customers of company %s scored as of %s in %.2f s",
            count, company.id, as_of, time.monotonic() - started,
        )
        return count

    def _lock_model(self, model):
        """Return whether the company's scoring is now ours; False if another worker has it."""
        try:
            with self.env.cr.savepoint():
                return model._lock()
        except psycopg2.errors.SerializationFailure:
            # The other worker finished after our transaction began: its rows are newer.
            return False

    def _respect_overrides(self, model, as_of):
        """Put what people say of customers in place of the computed lifecycle, kept beside it."""
        self.env.cr.execute(SQL(
            "ALTER TABLE %s ADD COLUMN computed_lifecycle varchar, ADD COLUMN override_id int",
            SQL.identifier(SCORED),
        ))
        self.env.cr.execute(SQL(
            """
            UPDATE %s n
               SET override_id = o.id, lifecycle = coalesce(o.lifecycle, n.lifecycle),
                   computed_lifecycle = CASE WHEN o.lifecycle IS NOT NULL THEN n.lifecycle END
              FROM (%s) o
             WHERE o.partner_id = n.partner_id
            """,
            SQL.identifier(SCORED),
            self.env["runwell.override"]._sql_in_force(model.company_id.id, as_of),
        ))

    def _note_changes(self, model, as_of):
        """Write to the course the customers whose score changed in a way worth noting."""
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_score_history (
                   partner_id, company_id, currency_id, model_id, as_of, create_date,
                   lifecycle, former_lifecycle, value_class, churn_probability,
                   health_score, former_health, revenue_12m,
                   retention_points, trend_points, payment_points)
            SELECT n.partner_id, %(company)s, %(currency)s, %(model)s, %(as_of)s,
                   now() AT TIME ZONE 'UTC',
                   n.lifecycle, o.lifecycle, n.value_class, n.churn_probability,
                   %(health)s, o.noted_health, n.revenue_12m,
                   n.retention_points, n.trend_points, n.payment_points
              FROM %(scored)s n
              LEFT JOIN runwell_score o
                ON o.partner_id = n.partner_id AND o.company_id = %(company)s
             WHERE %(changed)s
            """,
            company=model.company_id.id, currency=model.company_id.currency_id.id,
            model=model.id, as_of=as_of, scored=SQL.identifier(SCORED),
            health=_health(), changed=_changed(),
        ))

    def _keep_rows(self, model, as_of):
        """Insert or update the rows of the working table; return how many there are."""
        ours = {
            "company_id": SQL("%s", model.company_id.id),
            "currency_id": SQL("%s", model.company_id.currency_id.id),
            "model_id": SQL("%s", model.id), "as_of": SQL("%s::date", as_of),
            "noted_health": SQL("CASE WHEN %s THEN %s ELSE o.noted_health END",
                                _changed(), _health()),
            "noted_probability": SQL(
                "CASE WHEN %s THEN n.churn_probability ELSE o.noted_probability END", _changed()
            ),
        }
        ours |= {
            column: _health() if column == "health_score" else SQL.identifier("n", source)
            for column, source in COLUMNS.items()
        }
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_score o SET %(values)s
              FROM %(scored)s n
             WHERE o.partner_id = n.partner_id AND o.company_id = %(company)s
            """,
            values=SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), value) for name, value in ours.items()
                if name not in ("partner_id", "company_id")
            ),
            scored=SQL.identifier(SCORED), company=model.company_id.id,
        ))
        updated = self.env.cr.rowcount
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_score (%(names)s)
            SELECT %(values)s
              FROM %(scored)s n
              LEFT JOIN runwell_score o
                ON o.partner_id = n.partner_id AND o.company_id = %(company)s
             WHERE o.id IS NULL
            """,
            names=SQL(", ").join(map(SQL.identifier, ours)),
            values=SQL(", ").join(ours.values()),
            scored=SQL.identifier(SCORED), company=model.company_id.id,
        ))
        inserted = self.env.cr.rowcount
        if inserted > updated:
            # A first pass: until its own ANALYZE, PostgreSQL takes the table for empty.
            self.env.cr.execute(SQL("ANALYZE runwell_score"))
        return updated + inserted

    def _drop_rows(self, company, partner_ids):
        """Delete the rows of those who are no longer to be scored."""
        self.env.cr.execute(SQL(
            """
            DELETE FROM runwell_score s
             WHERE s.company_id = %s AND %s
               AND NOT EXISTS (SELECT FROM %s n WHERE n.partner_id = s.partner_id)
            """,
            company.id,
            SQL("s.partner_id = ANY(%s)", list(partner_ids)) if partner_ids else SQL("TRUE"),
            SQL.identifier(SCORED),
        ))

    @api.model
    def _cron_scoring(self):
        """Nightly: score every company and raise its warnings, a transaction each."""
        companies = self.env["res.company"].search([])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(companies))
        for company in companies:
            if self._score_company(company) is not None:
                self.env["runwell.churn.alert"]._raise_alerts(company)
                self.env["runwell.churn.alert"]._settle(company)
                # sudo: the settings are read by the machine.
                model = self.env["runwell.scoring.model"].sudo()._active_of(company)
                self.env["runwell.prediction"]._keep(model, model.scored_on)
            commit(1)
            # A transaction of its own: people may be writing the same rows.
            self.env["runwell.relation"]._refresh_nightly(company)
            commit(0)

    @api.model
    def _cron_refresh(self):
        """Score the customers whose documents changed since the last run, batch by batch."""
        queue = self.env["runwell.score.refresh"]
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=queue.search_count([]))
        for company in self.env["res.company"].search([]):
            while taken := self._refresh_batch(company):
                if not commit(taken):
                    return

    @api.model
    def _refresh_batch(self, company):
        """Score one batch of changed customers; return the number of requests it settled."""
        # sudo: the scoring model is read by the machine.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        if not self._lock_model(model):
            return 0
        taken, partner_ids = self.env["runwell.score.refresh"]._take(company, REFRESH_BATCH)
        if partner_ids:
            self._score_company(company, partner_ids=partner_ids)
            self.env["runwell.relation"]._refresh(company, partner_ids)
            self.env["runwell.churn.alert"]._raise_alerts(company, partner_ids)
        return taken

    @api.model
    def compute_now(self, company_id, step):
        """Do one step of "Compute now" for a company the user is allowed to see.

        :param int company_id: one of the user's companies
        :param str step: ``fit``, ``score`` or ``alert``, to be called in this order
        :return: dict with what was done: ``version`` and ``is_fitted``, ``scored``, ``raised``
        :raise UserError: for an unknown step, or while another worker scores the company
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("A sales supervisor may compute the scores."))
        company = self.env.user.company_ids.filtered(lambda company: company.id == company_id)
        if not company:
            raise AccessError(self.env._("This is not one of your companies."))
        if step == "fit":
            model = self.env["runwell.scoring.model"].sudo()._fit(company)
            return {"version": model.version, "is_fitted": model.is_fitted}
        if step == "score":
            count = self._score_company(company)
            if count is None:
                raise UserError(
                    self.env._("The scores are being computed right now. Try again in a minute.")
                )
            self.env["runwell.relation"]._refresh(company)
            return {"scored": count}
        if step == "alert":
            return {"raised": self.env["runwell.churn.alert"]._raise_alerts(company)}
        raise UserError(self.env._("Unknown step %s.", step))

    def _evidence_documents(self, limit):
        """Return orders, gaps and months of :meth:`get_evidence`; the caller checked access."""
        self.ensure_one()
        scope = self.model_id._scope(self.as_of, [self.partner_id.id])
        table = SQL.identifier("account_move" if scope.source == "invoice" else "sale_order")
        self.env.flush_all()
        orders = self.env.execute_query(SQL(
            """SELECT d.document_id, t.name, d.day, d.amount
                 FROM (%s) d JOIN %s t ON t.id = d.document_id
                ORDER BY d.day DESC, d.document_id DESC LIMIT %s""",
            documents(scope), table, limit,
        ))
        gaps = self.env.execute_query(SQL(
            """SELECT day, gap FROM (
                   SELECT day, day - lag(day) OVER (ORDER BY day) AS gap
                     FROM (SELECT DISTINCT day FROM (%s) d WHERE amount > 0) days) g
                WHERE gap IS NOT NULL ORDER BY day DESC LIMIT 60""",
            documents(scope),
        ))
        months = self.env.execute_query(SQL(
            """SELECT month::date, coalesce(sum(d.amount), 0)
                 FROM generate_series(date_trunc('month', %(as_of)s::date) - interval '23 months',
                                      date_trunc('month', %(as_of)s::date), '1 month') month
                 LEFT JOIN (%(documents)s) d ON date_trunc('month', d.day) = month
                GROUP BY month ORDER BY month""",
            as_of=self.as_of, documents=documents(scope),
        ))
        return {
            "model": "account.move" if scope.source == "invoice" else "sale.order",
            "orders": [
                {"id": id_, "name": name, "day": str(day), "amount": float(amount)}
                for id_, name, day, amount in orders
            ],
            "gaps": [{"day": str(day), "days": gap} for day, gap in reversed(gaps)],
            "months": [{"month": str(month), "amount": float(amount)} for month, amount in months],
        }


def _health():
    """Return SQL of the health score of the working row ``n``."""
    return SQL(" + ").join(SQL.identifier("n", f"{part}_points") for part in HEALTH_POINTS)


def _changed():
    """Return SQL: working row ``n`` differs from the kept row ``o`` in a way worth noting."""
    return SQL(
        """(o.id IS NULL OR o.lifecycle <> n.lifecycle
            OR o.value_class IS DISTINCT FROM n.value_class
            OR (o.noted_health IS NULL) <> (n.churn_probability IS NULL)
            OR abs(o.noted_health - (%s)) >= %s
            OR abs(o.noted_probability - n.churn_probability) >= %s)""",
        _health(), scoring.NOTED_HEALTH, scoring.NOTED_PROBABILITY,
    )
