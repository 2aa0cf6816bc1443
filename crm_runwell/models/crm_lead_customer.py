"""Which partner a won opportunity is of: one that is there, or a new one."""

import re

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import parse_contact_from_email

#: The fewest digits of a telephone number, and the most of a country code.
LEAST_DIGITS, CODE_DIGITS = 7, 3


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _link_customers(self):
        by_mail, by_name, by_contact = self._known_customers()
        people = self._known_people()
        for lead in self:
            partner = by_mail.get(lead.email_normalized)
            if not partner:
                company = by_name.get(_key(lead.partner_name))
                contact = lead._contact_name()
                partner = company and contact and by_contact.get((company.id, _key(contact)))
                if not _key(lead.partner_name):
                    partner = lead._by_telephone(people.get(_key(contact), ()))
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
            else:
                name = _key(partner.name)
                people[name] = people.get(name, partner) | partner

    def _our_own_partners(self):
        """Return the partners of the database's companies: none of them is a customer."""
        # sudo: all companies, whichever the caller works in.
        return self.env["res.company"].sudo().search([]).partner_id.sudo(False)

    def _may_be_customers(self):
        """Return the domain of who may be the customer of these opportunities.

        Those of the opportunity's company or of all; neither colleagues nor our own companies.
        """
        return (
            Domain("company_id", "in", [False, *self.company_id.ids])
            & Domain("partner_share", "=", True)
            & Domain("commercial_partner_id", "not in", self._our_own_partners().ids)
        )

    def _known_customers(self):
        """Return the partners that these may be: by mail, by company name, by name of a contact.

        Only those in the caller's reach; the oldest of several.
        """
        Partner, within = self.env["res.partner"], self._may_be_customers()
        mails = [mail for mail in self.mapped("email_normalized") if mail]
        names = [name.strip() for name in self.mapped("partner_name") if name]
        by_mail, by_name, by_contact = {}, {}, {}
        found = Domain("email_normalized", "in", mails)
        if names:
            found |= Domain("is_company", "=", True) & _named(names)
        partners = Partner.search(within & found, order="id") if mails or names else Partner
        for partner in partners:
            if partner.email_normalized in mails:
                by_mail.setdefault(partner.email_normalized, partner)
            if partner.is_company:
                by_name.setdefault(_key(partner.name), partner)
        companies = Partner.union(*by_name.values())
        for contact in Partner.search(
            within & Domain("parent_id", "in", companies.ids) & Domain("type", "=", "contact"),
            order="id",
        ):
            by_contact.setdefault((contact.parent_id.id, _key(contact.name)), contact)
        return by_mail, by_name, by_contact

    def _known_people(self):
        """Return partners with a telephone by their name: those named where no company is."""
        names = [
            name for lead in self
            if lead.phone and not _key(lead.partner_name) and (name := lead._contact_name())
        ]
        if not names:
            return {}
        return self.env["res.partner"].search(
            self._may_be_customers() & _named(names)
            & (Domain("phone", "!=", False) | Domain("runwell_mobile", "!=", False)),
            order="id",
        ).grouped(lambda partner: _key(partner.name))

    def _by_telephone(self, people):
        """Return the first of these partners who has the telephone number of the opportunity."""
        return next((
            partner for partner in people
            if any(_is_same(self.phone, number)
                   for number in (partner.phone, partner.runwell_mobile))
        ), None)

    def _contact_name(self):
        """Return the name of the person: as written, or as it stands in the mail address."""
        return self.contact_name or parse_contact_from_email(self.email_from or "")[0]

    def _check_customer_name(self):
        if not (self.partner_name or "").strip() and not (self._contact_name() or "").strip():
            raise UserError(self.env._(
                "Nobody is named on %s. Write the name of the company or of the contact, or "
                "choose the customer, before it is won.", self.display_name,
            ))


def _key(name):
    return (name or "").strip().lower()


def _named(names):
    """Return the domain of who bears one of these names, in small or capital letters."""
    return Domain.OR(
        Domain("name", "=ilike", _literal(name)) for name in {name.strip() for name in names}
    )


def _literal(text):
    """Return ``text`` for a comparison that knows wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _is_same(number, other):
    """Return whether two telephone numbers are one, be it once without the country code.

    >>> _is_same("+86 138 0013 8000", "13800138000"), _is_same("021-6380 8888", "6380 8888")
    (True, True)
    """
    short, long = sorted(map(_digits, (number, other)), key=len)
    return (
        len(short) >= LEAST_DIGITS and long.endswith(short)
        and len(long) - len(short) <= CODE_DIGITS
    )


def _digits(number):
    """Return the digits of a number from the first that counts, without the zero to dial."""
    return re.sub(r"[^0-9]", "", (number or "").replace("(0)", "")).lstrip("0")
