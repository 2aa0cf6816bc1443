from odoo import api, fields, models


class ResUsers(models.Model):
    """What customers think of an agent's answers."""

    _inherit = "res.users"

    runwell_agent_satisfaction = fields.Float(
        "Satisfaction with the agent", compute="_compute_runwell_agent_satisfaction", digits=(2, 1),
        groups="crm_runwell.group_service_user,crm_runwell.group_executive",
        help="Average of the stars given to the agent's answers, 1 to 5.",
    )
    runwell_agent_rating_count = fields.Integer(
        "Ratings of the agent", compute="_compute_runwell_agent_satisfaction",
        groups="crm_runwell.group_service_user,crm_runwell.group_executive",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_runwell_agent_satisfaction(self):
        found = self.env["runwell.request"]._satisfaction_of("user_id", self)
        for user in self:
            user.runwell_agent_satisfaction, user.runwell_agent_rating_count = found.get(
                user._origin.id, (0.0, 0)
            )

    def action_open_runwell_rated(self):
        """Open the ratings behind the average."""
        self.ensure_one()
        return self.env["runwell.request"]._rated_action(
            self.env._("Ratings of %s", self.name), [("user_id", "=", self.id)],
        )
