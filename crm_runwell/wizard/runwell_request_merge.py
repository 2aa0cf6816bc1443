from odoo import api, fields, models


class RunwellRequestMerge(models.TransientModel):
    """Chooses which of several requests of a customer goes on."""

    _name = "runwell.request.merge"
    _description = "Merge service requests"

    request_ids = fields.Many2many("runwell.request", string="Requests", required=True)
    survivor_id = fields.Many2one(
        "runwell.request", "Go on with", domain="[('id', 'in', request_ids)]", required=True,
    )
    tell_customer = fields.Boolean(
        "Tell the customer", default=True, help="One message, whatever the number of requests.",
    )

    @api.onchange("request_ids")
    def _onchange_request_ids(self):
        if self.survivor_id not in self.request_ids:
            self.survivor_id = self.request_ids[:1]

    def action_merge(self):
        """Merge, and open what goes on."""
        self.ensure_one()
        self.survivor_id._merge(self.request_ids, self.tell_customer)
        return self.survivor_id.get_formview_action()
