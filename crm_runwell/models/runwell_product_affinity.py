from odoo import api, fields, models


class RunwellProductAffinity(models.Model):
    """Which products go together: a row an ordered pair of products and company."""

    _name = "runwell.product.affinity"
    _inherit = "runwell.machine.owned"
    _description = "Products bought together"

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade")
    other_product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    basket_count = fields.Integer()
    product_count = fields.Integer()
    other_count = fields.Integer()
    customer_count = fields.Integer()
    product_customer_count = fields.Integer()
    similarity = fields.Float()
    rank = fields.Integer()

    @api.model
    def _suggest(self, partner, company, limit=10, basket=(), as_of=None):
        bought = self._bought(partner, company)
        rows = self.search([
            ("company_id", "=", company.id), ("product_id", "in", [*bought, *basket]),
            ("other_product_id", "not in", [*bought, *basket]),
        ], order="similarity desc, id")
        found = {}
        for row in rows:
            found.setdefault(row.other_product_id.id, {
                "product_id": row.other_product_id.id, "score": row.similarity,
                "because_product_id": row.product_id.id, "both": row.customer_count,
                "of": row.product_customer_count,
            })
        return list(found.values())[:limit]

    @api.model
    def _due(self, partner, company, limit=10):
        found = []
        for product_id, days in self._bought(partner, company).items():
            days = sorted(set(days))
            if len(days) < 3:
                continue
            rhythm = (days[-1] - days[0]).days / (len(days) - 1)
            due_on = fields.Date.add(days[-1], days=round(rhythm))
            if due_on <= fields.Date.today():
                found.append({
                    "product_id": product_id, "last_on": days[-1], "rhythm_days": rhythm,
                    "due_on": due_on, "times": len(days),
                })
        return found[:limit]

    def _bought(self, partner, company):
        bought = {}
        for line in self.env["sale.order.line"].search([
            ("order_partner_id", "child_of", partner.id), ("state", "=", "sale"),
            ("company_id", "=", company.id),
        ]):
            bought.setdefault(line.product_id.id, []).append(line.order_id.date_order.date())
        return bought
