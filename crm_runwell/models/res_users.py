from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    runwell_digest = fields.Boolean(
        "Daily churn digest", default=True,
        help="One e-mail a day about your churn alerts, when there is something new or overdue.",
    )
    runwell_digest_at = fields.Datetime(
        "Last churn digest", readonly=True, copy=False, groups="base.group_system",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["runwell_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["runwell_digest"]
