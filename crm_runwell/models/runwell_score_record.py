from odoo import fields, models


class RunwellScore(models.Model):
    """The record beside the figures: which valuable customers are known too little."""

    _inherit = "runwell.score"

    record_completeness = fields.Integer(
        related="partner_id.runwell_completeness", string="Complete (%)", aggregator="avg",
    )
    record_missing = fields.Char(related="partner_id.runwell_missing")

    def action_open_record(self):
        """Open the customer record."""
        self.ensure_one()
        return self.partner_id.action_runwell_record()
