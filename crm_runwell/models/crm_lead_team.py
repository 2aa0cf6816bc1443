from odoo import models

from .crm_lead import _MERGING


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def _allocate_leads(self, creation_delta_days=7):
        """Let the duplicates that Odoo merges on the way be deleted."""
        merging = self.with_context(runwell_merging=(_MERGING, ()))
        return super(CrmTeam, merging)._allocate_leads(creation_delta_days=creation_delta_days)
