from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .constants import OURS

#: What the account manager and the supervisors alone set, company by company.
LEVELS = (
    "runwell_relationship_type_id", "runwell_min_relationship_id",
    "runwell_ideal_relationship_id",
)


class ResPartner(models.Model):
    """The relationship with a customer: who may set it, and what the page says of it."""

    _inherit = "res.partner"

    # For searches: customers by how the relation stands. On no screen.
    runwell_relation_ids = fields.One2many(
        "runwell.relation", "partner_id", "Relations", groups=OURS,
    )

    @api.model
    def default_get(self, fields):
        """Let no default of a caller or a user set what is checked only where it is given."""
        return super().default_get([name for name in fields if name not in LEVELS])

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        given = self.browse(
            partner.id for partner, values in zip(partners, vals_list, strict=True)
            if any(values.get(name) for name in LEVELS)
        )
        if given:
            given._check_may_relate()
            given._check_levels()
        graded = self.browse(
            partner.id for partner, values in zip(partners, vals_list, strict=True)
            if values.get("runwell_grade_id")
        )
        if given or graded:
            # sudo: the machine writes the row, whoever may edit the customer.
            self.env["runwell.relation"].sudo()._touched(given | graded, self.env.company)
        return partners

    def write(self, vals):
        levels = any(name in vals for name in LEVELS)
        if levels:
            self.commercial_partner_id._check_may_relate()
        result = super().write(vals)
        if any(vals.get(name) for name in LEVELS):
            self._check_levels()
        if levels or "runwell_grade_id" in vals:
            # sudo: the machine writes the row, whoever may edit the customer.
            self.env["runwell.relation"].sudo()._touched(self, self.env.company)
        return result

    def _check_may_relate(self):
        """Raise AccessError unless the user may say how the relation with these customers is."""
        others = self.filtered(lambda partner: not partner._may_relate())
        if others:
            raise AccessError(self.env._(
                "The relationship with %s is set by the account manager or a supervisor.",
                others[0].display_name,
            ))

    def _may_relate(self):
        """Return whether the user may say how the relation with this customer is."""
        user = self.env.user
        return bool(
            self.env.su or user.has_group("sales_team.group_sale_salesman_all_leads")
            or self.user_id == user and user.has_group("sales_team.group_sale_salesman")
        )

    def _check_levels(self):
        """Raise ValidationError where the ideal is below the minimum, or for a contact."""
        for partner in self:
            if partner.commercial_partner_id != partner:
                raise ValidationError(self.env._(
                    "The relationship is the one with %(customer)s: set it there, not on a "
                    "contact.", customer=partner.commercial_partner_id.display_name,
                ))
            ideal = partner.runwell_ideal_relationship_id
            least = partner.runwell_min_relationship_id
            if ideal and least and ideal.level < least.level:
                raise ValidationError(self.env._(
                    "The ideal relationship with %s cannot be below its minimum.",
                    partner.display_name,
                ))

    def _runwell_relation(self):
        """Return the row of the relation in the company one works in, possibly empty."""
        Relation = self.env["runwell.relation"]
        if not Relation.has_access("read"):
            return Relation
        return Relation.search([
            ("partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", self.env.company.id),
        ], limit=1)

    def action_runwell_relation(self):
        """Open how the relation with the customer stands."""
        self.ensure_one()
        relation = self._runwell_relation()
        if not relation:
            return self.action_runwell_relationship()
        return {
            "type": "ir.actions.act_window", "res_model": relation._name, "res_id": relation.id,
            "name": self.env._("Relationship with %s", self.commercial_partner_id.display_name),
            "views": [(False, "form")],
        }

    def action_runwell_relationship(self):
        """Open the dialog in which the account manager sets the levels of the relation.

        Whoever may not set them reads how the relation stands.
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        if not customer._may_relate() and self._runwell_relation():
            return self.action_runwell_relation()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": customer.id,
            "name": self.env._("Relationship with %s", customer.display_name),
            "views": [(self.env.ref("crm_runwell.view_partner_relationship_form").id, "form")],
            "target": "new",
            "context": {"allowed_company_ids": self.env.companies.ids},
        }

    def action_runwell_estimates(self):
        """Open the estimates of what the customer spends."""
        self.ensure_one()
        relation = self._runwell_relation()
        if relation:
            return relation.action_open_estimates()
        customer = self.commercial_partner_id
        return self.env["runwell.relation"]._estimates_of(customer, self.env.company)

    def _runwell_header_chips(self):
        chips = super()._runwell_header_chips()
        relation = self._runwell_relation()
        return chips + relation._header_chips() if relation else chips
