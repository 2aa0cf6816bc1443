from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .runwell_request import PRIORITIES, REQUEST_TYPES
from .runwell_score import VALUE_CLASSES

#: Fields that decide which requests a policy is for, and until when.
DECIDING = frozenset({
    "active", "company_id", "team_id", "for_enquiry", "for_complaint", "for_suggestion",
    "min_priority", "value_class", "grade_id", "first_answer_hours", "resolution_hours",
    "warn_percent",
})


class RunwellSlaPolicy(models.Model):
    """Until when a request is answered and processed, in working hours of its team.

    All policies that fit a request apply to it; the strictest sets its next deadline.
    """

    _name = "runwell.sla.policy"
    _inherit = ["mail.thread"]
    _description = "SLA policy"
    _order = "sequence, id"
    _check_company_auto = True

    _hours_positive = models.Constraint(
        "CHECK(first_answer_hours >= 0 AND resolution_hours >= 0 "
        "AND first_answer_hours + resolution_hours > 0)",
        "A policy gives hours to the first answer, to the resolution, or to both.",
    )
    _warn_percent_range = models.Constraint(
        "CHECK(warn_percent BETWEEN 1 AND 100)",
        "The warning comes when 1 to 100 % of the time is used.",
    )

    name = fields.Char("Policy", required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
    )
    team_id = fields.Many2one(
        "runwell.service.team", check_company=True, ondelete="restrict", tracking=True,
        help="Empty: all teams of the company.",
    )
    for_enquiry = fields.Boolean("Enquiries", default=True, tracking=True)
    for_complaint = fields.Boolean("Complaints", default=True, tracking=True)
    for_suggestion = fields.Boolean("Suggestions", default=True, tracking=True)
    min_priority = fields.Selection(
        PRIORITIES, "From priority", required=True, default="0", tracking=True,
    )
    value_class = fields.Selection(
        VALUE_CLASSES, "Value class", tracking=True,
        help="Only for customers of this class; empty: for all, unknown customers too.",
    )
    grade_id = fields.Many2one(
        "runwell.grade", check_company=True, ondelete="restrict", tracking=True,
        help="Only for customers of this grade; empty: for all, ungraded customers too.",
    )
    first_answer_hours = fields.Float(
        "First answer within", tracking=True, aggregator=None,
        help="Working hours until an employee first writes to the customer; 0: no goal.",
    )
    resolution_hours = fields.Float(
        "Processed within", tracking=True, aggregator=None,
        help="Working hours until the answer that closes the work is sent; 0: no goal.",
    )
    warn_percent = fields.Integer(
        "Warn at", default=80, required=True, tracking=True, aggregator=None,
        help="Share of the time after which the agent is warned.",
    )

    @api.constrains("for_enquiry", "for_complaint", "for_suggestion")
    def _check_for_something(self):
        for policy in self:
            if not any(policy[f"for_{kind}"] for kind, _label in REQUEST_TYPES):
                raise ValidationError(self.env._(
                    "Say which types of requests the policy %s is for.", policy.name
                ))

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self._recompute(policies.company_id)
        return policies

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        if not DECIDING.isdisjoint(vals):
            self._recompute(companies | self.company_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: whether there are clocks is asked for all companies of the policies.
        used = self.env["runwell.sla.status"].sudo().search(
            [("policy_id", "in", self.ids)], limit=1,
        ).policy_id
        if used:
            raise UserError(self.env._(
                "Requests have been measured by the policy %s: archive it, so that the reports "
                "stay as they are.", used.name,
            ))

    def action_recompute(self):
        """Reckon the deadlines of all open requests of the company again."""
        self.check_access("write")
        count = self._recompute(self.company_id)
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success", "message": self.env._(
                    "Deadlines were computed again; %s of them changed.", count
                ),
            },
        }

    @api.model
    def _recompute(self, companies):
        """Reckon the clocks of all open requests of these companies again, in one statement.

        :return: the number of requests whose next deadline changed
        """
        return self.env["runwell.request"]._sla_recompute(
            SQL("r.company_id = ANY(%s)", companies.ids)
        )

    def action_open_statuses(self):
        """Open the clocks that run, or ran, by this policy."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_runwell.action_sla_status"
        ) | {"domain": [("policy_id", "in", self.ids)], "context": {}}

    @api.model
    def _make_defaults(self, company):
        """Give a company that has none the policies to begin with."""
        # sudo: they come with the first team, whoever makes it necessary.
        Policy = self.sudo().with_company(company).with_context(active_test=False)
        if not Policy.search_count([("company_id", "=", company.id)], limit=1):
            Policy.create([
                values | {"company_id": company.id} for values in self._default_policies()
            ])

    @api.model
    def _default_policies(self):
        """Return the values of the policies that a company begins with."""
        return [
            {
                "name": self.env._("All requests"), "sequence": 40,
                "first_answer_hours": 8, "resolution_hours": 40,
            },
            {
                "name": self.env._("Complaints"), "sequence": 30, "for_enquiry": False,
                "for_suggestion": False, "first_answer_hours": 4, "resolution_hours": 24,
            },
            {
                "name": self.env._("High-value customers"), "sequence": 20,
                "value_class": "high", "first_answer_hours": 4, "resolution_hours": 16,
            },
            {
                "name": self.env._("Urgent"), "sequence": 10, "min_priority": "3",
                "first_answer_hours": 1, "resolution_hours": 8,
            },
        ]
