from odoo import fields, models

from ..models.res_partner_record_rights import GUARDED


class RunwellCreditRating(models.TransientModel):
    """Finance rates the credit of a customer whose record it may otherwise only read."""

    _name = "runwell.credit.rating"
    _description = "Rating of a credit"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade",
    )
    credit = fields.Selection(
        lambda self: self.env["res.partner"]._fields["runwell_credit"].selection,
        help="1: poor, 5: excellent.",
    )
    reason = fields.Char(help="Kept in the customer's talk, for every reader of the record.")

    def action_rate(self):
        """Set the credit in the company one works in.

        :raise AccessError: if the user is neither of finance nor a supervisor, or may not read
            the customer
        """
        customer = self.partner_id
        customer.check_access("read")
        customer._runwell_check_guarded(GUARDED[1:])
        # sudo: finance edits this one field of a record that it reads; checked above.
        customer.sudo().write({"runwell_credit": self.credit})
        if self.reason:
            # sudo: see above.
            customer.sudo()._message_log(
                body=self.reason, author_id=self.env.user.partner_id.id,
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
