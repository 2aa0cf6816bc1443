import re

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_request_portal import PortalCase

#: Every page of one request: how it is asked for, and with what.
PAGES = (
    ("GET", "", {}), ("POST", "/answer", {"text": "I was here"}), ("POST", "/close", {}),
    ("POST", "/reopen", {"reason": "I was here"}), ("POST", "/rate", {"stars": "1"}),
)
RATING = "/service/rate/<int:request_id>/<string:token>"
#: Our other routes, and the test here that walks them.
OTHER_ROUTES = {
    ("GET", "/my/requests"): "test_another_customer",
    ("GET", "/my/requests/page/<int:page>"): "test_another_customer",
    ("GET", "/my/requests/new"): "test_the_order_of_another_customer",
    ("POST", "/my/requests/new"): "test_the_order_of_another_customer",
    ("GET", RATING): "test_rating_with_another_token",
    ("POST", RATING): "test_rating_with_another_token",
    ("GET", "/service/new"): "test_the_public_form",
    ("POST", "/service/new"): "test_the_public_form",
    ("GET", "/service/new/<int:team_id>"): "test_the_public_form",
    ("POST", "/service/new/<int:team_id>"): "test_the_public_form",
    ("GET", "/service/sent/<int:team_id>"): "test_the_public_form",
    ("POST", "/mail/attachment/upload"): "test_files_and_messages_of_another_customer",
    ("POST", "/my/orders/<int:order_id>/interest"): "test_products_of_another_quotation",
    ("POST", "/my/orders/<int:order_id>/add_product"): "test_products_of_another_quotation",
}


@tagged("post_install", "-at_install")
class TestRequestIsolation(PortalCase):
    """Another customer's request answers as one that does not exist, on every route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.request(name="A secret subject", description="<p>Secret words</p>")
        cls.missing = cls.secret.id + 100000

    def test_every_route_is_walked(self):
        """A new route needs a walk: put it into PAGES or OTHER_ROUTES."""
        http = self.env["ir.http"]
        modules = sorted(self.env.registry._init_modules)
        routes = {
            (verb, url)
            for url, endpoint in http._generate_routing_rules(modules, http._get_converters())
            if endpoint.func.__module__.startswith("odoo.addons.crm_runwell.")
            for verb in endpoint.routing["methods"] or ["GET"]
        }
        pages = {(verb, f"/my/requests/<int:request_id>{page}") for verb, page, _data in PAGES}
        self.assertEqual(routes, pages | set(OTHER_ROUTES))
        for name in OTHER_ROUTES.values():
            self.assertTrue(hasattr(self, name), name)

    def setUp(self):
        super().setUp()
        self.request_in_each_state = [
            self.in_state(state) for state in ("new", "assigned", "processed", "archived")
        ]
        for request in self.request_in_each_state:
            request._portal_ensure_token()

    def answer(self, verb, request_id, page, data, token=None):
        """Return status, address and body, without what differs between any two requests."""
        url = f"/my/requests/{request_id}{page}"
        if verb == "GET":
            query = f"?access_token={token}" if token else ""
            answer = self.url_open(url + query, allow_redirects=False)
        else:
            answer = self.post(url, page="/web/login", access_token=token or "", **data)
        body = answer.text.replace(str(request_id), "N")
        return answer.status_code, answer.headers.get("Location"), body

    def assert_shut(self, requests, tokens=(None,)):
        """Assert that no page of the requests tells them from one that does not exist."""
        before = [(request.state, len(request.message_ids)) for request in requests]
        for verb, page, data in PAGES:
            missing = self.answer(verb, self.missing, page, data)
            self.assertEqual(missing[0], 303)
            for request in requests:
                for token in tokens:
                    with self.subTest(page=page, state=request.state, token=token):
                        got = self.answer(verb, request.id, page, data, token)
                        self.assertEqual(got, missing)
        self.env.invalidate_all()
        self.assertEqual(
            [(request.state, len(request.message_ids)) for request in requests], before,
        )

    def test_another_customer(self):
        self.as_customer(self.theirs)
        self.assert_shut(self.request_in_each_state)
        for page in ("", "?search=secret", "/page/1", "/page/2"):
            self.assertNotIn(self.secret.name, self.get(f"/my/requests{page}").text)

    def test_the_public(self):
        self.authenticate(None, None)
        self.assert_shut(self.request_in_each_state)
        for url in ("/my/requests", "/my/requests/new", "/my/requests/page/1"):
            answer = self.url_open(url, allow_redirects=False)
            self.assertEqual(answer.status_code, 303)
            self.assertIn("/web/login", answer.headers["Location"])

    def test_a_customer_of_another_company(self):
        self.as_customer(self.elsewhere)
        self.assert_shut(self.request_in_each_state)

    def test_a_customer_of_both_sees_those_of_the_users_company(self):
        theirs = self.env["runwell.request"].with_company(self.other).create({
            "name": "In the other company", "company_id": self.other.id,
            "partner_id": self.contact.id,
        })
        self.as_customer(self.ours)
        self.assertNotIn(theirs.name, self.get("/my/requests").text)
        self.assert_shut([theirs])

    def test_the_own_customer_gets_in(self):
        """The walk above would pass with everything shut."""
        self.as_customer(self.ours)
        for request in self.request_in_each_state:
            self.assertEqual(self.get(request.access_url).url, self.base_url() + request.access_url)

    def test_tokens_cut_and_altered(self):
        for login in (self.theirs.login, None):
            self.authenticate(login, login)
            for request in self.request_in_each_state:
                token = request.access_token
                other = self.request_in_each_state[0] - request or self.request_in_each_state[1]
                self.assert_shut([request], (
                    token[:-1], token[:8], token[:-1] + ("0" if token[-1] != "0" else "1"),
                    token.upper(), token + "0", other.access_token, " ", "None", "False",
                ))

    def test_no_token_opens_a_request_without_one(self):
        request = self.request()
        self.assertFalse(request.access_token)
        self.authenticate(None, None)
        self.assert_shut([request], ("", "False", "None", "0"))

    def test_a_whole_token_opens_its_request_alone(self):
        self.authenticate(None, None)
        one, two = self.request_in_each_state[:2]
        page = self.get(f"{one.access_url}?access_token={one.access_token}")
        self.assertIn(one.number, page.text)
        self.post(
            f"{one.access_url}/answer", page="/web/login", text="By link",
            access_token=one.access_token,
        )
        said = self.mails_of(one)[0]
        self.assertIn("By link", said.body)
        self.assertEqual(said.author_id, self.buyer)
        self.assert_shut([two], (one.access_token,))

    def test_the_token_of_a_merged_request_is_stale(self):
        survivor, gone = self.request(), self.request()
        token = gone._portal_ensure_token()
        survivor.with_user(self.manager)._merge(gone)
        self.authenticate(None, None)
        self.assert_shut([gone], (token,))
        self.assert_shut([survivor], (token,))

    def test_the_order_of_another_customer(self):
        count = self.env["runwell.request"].search_count([])
        rivals, unknown = self.order(self.rival, "2026-01-01").id, 10**8
        self.as_customer(self.ours)
        pages = {
            re.sub(r"csrf_token[^,>]*|\d{6,}", "", self.post(
                "/my/requests/new", page="/my/requests", request_type="enquiry", subject="S",
                text="T", order=order,
            ).text.replace(str(rivals), ""))
            for order in (rivals, unknown)
        }
        self.assertEqual(len(pages), 1)
        self.assertEqual(self.env["runwell.request"].search_count([]), count)

    def test_a_posted_customer_is_not_taken(self):
        self.as_customer(self.theirs)
        self.post(
            "/my/requests/new", page="/my/requests", request_type="enquiry", subject="S",
            text="T", partner_id=self.buyer.id, company_id=self.other.id, state="archived",
            user_id=self.agent.id, team_id="1",
        )
        request = self.newest()
        self.assertEqual(
            (request.partner_id, request.company_id, request.state, request.user_id),
            (self.rival, self.company, "new", self.env["res.users"]),
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_odoos_own_routes(self):
        """The talk's routes, the generic links and RPC, with another customer's request."""
        request = self.request_in_each_state[1]
        sent = request.message_post(
            body="Secret words", subtype_xmlid="mail.mt_comment", attachments=[("s.txt", b"s")],
        )
        file = sent.attachment_ids
        self.as_customer(self.theirs)
        for token in (None, request._portal_ensure_token()[:-1]):
            for route, extra in (
                ("/portal/chatter_init", {}), ("/mail/chatter_fetch", {}),
                ("/mail/message/post", {"post_data": {"body": "I was here"}}),
            ):
                answers = {
                    re.sub(r"\d+", "N", self.raw_rpc(route, {
                        "thread_model": request._name, "thread_id": thread,
                        **({"token": token} if token else {}), **extra,
                    }))
                    for thread in (request.id, self.missing)
                }
                self.assertEqual(len(answers), 1, route)
                self.assertNotIn("Secret", answers.pop())
        for one in (file.id, file.id + 100000):
            self.assertEqual(self.get(f"/web/content/{one}").status_code, 404)
        view = {
            self.url_open(
                f"/mail/view?model=runwell.request&res_id={one}", allow_redirects=False,
            ).headers.get("Location") for one in (request.id, self.missing)
        }
        self.assertEqual(len(view), 1)
        self.assertFalse(self.mails_of(request).filtered(lambda one: "I was here" in one.body))
        own = request.with_user(self.theirs)
        self.assertFalse(own.search([]))
        for call in (
            lambda: own.read(["name"]), lambda: own.write({"name": "x"}), lambda: own.unlink(),
        ):
            with self.assertRaises(AccessError):
                call()

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_files_and_messages_of_another_customer(self):
        request, foreign = self.request_in_each_state[1:3]
        said = request.message_post(
            body="Secret words", subtype_xmlid="mail.mt_comment", attachments=[("s.txt", b"s")],
        )
        # Written before the writer lost sight of the request.
        once = request.message_post(
            body="Once mine", subtype_xmlid="mail.mt_comment", author_id=self.rival.id,
        )
        file, number = said.attachment_ids, self.env["ir.attachment"].sudo().search_count([])
        talk = request.message_ids
        for user in (self.theirs, self.elsewhere):
            self.as_customer(user)
            for token in (None, request.access_token[:-1], foreign.access_token):
                extra = {"token": token} if token else {}
                for thread in (request.id, self.missing):
                    answer = self.post(
                        "/mail/attachment/upload", page="/my", thread_model=request._name,
                        thread_id=thread, files=[("ufile", ("x.pdf", b"%PDF-1.4 x"))], **extra,
                    )
                    self.assertEqual(answer.status_code, 404)
                for one in (*file.ids, file.id + 100000):
                    self.assert_no_such("/mail/attachment/delete", {
                        "attachment_id": one, **({"access_token": token} if token else {}),
                    })
                for one in (said.id, once.id, once.id + 100000):
                    self.assert_no_such("/mail/message/update_content", {
                        "message_id": one, "update_data": {"body": "I was here"}, **extra,
                    })
                    self.assert_no_such("/mail/message/reaction", {
                        "message_id": one, "content": "+", "action": "add", **extra,
                    })
        self.env.invalidate_all()
        self.assertEqual(request.message_ids, talk)
        self.assertIn("Secret words", said.body)
        self.assertIn("Once mine", once.body)
        self.assertFalse((said + once).reaction_ids)
        self.assertEqual(said.attachment_ids.raw, b"s")
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), number)

    def assert_no_such(self, route, params):
        answer = self.raw_rpc(route, params)
        self.assertIn("werkzeug.exceptions.NotFound", answer, route)
        self.assertNotIn("Secret", answer)

    def test_rating_with_another_token(self):
        for login in (self.theirs.login, None):
            self.authenticate(login, login)
            for request in self.request_in_each_state:
                whole = request._rating_token()
                others = self.env["runwell.request"].union(*self.request_in_each_state) - request
                for token in (
                    whole[:-1], whole[:8], whole[:-1] + ("0" if whole[-1] != "0" else "1"),
                    whole + "0", request.access_token, "False",
                    *(other._rating_token() for other in others),
                ):
                    self.assert_unrated(request, token)
                    page = self.get(f"/service/rate/{request.id}/{token}")
                    self.assertEqual(page.status_code, 404)
            self.assert_unrated(self.secret.browse(self.missing), whole)

    def assert_unrated(self, request, token):
        """Send stars; assert that nothing comes of it."""
        known = request.exists()
        before = known.read(["state", "satisfaction", "rating_comment", "message_ids"])
        answer = self.post(
            f"/service/rate/{request.id}/{token}", page="/web/login", stars="1", comment="Spite",
        )
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("Spite", answer.text)
        self.assertEqual(
            known.read(["state", "satisfaction", "rating_comment", "message_ids"]), before,
        )

    def test_products_of_another_quotation(self):
        """It answers as one that does not exist, whatever the product and the token."""
        order = self.order(self.buyer, "2026-01-01", state="sent")
        product = self.make_product("Shown")
        shown = self.env["runwell.suggestion"]._as_machine().create({
            "company_id": self.company.id, "partner_id": self.buyer.id, "place": "portal",
            "product_id": product.id, "kind": "new", "first_shown_on": "2026-01-01",
            "last_shown_on": "2026-01-01", "order_id": order.id,
        })
        self.env["runwell.retention.policy"]._of(self.company).customers_add_products = True
        token, talk, lines = order._portal_ensure_token(), order.message_ids, order.order_line
        for login in (self.theirs.login, self.elsewhere.login, None):
            self.authenticate(login, login)
            answers = {
                (answer.status_code, answer.headers.get("Location"))
                for one in (order.id, order.id + 100000)
                for action in ("interest", "add_product")
                for given in ("", token[:-1], token.upper(), "None")
                for answer in [self.post(
                    f"/my/orders/{one}/{action}", page="/web/login", access_token=given,
                    product_id=product.id,
                )]
            }
            self.assertEqual(len(answers), 1)
        self.assertEqual(
            (shown.state, order.message_ids, order.order_line), ("shown", talk, lines),
        )

    def test_the_public_form(self):
        """It shows nobody's requests, and takes nothing but what it asks for."""
        order = self.order(self.buyer, "2026-01-01")
        self.as_customer(self.theirs)
        forms = ("/service/new", f"/service/new/{self.team.id}")
        for url in forms:
            sent = self.post(
                url, page="/web/login", name="Ann", email="ann@new.example.net", subject="S",
                request_type="enquiry", text="T", partner_id=self.buyer.id, order=order.id,
                sale_order_id=order.id, request_id=self.secret.id, id=self.secret.id,
                previous_id=self.secret.id, state="archived", user_id=self.agent.id,
            )
            self.assertEqual(sent.status_code, 303)
            request = self.newest()
            self.assertEqual((request.name, request.state), ("S", "new"))
            self.assertFalse(
                request.partner_id or request.sale_order_id or request.previous_id
                or request.user_id
            )
        for url in (*forms, f"/service/sent/{self.team.id}"):
            page = self.get(f"{url}?request_id={self.secret.id}")
            self.assertEqual(page.status_code, 200)
            for secret in (self.secret.name, self.secret.number):
                self.assertNotIn(secret, page.text)
        self.assertEqual(self.secret.name, "A secret subject")

    def raw_rpc(self, route, params):
        """Return the body of a call, right or wrong."""
        return self.url_open(route, json={"params": params}, method="POST").text

    def test_a_customer_changes_nothing_over_rpc(self):
        request = self.request_in_each_state[2].with_user(self.ours)
        self.assertEqual(request.name, "The pump leaks")
        for call in (
            lambda: request.write({"name": "x"}), lambda: request.unlink(),
            lambda: request.create({"name": "x"}), lambda: request.action_close(),
            lambda: request.action_claim(), lambda: request.read(["answer"]),
        ):
            with self.assertRaises(AccessError):
                call()
