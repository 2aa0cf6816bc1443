from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Next products on an order: shown on demand, added with one click."""

    _inherit = "sale.order"

    @api.model
    def get_runwell_next_products(
        self, order_id, partner_id, product_ids=(), pricelist_id=False,
    ):
        """Return what to suggest on an order, as it stands on the screen, saved or not.

        Notes that it was shown.

        :param order_id: id of the order, False of a new one
        :param int partner_id: the customer on the screen
        :param product_ids: products on the screen's lines
        :param pricelist_id: the price list on the screen, False: none
        :return: dict ``new`` and ``again``: product_id, kind, name, price (in words, before
            taxes) and text; both empty on an order that takes no more lines
        :raise AccessError: if the reader may not see the order or the customer
        """
        order = self.browse(order_id or False)
        order.check_access("read")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        nothing = {"new": [], "again": []}
        if not self.has_access("create") or order and not order._takes_runwell_products():
            return nothing
        company = order.company_id or self.env.company
        pricelist = self.env["product.pricelist"].browse(pricelist_id or False)
        pricelist.check_access("read")
        basket = {int(product_id) for product_id in product_ids} | set(
            order.order_line.product_id.ids
        )
        Suggestion = self.env["runwell.suggestion"].with_company(company)
        new = Suggestion._offers(partner, company, basket)
        # What was given back may be due and new at once.
        again = Suggestion._again_offers(
            partner, company, basket | {offer["product_id"] for offer in new},
        )
        partner = partner.commercial_partner_id
        Suggestion._note_shown(partner, company, new + again, "order", order)
        prices = {
            "pricelist": pricelist, "date": order.date_order or None,
            "currency": order.currency_id or pricelist.currency_id or company.currency_id,
        }
        return {
            "new": Suggestion._screen(new, **prices),
            "again": Suggestion._screen(again, **prices),
        }

    def _takes_runwell_products(self):
        self.ensure_one()
        return self.state in ("draft", "sent") and not self.locked and self.has_access("write")

    def action_add_runwell_product(self, product_id):
        """Add a suggested product to the quotation, at the price and taxes the order gives it.

        :return: id of the line: the one that was there, if there was one
        :raise UserError: if the order is confirmed, cancelled or locked, or the product not sold
        """
        self.ensure_one()
        self.check_access("write")
        if not self._takes_runwell_products():
            raise UserError(self.env._(
                "Products are added to quotations only. Make a new quotation for it."
            ))
        return self._add_runwell_product(self._runwell_product(product_id), "order").id

    def _add_runwell_product(self, product, place):
        """Return the order's line with a product that was suggested, made if there is none."""
        line = self.order_line.filtered(lambda line: line.product_id == product)[:1]
        if line:
            return line
        line = line.create({
            "order_id": self.id, "product_id": product.id, "product_uom_qty": 1.0,
        })
        self.env["runwell.suggestion"]._accept(
            self.partner_id.commercial_partner_id, self.company_id, product, place, self,
        )
        return line

    @api.model
    def dismiss_runwell_product(self, order_id, partner_id, product_id):
        """Put a product aside for the customer of an order: it rests for 180 days.

        :raise AccessError: for who may not see the customer or makes no quotations
        """
        order = self.browse(order_id or False)
        order.check_access("read")
        partner = self.env["res.partner"].browse(partner_id)
        partner._dismiss_runwell_product(product_id, "order", order.company_id)

    def _runwell_product(self, product_id):
        """Return a product that is sold in the order's company.

        :raise UserError: for any other
        """
        product = self.env["product.product"].search(
            Domain("id", "=", product_id)
            & self.env["runwell.suggestion"]._sold_by(self.company_id or self.env.company)
        )
        if not product:
            raise UserError(self.env._("This product is not sold any more."))
        return product
