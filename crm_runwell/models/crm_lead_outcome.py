"""Ends of an opportunity: winning makes a customer, failing needs a reason."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import parse_contact_from_email


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
        reached("is_won")._make_customers()
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
        for lead in self:
            lead._became_customer(lead.partner_id)

    def _link_customers(self):
        by_mail, by_name, by_contact = self._known_customers()
        for lead in self:
            partner = by_mail.get(lead.email_normalized)
            if not partner:
                company = by_name.get(_key(lead.partner_name))
                contact = lead._contact_name()
                partner = company and contact and by_contact.get((company.id, _key(contact)))
                if not partner and not (company and not contact):
                    lead._check_customer_name()
                    partner = lead._create_customer(with_parent=company)
            partner = partner or company
            lead.partner_id = partner
            # The next of these opportunities may be of the same customer.
            if partner.email_normalized:
                by_mail.setdefault(partner.email_normalized, partner)
            if lead.partner_name:
                by_name.setdefault(_key(lead.partner_name), partner.commercial_partner_id)

    def _known_customers(self):
        """Return the partners that these may be: by mail, by company name, by name of a contact.

        Only those in the caller's reach, of the opportunity's company or of all; the oldest of
        several.
        """
        Partner = self.env["res.partner"]
        within = Domain("company_id", "in", [False, *self.company_id.ids])
        mails = [mail for mail in self.mapped("email_normalized") if mail]
        names = [name.strip() for name in self.mapped("partner_name") if name]
        by_mail, by_name, by_contact = {}, {}, {}
        found = Domain("email_normalized", "in", mails)
        if names:
            found |= Domain("is_company", "=", True) & Domain.OR(
                Domain("name", "=ilike", _literal(name)) for name in set(names)
            )
        partners = Partner.search(within & found, order="id") if mails or names else Partner
        for partner in partners:
            if partner.email_normalized in mails:
                by_mail.setdefault(partner.email_normalized, partner)
            if partner.is_company:
                by_name.setdefault(_key(partner.name), partner)
        companies = Partner.union(*by_name.values())
        for contact in Partner.search(
            [("parent_id", "in", companies.ids), ("type", "=", "contact")], order="id",
        ):
            by_contact.setdefault((contact.parent_id.id, _key(contact.name)), contact)
        return by_mail, by_name, by_contact

    def _contact_name(self):
        """Return the name of the person: as written, or as it stands in the mail address."""
        return self.contact_name or parse_contact_from_email(self.email_from or "")[0]

    def _check_customer_name(self):
        if not (self.partner_name or "").strip() and not (self._contact_name() or "").strip():
            raise UserError(self.env._(
                "Nobody is named on %s. Write the name of the company or of the contact, or "
                "choose the customer, before it is won.", self.display_name,
            ))

    def _became_customer(self, partner):
        """Note on the customer what the won opportunity tells of it; extended by who knows more."""
        self.ensure_one()
        customer = partner.commercial_partner_id
        customer.filtered(lambda customer: not customer.customer_rank)._increase_rank(
            "customer_rank"
        )
        if self.user_id and not customer.user_id:
            customer.user_id = self.user_id
        customer._runwell_came_from(self)

    def action_runwell_customer(self):
        """Open the page of the customer that the opportunity belongs to."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        page = getattr(customer, "action_open_runwell_page", None)
        return page() if page else customer.get_formview_action()


def _key(name):
    return (name or "").strip().lower()


def _literal(text):
    """Return ``text`` for a comparison that knows wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
