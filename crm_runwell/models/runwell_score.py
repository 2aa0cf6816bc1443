from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..scoring.value import HEALTH_POINTS
from .constants import (
    LIFECYCLES,
    MARGIN_GROUPS,
    OPEN_STATES,
    RFM_SEGMENTS,
    SUFFICIENCIES,
    VALUE_CLASSES,
)
from .optional_fields import OptionalFloat, OptionalInteger, OptionalMonetary

#: What the strip on the partner's form shows.
SUMMARY_FIELDS = (
    "as_of", "lifecycle", "sufficiency", "occasion_count", "first_order_date", "last_order_date",
    "silence_days", "days_between_orders", "expected_order_date", "churn_probability",
    "value_class", "health_score", "revenue_12m", "revenue_prior_12m", "revenue_at_risk",
    "overdue_amount",
)


class RunwellScore(models.Model):
    """What the company knows of one customer, as of a day: one row a partner and company.

    Written by the scoring alone (see ``runwell_score_run.py``), whole rows at a
    time. Amounts are untaxed, net of returns and credits, in the currency of the
    company. Figures that would need more history than there is are empty.
    """

    _name = "runwell.score"
    _inherit = ["runwell.machine.owned"]
    _description = "Customer score"
    _order = "revenue_at_risk desc nulls last, revenue_12m desc, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    _one_a_customer = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A customer has one score in a company."
    )

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    # Stored, so that lists group by account manager and the record rules stay one comparison.
    user_id = fields.Many2one(
        related="partner_id.user_id", string="Account manager", store=True, index="btree_not_null",
    )
    active_partner = fields.Boolean(related="partner_id.active")
    as_of = fields.Date("As of", required=True, readonly=True)
    model_id = fields.Many2one(
        "runwell.scoring.model", "Scoring model", required=True, ondelete="restrict", readonly=True,
    )

    lifecycle = fields.Selection(LIFECYCLES, required=True, readonly=True)
    override_id = fields.Many2one(
        "runwell.override", "Said by a person", readonly=True, ondelete="set null",
        help="What a person says of this customer; the scoring respects it.",
    )
    computed_lifecycle = fields.Selection(
        LIFECYCLES, "Lifecycle as computed", readonly=True,
        help="What the scoring itself says, where a person says otherwise.",
    )
    sufficiency = fields.Selection(SUFFICIENCIES, "History", required=True, readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    occasion_count = fields.Integer(
        "Order days", readonly=True, help="Orders of one day count once.",
    )
    first_order_date = fields.Date("First order", readonly=True)
    last_order_date = fields.Date("Last order", readonly=True)
    silence_days = OptionalInteger("Days silent", readonly=True, aggregator="avg")
    days_between_orders = OptionalFloat(
        "Days between orders", digits=(16, 1), readonly=True, aggregator="avg",
        help="The customer's own rhythm; under three order days that of the company.",
    )
    lateness = OptionalFloat(
        "Silence in own rhythms", digits=(16, 1), readonly=True, aggregator="avg",
        help="Days silent ÷ days between orders. Shown, not used for warnings.",
    )
    expected_order_date = fields.Date("Next order expected", readonly=True)

    likely_order_date = fields.Date(
        "Next order likely", readonly=True,
        help="Even odds that the next order comes by then, given the silence so far.",
    )
    overdue_z = OptionalFloat(
        "Unusual silence (z)", digits=(16, 2), readonly=True, aggregator="avg",
        help="How unusual the silence is against the customer's own gaps, in standard "
        "deviations of their logarithm.",
    )
    alert_score = OptionalFloat(
        readonly=True, aggregator="avg",
        help="Churn risk × how unusual the silence is for this customer, from 0 to 1.",
    )

    p_alive = OptionalFloat(
        "Still a customer", readonly=True, aggregator="avg",
        help="Probability that the customer has not left for good, P(alive).",
    )
    churn_probability = OptionalFloat(
        "Churn risk", readonly=True, aggregator="avg",
        help="Probability of no order within the horizon of the scoring model.",
    )
    revenue_total = fields.Monetary("Revenue, all time", readonly=True)
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)
    revenue_prior_12m = fields.Monetary("Revenue, 12 months before", readonly=True)
    margin_12m = OptionalMonetary("Margin, 12 months", readonly=True, groups=MARGIN_GROUPS)
    revenue_at_risk = OptionalMonetary(
        "Revenue at risk", readonly=True,
        help="Churn risk × revenue of the last twelve months.",
    )
    expected_orders_12m = OptionalFloat(
        "Orders expected, 12 months", digits=(16, 1), readonly=True, aggregator="sum",
    )
    expected_revenue_12m = OptionalMonetary(
        "Revenue expected, 12 months", readonly=True,
        help="Orders expected × mean net revenue of an order day.",
    )
    lifetime_value = OptionalMonetary(
        "Lifetime value, 12 months", readonly=True,
        help="Expected revenue of the next twelve months: P(alive) × that of the last twelve.",
    )
    product_count = fields.Integer(
        "Products", readonly=True, help="Different products ever bought.",
    )
    product_count_12m = fields.Integer(
        "Products, 12 months", readonly=True,
        help="Different products bought in the last twelve months.",
    )
    overdue_amount = fields.Monetary("Overdue", readonly=True)

    recency_score = OptionalInteger("R", readonly=True, aggregator="avg")
    frequency_score = OptionalInteger("F", readonly=True, aggregator="avg")
    monetary_score = OptionalInteger("M", readonly=True, aggregator="avg")
    rfm_segment = fields.Selection(RFM_SEGMENTS, "RFM segment", readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    health_score = OptionalFloat("Health", digits=(16, 0), readonly=True, aggregator="avg")
    retention_points = OptionalFloat(readonly=True, aggregator=None)
    trend_points = OptionalFloat(readonly=True, aggregator=None)
    payment_points = OptionalFloat(readonly=True, aggregator=None)
    # The figures that the course last noted: what a change of note is measured against.
    noted_health = OptionalFloat(readonly=True, aggregator=None)
    noted_probability = OptionalFloat(readonly=True, aggregator=None)

    is_order_late = fields.Boolean(
        "Order late", compute="_compute_is_order_late", search="_search_is_order_late",
    )

    def init(self):
        # Every pass rewrites every row: room on the page spares the indexes.
        self.env.cr.execute(SQL(
            "ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table)
        ))

    @api.depends("expected_order_date")
    def _compute_is_order_late(self):
        today = fields.Date.context_today(self)
        for score in self:
            score.is_order_late = bool(
                score.expected_order_date and score.expected_order_date < today
            )

    def _search_is_order_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("expected_order_date", "<", "today")]

    def _summary(self):
        """Return what the strip on the partner's form shows, ready for JSON."""
        self.ensure_one()
        summary = {name: self[name] for name in SUMMARY_FIELDS}
        labels = {
            f"{name}_label": dict(self._fields[name]._description_selection(self.env)).get(
                self[name], ""
            )
            for name in ("lifecycle", "value_class")
        }
        return summary | labels | {"id": self.id, "currency_id": self.currency_id.id}

    def action_open_partner(self):
        """Open the customer's own form."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_open_score(self):
        """Open the page of the customer's figures."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "name": self.partner_id.display_name, "views": [(False, "form")],
        }

    def action_open_alert(self):
        """Open the customer's open alert, or all of its alerts if none is open."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_churn_alert")
        domain = [
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
        ]
        alert = self.env["runwell.churn.alert"].search(
            [*domain, ("state", "in", OPEN_STATES)], limit=1
        )
        if not alert:
            return action | {"domain": domain}
        return action | {"res_id": alert.id, "views": [(False, "form")]}

    def action_open_purchases(self):
        """Open the documents behind the figures: orders, or invoices and credit notes."""
        self.ensure_one()
        # sudo: which documents count is a setting that a salesperson may not read.
        if self.sudo().model_id.purchase_source == "invoice":
            return {
                "type": "ir.actions.act_window", "res_model": "account.move",
                "name": self.env._("Invoices of %s", self.partner_id.display_name),
                "views": [(False, "list"), (False, "form")],
                "domain": [
                    ("commercial_partner_id", "=", self.partner_id.id), ("state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("company_id", "=", self.company_id.id),
                ],
            }
        return {
            "type": "ir.actions.act_window", "res_model": "sale.order",
            "name": self.env._("Orders of %s", self.partner_id.display_name),
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("partner_id", "child_of", self.partner_id.id), ("state", "=", "sale"),
                ("company_id", "=", self.company_id.id),
            ],
        }

    def action_open_overdue(self):
        """Open the customer's invoices that are due and not paid."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "account.move",
            "name": self.env._("Overdue invoices of %s", self.partner_id.display_name),
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("commercial_partner_id", "=", self.partner_id.id), ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", "today"), ("company_id", "=", self.company_id.id),
            ],
        }

    @api.readonly
    def get_evidence(self, limit=10):
        """Return what the figures of this row rest on, for the page of the customer.

        :param int limit: how many of the last purchases are listed, 1 to 100
        :return: dict: ``orders`` (newest first: id, model, name, day, amount), ``gaps``
            (days between the order days, oldest first, at most 60), ``months`` (net
            revenue of each of the last 24 months, oldest first), ``health`` (points by
            part), ``as_of``, ``silence`` and ``rhythm`` (days), ``currency_id``,
            ``is_fitted``, ``horizon`` (days)
        :raise AccessError: if the reader may not see this row
        :raise UserError: for any other limit
        """
        self.ensure_one()
        self.check_access("read")
        if not isinstance(limit, int) or not 1 <= limit <= 100:
            raise UserError(self.env._("Between 1 and 100 orders can be listed."))
        # sudo: the page shows the customer's totals to whoever may read the score; each
        # document itself opens with the reader's own rights.
        score = self.sudo()
        return score._evidence_documents(limit) | {
            "health": [
                {"part": part, "points": score[f"{part}_points"], "of": most}
                for part, most in HEALTH_POINTS.items()
            ],
            "is_fitted": score.model_id.is_fitted,
            "horizon": score.model_id.horizon_days,
            "as_of": str(score.as_of),
            "silence": score.silence_days,
            "rhythm": score.days_between_orders or 0,
            "currency_id": score.currency_id.id,
        }
