from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Who plays which part in a purchase, the most telling first.
ROLES = [
    ("decides", "Decides"), ("influences", "Influences"), ("uses", "Uses"),
    ("refers", "Refers others"),
]
INFLUENCES = [("1", "Little"), ("2", "Some"), ("3", "Strong")]


class RunwellContactRole(models.Model):
    """The part that a person plays in the purchases of a customer, or in one opportunity.

    Company by company: what our people learn of a shared customer stays with them.
    """

    _name = "runwell.contact.role"
    _description = "Role in the purchase"
    _order = "sequence, influence desc nulls last, id"
    _rec_name = "contact_id"
    _check_company_auto = True

    _once = models.UniqueIndex(
        "(partner_id, contact_id, role, company_id, coalesce(lead_id, 0))",
        "This person has this role already.",
    )

    contact_id = fields.Many2one(
        "res.partner", "Person", required=True, index=True, ondelete="cascade", check_company=True,
        help="A contact of the customer, or anybody else who has a say.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_partner_id", store=True, readonly=False,
        precompute=True, required=True, index=True, ondelete="cascade", check_company=True,
    )
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", index="btree_not_null", ondelete="cascade", check_company=True,
        help="Empty: in all purchases of the customer.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, readonly=False, precompute=True,
        required=True, index=True,
    )
    role = fields.Selection(ROLES, required=True, default="decides")
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    influence = fields.Selection(INFLUENCES)
    note = fields.Char(help="What matters to this person.")
    function = fields.Char(related="contact_id.function", string="Position")
    phone = fields.Char(related="contact_id.phone")
    email = fields.Char(related="contact_id.email")
    user_id = fields.Many2one(related="partner_id.user_id", string="Account manager")

    @api.depends("lead_id.partner_id", "contact_id")
    def _compute_partner_id(self):
        for role in self:
            if not role.partner_id:
                role.partner_id = (
                    role.lead_id.partner_id or role.contact_id
                ).commercial_partner_id

    @api.depends("lead_id")
    def _compute_company_id(self):
        for role in self:
            role.company_id = role.lead_id.company_id or role.company_id or self.env.company

    @api.depends("role")
    def _compute_sequence(self):
        order = {code: number for number, (code, _label) in enumerate(ROLES)}
        for role in self:
            role.sequence = order.get(role.role, len(order))

    @api.constrains("partner_id")
    def _check_customer(self):
        for role in self:
            if role.partner_id.commercial_partner_id != role.partner_id:
                raise ValidationError(self.env._(
                    "%s is a contact. The role is one in the purchases of its company.",
                    role.partner_id.display_name,
                ))

    @api.depends("contact_id", "role")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for role in self:
            role.display_name = f"{role.contact_id.display_name} · {labels.get(role.role, '')}"

    @api.model
    def _merge_partners(self, sources, kept):
        """Let go of the roles that would be there twice once partners are merged."""
        # sudo: whoever may merge partners need not see their roles.
        seen, doubles = set(), self.sudo().browse()
        merged = set((sources | kept).ids)
        for role in self.sudo().search([
            "|", ("partner_id", "in", list(merged)), ("contact_id", "in", list(merged)),
        ]):
            key = (
                0 if role.partner_id.id in merged else role.partner_id.id,
                0 if role.contact_id.id in merged else role.contact_id.id,
                role.role, role.company_id.id, role.lead_id.id,
            )
            if key in seen:
                doubles |= role
            seen.add(key)
        doubles.unlink()

    def _without_doubles(self):
        """Delete what says the same of the same person and company twice; return the rest.

        For roles that are to stand at one opportunity of one customer; of doubles the first
        one stays.
        """
        seen, doubles = set(), self.browse()
        for role in self:
            key = (role.contact_id, role.role, role.company_id)
            if key in seen:
                doubles |= role
            seen.add(key)
        doubles.unlink()
        return self - doubles

    def _runwell_row(self, influences):
        """Return what the customer's page shows of a role.

        :param dict influences: the labels of the selection
        """
        self.ensure_one()
        person = self.contact_id
        return {
            "id": self.id, "contact_id": person.id, "name": person.name or person.display_name,
            "company": person.commercial_partner_id.name or ""
            if person.commercial_partner_id != self.partner_id else "",
            "function": person.function or "", "phone": person.phone or "",
            "email": person.email or "", "note": self.note or "",
            "influence": influences.get(self.influence, ""),
            "lead": self.lead_id.name or "" if self.lead_id.has_access("read") else "",
        }
