from odoo import models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    """An item of a development plan: done with its result."""

    _inherit = "mail.activity"

    def action_runwell_result(self):
        """Ask what came of this item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "name": self.env._("Result"), "target": "new",
            "views": [(self.env.ref("crm_runwell.view_plan_item_form").id, "form")],
        }

    def action_runwell_done(self):
        """Mark this item as done with the result that is written on it.

        :raise UserError: if no result is written
        """
        self.ensure_one()
        if not (self.feedback or "").strip():
            raise UserError(self.env._("Write what came of it, then mark it as done."))
        if self.active:
            self.action_feedback(feedback=self.feedback)
        return {
            "type": "ir.actions.act_window_close",
            "infos": {"runwell_done": True},
        }
