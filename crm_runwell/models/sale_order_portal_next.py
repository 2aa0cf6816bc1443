from odoo import models
from odoo.exceptions import UserError

#: So many products are shown to a customer at once.
PORTAL_LIMIT = 3


class SaleOrder(models.Model):
    """Often bought together, as a customer sees it on the own quotation."""

    _inherit = "sale.order"

    def _runwell_portal_offers(self, is_noted=True):
        """Return the products to show the customer of a quotation, and those asked for already.

        Products alone: neither counts nor customers behind them, nor prices, which are for the
        salesperson to make. Nothing on an order, or a quotation that expired.

        :param bool is_noted: whether the customer sees it now; not so when we look ourselves
        """
        self.ensure_one()
        Product, Suggestion = self.env["product.product"], self.env["runwell.suggestion"]
        if self.state not in ("draft", "sent") or self.is_expired:
            return Product, Product
        partner = self.partner_id.commercial_partner_id
        asked = self._runwell_asked()
        offers = Suggestion._offers(
            partner, self.company_id, {*self.order_line.product_id.ids, *asked.ids},
            limit=PORTAL_LIMIT * 3,
        )
        products = Product.browse([offer["product_id"] for offer in offers]).filtered(
            self._runwell_is_public
        )[:PORTAL_LIMIT]
        if is_noted:
            shown = [offer for offer in offers if offer["product_id"] in products.ids]
            Suggestion._note_shown(partner, self.company_id, shown, "portal", self)
        return products, asked

    def _runwell_asked(self):
        """Return the products that the customer asked for on this quotation."""
        # sudo: the log is the machine's; the order was checked.
        return self.env["runwell.suggestion"].sudo().search([
            ("order_id", "=", self.id), ("place", "=", "portal"), ("state", "=", "accepted"),
        ]).product_id

    def _runwell_is_public(self, product):
        """Return whether customers may know of a product: where a shop publishes, what it shows."""
        return "is_published" not in product._fields or product.is_published

    def _runwell_interest(self, product_id, author):
        """Tell the salesperson that the customer asks for a product that was shown to it.

        The quotation itself is not changed: what it says stays what was offered. Asked once, it
        is said once.

        :raise UserError: if the quotation is past, or the product was not shown on it
        """
        self.ensure_one()
        Suggestion = self.env["runwell.suggestion"]
        if self.state not in ("draft", "sent") or self.is_expired:
            raise UserError(self.env._("This quotation is closed. Write to us instead."))
        if product_id in self._runwell_asked().ids:
            return
        partner = self.partner_id.commercial_partner_id
        product = Suggestion._shown(
            partner, self.company_id, self.env["product.product"].browse(product_id),
            [("place", "=", "portal")],
        ).product_id
        # What was shown may be sold no longer.
        if not product or not self._runwell_is_public(self._runwell_product(product.id)):
            raise UserError(self.env._("This product is not offered any more."))
        Suggestion._accept(partner, self.company_id, product, "portal", self)
        body = self.env._(
            "I am interested in %s. Please send me a price.", product.display_name,
        )
        self.message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment",
            author_id=author.id,
        )
        if self.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.user_id.id,
                summary=self.env._("Interested in %s", product.display_name),
            )
