from odoo import fields, models


class RunwellGrade(models.Model):
    """How a company grades its customers: a dictionary that the supervisor edits."""

    _name = "runwell.grade"
    _description = "Customer grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="From the least to the most important.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")
