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

    @api.model
    def action_open(self):
        """Open the policy of the company one works in."""
        # Making it is the machine's, so that who may not read it makes none either.
        self.check_access("read")
        policy = self._of(self.env.company)
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": policy.id,
            "name": self._window_name(), "views": [(False, "form")],
        }

    def _today(self):
        """Return today in the company."""
        return self.env["runwell.scoring.model"]._active_of(self.company_id)._today()

    @api.model
    def _window_name(self):
        """Return the title of the window with the policy."""
        return self.env["ir.model"]._get(self._name).name
