"""Ends of an opportunity: winning makes a customer, failing needs a reason."""

from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Act on what ends here: every way to win or to lose comes by."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)

        def reached(status):
            return self.filtered(
                lambda lead: new_status_by_lead.get(lead.id, {}).get(status)
                and not old_status_by_lead.get(lead.id, {}).get(status)
            )

        reached("is_lost")._check_reason_of_failure()
        if won := reached("is_won"):
            won._make_customers()
        return result

    def write(self, vals):
        result = super().write(vals)
        if "lost_reason_id" in vals and not vals["lost_reason_id"] and not self._is_merging():
            self.filtered(lambda lead: lead.won_status == "lost")._check_reason_of_failure()
        return result

    # Failing

    def action_set_lost(self, **additional_values):
        """Write the reason first: with probability 0, archiving alone is losing."""
        if reason := additional_values.get("lost_reason_id"):
            self.write({"lost_reason_id": reason})
        return super().action_set_lost(**additional_values)

    def _check_reason_of_failure(self):
        """Raise UserError for an opportunity that is lost without a reason."""
        if without := self.filtered(lambda lead: not lead.lost_reason_id):
            raise UserError(self.env._(
                "Choose why it failed, then mark it as lost: %s",
                ", ".join(without.mapped("display_name")),
            ))

    # Winning

    def _make_customers(self):
        """Link each of these won opportunities to its customer, one that is there or a new one.

        The customer keeps the account manager, and the opportunity with its source.

        :raise UserError: if there is no name to make a customer of
        """
        orphans = self.filtered(lambda lead: not lead.partner_id)
        for leads in orphans.grouped("company_id").values():
            leads._link_customers()
        ours = self._our_own_partners()
        self.filtered(
            lambda lead: lead.partner_id.partner_share
            and lead.partner_id.commercial_partner_id not in ours
        )._became_customers()

    def _became_customers(self):
        """Note on the customers what these won opportunities tell; extended by who knows more."""
        self.partner_id.commercial_partner_id.filtered(
            lambda customer: not customer.customer_rank
        )._increase_rank("customer_rank")
        self._hand_over_customers()
        for lead in self:
            lead.partner_id.commercial_partner_id._runwell_came_from(lead)

    def _hand_over_customers(self):
        """Give customers whom nobody has to the salesperson who won them: that is no claim.

        Recorded in the company of the opportunity. Whoever cannot be an account manager
        wins all the same: the customer stays with nobody.
        """
        won = {}
        for lead in self:
            customer = lead.partner_id.commercial_partner_id
            if lead.user_id and not customer.user_id:
                won.setdefault(customer, lead)
        groups = defaultdict(lambda: self.env["res.partner"])
        for customer, lead in won.items():
            company = customer.company_id or lead.company_id or self.env.company
            groups[company, lead.user_id] |= customer
        for (company, manager), customers in groups.items():
            Handover = self.env["runwell.handover"].with_company(company)
            try:
                Handover._check_manager(customers, manager)
            except UserError:
                continue
            reason = (
                self.env._("Won: %s", won[customers].display_name) if len(customers) == 1
                else self.env._("Won: one of %s opportunities at once", len(customers))
            )
            Handover._hand_over(customers, manager, reason, "handover")

    def action_runwell_customer(self):
        """Open the page of the customer that the opportunity belongs to."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        page = getattr(customer, "action_open_runwell_page", None)
        return page() if page else customer.get_formview_action()
