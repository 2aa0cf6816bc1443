from odoo import fields, models


class RunwellChurnReason(models.Model):
    """A reason why a customer was lost, or why a warning was a false alarm: a dictionary."""

    _name = "runwell.churn.reason"
    _description = "Reason of a churn alert"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("lost", "Lost"), ("false_alarm", "False alarm")], required=True, default="lost",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")
