from odoo import api, models

from ..scoring.service import SATISFIED


class RunwellRequest(models.Model):
    """A complaint, or few stars, count soon in the risk of the customer, and on the open alert."""

    _inherit = "runwell.request"

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._tell_scoring()
        return requests

    def write(self, vals):
        if {"request_type", "partner_id", "state"}.isdisjoint(vals):
            return super().write(vals)
        self._tell_scoring()
        result = super().write(vals)
        self._tell_scoring()
        return result

    def _record_feedback(self, satisfaction, comment=False):
        result = super()._record_feedback(satisfaction, comment)
        if satisfaction < SATISFIED:
            self.env["runwell.score.refresh"]._ask(self)
        return result

    def _tell_scoring(self):
        """Ask for the customers of complaints to be scored again soon."""
        self.env["runwell.score.refresh"]._ask(
            self.filtered(lambda request: request.request_type == "complaint")
        )
