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

    def _runwell_mail(self, subject, body):
        """Return the values of a mail of the product itself to this person, for the queue."""
        self.ensure_one()
        company = self.company_id
        return {
            "subject": subject, "body_html": body, "auto_delete": True, "state": "outgoing",
            "author_id": self.env.ref("base.partner_root").id,
            "email_from": company.email_formatted or self.env.ref("base.user_root").email_formatted,
            "email_to": self.email_formatted,
            # No out-of-office answers.
            "headers": {"X-Auto-Response-Suppress": "OOF"},
        }
