from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    runwell_number_customers = fields.Boolean(
        related="company_id.runwell_number_customers", readonly=False,
    )
