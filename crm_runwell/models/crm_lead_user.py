from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _give_back_leads(self):
        """Leave what a person had to nobody: the database would, without saying so."""
        # sudo: opportunities of every company.
        leads = self.env["crm.lead"].sudo().with_context(active_test=False).search([
            ("user_id", "in", self.ids),
        ])
        leads.user_id = False
