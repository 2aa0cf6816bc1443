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


@tagged("post_install", "-at_install")
class TestRequestIsolation(PortalCase):
    """Another customer's request answers as one that does not exist, on every route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.request(name="A secret subject", description="<p>Secret words</p>")
        cls.missing = cls.secret.id + 100000

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
        self.assertNotIn(self.secret.name, self.get("/my/requests").text)
        self.assertNotIn(self.secret.name, self.get("/my/requests?search=secret").text)

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
