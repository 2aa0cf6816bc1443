from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # For record rules: whose alerts an agent reads. On no screen.
    runwell_request_ids = fields.One2many(
        "runwell.request", "commercial_partner_id", "Service requests",
        groups="crm_runwell.group_service_user,sales_team.group_sale_salesman",
    )
    runwell_request_count = fields.Integer(
        "Requests", compute="_compute_runwell_request_count",
    )
    runwell_open_request_count = fields.Integer(
        "Open requests", compute="_compute_runwell_request_count",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_runwell_request_count(self):
        """Count in one query: a company's requests with those of its contacts, else one's own."""
        Request = self.env["runwell.request"]
        rows = []
        if Request.has_access("read"):
            rows = Request._read_group(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                ["commercial_partner_id", "partner_id", "state"],
                ["__count", "satisfaction:sum", "satisfaction:count"],
            )
        every, waiting, stars, rated = {}, {}, {}, {}
        for company, contact, state, count, given, times in rows:
            for partner in {company.id, contact.id}:
                every[partner] = every.get(partner, 0) + count
                stars[partner] = stars.get(partner, 0) + (given or 0)
                rated[partner] = rated.get(partner, 0) + times
                if state in ("new", "assigned"):
                    waiting[partner] = waiting.get(partner, 0) + count
        for partner in self:
            partner.runwell_request_count = every.get(partner._origin.id, 0)
            partner.runwell_open_request_count = waiting.get(partner._origin.id, 0)
            times = rated.get(partner._origin.id, 0)
            partner.runwell_rating_count = times
            partner.runwell_satisfaction = times and stars[partner._origin.id] / times

    def action_open_runwell_requests(self):
        """Open the customer's requests; a new one there is the customer's."""
        self.ensure_one()
        field = (
            "commercial_partner_id" if self == self.commercial_partner_id else "partner_id"
        )
        return self.env["runwell.request"]._list_action(
            self.env._("Requests of %s", self.display_name), [(field, "=", self.id)],
            default_partner_id=self.id,
        )
