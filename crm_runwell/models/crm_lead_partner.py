from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _runwell_came_from(self, lead):
        """Keep where this new customer came from: ``lead`` is the opportunity that was won.

        Medium and channel stay on the opportunity, which stays linked.
        """
        self.ensure_one()
        customer = self.with_company(lead.company_id)
        if lead.campaign_id and not customer.runwell_source:
            customer.runwell_source = "campaign"
