from odoo import fields, models


class RunwellHandover(models.Model):
    """A change of a customer's account manager, kept for good with its reason."""

    _name = "runwell.handover"
    _inherit = "runwell.machine.owned"
    _description = "Change of account manager"
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    previous_user_id = fields.Many2one("res.users", "From", index="btree_not_null")
    new_user_id = fields.Many2one("res.users", "To", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Changed by", default=lambda self: self.env.user)
    kind = fields.Selection(
        [
            ("handover", "Handed over"), ("claimed", "Claimed from the pool"),
            ("pooled", "Back to the pool"), ("other", "Changed on the customer"),
        ],
        required=True, default="handover",
    )
    reason = fields.Text(required=True)

    _course = models.Index("(partner_id, company_id, date DESC)")
