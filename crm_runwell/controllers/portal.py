from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.runwell_request import OPEN_STATES, REQUEST_TYPES
from ..tools.upload import ACCEPT, MAX_FILES, MAX_FORM, MAX_SIZE
from .uploads import read_files

#: So many orders are offered to choose from, the latest first.
ORDERS = 50
MAX_SUBJECT = 200
MAX_TEXT = 20000


class ServicePortal(CustomerPortal):
    """What customers see of their requests, and what they do with them."""

    _items_per_page = 80

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "runwell_request_count" in counters:
            Request = request.env["runwell.request"]
            values["runwell_request_count"] = (
                Request.search_count([]) if Request.has_access("read") else 0
            )
        return values

    # The list

    def _request_filters(self):
        env = request.env
        return {
            "all": {"label": env._("All"), "domain": Domain.TRUE},
            "open": {"label": env._("Open"), "domain": Domain("state", "in", OPEN_STATES)},
            "processed": {
                "label": env._("Answered"),
                "domain": Domain("state", "in", ("processed", "feedback")),
            },
            "archived": {"label": env._("Closed"), "domain": Domain("state", "=", "archived")},
        }

    def _request_sortings(self):
        env = request.env
        return {
            "new": {"label": env._("Newest"), "order": "create_date desc, id desc"},
            "changed": {"label": env._("Last changed"), "order": "write_date desc, id desc"},
            "state": {"label": env._("State"), "order": "state, id desc"},
            "name": {"label": env._("Subject"), "order": "name, id desc"},
        }

    def _request_inputs(self):
        env = request.env
        return {
            "all": {"input": "all", "label": env._("Search in all")},
            "number": {"input": "number", "label": env._("Search in number")},
            "name": {"input": "name", "label": env._("Search in subject")},
        }

    def _request_search(self, search, search_in):
        """Return the domain of the search box."""
        if not search:
            return Domain.TRUE
        names = ("number", "name") if search_in not in ("number", "name") else (search_in,)
        return Domain.OR(Domain(name, "ilike", search) for name in names)

    @http.route(
        ["/my/requests", "/my/requests/page/<int:page>"], type="http", auth="user", website=True,
        readonly=True,
    )
    def portal_my_requests(
        self, page=1, sortby=None, filterby=None, search=None, search_in="all", unknown=None, **kw
    ):
        """Show one's own company's requests; the record rule says which."""
        Request = request.env["runwell.request"]
        filters, sortings = self._request_filters(), self._request_sortings()
        filterby = filterby if filterby in filters else "all"
        sortby = sortby if sortby in sortings else "new"
        searched = self._request_search(search, search_in)
        domain = filters[filterby]["domain"] & searched
        readable = Request.has_access("read")
        url_args = {
            "sortby": sortby, "filterby": filterby, "search": search, "search_in": search_in,
        }
        pages = pager(
            url="/my/requests", total=Request.search_count(domain) if readable else 0, page=page,
            step=self._items_per_page, url_args=url_args,
        )
        requests = Request.search(
            domain, order=sortings[sortby]["order"], limit=self._items_per_page,
            offset=pages["offset"],
        ) if readable else Request
        request.session["my_requests_history"] = requests.ids[:100]
        return request.render("crm_runwell.portal_my_requests", {
            **self._prepare_portal_layout_values(), **url_args, "page_name": "runwell_request",
            # sudo: the states and the names of what was found
            "requests": requests.sudo(), "pager": pages, "default_url": "/my/requests",
            "searchbar_sortings": sortings, "searchbar_filters": filters,
            "searchbar_inputs": self._request_inputs(), "unknown": unknown,
        })

    # A new one

    def _orders_to_choose(self):
        """Return the orders of the customer in the company that one would write to."""
        partner = request.env.user.partner_id.commercial_partner_id
        # sudo: one's own orders; the partner is the logged-in one's
        return request.env["sale.order"].sudo().search([
            ("partner_id", "child_of", partner.id), ("state", "=", "sale"),
            ("company_id", "=", request.env.company.id),
        ], order="date_order desc", limit=ORDERS)

    def _new_request_page(self, error=None, **values):
        return request.render("crm_runwell.portal_new_request", {
            **self._prepare_portal_layout_values(), "page_name": "runwell_request_new",
            "orders": self._orders_to_choose(), "error": error, "given": values,
            **form_values(),
        })

    @http.route(
        "/my/requests/new", type="http", auth="user", website=True, methods=["GET"], readonly=True,
    )
    def portal_new_request(self, **kw):
        return self._new_request_page()

    @http.route(
        "/my/requests/new", type="http", auth="user", website=True, methods=["POST"],
        max_content_length=MAX_FORM,
    )
    def portal_create_request(self, **post):
        """Make the request of what was filled in, or show what is missing."""
        try:
            values = read_form(post)
            files = read_files()
            orders = self._orders_to_choose()
            order = orders.filtered(lambda order: str(order.id) == post.get("order"))
            if post.get("order") and not order:
                raise UserError(request.env._("Choose one of your orders, or none."))
        except UserError as error:
            return self._new_request_page(error=str(error), **post)
        partner = request.env.user.partner_id
        created = request.env["runwell.request"]._create_of_customer({
            **values, "channel": "portal", "partner_id": partner.id,
            "company_id": request.env.company.id, "sale_order_id": order.id,
        }, files, author=partner)
        return request.redirect(f"/my/requests/{created.id}")

    # One request

    def _own_request(self, request_id, access_token=None):
        """Return the request with superuser's rights, if one may see it.

        :raise MissingError, AccessError: if not; both must look the same from outside
        """
        return self._document_check_access("runwell.request", request_id, access_token)

    def _no_such_request(self):
        """Answer the same whether it does not exist or is another customer's."""
        return request.redirect("/my/requests?unknown=1")

    # Writes the token that the links in mails need, so not readonly.
    @http.route("/my/requests/<int:request_id>", type="http", auth="public", website=True)
    def portal_request(self, request_id, access_token=None, error=None, **kw):
        try:
            request_sudo = self._own_request(request_id, access_token)
        except (AccessError, MissingError):
            return self._no_such_request()
        return self._request_page(request_sudo, access_token, **kw)

    def _request_page(self, request_sudo, access_token=None, error=None, **kw):
        values = {
            "request_sudo": request_sudo, "page_name": "runwell_request", "res_company":
            request_sudo.company_id, "action_error": error,
            "may_answer": not request_sudo.duplicate_of_id and request_sudo._takes_answers(),
            "may_reopen": request_sudo._may_reopen(),
            "survivor": self._survivor_of(request_sudo), **form_values(),
        }
        values = self._get_page_view_values(
            request_sudo, access_token, values, "my_requests_history", False, **kw,
        )
        return request.render("crm_runwell.portal_request", values)

    def _survivor_of(self, request_sudo):
        """Return where a merged request goes on, if the reader may see that one."""
        survivor = request_sudo._survivor()
        if survivor == request_sudo:
            return survivor.browse()
        readable = survivor.with_user(request.env.user).sudo(False)
        return survivor if readable.has_access("read") else survivor.browse()

    def _step(self, request_id, access_token, step):
        """Take a step on one's own request and show it again, with what went wrong."""
        try:
            request_sudo = self._own_request(request_id, access_token)
        except (AccessError, MissingError):
            return self._no_such_request()
        if request.env.user._is_internal():
            # Who reads a request in the backend is not its customer.
            return self._no_such_request()
        # The steps stamp who took them: the customer, not the superuser.
        request_sudo = request_sudo.with_user(request.env.user).sudo()
        try:
            with request.env.cr.savepoint():
                step(request_sudo)
        except UserError as error:
            return self._request_page(request_sudo, access_token, error=str(error))
        return request.redirect(
            request_sudo.access_url + (f"?access_token={access_token}" if access_token else "")
        )

    def _author(self, request_sudo):
        """Return as whom one writes: oneself, or the customer whose link one has."""
        user = request.env.user
        return request_sudo.partner_id if user._is_public() else user.partner_id

    def _write(self, request_sudo, text, files=()):
        author = self._author(request_sudo)
        request_sudo.message_post(
            body=plaintext2html(text), message_type="comment", subtype_xmlid="mail.mt_comment",
            author_id=author.id, email_from=author.email_formatted or request_sudo.email_from,
            attachments=list(files),
        )

    @http.route(
        "/my/requests/<int:request_id>/answer", type="http", auth="public", website=True,
        methods=["POST"], max_content_length=MAX_FORM,
    )
    def portal_answer(self, request_id, access_token=None, text="", **post):
        """Write into the talk; after the answer that takes the work up again."""
        def step(request_sudo):
            files = read_files()
            if not text.strip() and not files:
                raise UserError(request.env._("Write something first."))
            self._write(request_sudo, text.strip()[:MAX_TEXT], files)
        return self._step(request_id, access_token, step)

    @http.route(
        "/my/requests/<int:request_id>/close", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_close(self, request_id, access_token=None, **post):
        return self._step(
            request_id, access_token, lambda request_sudo: request_sudo._close_by_customer(),
        )

    @http.route(
        "/my/requests/<int:request_id>/reopen", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_reopen(self, request_id, access_token=None, reason="", **post):
        """Take the work up again: the reason is the customer's next message."""
        def step(request_sudo):
            if not request_sudo._may_reopen():
                request_sudo._reopen(reason)
            if not reason.strip():
                raise UserError(request.env._("Write what is still to be done."))
            self._write(request_sudo, reason.strip()[:MAX_TEXT])
        return self._step(request_id, access_token, step)

    @http.route(
        "/my/requests/<int:request_id>/rate", type="http", auth="public", website=True,
        methods=["POST"],
    )
    def portal_rate(self, request_id, access_token=None, stars="", comment="", **post):
        """Rate the answer; without a login, the link of our mail does it instead."""
        def step(request_sudo):
            if request.env.user._is_public():
                raise UserError(request.env._("Rate the answer with the link in our mail."))
            request_sudo._record_feedback(read_stars(stars), comment.strip()[:MAX_TEXT] or False)
        return self._step(request_id, access_token, step)


def read_stars(stars):
    """Return the number of stars that was sent, 0 if it is none."""
    return int(stars) if stars in ("1", "2", "3", "4", "5") else 0


def form_values():
    """Return what the forms for a new request need besides."""
    labels = dict(
        request.env["runwell.request"]._fields["request_type"]._description_selection(request.env)
    )
    return {
        "request_types": [(kind, labels[kind]) for kind, _label in REQUEST_TYPES],
        "accept": ACCEPT,
        "files_hint": request.env._(
            "Pictures, PDF, texts, office documents or archives: %(count)s at most, up to "
            "%(size)s MB each.", count=MAX_FILES, size=MAX_SIZE // 2**20,
        ),
        "max_subject": MAX_SUBJECT, "max_text": MAX_TEXT,
    }


def read_form(post):
    """Return the values of a new request as filled in.

    :raise UserError: if something is missing or too long
    """
    env = request.env
    subject = " ".join(post.get("subject", "").split())
    text = post.get("text", "").strip()
    if not subject or not text:
        raise UserError(env._("Fill in the subject and the details."))
    if len(subject) > MAX_SUBJECT or len(text) > MAX_TEXT:
        raise UserError(env._("The text is too long: send the rest as a file."))
    if post.get("request_type") not in dict(REQUEST_TYPES):
        raise UserError(env._("Choose a type."))
    return {"name": subject, "description": text, "request_type": post["request_type"]}
