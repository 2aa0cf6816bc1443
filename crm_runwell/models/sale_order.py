from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    runwell_risk_note = fields.Char(compute="_compute_runwell_risk_note")

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

    def _action_confirm(self):
        result = super()._action_confirm()
        self.env["runwell.score.refresh"]._ask(self)
        return result

    def _action_cancel(self):
        confirmed = self.filtered(lambda order: order.state == "sale")
        result = super()._action_cancel()
        self.env["runwell.score.refresh"]._ask(confirmed)
        return result
