"""What the head of the customer's page says of the relation."""

from odoo import models
from odoo.tools import format_date


class RunwellRelation(models.Model):
    _inherit = "runwell.relation"

    def _header_chips(self):
        """Return the chips of one relation: type and gap, contact rule, share."""
        self.ensure_one()
        return [
            chip for chip in (self._chip_type(), self._chip_touch(), self._chip_share()) if chip
        ]

    def _chip_type(self):
        tones = {"below_minimum": "danger", "below_ideal": "warning", "above_ideal": "info"}
        return {
            "key": "relationship", "sequence": 20, "label": self.env._("Relationship"),
            "value": self.gap_text, "tone": tones.get(self.gap, ""),
            "hint": self.relationship_type_id.description or "",
            "action": "action_runwell_relationship",
        }

    def _chip_touch(self):
        if not self.touch_days:
            return None
        return {
            "key": "contact_rule", "sequence": 24, "label": self.env._("Contact rule"),
            "value": self._touch_sentence(),
            "tone": "warning" if self.touch_overdue_days else "",
            "hint": self.env._(
                "%(type)s: a contact every %(days)s days.",
                type=self.relationship_type_id.name, days=self.touch_days,
            ),
            "action": "action_runwell_relation",
        }

    def _touch_sentence(self):
        """Return how the contact rule is kept: "Not touched for 40 days, rule 30"."""
        if self.touch_overdue_days:
            return self.env._(
                "Not touched for %(days)s days, rule %(rule)s",
                days=self.touch_overdue_days + self.touch_days, rule=self.touch_days,
            )
        if self.last_touch_on:
            return self.env._("Last on %s", format_date(self.env, self.last_touch_on))
        return self.env._("No contact yet")

    def _chip_share(self):
        if self.share is False:
            return {
                "key": "share", "sequence": 26, "label": self.env._("Customer share"),
                "value": self.env._("Not estimated"), "tone": "", "hint": self.share_text,
                "action": "action_runwell_estimates",
            }
        share = f"{100 * self.share:.0f}\u00a0%"
        if self.share_change is not False and abs(self.share_change) >= 0.005:
            share = self.env._(
                "%(share)s (%(points)s points in a year)", share=share,
                points=f"{100 * self.share_change:+.0f}",
            )
        return {
            "key": "share", "sequence": 26, "label": self.env._("Customer share"),
            "value": share, "tone": "warning" if self.is_estimate_low else "",
            "hint": self.share_text, "action": "action_runwell_estimates",
        }
