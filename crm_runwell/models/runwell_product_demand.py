from odoo import fields, models


class RunwellProductDemand(models.Model):
    """How much a product is bought in a company: a row a product with enough buyers."""

    _name = "runwell.product.demand"
    _inherit = ["runwell.machine.owned"]
    _description = "Demand for a product"
    _order = "company_id, popularity desc, product_id"
    _rec_name = "product_id"
    _log_access = False

    _one_product = models.UniqueIndex("(company_id, product_id)")

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True, index=True,
    )
    as_of = fields.Date("As of", required=True, readonly=True)
    customer_count = fields.Integer("Customers", readonly=True, aggregator=None)
    basket_count = fields.Integer("Baskets of a year", readonly=True)
    recent_count = fields.Integer("Baskets of 90 days", readonly=True)
    popularity = fields.Float(
        digits=(16, 4), readonly=True, aggregator=None,
        help="Baskets of 90 days, as a share of those of the product bought most.",
    )
