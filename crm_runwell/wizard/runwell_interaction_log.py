from odoo import api, fields, models

from ..models.constants import OPEN_STATES

#: The kind of measure by the kind of channel; every other one is "other".
MEASURES = {
    "phone": "call", "call_centre": "call", "visit": "visit", "exhibition": "visit",
    "email": "email",
}


class RunwellInteractionLog(models.TransientModel):
    """Asks what was talked about with a customer, and logs it: two clicks and a few words."""

    _name = "runwell.interaction.log"
    _description = "Log a Contact"

    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", required=True)
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_company_id")
    channel_id = fields.Many2one(
        comodel_name="runwell.channel", required=True,
        default=lambda self: self.env["runwell.interaction"]._default_channel(),
        domain="[('company_id', 'in', (False, company_id))]",
    )
    name = fields.Char(string="Summary", required=True)
    note = fields.Text(string="Detail")
    direction = fields.Selection(
        selection=[("out", "We reached out"), ("in", "The customer reached out")],
        required=True, default="out",
    )
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    place = fields.Char()
    lead_id = fields.Many2one(comodel_name="crm.lead", string="Opportunity")
    request_id = fields.Many2one(comodel_name="runwell.request")
    alert_id = fields.Many2one(
        comodel_name="runwell.churn.alert", string="Open alert", compute="_compute_alert_id",
    )
    is_measure = fields.Boolean(
        string="Also a measure to keep the customer", default=False,
        help="Records it as a measure on the open churn alert of the customer too.",
    )

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_company_id(self):
        """Work in the company one is in, or in the one that the customer belongs to."""
        for log in self:
            log.company_id = log.partner_id.company_id or self.env.company

    @api.depends("partner_id")
    def _compute_alert_id(self):
        Alert = self.env["runwell.churn.alert"]
        may = Alert.has_access("write")
        for log in self:
            alert = may and log.partner_id and Alert.search([
                ("partner_id", "=", log.partner_id.commercial_partner_id.id),
                ("company_id", "=", log.company_id.id), ("state", "in", OPEN_STATES),
                ("is_held_back", "=", False),
            ], limit=1)
            log.alert_id = alert and alert.has_access("write") and alert

    def action_log(self):
        """Log the contact, and the measure if it is one; close the dialog.

        :raise ValidationError: with what is missing; nothing is written then
        """
        self.ensure_one()
        self.env["runwell.interaction"].create({
            "partner_id": self.partner_id.id, "company_id": self.company_id.id,
            "channel_id": self.channel_id.id, "name": self.name, "note": self.note,
            "direction": self.direction, "date": self.date, "place": self.place,
            "lead_id": self.lead_id.id, "request_id": self.request_id.id,
        })
        if self.is_measure and self.alert_id:
            self.env["runwell.churn.measure"].create({
                "alert_id": self.alert_id.id,
                "kind": MEASURES.get(self.channel_id.kind, "other"),
                "description": f"{self.name}: {self.note}" if self.note else self.name,
            })
        return {"type": "ir.actions.act_window_close"}
