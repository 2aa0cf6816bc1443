from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company a service team to begin with, and numbers for its requests."""
        companies = super().create(vals_list)
        for company in companies:
            self.env["runwell.service.team"]._default_of(company)
            self.env["runwell.request"]._number_sequence(company)
        return companies
