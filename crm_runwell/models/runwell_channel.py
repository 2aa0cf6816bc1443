from odoo import api, fields, models


class RunwellChannel(models.Model):
    """A way of talking with customers: a dictionary that the supervisor edits."""

    _name = "runwell.channel"
    _description = "Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("phone", "Phone"), ("fax", "Fax"), ("email", "E-mail"), ("web", "Web"),
            ("visit", "Visit"), ("direct_mail", "Direct mail"), ("call_centre", "Call centre"),
            ("message", "Message"), ("exhibition", "Exhibition"), ("other", "Other"),
        ],
        required=True, default="other", help="What reports count the channel as.",
    )
    icon = fields.Char(help="A Font Awesome name, such as fa-phone.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")

    @api.model
    def _of_kind(self, kind):
        """Return a channel of a kind that every company uses, else any of theirs, or none."""
        channels = self.with_context(active_test=False).search([("company_id", "=", False)])
        return channels.filtered(lambda channel: channel.kind == kind)[:1] or channels[:1]
