from odoo import models


class RunwellRequest(models.Model):
    """Who gets a new request."""

    _inherit = "runwell.request"

    def _assign_automatically(self):
        """Give new requests to agents as their teams say."""
