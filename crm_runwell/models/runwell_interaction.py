from odoo import fields, models


class RunwellInteraction(models.Model):
    """A contact with a customer: when, through which channel, who, and what was said."""

    _name = "runwell.interaction"
    _description = "Interaction"
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    channel_id = fields.Many2one("runwell.channel", "Channel", required=True, ondelete="restrict")
    direction = fields.Selection(
        [("out", "We reached out"), ("in", "The customer reached out")],
        required=True, default="out",
    )
    place = fields.Char()
    name = fields.Char("Summary", required=True)
    note = fields.Text("Detail")
    user_id = fields.Many2one(
        "res.users", "Who", required=True, index=True, default=lambda self: self.env.user,
    )
    lead_id = fields.Many2one("crm.lead", "Opportunity", index="btree_not_null")

    _course = models.Index("(commercial_partner_id, company_id, date DESC)")
