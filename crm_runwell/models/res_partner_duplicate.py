"""The hint on a customer record that it may be there twice."""

from odoo import api, fields, models

from .constants import OURS


class ResPartner(models.Model):
    _inherit = "res.partner"

    runwell_duplicate_count = fields.Integer(
        "Possible duplicates", compute="_compute_runwell_duplicate_count", groups=OURS,
    )

    @api.depends_context("uid", "company")
    def _compute_runwell_duplicate_count(self):
        """Count the pairs that the reader may see, in two queries for all partners."""
        Pair = self.env["runwell.duplicate"]
        counts = {}
        if Pair.has_access("read"):
            for field in ("partner_id", "other_id"):
                for partner, count in Pair._read_group(
                    [(field, "in", self._origin.ids), ("state", "=", "open")], [field], ["__count"],
                ):
                    counts[partner.id] = counts.get(partner.id, 0) + count
        for partner in self:
            partner.runwell_duplicate_count = counts.get(partner._origin.id, 0)

    def action_runwell_duplicates(self):
        """Open the partners that this one may be the same as."""
        customer = self.commercial_partner_id
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_runwell.action_duplicate"
        ) | {"domain": [
            "|", ("partner_id", "in", customer.ids), ("other_id", "in", customer.ids),
        ]}

    def _runwell_header_chips(self):
        """Add a hint to the head of the customer's page, only if there is something to decide."""
        chips = super()._runwell_header_chips()
        if count := self.commercial_partner_id.runwell_duplicate_count:
            chips.append({
                "key": "duplicates", "sequence": 16, "label": self.env._("Possible duplicates"),
                "value": str(count), "hint": self.env._("Look and merge, or say they differ."),
                "tone": "warning", "action": "action_runwell_duplicates",
            })
        return chips
