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
            offers, asked = document._runwell_portal_offers(is_noted=is_customer)
            values |= {"runwell_offers": offers, "runwell_asked": asked}
        return values

    @http.route(
        "/my/orders/<int:order_id>/interest", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_order_interest(self, order_id, product_id="", access_token=None, **post):
        """Tell the salesperson that the customer asks for a product; change no quotation."""
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        user = request.env.user
        if user._is_internal():
            # Who opens a quotation in the backend is not its customer.
            return request.redirect("/my")
        page = order_sudo.get_portal_url(anchor="runwell_offers")
        author = order_sudo.partner_id if user._is_public() else user.partner_id
        try:
            with request.env.cr.savepoint():
                order_sudo._runwell_interest(
                    int(product_id) if product_id.isdecimal() and len(product_id) < 10 else 0,
                    author,
                )
        except UserError:
            # The page shows what is still offered, or that the quotation is closed.
            return request.redirect(page)
        return request.redirect(page)
