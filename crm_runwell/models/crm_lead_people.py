from odoo import fields, models


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
        if not {"stage_id", "probability", "partner_id", "runwell_referrer_id"}.isdisjoint(vals):
            self._runwell_pass_referrer()
        return result

    def _runwell_pass_people(self):
        """Let the people of an opportunity stand at its customer, once that is known."""
        for lead in self:
            customer = lead.partner_id.commercial_partner_id
            # sudo: whoever links the customer need not be its account manager.
            lead.runwell_role_ids.sudo().filtered(
                lambda role, customer=customer: role.partner_id != customer
            ).partner_id = customer

    def _runwell_pass_referrer(self):
        """Hand the referrer of won opportunities to customers who have none yet."""
        won = self.filtered(
            lambda lead: lead.runwell_referrer_id and lead.won_status == "won" and lead.partner_id
        )
        for lead in won:
            # sudo: whoever wins the opportunity need not be able to edit the customer.
            customer = lead.partner_id.commercial_partner_id.sudo()
            referrer = lead.runwell_referrer_id.commercial_partner_id
            if not customer.runwell_referrer_id and referrer != customer:
                customer.runwell_referrer_id = lead.runwell_referrer_id
