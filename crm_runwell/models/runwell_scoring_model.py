from dataclasses import replace

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..scoring import backtest, churn, early
from ..scoring.learning import SLICE_CUSTOMERS, Learned
from ..scoring.purchases import Scope
from ..scoring.score import Rules
from ..scoring.season import Clock
from ..scoring.value import Statistics
from .learner import Learner, risk_on
from .scoring_pass import MIXES, SCORED, ScoringPass

#: Days between two orders of a customer, by declared rhythm.
RHYTHM_DAYS = {"weekly": 7.0, "monthly": 30.0, "quarterly": 91.0, "yearly": 365.0}
#: Stands in where nobody declared a rhythm and no customer has shown one.
FALLBACK_RHYTHM = "monthly"


class RunwellScoringModel(models.Model):
    """The rules and the fitted parameters by which a company's customers are scored.

    One version of a company is active. A fit makes the next version with the same
    settings; the former one stays readable.
    """

    _name = "runwell.scoring.model"
    _inherit = ["runwell.machine.owned", "mail.thread"]
    _description = "Scoring model"
    _order = "company_id, version desc"
    _check_company_auto = True

    _one_active = models.UniqueIndex("(company_id) WHERE state = 'active'")
    _one_version = models.Constraint(
        "UNIQUE (company_id, version)", "A company has each version of its scoring model once."
    )

    _machine_fields = frozenset({
        "company_id", "version", "state", "r", "alpha", "a", "b", "is_fitted", "fit_date",
        "fit_customers", "log_likelihood", "refusal", "learned", "statistics", "scored_on",
        "scored_at", "scored_count", "brier", "verdict",
    })

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = fields.Integer(default=1, readonly=True)
    state = fields.Selection(
        [("active", "In use"), ("retired", "Retired"), ("refused", "Not taken over")],
        required=True, default="active", readonly=True,
    )

    purchase_source = fields.Selection(
        [("sale", "Confirmed sale orders"), ("invoice", "Posted customer invoices")],
        "Purchases are", required=True, default="sale", tracking=True,
        help="What counts as a purchase. Choose invoices if sales are invoiced without orders.",
    )
    horizon_days = fields.Integer(
        "Horizon (days)", required=True, default=90, tracking=True,
        help="The churn probability is that of no order within so many days.",
    )
    new_days = fields.Integer(
        "New for (days)", required=True, default=90, tracking=True,
        help="A customer is new for so many days after the first purchase.",
    )
    alert_threshold = fields.Float(
        "Warn from", required=True, default=0.7, tracking=True,
        help="Churn probability from which a customer is at risk.",
    )
    min_silence_days = fields.Integer(
        "Not before (days)", required=True, default=30, tracking=True,
        help="Nobody is at risk before so many days without an order.",
    )
    purchase_rhythm = fields.Selection(
        [
            ("auto", "As the customers' orders show"),
            ("weekly", "Weekly"), ("monthly", "Monthly"),
            ("quarterly", "Quarterly"), ("yearly", "Yearly"),
        ],
        "Usual rhythm", required=True, default="auto", tracking=True,
        help="How often a customer usually orders. Used while there is too little history "
        "to fit the model.",
    )
    current_value_threshold = fields.Monetary(
        "Valuable from", tracking=True,
        help="Twelve-month value (margin where cost is known, else revenue) from which a "
        "customer is of high current value. 0: the top fifth of the customers.",
    )
    potential_value_threshold = fields.Monetary(
        "Promising from", tracking=True,
        help="Value expected of the next twelve months from which a customer has potential. "
        "0: the same as the top fifth of today.",
    )

    r = fields.Float("r", digits=0, readonly=True)
    alpha = fields.Float("α (days)", digits=0, readonly=True)
    a = fields.Float("a", digits=0, readonly=True)
    b = fields.Float("b", digits=0, readonly=True)
    is_fitted = fields.Boolean(
        "Fitted", readonly=True, help="Off: stated default parameters, not fitted.",
    )
    fit_date = fields.Datetime("Fitted on", readonly=True)
    fit_customers = fields.Integer("Customers fitted", readonly=True)
    log_likelihood = fields.Float(digits=0, readonly=True)
    refusal = fields.Selection(
        [
            ("buyers", "Fewer than 100 customers have bought."),
            ("repeat", "Fewer than 30 customers have bought twice."),
            ("history", "The history is shorter than 180 days."),
            ("converge", "The fit did not converge."),
        ],
        "Why not fitted", readonly=True,
    )
    learned = fields.Json(readonly=True)
    brier = fields.Float(
        "Brier score", digits=(16, 4), readonly=True,
        help="Mean squared error of the risk on the newest past days whose horizon is over. "
        "Lower is better.",
    )
    verdict = fields.Char(readonly=True, help="Why this version was, or was not, taken over.")
    statistics = fields.Json(readonly=True)
    scored_on = fields.Date("Scores as of", readonly=True)
    scored_at = fields.Datetime("Computed at", readonly=True)
    scored_count = fields.Integer("Customers scored", readonly=True)

    @api.depends("company_id", "version")
    def _compute_display_name(self):
        for model in self:
            model.display_name = self.env._(
                "%(company)s, version %(version)s",
                company=model.company_id.name or "", version=model.version,
            )

    @api.constrains("horizon_days", "new_days", "min_silence_days", "alert_threshold")
    def _check_settings(self):
        for model in self:
            if not 7 <= model.horizon_days <= 730:
                raise ValidationError(self.env._("The horizon must be from 7 to 730 days."))
            if not 1 <= model.new_days <= 730:
                raise ValidationError(
                    self.env._("A customer is new for 1 to 730 days after the first purchase.")
                )
            if not 0 <= model.min_silence_days <= 730:
                raise ValidationError(
                    self.env._("The days without an order must be from 0 to 730.")
                )
            if not 0 < model.alert_threshold <= 1:
                raise ValidationError(
                    self.env._("Warn from a churn probability above 0 % and up to 100 %.")
                )

    @api.constrains("current_value_threshold", "potential_value_threshold")
    def _check_value_thresholds(self):
        for model in self:
            if model.current_value_threshold < 0 or model.potential_value_threshold < 0:
                raise ValidationError(
                    self.env._("A value threshold cannot be below 0. Use 0 for the top fifth.")
                )

    def action_compute_now(self):
        """Open the dialog that computes the scores of this company, step by step."""
        self.ensure_one()
        return {
            "type": "ir.actions.client", "tag": "runwell_compute_now", "target": "new",
            "name": self.env._("Compute now"),
            "params": {"company_ids": self.company_id.ids},
        }

    def action_open_scores(self):
        """Open the scores that this company's customers have now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_score")
        return action | {"domain": [("company_id", "=", self.company_id.id)]}

    @api.model
    def _active_of(self, company):
        """Return the active model of a company, made with default settings if there is none."""
        model = self.search([("company_id", "=", company.id), ("state", "=", "active")], limit=1)
        if model:
            return model
        defaults = churn.default_parameters(RHYTHM_DAYS[FALLBACK_RHYTHM])
        # sudo: a company's first score may be asked for by someone who may not write settings.
        return self.sudo()._as_machine().create([
            {"company_id": company.id, "refusal": "buyers", **vars(defaults)}
        ])

    def _learn(self, as_of, horizon):
        """Return the :class:`~..scoring.learning.Learned` of a day; writes nothing."""
        self.ensure_one()
        return self._learner(as_of, horizon).learn()

    def _learner(self, as_of, horizon):
        """Return the :class:`~.learner.Learner` of a day."""
        self.ensure_one()
        # sudo: the machine reads every document of the company.
        return Learner(self.sudo().env, self._scope(as_of), horizon, self._rhythm_days)

    def _evaluate(self, as_of, horizon):
        """Return what would have been said on a past day, and what then happened.

        Learnt and scored from the documents up to that day alone; those of the
        ``horizon`` days after it decide the labels, and nothing else.

        :return: ``(list of Outcome, dict of early.days_earlier or None)``
        """
        self.ensure_one()
        learned = self._learn(as_of, horizon)
        rules = replace(self._rules(), horizon=horizon)
        # sudo: the machine reads every document of the company.
        env, scope = self.sudo().env, self._scope(as_of)
        ScoringPass(env, self, as_of, learned, everyone=True, rules=rules).run()
        rows = [
            backtest.Outcome(*row)
            for row in env.execute_query(backtest.outcomes(scope, horizon, SCORED))
        ]
        has_mixes = learned.season and learned.season.categories
        silences = env.execute_query(early.silences(
            scope, horizon, SLICE_CUSTOMERS,
            SQL("SELECT * FROM %s", SQL.identifier(MIXES)) if has_mixes else None,
        ))
        if not silences:
            return rows, None
        clock = Clock(learned.season, min(row[1] for row in silences), as_of)
        risk = risk_on(learned.parameters, clock, horizon, learned.factor)
        return rows, early.days_earlier(silences, as_of, horizon, risk)

    def _learned(self):
        """Return what the active version has learnt; None if that was under other settings."""
        self.ensure_one()
        values, settings = dict(self.learned or {}), self._learning_settings()
        if not values or {name: values.pop(name, settings[name]) for name in settings} != settings:
            return None
        return Learned.from_json(values)

    def _learning_settings(self):
        """Return the settings that decide what is learnt, kept beside it."""
        self.ensure_one()
        return {
            "horizon": self.horizon_days, "source": self.purchase_source,
            "rhythm": self.purchase_rhythm,
        }

    def _rhythm_days(self, groups):
        """Return the usual days between two orders: declared, or the customers' pooled own.

        :param groups: ``(x, first_day, last_day, customers)``
        """
        self.ensure_one()
        if self.purchase_rhythm != "auto":
            return RHYTHM_DAYS[self.purchase_rhythm]
        gaps = sum(x * n for x, _first, _last, n in groups)
        days = sum((last - first).days * n for _x, first, last, n in groups)
        return max(days / gaps, 1.0) if gaps and days else RHYTHM_DAYS[FALLBACK_RHYTHM]

    def _rules(self):
        """Return the :class:`~..scoring.score.Rules` of this version."""
        self.ensure_one()
        return Rules(
            horizon=self.horizon_days, new_days=self.new_days, threshold=self.alert_threshold,
            min_silence=self.min_silence_days,
            current_threshold=self.current_value_threshold or None,
            potential_threshold=self.potential_value_threshold or None,
        )

    def _scope(self, as_of, partner_ids=None):
        """Return the :class:`~..scoring.purchases.Scope` of this company's history."""
        self.ensure_one()
        return Scope(
            company_id=self.company_id.id, source=self.purchase_source, as_of=as_of,
            tz=self._timezone(), partner_ids=partner_ids and tuple(partner_ids),
            has_sale_margin="purchase_price" in self.env["sale.order.line"]._fields,
        )

    def _statistics(self):
        """Return the :class:`~..scoring.value.Statistics` of the last full pass, or None."""
        self.ensure_one()
        return Statistics.from_json(self.statistics) if self.statistics else None

    def _timezone(self):
        """Return the time zone in which the company's days begin and end."""
        company = self.company_id
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    def _today(self):
        """Return today's date in the company's time zone."""
        zone = pytz.timezone(self._timezone())
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()

    def _lock(self):
        """Return whether this transaction now holds the company's scoring.

        False where another worker holds it, or finished since we began to read.
        """
        self.ensure_one()
        return bool(self.try_lock_for_update(allow_referencing=True))
