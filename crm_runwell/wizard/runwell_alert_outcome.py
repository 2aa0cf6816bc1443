from odoo import api, fields, models

REASON_KINDS = {"propose": "lost", "lost": "lost", "false_alarm": "false_alarm"}


class RunwellAlertOutcome(models.TransientModel):
    """Asks for the reason of a loss or a false alarm, then does it, in one step."""

    _name = "runwell.alert.outcome"
    _description = "Decide on a Churn Alert"

    alert_id = fields.Many2one(
        comodel_name="runwell.churn.alert", required=True, readonly=True, ondelete="cascade",
    )
    company_id = fields.Many2one(related="alert_id.company_id")
    partner_id = fields.Many2one(related="alert_id.partner_id")
    outcome = fields.Selection(
        selection=[
            ("propose", "Propose as lost"), ("lost", "Confirm lost"),
            ("false_alarm", "False alarm"),
        ],
        required=True, readonly=True,
    )
    reason_kind = fields.Char(compute="_compute_reason_kind")
    reason_id = fields.Many2one(
        comodel_name="runwell.churn.reason", compute="_compute_reason", store=True, readonly=False,
        domain="[('kind', '=', reason_kind), ('company_id', 'in', (False, company_id))]",
    )
    reason = fields.Text(
        string="In words", compute="_compute_reason", store=True, readonly=False,
    )

    @api.depends("outcome")
    def _compute_reason_kind(self):
        for wizard in self:
            wizard.reason_kind = REASON_KINDS.get(wizard.outcome)

    @api.depends("alert_id", "outcome")
    def _compute_reason(self):
        """Begin with what is on the alert, where it was said of the same outcome."""
        for wizard in self:
            reason = wizard.alert_id.reason_id
            fits = not reason or reason.kind == wizard.reason_kind
            wizard.reason_id = reason if fits else False
            wizard.reason = wizard.alert_id.reason if fits else False

    def action_apply(self):
        """Write the reason and do it.

        :raise UserError: with what is missing; nothing is written then
        """
        self.ensure_one()
        self.alert_id._decide(self.outcome, self.reason_id, self.reason)
