from odoo import api, fields, models
from odoo.fields import Domain

from .constants import LIFECYCLES, OURS
from .runwell_score import SUMMARY_FIELDS


class ResPartner(models.Model):
    _inherit = "res.partner"

    runwell_exclusion = fields.Selection(
        [
            ("internal", "Internal"), ("one_off", "One-off"), ("blocked", "Blocked"),
            ("closed", "Closed or deceased"),
        ],
        "Not scored", copy=False, tracking=True, groups=OURS,
        help="Why this customer is left out: neither scored nor warned about.",
    )
    runwell_score_id = fields.Many2one(
        "runwell.score", "Score", compute="_compute_runwell_score",
        help="The score of the commercial partner in the company one works in.",
    )
    runwell_lifecycle = fields.Selection(
        LIFECYCLES, "Lifecycle", compute="_compute_runwell_score",
        search="_search_runwell_lifecycle",
    )
    runwell_churn_probability = fields.Float("Churn risk", compute="_compute_runwell_score")
    runwell_expected_order_date = fields.Date(
        "Next order expected", compute="_compute_runwell_score",
    )
    runwell_summary = fields.Json(compute="_compute_runwell_score")
    # For record rules: whoever works on an alert sees its figures. On no screen.
    runwell_alert_ids = fields.One2many(
        "runwell.churn.alert", "partner_id", "Churn alerts",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_runwell_score(self):
        """Read the rows of all partners at once, those that the reader may see."""
        Score = self.env["runwell.score"]
        scores = {}
        if Score.has_access("read"):
            scores = {
                score.partner_id.id: score
                for score in Score.search_fetch(
                    [
                        ("partner_id", "in", self.commercial_partner_id.ids),
                        ("company_id", "=", self.env.company.id),
                    ],
                    ["partner_id", "currency_id", *SUMMARY_FIELDS],
                )
            }
        for partner in self:
            score = scores.get(partner.commercial_partner_id.id, Score)
            partner.runwell_score_id = score
            partner.runwell_lifecycle = score.lifecycle
            partner.runwell_churn_probability = score.churn_probability
            partner.runwell_expected_order_date = score.expected_order_date
            partner.runwell_summary = score._summary() if score else False

    def _search_runwell_lifecycle(self, operator, value):
        if operator != "in":
            return NotImplemented
        Score, ours = self.env["runwell.score"], Domain("company_id", "=", self.env.company.id)
        scores = Score._search(ours & Domain("lifecycle", "in", value))
        found = Domain("commercial_partner_id", "in", scores.subselect("partner_id"))
        if False in value:
            every = Score._search(ours)
            found |= Domain("commercial_partner_id", "not in", every.subselect("partner_id"))
        return found

    def write(self, vals):
        result = super().write(vals)
        if "runwell_exclusion" in vals:
            # sudo: whoever may edit a customer need not see every score of it.
            self.env["runwell.score.refresh"]._ask(self.sudo().env["runwell.score"].search(
                [("partner_id", "in", self.commercial_partner_id.ids)]
            ))
        return result
