from odoo import api, models


class RunwellCompanyPolicy(models.AbstractModel):
    """Settings of which a company has one row, in ``company_id``."""

    _name = "runwell.company.policy"
    _description = "Policy of a company"

    @api.model
    def _of(self, company):
        """Return the policy of a company, made with the defaults if there is none."""
        # sudo: whoever works by the policy need not see it.
        policies = self.sudo()
        return policies.search([("company_id", "=", company.id)]) or policies.create(
            {"company_id": company.id}
        )

    def _today(self):
        """Return today in the company."""
        return self.env["runwell.scoring.model"]._active_of(self.company_id)._today()
