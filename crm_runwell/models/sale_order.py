from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    runwell_risk_note = fields.Char(compute="_compute_runwell_risk_note")
    runwell_request_count = fields.Integer(
        "Requests", compute="_compute_runwell_request_count",
    )

    @api.depends("partner_id")
    @api.depends_context("company", "uid")
    def _compute_runwell_risk_note(self):
        """Say in one line that the customer of the order is at risk, or say nothing."""
        for order in self:
            partner = order.partner_id.with_company(order.company_id)
            score = partner.runwell_score_id
            order.runwell_risk_note = score.lifecycle == "at_risk" and self.env._(
                "This customer may be leaving: silent for %(days)s days, usually orders every "
                "%(rhythm)s. An order now wins them back.",
                days=score.silence_days, rhythm=round(score.days_between_orders or 0),
            )

    def _compute_runwell_request_count(self):
        Request = self.env["runwell.request"]
        counts = {}
        if Request.has_access("read"):
            counts = dict(Request._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"],
            ))
        for order in self:
            order.runwell_request_count = counts.get(order._origin, 0)

    def action_open_runwell_requests(self):
        """Open the order's requests, or a new one about it while there is none."""
        self.ensure_one()
        action = self.env["runwell.request"]._list_action(
            self.env._("Requests about %s", self.name), [("sale_order_id", "=", self.id)],
            default_partner_id=self.partner_id.id, default_sale_order_id=self.id,
            default_company_id=self.company_id.id,
        )
        if not self.runwell_request_count:
            action |= {
                "views": [(False, "form")], "view_mode": "form",
                "name": self.env._("New request"),
            }
        return action

    def _action_confirm(self):
        result = super()._action_confirm()
        self.env["runwell.score.refresh"]._ask(self)
        return result

    def _action_cancel(self):
        confirmed = self.filtered(lambda order: order.state == "sale")
        result = super()._action_cancel()
        self.env["runwell.score.refresh"]._ask(confirmed)
        return result
