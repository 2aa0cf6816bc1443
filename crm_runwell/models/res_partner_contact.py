from odoo import fields, models

from .runwell_contact_rule import CONTACT


class ResPartner(models.Model):
    """When one last talked with a customer, and when it is time to again."""

    _inherit = "res.partner"

    def action_runwell_log(self):
        """Ask what was talked about with this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_runwell.action_interaction_log"
        )
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_runwell_interactions(self):
        """Open the contacts with this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_interaction")
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def get_runwell_contact_rule(self):
        """Return what a page says of how the contact rule of a customer is kept.

        :return: dict ``{"text", "is_overdue", "last_on", "rule_days", "may_log",
            "activity_type_id"}`` (the type of activity that plans a contact, or False)
        :raise AccessError: if the customer may not be read
        """
        self.ensure_one()
        self.check_access("read")
        customer, company = self.commercial_partner_id, self.env.company
        Interaction = self.env["runwell.interaction"]
        Relation = self.env["runwell.relation"]
        relation = Relation
        if Relation.has_access("read"):
            relation = Relation.search(
                [("partner_id", "=", customer.id), ("company_id", "=", company.id)], limit=1,
            )
        last = Interaction
        if not relation and Interaction.has_access("read"):
            last = Interaction.search(
                [("commercial_partner_id", "=", customer.id), ("company_id", "=", company.id)],
                limit=1,
            )
        return {
            "text": self._runwell_contact_text(relation, last),
            "is_overdue": relation.touch_overdue_days > 0,
            "last_on": relation.last_touch_on, "rule_days": relation.touch_days,
            "may_log": Interaction.has_access("create"),
            "activity_type_id": self.env.ref(CONTACT, raise_if_not_found=False).id,
        }

    def _runwell_contact_text(self, relation, last):
        """Return the sentence of the contact rule, as of today.

        :param last: the last interaction, for who may not see how the relation stands
        """
        days = relation.touch_days
        # sudo: the settings of the scoring are not everybody's to read.
        model = self.env["runwell.scoring.model"].sudo()._active_of(self.env.company)
        today = model._today()
        if last:
            local = fields.Datetime.context_timestamp(
                self.with_context(tz=model._timezone()), last.date,
            )
            return self.env._("Last talk %s.", self._runwell_ago((today - local.date()).days))
        if not relation.last_touch_on:
            if days:
                return self.env._("Never contacted; the rule is every %s days.", days)
            return self.env._("Never contacted.")
        silent = max((today - relation.last_touch_on).days, 0)
        ago = self._runwell_ago(silent)
        if not days:
            return self.env._("Last contact %s; no contact rule.", ago)
        if silent > days:
            return self.env._(
                "Not contacted for %(silent)s days, the rule is %(rule)s.", silent=silent,
                rule=days,
            )
        left = days - silent
        if not left:
            return self.env._("Last contact %s; the next is due today.", ago)
        if left == 1:
            return self.env._("Last contact %s; the next by tomorrow.", ago)
        return self.env._(
            "Last contact %(ago)s; next within %(left)s days.", ago=ago, left=left,
        )

    def _runwell_ago(self, days):
        """Return how long ago that is, in words."""
        if days < 1:
            return self.env._("today")
        return self.env._("yesterday") if days == 1 else self.env._("%s days ago", days)
