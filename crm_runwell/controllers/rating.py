from odoo import http
from odoo.http import request
from odoo.tools import consteq

from .portal import MAX_TEXT, read_stars


class ServiceRating(http.Controller):
    """The stars in mails: opening the link records nothing, sending the form does."""

    def _rated_request(self, request_id, token):
        """Return the request, empty unless the token is that of its last answer."""
        # sudo: who has the token may rate
        request_sudo = request.env["runwell.request"].sudo().browse(request_id).exists()
        if (
            request_sudo.processed_on and token.isascii()
            and consteq(request_sudo._rating_token(), token)
        ):
            return request_sudo
        return request_sudo.browse()

    def _page(self, request_id, token, stars=0, comment="", error=None):
        request_sudo = self._rated_request(request_id, token)
        rated = request_sudo.state == "archived" and request_sudo.archived_as == "feedback"
        if request_sudo.state != "processed" and not rated:
            return request.render("crm_runwell.rating_ended", {}, status=404)
        return request.render("crm_runwell.rating_thanks" if rated else "crm_runwell.rating_form", {
            "request_sudo": request_sudo, "token": token, "chosen": stars, "comment": comment,
            "error": error, "res_company": request_sudo.company_id, "low": False,
        })

    @http.route(
        "/service/rate/<int:request_id>/<string:token>", type="http", auth="public", website=True,
        methods=["GET"], readonly=True, sitemap=False,
    )
    def rating_form(self, request_id, token, stars="", **kw):
        """Show the stars to choose from: what follows links in mails comes as far as here."""
        return self._page(request_id, token, stars=read_stars(stars))

    @http.route(
        "/service/rate/<int:request_id>/<string:token>", type="http", auth="public", website=True,
        methods=["POST"], sitemap=False,
    )
    def rating_record(self, request_id, token, stars="", comment="", **post):
        request_sudo = self._rated_request(request_id, token)
        chosen = read_stars(stars)
        if request_sudo.state != "processed" or not chosen:
            return self._page(
                request_id, token, comment=comment,
                error=None if chosen else request.env._("Choose one of the stars."),
            )
        request_sudo._record_feedback(chosen, comment.strip()[:MAX_TEXT] or False)
        return request.render("crm_runwell.rating_thanks", {
            "request_sudo": request_sudo, "res_company": request_sudo.company_id,
            "low": request_sudo.state != "archived",
        })
