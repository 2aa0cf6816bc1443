from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class ResPartner(models.Model):
    """Next products of a customer: new ones and those to buy again."""

    _inherit = "res.partner"

    def get_runwell_next_products(self):
        """Return the new products to offer the customer, and how many it buys.

        Notes that they were shown.

        :return: dict ``offers`` (see `runwell.suggestion._screen`), ``may_quote``, ``breadth``
            (see `_runwell_breadth`) and ``left_out``: why nothing may be suggested, or ""
        :raise AccessError: if the reader may not see the customer
        """
        return self._runwell_offers("_offers", is_paired=False) | {
            "breadth": self._runwell_breadth(),
        }

    def get_runwell_again_products(self):
        """Return the products to buy again, like `get_runwell_next_products`."""
        return self._runwell_offers("_again_offers")

    def _runwell_offers(self, of_kind, **options):
        self.ensure_one()
        self.check_access("read")
        Order, Suggestion = self.env["sale.order"], self.env["runwell.suggestion"]
        company, customer = self.env.company, self.commercial_partner_id
        offers = []
        if Suggestion.has_access("read"):
            offers = getattr(Suggestion, of_kind)(customer, company, **options)
        may_quote = Order.has_access("create")
        if may_quote:
            # Who only looks offers nothing.
            Suggestion._note_shown(customer, company, offers, "customer")
        return {
            "offers": Suggestion._screen(offers), "may_quote": may_quote,
            "left_out": Suggestion._no_offers(customer, company),
        }

    def action_runwell_quotation(self, product_ids):
        """Make a quotation of products that were suggested, and open it.

        :param product_ids: 1 to 20 ids of products
        :raise UserError: for none, too many, or a product that is not sold
        """
        self.ensure_one()
        self.check_access("read")
        if not isinstance(product_ids, list) or not 1 <= len(product_ids) <= 20:
            raise UserError(self.env._("Choose the products first."))
        Order = self.env["sale.order"]
        products = self.env["product.product"].union(*(
            Order._runwell_product(product_id) for product_id in product_ids
        ))
        order = Order.create({
            "partner_id": self.id, "company_id": self.env.company.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 1.0})
                for product in products
            ],
        })
        self.env["runwell.suggestion"]._accept(
            self.commercial_partner_id, self.env.company, products, "customer", order,
        )
        return {
            "type": "ir.actions.act_window", "res_model": "sale.order", "res_id": order.id,
            "name": order.name, "views": [(False, "form")],
        }

    def dismiss_runwell_product(self, product_id):
        """Put a product aside for this customer: it rests for 180 days.

        :raise AccessError: for who may not see the customer or makes no quotations
        """
        self._dismiss_runwell_product(product_id, "customer")

    def _dismiss_runwell_product(self, product_id, place, company=None):
        self.ensure_one()
        self.check_access("read")
        self.env["sale.order"].check_access("create")
        product = self.env["product.product"].browse(product_id)
        product.check_access("read")
        Suggestion, company = self.env["runwell.suggestion"], company or self.env.company
        if not Suggestion._may_know(self, company):
            raise AccessError(self.env._(
                "%s is another account manager's customer.", self.display_name,
            ))
        Suggestion._dismiss(self.commercial_partner_id, company, product, place)
