from odoo import api, fields, models
from odoo.exceptions import AccessError

#: What says how somebody was rated.
FACTS = frozenset({
    "rating", "feedback", "consumed", "partner_id", "rated_partner_id", "res_id", "res_model_id",
    "runwell_request_id",
})


class RatingRating(models.Model):
    """Ratings of requests: seen in their company alone, and edited by nobody."""

    _inherit = "rating.rating"

    runwell_request_id = fields.Many2one(
        "runwell.request", "Request", readonly=True, index="btree_not_null", ondelete="cascade",
    )

    @api.model_create_multi
    def create(self, vals_list):
        ours = self.env["ir.model"]._get_id("runwell.request")
        for values in vals_list:
            if values.get("res_model_id") == ours:
                values["runwell_request_id"] = values.get("res_id")
        ratings = super().create(vals_list)
        ratings._check_not_of_requests()
        return ratings

    def write(self, vals):
        if FACTS.isdisjoint(vals):
            return super().write(vals)
        self._check_not_of_requests()
        result = super().write(vals)
        self._check_not_of_requests()
        return result

    def _check_not_of_requests(self):
        """Raise AccessError where a person would write the rating of a request."""
        # sudo: what is rated, whoever asks
        ratings = self.sudo()
        if not self.env.su and (
            ratings.runwell_request_id or "runwell.request" in ratings.mapped("res_model")
        ):
            raise AccessError(self.env._(
                "A request is rated by its customer, or with Record feedback."
            ))
