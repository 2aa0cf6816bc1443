from odoo import fields, models


class RunwellLeadAssignment(models.Model):
    """One assignment of an opportunity: from whom, to whom, by whom, when. Kept for good."""

    _name = "runwell.lead.assignment"
    _inherit = "runwell.machine.owned"
    _description = "Assignment of an opportunity"
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", required=True, index=True, ondelete="cascade",
    )
    company_id = fields.Many2one(related="lead_id.company_id")
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    previous_user_id = fields.Many2one("res.users", "From", index="btree_not_null")
    new_user_id = fields.Many2one("res.users", "To", index="btree_not_null")
    user_id = fields.Many2one("res.users", "By")
    reason = fields.Char()

    def _machine_refusal(self):
        return self.env._(
            "An assignment stays as it was recorded. Assign the opportunity again to change it."
        )
