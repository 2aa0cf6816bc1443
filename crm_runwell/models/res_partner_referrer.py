from odoo import api, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """Who refers a customer is known wherever the customer is."""

    _inherit = "res.partner"

    @api.constrains("runwell_referrer_id", "company_id")
    def _check_runwell_referrer_company(self):
        for partner in self:
            # sudo: the company of somebody whom the user may not see.
            company = partner.sudo().runwell_referrer_id.company_id
            if company and company != partner.company_id:
                raise ValidationError(self.env._(
                    "%(referrer)s is known to %(company)s alone, %(customer)s to others too. "
                    "Choose another referrer.", referrer=partner.sudo().runwell_referrer_id.name,
                    company=company.name, customer=partner.display_name,
                ) if not partner.company_id else self.env._(
                    "The referrer of %(customer)s belongs to another company. Choose another one.",
                    customer=partner.display_name,
                ))
