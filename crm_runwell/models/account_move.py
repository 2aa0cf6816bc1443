from odoo import models

CUSTOMER_MOVES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._runwell_ask_refresh()
        return posted

    def button_draft(self):
        counted = self.filtered(lambda move: move.state == "posted")
        result = super().button_draft()
        counted._runwell_ask_refresh()
        return result

    def _runwell_ask_refresh(self):
        """Ask for the customers of invoices and credit notes to be scored again."""
        self.env["runwell.score.refresh"]._ask(
            self.filtered(lambda move: move.move_type in CUSTOMER_MOVES)
        )
