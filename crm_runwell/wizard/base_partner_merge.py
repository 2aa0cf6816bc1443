from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Odoo looks for unique constraints there, not for unique indexes like these.
        self.env["runwell.churn.alert"]._join_open(src_partners | dst_partner)
        self.env["runwell.override"]._join_in_force(src_partners | dst_partner)
        self.env["runwell.suggestion"]._join_shown(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
