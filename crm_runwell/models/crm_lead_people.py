from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL


class CrmLead(models.Model):
    """People and referrer of an opportunity."""

    _inherit = "crm.lead"

    runwell_referrer_id = fields.Many2one(
        "res.partner", "Referred by", index="btree_not_null", copy=False, check_company=True,
        help="Who brought this opportunity. Winning it hands it to the customer.",
    )
    runwell_role_ids = fields.One2many("runwell.contact.role", "lead_id", "People")

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._runwell_pass_people()
        if not {"partner_id", "runwell_referrer_id"}.isdisjoint(vals):
            self.filtered(lambda lead: lead.won_status == "won")._runwell_pass_referrer()
        return result

    def _became_customers(self):
        result = super()._became_customers()
        self._runwell_pass_referrer()
        return result

    def _runwell_pass_people(self):
        """Let the people of an opportunity stand at its customer, once that is known."""
        for lead in self:
            customer = lead.partner_id.commercial_partner_id
            # sudo: whoever links the customer need not be its account manager.
            roles = lead.sudo().runwell_role_ids
            strange = roles.filtered(
                lambda role, customer=customer: role.partner_id != customer
            )
            if strange:
                kept = ((roles - strange) | strange)._without_doubles()
                (kept & strange).partner_id = customer

    def _runwell_pass_referrer(self):
        """Hand the referrer of won opportunities to customers who have none yet.

        Not where a customer would refer itself, or where the customer is known to companies
        that the referrer is not: the opportunity keeps its referrer.
        """
        links = {}
        for lead in self.filtered("runwell_referrer_id"):
            # sudo: whoever wins the opportunity need not be able to edit the customer.
            customer = lead.partner_id.commercial_partner_id.sudo()
            referrer = lead.runwell_referrer_id.sudo()
            if customer and not customer.runwell_referrer_id and (
                not referrer.company_id or referrer.company_id == customer.company_id
            ):
                links.setdefault(customer, referrer)
        if not links:
            return
        circles = self.env["res.partner"]._runwell_referred_by_itself(SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[])",
            [customer.id for customer in links], [referrer.id for referrer in links.values()],
        ))
        referred = defaultdict(lambda: self.env["res.partner"].sudo())
        for customer, referrer in links.items():
            if customer.id not in circles:
                referred[referrer] |= customer
        for referrer, customers in referred.items():
            customers.runwell_referrer_id = referrer

    def _merge_get_fields_specific(self):
        def first(_name, leads):
            company = leads.company_id[:1]
            # sudo: a referrer of another company does not go along.
            return next((
                referrer.id for lead in leads if (referrer := lead.sudo().runwell_referrer_id)
                and referrer.company_id in (company, company.browse())
            ), False)

        return super()._merge_get_fields_specific() | {"runwell_referrer_id": first}

    def _merge_dependences(self, opportunities):
        """Take the people of the merged opportunities along, each role of a person once."""
        company = (self + opportunities).company_id[:1]
        # sudo: people follow their opportunity, whoever may change them.
        own, theirs = self.sudo().runwell_role_ids, opportunities.sudo().runwell_role_ids
        moved = theirs if not company else theirs.filtered(
            lambda role: (role.contact_id | role.partner_id).company_id <= company
        )
        for rows in moved.grouped("company_id").values():
            to = company or rows.company_id
            kept = own.filtered(lambda role, to=to: role.company_id == to) | rows
            (kept._without_doubles() & rows).write({"lead_id": self.id, "company_id": to.id})
            own |= rows.exists()
        return super()._merge_dependences(opportunities)
