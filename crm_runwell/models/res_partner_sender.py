from odoo import models


class ResPartner(models.Model):
    """A customer, as proposed for the unknown sender of a request."""

    _inherit = "res.partner"

    def action_runwell_is_sender(self):
        """Say that this is who sent the request that one looks at."""
        self.ensure_one()
        request = self.env["runwell.request"].browse(
            self.env.context.get("runwell_request_id")
        ).exists()
        if request:
            request._set_customer(self)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
