import re

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .service_common import ServiceCase


class PortalCase(HttpCase, ServiceCase):
    """Two customers with portal users, and one of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours = cls.portal_user("rwp_ours", cls.contact)
        cls.rival = cls.customer("Rival", email="rival@example.net")
        cls.theirs = cls.portal_user("rwp_theirs", cls.rival)
        cls.other = cls.make_company("Runwell Elsewhere", cls.foreign)
        cls.elsewhere = cls.portal_user(
            "rwp_elsewhere", cls.customer("Elsewhere", email="e@example.net"), cls.other,
        )

    @classmethod
    def portal_user(cls, login, partner, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, login, "base.group_portal", partner_id=partner.id, company_id=company.id,
            company_ids=[Command.set(company.ids)], name=partner.name, email=partner.email,
        )

    def as_customer(self, user):
        self.authenticate(user.login, user.login)

    def get(self, url, **kwargs):
        return self.url_open(url, **kwargs)

    def csrf(self, url):
        """Return the token that forms of this session carry."""
        return re.search(r'csrf_token: "([^"]+)"', self.get(url).text)[1]

    def post(self, url, page=None, files=None, **data):
        """Send a form as the page it stands on would."""
        if "csrf_token" not in data:
            data["csrf_token"] = self.csrf(page or url)
        answer = self.url_open(url, data=data, files=files, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def newest(self):
        return self.env["runwell.request"].search([], order="id desc", limit=1)


@tagged("post_install", "-at_install")
class TestRequestPortal(PortalCase):
    """What a customer sees and does."""

    def setUp(self):
        super().setUp()
        self.as_customer(self.ours)

    def test_home_counts_ones_own(self):
        self.request()
        self.request(partner_id=self.rival.id)
        self.assertIn("/my/requests", self.get("/my/home").text)
        counters = self.make_jsonrpc_request("/my/counters", {
            "counters": ["runwell_request_count"],
        })
        self.assertEqual(counters, {"runwell_request_count": 1})

    def test_list(self):
        shown = {
            state: self.in_state(state) for state in ("new", "assigned", "processed", "archived")
        }
        for state, request in shown.items():
            request.name = f"Subject {state}"
        rivals = self.request(partner_id=self.rival.id, name="Subject rival")

        def found(url):
            text = self.get(url).text
            self.assertNotIn(rivals.name, text)
            self.assertNotIn(rivals.number, text)
            return {state for state in shown if f"Subject {state}" in text}

        self.assertEqual(found("/my/requests"), set(shown))
        for by, expected in (
            ("open", {"new", "assigned"}), ("processed", {"processed"}),
            ("archived", {"archived"}), ("nonsense", set(shown)),
        ):
            self.assertEqual(found(f"/my/requests?filterby={by}"), expected)
        for query, expected in (
            ("search=assigned", {"assigned"}), ("search=rival", set()),
            (f"search={shown['new'].number}&search_in=number", {"new"}),
            (f"search={shown['new'].number}&search_in=name", set()),
            ("search=Runwell&search_in=company_id.name", set()),
        ):
            self.assertEqual(found(f"/my/requests?{query}"), expected, query)
        for sort in ("new", "changed", "state", "name", "password"):
            self.assertEqual(found(f"/my/requests?sortby={sort}"), set(shown))

    def test_pages_of_the_list(self):
        self.env["runwell.request"].create([
            {"name": f"Number {count}", "partner_id": self.contact.id} for count in range(81)
        ])
        self.assertNotIn("Number 0<", self.get("/my/requests").text)
        self.assertIn("Number 0<", self.get("/my/requests/page/2").text)

    def test_states_in_plain_words(self):
        request = self.assigned()
        self.assertIn("In progress", self.get(request.access_url).text)
        self.as_("agent", request).action_wait()
        self.assertIn("We wait for your answer", self.get(request.access_url).text)

    def test_new(self):
        order = self.order(self.buyer, "2026-01-01")
        page = self.get("/my/requests/new").text
        self.assertIn(order.name, page)
        answer = self.post(
            "/my/requests/new", request_type="complaint", subject="  It\nleaks ",
            text="Since <b>today</b>", order=order.id,
            files=[("files", ("../../a\u202etxt.pdf", b"%PDF-1.4 x"))],
        )
        request = self.newest()
        self.assertURLEqual(answer.headers["Location"], f"/my/requests/{request.id}")
        self.assertEqual(
            (request.name, request.request_type, request.channel, request.partner_id),
            ("It leaks", "complaint", "portal", self.contact),
        )
        self.assertEqual((request.sale_order_id, request.state), (order, "new"))
        self.assertEqual(request.create_uid, self.ours)
        self.assertNotIn("<b>", request.description)
        said = self.mails_of(request)
        self.assertEqual(said.author_id, self.contact)
        self.assertEqual(said.attachment_ids.mapped("name"), ["atxt.pdf"])

    def test_new_with_what_is_missing(self):
        count = self.env["runwell.request"].search_count([])
        rivals = self.order(self.rival, "2026-01-01")
        whole = {"request_type": "enquiry", "subject": "S", "text": "T"}
        for given, files, said in (
            ({"subject": " "}, None, "Fill in the subject"), ({"text": ""}, None, "Fill in the"),
            ({"request_type": "bribe"}, None, "Choose a type"),
            ({"order": rivals.id}, None, "Choose one of your orders"),
            ({"subject": "x" * 201}, None, "too long"),
            ({}, [("files", ("a.html", b"<html>"))], "We cannot take a.html"),
            ({}, [("files", ("a.pdf", b"<script>alert(1)</script>"))], "We cannot take a.pdf"),
            ({}, [("files", ("a.png.exe", b"MZ"))], "We cannot take a.png.exe"),
            ({}, [("files", ("a.txt", b"x" * (10 * 2**20 + 1)))], "too large"),
            ({}, [("files", (f"{n}.txt", b"x")) for n in range(6)], "Choose 5 files at most"),
        ):
            with self.subTest(said):
                answer = self.post("/my/requests/new", files=files, **(whole | given))
                self.assertEqual(answer.status_code, 200)
                self.assertIn(said, answer.text)
        self.assertEqual(self.env["runwell.request"].search_count([]), count)

    @mute_logger("odoo.http")
    def test_forms_need_their_token(self):
        request = self.processed()
        for url in ("/my/requests/new", *(
            f"{request.access_url}/{step}" for step in ("answer", "close", "reopen", "rate")
        )):
            self.assertEqual(self.post(url, csrf_token="x", stars="5").status_code, 400)
        self.assertEqual(request.state, "processed")

    def step(self, request, step, **data):
        return self.post(f"{request.access_url}/{step}", page="/my/requests", **data)

    def test_answer(self):
        request = self.assigned()
        self.as_("agent", request).action_wait()
        answer = self.step(request, "answer", text="The red one", files=[
            ("files", ("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)),
        ])
        self.assertURLEqual(answer.headers["Location"], request.access_url)
        said = self.mails_of(request)[0]
        self.assertEqual((said.author_id, said.attachment_ids.name), (self.contact, "photo.png"))
        self.assertIn("The red one", said.body)
        self.assertFalse(request.waiting_customer)
        self.assertIn("Write something", self.step(request, "answer", text=" ").text)

    def test_an_answer_reopens(self):
        request = self.processed()
        self.step(request, "answer", text="It still leaks")
        self.assertEqual((request.state, request.reopen_count), ("assigned", 1))

    def test_close(self):
        for state in ("new", "assigned", "processed"):
            request = self.in_state(state)
            self.step(request, "close")
            self.assertEqual((request.state, request.archived_as), ("archived", "solved"))
            self.assertEqual(request.archived_by_id, self.ours)
        self.assertIn("closed already", self.step(request, "close").text)

    def test_reopen(self):
        request = self.in_state("archived")
        self.assertIn("Write what is still", self.step(request, "reopen", reason=" ").text)
        self.step(request, "reopen", reason="Leaks again")
        self.assertEqual(request.state, "assigned")
        self.assertIn("Leaks again", self.mails_of(request)[0].body)

    def test_not_after_the_days(self):
        with self.at("2026-01-05 08:00:00"):
            request = self.in_state("archived")
        talk = len(request.message_ids)
        page = self.get(request.access_url).text
        self.assertIn("This request is closed", page)
        for step, data, said in (
            ("reopen", {"reason": "Again"}, "more than 30 days ago"),
            ("answer", {"text": "Again"}, "is closed. Make a new request"),
        ):
            answer = self.step(request, step, **data)
            self.assertIn(said, answer.text)
        self.assertEqual((request.state, len(request.message_ids)), ("archived", talk))

    def test_rate(self):
        request = self.processed()
        self.step(request, "rate", stars="5", comment="Quick")
        self.assertEqual(
            (request.state, request.satisfaction, request.rating_comment), ("archived", 5, "Quick")
        )
        self.assertEqual(request.feedback_by_id, self.ours)
        low = self.processed()
        self.step(low, "rate", stars="2")
        self.assertEqual((low.state, low.reopen_count), ("assigned", 1))
        for stars in ("0", "6", "", "x", "5.0", "٥"):
            third = self.processed()
            self.assertIn("from 1 to 5", self.step(third, "rate", stars=stars).text)
            self.assertEqual(third.state, "processed")

    def test_drafts_and_notes_stay_inside(self):
        request = self.assigned()
        request.answer = "<p>A draft nobody sent</p>"
        request.message_post(body="He never pays", subtype_xmlid="mail.mt_note", attachments=[
            ("secret.txt", b"secret"),
        ])
        page = self.get(request.access_url).text
        talk = str(self.make_jsonrpc_request("/mail/chatter_fetch", {
            "thread_model": request._name, "thread_id": request.id,
        }))
        for secret in ("A draft", "never pays", "secret.txt"):
            self.assertNotIn(secret, page)
            self.assertNotIn(secret, talk)
        own = request.with_user(self.ours)
        self.assertEqual(own.name, request.name)
        for field in ("answer", "tag_ids", "user_id", "first_answer_on"):
            with self.assertRaises(AccessError):
                own.read([field])
            with self.assertRaises(AccessError):
                own.search([(field, "!=", False)])
        self.assertNotIn("answer", own.fields_get())

    def test_a_description_of_ours_is_shown(self):
        request = self.assigned(description="<p>Told by telephone</p>")
        self.assertIn("Told by telephone", self.get(request.access_url).text)

    def test_a_merged_one_shows_where_it_goes_on(self):
        survivor, gone = self.request(), self.request()
        survivor.with_user(self.manager)._merge(gone)
        page = self.get(gone.access_url).text
        self.assertIn(f'href="{survivor.access_url}"', page)
        self.assertIn(f"Continued in {survivor.number}", page)

    @mute_logger("odoo.http")
    def test_files_in_the_talk_are_checked_too(self):
        request = self.assigned()
        for name, content, taken in (
            ("a.txt", b"text", True), ("a.html", b"<html>", False), ("../b.txt", b"text", True),
        ):
            answer = self.url_open("/mail/attachment/upload", data={
                "csrf_token": self.csrf("/my/requests/new"), "thread_id": request.id,
                "thread_model": request._name, "is_pending": "true",
            }, files={"ufile": (name, content)}).json()
            self.assertEqual("error" not in answer, taken, answer)
            if taken:
                made = self.env["ir.attachment"].browse(answer["data"]["attachment_id"])
                self.assertNotIn("/", made.name)
