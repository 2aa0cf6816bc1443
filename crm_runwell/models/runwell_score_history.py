from odoo import fields, models

from .constants import LIFECYCLES, VALUE_CLASSES
from .optional_fields import OptionalFloat


class RunwellScoreHistory(models.Model):
    """The course of a score: a row when a customer's lifecycle or value class changed, its
    health moved by ten points or its churn risk by a tenth.
    """

    _name = "runwell.score.history"
    _inherit = ["runwell.machine.owned"]
    _description = "Course of a customer score"
    _order = "as_of desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _partner_day_idx = models.Index("(partner_id, company_id, as_of DESC)")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    model_id = fields.Many2one(
        "runwell.scoring.model", "Scoring model", ondelete="restrict", readonly=True,
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Account manager")
    as_of = fields.Date("As of", required=True, readonly=True)
    lifecycle = fields.Selection(LIFECYCLES, readonly=True)
    former_lifecycle = fields.Selection(LIFECYCLES, readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    churn_probability = OptionalFloat("Churn risk", readonly=True, aggregator="avg")
    health_score = OptionalFloat("Health", digits=(16, 0), readonly=True, aggregator="avg")
    former_health = OptionalFloat(digits=(16, 0), readonly=True, aggregator="avg")
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)
    retention_points = OptionalFloat(readonly=True, aggregator=None)
    trend_points = OptionalFloat(readonly=True, aggregator=None)
    payment_points = OptionalFloat(readonly=True, aggregator=None)
