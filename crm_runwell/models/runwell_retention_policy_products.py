from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .optional_fields import OptionalFloat


class RunwellRetentionPolicy(models.Model):
    """The company's own word on products: how many a customer should buy, who adds them."""

    _inherit = "runwell.retention.policy"

    product_benchmark = OptionalFloat(
        "Products a customer", digits=(16, 1), tracking=True,
        help="What the number of products a customer buys in twelve months is compared with. "
        "Empty: the median of the customers of the same value class.",
    )
    breadth_share = fields.Float(
        "Far below from", default=0.5, required=True, tracking=True,
        help="Customers who buy at most this share of the benchmark are listed.",
    )

    customers_add_products = fields.Boolean(
        "Customers add suggested products themselves", default=False, tracking=True,
        help="On the portal, at the price of the quotation's price list, until the quotation is "
        "signed or paid. Off: they ask for a product, and the salesperson makes the price.",
    )

    @api.constrains("product_benchmark", "breadth_share")
    def _check_product_benchmark(self):
        for policy in self:
            if policy.product_benchmark is not False and not 0 < policy.product_benchmark <= 1000:
                raise ValidationError(
                    self.env._("A customer can be expected to buy from 0.1 to 1,000 products.")
                )
            if not 0 < policy.breadth_share < 1:
                raise ValidationError(self.env._("Far below is from 1 to 99 % of the benchmark."))
