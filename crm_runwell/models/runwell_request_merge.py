from odoo import models


class RunwellRequest(models.Model):
    """Requests that say the same."""

    _inherit = "runwell.request"
