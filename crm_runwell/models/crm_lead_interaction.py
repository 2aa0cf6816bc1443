from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: contacts follow their opportunity, whoever may change them.
        self.env["runwell.interaction"].sudo().search(
            [("lead_id", "in", opportunities.ids)]
        )._as_machine().write({"lead_id": self.id})
        return result
