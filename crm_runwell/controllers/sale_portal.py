from contextlib import suppress

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class SalePortal(CustomerPortal):
    """Next products on a customer's own quotation."""

    def _get_page_view_values(self, document, access_token, values, *args, **kwargs):
        values = super()._get_page_view_values(document, access_token, values, *args, **kwargs)
        if document._name == "sale.order":
            # What one of us looks at, or a mail program fetches ahead, was not shown to a customer.
            is_customer = (
                request.env.user.share
                and request.httprequest.headers.get("Odoo-Link-Preview") != "True"
            )
            values["runwell_next"] = document._runwell_portal_offers(is_noted=is_customer)
        return values

    @http.route(
        "/my/orders/<int:order_id>/interest", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_order_interest(self, order_id, product_id="", access_token=None, **post):
        """Tell the salesperson that the customer asks for a product; change no quotation."""
        return self._on_own_quotation(
            order_id, access_token, product_id,
            lambda order_sudo, product, author: order_sudo._runwell_interest(product, author),
        )

    @http.route(
        "/my/orders/<int:order_id>/add_product", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_order_add_product(self, order_id, product_id="", access_token=None, **post):
        """Add a product that was suggested to the quotation, where customers may."""
        return self._on_own_quotation(
            order_id, access_token, product_id,
            lambda order_sudo, product, author:
            order_sudo._runwell_customer_adds_product(product, author),
        )

    def _on_own_quotation(self, order_id, access_token, product_id, act):
        """Do something with a product on a customer's quotation, and return to its page.

        :param act: called with the order, the product's id (0 for none) and who did it
        """
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        user = request.env.user
        if user._is_internal():
            # Who opens a quotation in the backend is not its customer.
            return request.redirect("/my")
        author = order_sudo.partner_id if user._is_public() else user.partner_id
        number = int(product_id) if product_id.isdecimal() and len(product_id) < 10 else 0
        # What is refused changed nothing: the page shows what is still offered, or that the
        # quotation is closed.
        with suppress(UserError), request.env.cr.savepoint():
            act(order_sudo, number, author)
        return request.redirect(order_sudo.get_portal_url(anchor="runwell_offers"))
