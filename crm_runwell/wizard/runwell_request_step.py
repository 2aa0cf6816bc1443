from odoo import api, fields, models
from odoo.exceptions import AccessError


class RunwellRequestStep(models.TransientModel):
    """Asks for what a step of a request needs: an agent, a reason, a number of stars."""

    _name = "runwell.request.step"
    _description = "Step of a service request"

    step = fields.Selection(
        [
            ("assign", "Assign"), ("hand_over", "Hand over"), ("feedback", "Feedback"),
            ("reopen", "Reopen"),
        ],
        required=True, default="assign", readonly=True,
    )
    request_ids = fields.Many2many("runwell.request", string="Requests", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    agent_ids = fields.Many2many("res.users", string="Who may", compute="_compute_agent_ids")
    team_id = fields.Many2one(
        "runwell.service.team", domain="[('company_id', '=', company_id)]",
        compute="_compute_team_id", store=True, readonly=False,
    )
    user_id = fields.Many2one(
        "res.users", "Agent", domain="[('id', 'in', agent_ids)]",
        help="Empty: the team gives it to one of its agents.",
    )
    reason = fields.Text(help="Stays on the request; the customer does not see it.")
    satisfaction = fields.Selection(
        [
            ("1", "1 Very dissatisfied"), ("2", "2 Dissatisfied"), ("3", "3 Satisfied enough"),
            ("4", "4 Satisfied"), ("5", "5 Very satisfied"),
        ],
    )

    @api.depends("request_ids")
    def _compute_company_id(self):
        for step in self:
            step.company_id = step.request_ids.company_id[:1]

    @api.depends("request_ids")
    def _compute_team_id(self):
        for step in self:
            step.team_id = step.request_ids.team_id[:1]

    @api.depends("team_id")
    def _compute_agent_ids(self):
        """The team's agents, but the one who has the requests now."""
        for step in self:
            # sudo: names of colleagues
            members = step.team_id.sudo().member_ids
            agents = members or self.env["res.users"].sudo().search(
                self.env["runwell.service.team"]._agents_domain()
                + [("company_ids", "in", step.company_id.ids)]
            )
            step.agent_ids = (agents - step.request_ids.user_id).sudo(False)

    def action_apply(self):
        """Take the step on all chosen requests."""
        self.ensure_one()
        getattr(self, f"_apply_{self.step}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_assign(self):
        requests = self.request_ids
        if not requests._may_manage():
            raise AccessError(self.env._(
                "A service manager assigns requests. Claim it, if you want to work on it."
            ))
        requests.check_access("write")
        moved = requests.filtered(lambda request: request.team_id != self.team_id)
        moved.write({"team_id": self.team_id.id})
        requests._assign(self.user_id)

    def _apply_hand_over(self):
        self.request_ids._check_worker()
        self.request_ids._hand_over(self.user_id, self.reason, self.team_id)

    def _apply_feedback(self):
        self.request_ids._check_worker()
        self.request_ids._record_feedback(int(self.satisfaction or 0), self.reason)

    def _apply_reopen(self):
        self.request_ids._check_worker()
        self.request_ids._reopen(self.reason)
