from odoo import models


class RunwellRetentionDigest(models.AbstractModel):
    _inherit = "runwell.retention.digest"

    def _block(self, company, since):
        """Add the customers whose contact is due, which are no news alone."""
        block = super()._block(company, since)
        if block:
            block["contact_due"] = self._contact_due(company)
        return block

    def _contact_due(self, company):
        """Return the sentence on the reader's own customers whose contact is due, or False."""
        Relation = self.env["runwell.relation"].with_context(allowed_company_ids=company.ids)
        if not Relation.has_access("read"):
            return False
        [(count, most)] = Relation._read_group(
            [("company_id", "=", company.id), ("user_id", "=", self.env.uid),
             ("touch_overdue_days", ">", 0), ("partner_id.runwell_exclusion", "=", False)],
            [], ["__count", "touch_overdue_days:max"],
        )
        return bool(count) and self.env._(
            "%(count)s of your customers wait for a contact, the longest for %(days)s days more "
            "than the rule.", count=count, days=most,
        )
