from odoo import fields, models


class ResPartner(models.Model):
    """What a customer thinks of our answers: counted with the requests, in their one query."""

    _inherit = "res.partner"

    runwell_satisfaction = fields.Float(
        "Satisfaction", compute="_compute_runwell_request_count", digits=(2, 1),
        help="Average of the stars given to our answers, 1 to 5.",
    )
    runwell_rating_count = fields.Integer(
        "Number of ratings", compute="_compute_runwell_request_count",
    )

    def action_open_runwell_rated(self):
        """Open the ratings behind the average."""
        self.ensure_one()
        field = "commercial_partner_id" if self == self.commercial_partner_id else "partner_id"
        return self.env["runwell.request"]._rated_action(
            self.env._("Ratings of %s", self.display_name), [
                (field, "=", self.id), ("company_id", "=", self.env.company.id),
            ],
        )
