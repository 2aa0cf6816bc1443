from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a change of these changes in every row of the relations.
CONTENT = frozenset({"touch_days", "level"})


class RunwellRelationshipType(models.Model):
    """How closely a company works with a customer: five types, by loyalty."""

    _name = "runwell.relationship.type"
    _description = "Relationship type"
    _order = "level, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        [
            ("basic", "Basic"), ("reactive", "Reactive"), ("accountable", "Accountable"),
            ("proactive", "Proactive"), ("partnership", "Partnership"),
        ],
        required=True,
    )
    level = fields.Integer(required=True, help="1 to 5, the closest last.")
    description = fields.Text(translate=True, help="What the type asks of us.")
    touch_days = fields.Integer(
        "Touch every (days)", help="The contact rule: 0 asks for no contact of ours.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")
    grade_ids = fields.One2many(
        "runwell.grade", "min_relationship_id", "Minimum for grades",
        help="Customers of these grades are to have at least this relationship.",
    )

    @api.constrains("level", "touch_days")
    def _check_numbers(self):
        for type_ in self:
            if not 1 <= type_.level <= 5:
                raise ValidationError(self.env._("The level goes from 1 to 5."))
            if not 0 <= type_.touch_days <= 730:
                raise ValidationError(
                    self.env._("A contact rule is from 0 (none) to 730 days.")
                )

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            self.env["runwell.relationship.matrix"]._leave(self)
        if not CONTENT.isdisjoint(vals):
            self.env["runwell.relation"]._refresh_users_of(self)
        return result
