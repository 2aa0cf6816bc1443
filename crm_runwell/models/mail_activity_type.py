from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    runwell_channel_id = fields.Many2one(
        "runwell.channel", "Counts as contact by", domain="[('company_id', '=', False)]",
        ondelete="set null",
        help="An activity of this type, once done with a customer, is logged as an interaction "
        "of this channel. Empty: it is no contact.",
    )

    @api.constrains("runwell_channel_id")
    def _check_runwell_channel(self):
        # sudo: types are for all companies, whichever the reader works in.
        if self.sudo().runwell_channel_id.company_id:
            raise ValidationError(self.env._(
                "Activity types are for all companies: choose a channel that all of them use."
            ))
