from odoo import api, fields, models


class RunwellLeadAssignLine(models.TransientModel):
    """What came of one opportunity that was to be assigned."""

    _name = "runwell.lead.assign.line"
    _description = "Opportunity to Assign"
    _order = "is_done, id"

    assign_id = fields.Many2one(
        comodel_name="runwell.lead.assign", required=True, readonly=True, ondelete="cascade",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade",
    )
    user_id = fields.Many2one(related="lead_id.user_id")
    message = fields.Char(string="Refused because", readonly=True)
    result = fields.Char(compute="_compute_result")
    is_done = fields.Boolean(string="Done", compute="_compute_is_done", store=True)

    @api.depends("message")
    def _compute_is_done(self):
        for line in self:
            line.is_done = not line.message

    @api.depends("message")
    def _compute_result(self):
        for line in self:
            line.result = line.message or self.env._("Assigned")

    def action_open(self):
        """Open the opportunity."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "crm.lead",
            "res_id": self.lead_id.id, "views": [(False, "form")], "target": "current",
        }
