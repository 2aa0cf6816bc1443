from odoo import fields, models


class RunwellAlertBulkLine(models.TransientModel):
    """What came of one alert of a bulk operation."""

    _name = "runwell.alert.bulk.line"
    _inherit = "runwell.bulk.line"
    _description = "Alert of a Bulk Operation"

    bulk_id = fields.Many2one(
        comodel_name="runwell.alert.bulk", required=True, readonly=True, ondelete="cascade",
    )
    alert_id = fields.Many2one(
        comodel_name="runwell.churn.alert", required=True, readonly=True, ondelete="cascade",
    )

    def action_open(self):
        """Open the alert."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.churn.alert",
            "res_id": self.alert_id.id, "views": [(False, "form")], "target": "current",
        }
