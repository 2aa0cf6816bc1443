from odoo import fields, models


class RunwellGrade(models.Model):
    _inherit = "runwell.grade"

    min_relationship_id = fields.Many2one(
        "runwell.relationship.type", "Minimum relationship", ondelete="set null",
        index="btree_not_null",
        help="Customers of this grade are to have at least this relationship, unless a person "
        "sets another minimum.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "min_relationship_id" in vals:
            self.env["runwell.relation"]._refresh_users_of(self)
        return result
