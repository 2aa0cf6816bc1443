from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Odoo looks for unique constraints there, not for a unique index like that of the alerts.
        self.env["runwell.churn.alert"]._join_open(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
