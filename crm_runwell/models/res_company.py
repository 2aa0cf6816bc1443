from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    runwell_number_customers = fields.Boolean(
        "Number new customers",
        help="Gives each new company among the partners the next customer number by itself.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company what it works with from the first day."""
        companies = super().create(vals_list)
        companies._runwell_begin()
        return companies

    def _runwell_begin(self):
        """Make each company's settings now, so that no two workers make them at first use."""
        for company in self:
            self.env["runwell.service.team"]._default_of(company)
            self.env["runwell.request"]._number_sequence(company)
            self.env["runwell.retention.policy"]._of(company)
            self.env["runwell.alert.rule"]._of(company)
            self.env["runwell.pool.policy"]._of(company)
            self.env["runwell.relationship.matrix"]._of(company)
