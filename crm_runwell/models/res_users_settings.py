from odoo import api, fields, models


class ResUsersSettings(models.Model):
    _inherit = "res.users.settings"

    #: By company id: the steps that are done, and what was chosen.
    runwell_five_steps = fields.Json("Five steps to high-value customers")

    @api.model
    def _get_fields_blacklist(self):
        # Read by its page alone: not part of every session.
        return [*super()._get_fields_blacklist(), "runwell_five_steps"]
