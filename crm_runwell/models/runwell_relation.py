from odoo import fields, models


class RunwellRelation(models.Model):
    """How a relation stands: a row a (commercial partner, company), written by the machine."""

    _name = "runwell.relation"
    _inherit = "runwell.machine.owned"
    _description = "State of a relation"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(related="partner_id.user_id", string="Account manager")
    as_of = fields.Date("As of")
    last_touch_on = fields.Date("Last contact")
    touch_days = fields.Integer(
        "Contact rule (days)", help="Of today's relationship type; 0: no rule.",
    )
    touch_overdue_days = fields.Integer("Days over the contact rule")

    _customer_once = models.UniqueIndex(
        "(partner_id, company_id)", "A relation stands only once.",
    )
