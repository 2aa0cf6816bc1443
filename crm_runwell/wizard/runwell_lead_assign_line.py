from odoo import fields, models


class RunwellLeadAssignLine(models.TransientModel):
    """What came of one opportunity that was to be assigned."""

    _name = "runwell.lead.assign.line"
    _inherit = "runwell.bulk.line"
    _description = "Opportunity to Assign"

    assign_id = fields.Many2one(
        comodel_name="runwell.lead.assign", required=True, readonly=True, ondelete="cascade",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade",
    )
    user_id = fields.Many2one(related="lead_id.user_id")

    def _done_text(self):
        return self.env._("Assigned")

    def action_open(self):
        """Open the opportunity."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "crm.lead",
            "res_id": self.lead_id.id, "views": [(False, "form")], "target": "current",
        }
