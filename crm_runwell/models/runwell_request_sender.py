from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from odoo.addons.iap.tools.iap_tools import _MAIL_PROVIDERS

#: So many customers are proposed.
PROPOSED = 5


class RunwellRequest(models.Model):
    """Who an unknown sender may be; a person decides, with one click."""

    _inherit = "runwell.request"

    proposed_partner_ids = fields.Many2many(
        "res.partner", compute="_compute_proposed_partner_ids", string="May be",
        help="Customers with the sender's address, telephone or mail domain.",
    )

    @api.depends("partner_id", "email_from", "phone", "company_id")
    def _compute_proposed_partner_ids(self):
        """Look when somebody opens the request: the public form must not take longer for some."""
        for request in self:
            request.proposed_partner_ids = (
                request.partner_id.browse() if request.partner_id else request._proposals()
            )

    def _proposals(self):
        """Return who the sender may be, the likeliest first: address, telephone, mail domain."""
        self.ensure_one()
        Partner = self.env["res.partner"]
        ours = Domain("partner_share", "=", True) & Domain(
            "company_id", "in", (False, self.company_id.id),
        )
        address = email_normalize(self.email_from)
        found = Partner.browse()
        if address:
            found |= Partner.search(
                ours & Domain("email_normalized", "=", address), limit=PROPOSED,
            )
        Entry = self.env["runwell.request.entry"].with_company(self.company_id)
        found |= Entry._find_callers(self.phone).filtered_domain(ours)
        if address and not found:
            domain = address.rpartition("@")[2]
            if domain not in _MAIL_PROVIDERS:
                colleagues = Partner.search(
                    ours & Domain("email_normalized", "=like", f"%@{domain}"), limit=20,
                )
                found = colleagues.commercial_partner_id.filtered("is_company")
        return found[:PROPOSED]

    def _set_customer(self, partner):
        """Say who the unknown sender is.

        Somebody new of a known company becomes a contact of it, so that answers go to
        who asked.
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id:
            raise UserError(self.env._(
                "%(request)s is of %(customer)s already.",
                request=self.display_name, customer=self.partner_id.display_name,
            ))
        address = email_normalize(self.email_from)
        if partner.is_company and address and address != partner.email_normalized:
            # sudo: an agent may not edit customers, but says here who wrote for one.
            partner = partner.sudo().create({
                "name": self.contact_name or address, "email": self.email_from,
                "phone": self.phone, "parent_id": partner.id, "type": "contact",
                "company_id": partner.company_id.id,
            }).with_env(self.env)
        self.partner_id = partner
        # sudo: what was written before one knew by whom
        messages = self.sudo().message_ids.filtered(
            lambda message: not message.author_id
            and email_normalize(message.email_from) == address
        )
        messages.author_id = partner
