from odoo import fields, models


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
