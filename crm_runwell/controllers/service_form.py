from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import single_email_re

from ..tools.upload import MAX_FORM
from .portal import form_values, read_form
from .uploads import read_files

#: The field that people do not see, and programs fill in.
HONEYPOT = "runwell_website"
MAX_LINE = 100


class ServiceForm(http.Controller):
    """A request from anybody; the answer never tells what we know of the address."""

    def _form_page(self, team, error=None, status=200, **given):
        return request.render("crm_runwell.service_form", {
            "team": team, "res_company": team.company_id, "error": error, "given": given,
            "honeypot": HONEYPOT, "max_line": MAX_LINE, **form_values(),
        }, status=status)

    @http.route(
        ["/service/new", "/service/new/<int:team_id>"], type="http", auth="public", website=True,
        methods=["GET"], readonly=True,
    )
    def service_form(self, team_id=None, **kw):
        team = request.env["runwell.service.team"]._of_form(team_id, request.env.company)
        return self._form_page(team) if team else request.not_found()

    @http.route(
        ["/service/new", "/service/new/<int:team_id>"], type="http", auth="public", website=True,
        methods=["POST"], max_content_length=MAX_FORM, sitemap=False,
    )
    def service_form_send(self, team_id=None, **post):
        """Make the request. Nothing here looks at customers: an agent is shown who it may be."""
        team = request.env["runwell.service.team"]._of_form(team_id, request.env.company)
        if not team:
            return request.not_found()
        if post.get(HONEYPOT):
            return self._sent(team)
        try:
            values = read_form(post) | self._read_sender(post)
            files = read_files()
        except UserError as error:
            return self._form_page(team, error=str(error), status=422, **post)
        attempts = request.env["runwell.form.attempt"]
        if not attempts._take(values["email_from"], request.httprequest.remote_addr):
            return request.render("crm_runwell.service_form_later", {
                "team": team, "res_company": team.company_id,
            }, status=429)
        request_sudo = request.env["runwell.request"].with_company(
            team.company_id
        )._create_of_customer({
            **values, "channel": "web", "company_id": team.company_id.id, "team_id": team.id,
        }, files)
        return self._sent(team, request_sudo.number)

    def _sent(self, team, number=None):
        """Go on to the confirmation, so that reloading it sends nothing again."""
        request.session["runwell_sent"] = number
        return request.redirect(f"/service/sent/{team.id}")

    @http.route(
        "/service/sent/<int:team_id>", type="http", auth="public", website=True, methods=["GET"],
        readonly=True, sitemap=False,
    )
    def service_form_sent(self, team_id, **kw):
        team = request.env["runwell.service.team"]._of_form(team_id, request.env.company)
        if not team:
            return request.not_found()
        return request.render("crm_runwell.service_form_sent", {
            "team": team, "res_company": team.company_id,
            "number": request.session.get("runwell_sent"),
        })

    def _read_sender(self, post):
        """Return who writes, as they say.

        :raise UserError: if there is no name, or no address to answer to
        """
        env = request.env
        name = " ".join(post.get("name", "").split())
        email, phone = post.get("email", "").strip(), post.get("phone", "").strip()
        if not name or not email:
            raise UserError(env._("Fill in your name and your e-mail address."))
        if not single_email_re.match(email) or max(map(len, (name, email, phone))) > MAX_LINE:
            raise UserError(env._("This e-mail address is not complete: %s", email[:MAX_LINE]))
        return {"contact_name": name, "email_from": email, "phone": phone or False}
