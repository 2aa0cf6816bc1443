from odoo import api, fields, models


class RunwellAlertBulkLine(models.TransientModel):
    """What came of one alert of a bulk operation."""

    _name = "runwell.alert.bulk.line"
    _description = "Alert of a Bulk Operation"
    _order = "is_done, id"

    bulk_id = fields.Many2one(
        comodel_name="runwell.alert.bulk", required=True, readonly=True, ondelete="cascade",
    )
    alert_id = fields.Many2one(
        comodel_name="runwell.churn.alert", required=True, readonly=True, ondelete="cascade",
    )
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
            line.result = line.message or self.env._("Done")

    def action_open(self):
        """Open the alert."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.churn.alert",
            "res_id": self.alert_id.id, "views": [(False, "form")], "target": "current",
        }
