from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    runwell_number_customers = fields.Boolean(
        "Number new customers",
        help="Gives each new company among the partners the next customer number by itself.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company a service team to begin with, and numbers for its requests."""
        companies = super().create(vals_list)
        for company in companies:
            self.env["runwell.service.team"]._default_of(company)
            self.env["runwell.request"]._number_sequence(company)
        return companies
