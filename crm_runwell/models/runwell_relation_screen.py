"""What people do with the list of relations, and the records behind its figures."""

from odoo import api, models
from odoo.exceptions import UserError

#: Rows that people work on in one go.
MOST = 1000


class RunwellRelation(models.Model):
    _inherit = "runwell.relation"

    def action_set_proposed(self):
        """Take over the proposed types of these customers as today's.

        :raise UserError: if nothing is proposed for any of them, or too many are chosen
        :raise AccessError: if one is another account manager's customer
        """
        self.check_access("read")
        self._check_count()
        proposed = self.filtered("proposed_type_id")
        if not proposed:
            raise UserError(self.env._(
                "Nothing is proposed for these customers: they bought nothing in twelve months."
            ))
        for (company, type_), rows in proposed.grouped(
            lambda row: (row.company_id, row.proposed_type_id)
        ).items():
            rows.partner_id.with_company(company).runwell_relationship_type_id = type_
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Set for %s customers.", len(proposed)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_plan_activity(self):
        """Open Odoo's dialog that plans an activity, or a plan, for these customers."""
        self.check_access("read")
        self._check_count()
        return {
            "type": "ir.actions.act_window", "res_model": "mail.activity.schedule",
            "name": self.env._("Plan an activity"), "views": [(False, "form")], "target": "new",
            "context": {
                "active_model": "res.partner", "active_ids": self.partner_id.ids,
                "active_id": self.partner_id[:1].id,
            },
        }

    def _check_count(self):
        if not self:
            raise UserError(self.env._("Choose the customers in the list first."))
        if len(self) > MOST:
            raise UserError(self.env._("Choose at most %s customers at once.", MOST))

    def action_edit(self):
        """Open the dialog in which people set the levels of the relation."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).action_runwell_relationship()

    def action_open_partner(self):
        """Open the customer's own form."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_open_interactions(self):
        """Open the contacts with the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.interaction",
            "name": self.env._("Interactions with %s", self.partner_id.display_name),
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {"default_partner_id": self.partner_id.id},
        }

    def action_open_purchases(self):
        """Open the orders, or invoices, behind our sales."""
        self.ensure_one()
        score = self.env["runwell.score"].search([
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
        ])
        if not score:
            raise UserError(self.env._("There is no purchase yet."))
        return score.action_open_purchases()

    def action_open_estimates(self):
        """Open the estimates behind the spending: the customer's own, or those of its peers."""
        self.ensure_one()
        if self.spend_source == "peers":
            return self.action_open_peers()
        return self._estimates_of(self.partner_id, self.company_id)

    @api.model
    def _estimates_of(self, partner, company):
        """Return the action of one customer's own estimates."""
        return self._estimates(
            self.env._("Spending of %s", partner.display_name), company,
            [("partner_id", "=", partner.id)],
            {"default_partner_id": partner.id, "default_company_id": company.id},
        )

    def action_open_peers(self):
        """Open the estimates of the customer's industry: those of its peers are among them."""
        self.ensure_one()
        return self._estimates(
            self.env._("Estimates in %s", self.industry_id.name or self.env._("no industry")),
            self.company_id, [("partner_id.industry_id", "=", self.industry_id.id)], {},
        )

    @api.model
    def _estimates(self, name, company, domain, context):
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.spend.estimate", "name": name,
            "views": [(False, "list"), (False, "form")], "context": context,
            "domain": [("company_id", "=", company.id), *domain],
        }
