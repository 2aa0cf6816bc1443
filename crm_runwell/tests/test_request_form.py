import re
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.runwell_form_attempt import PER_ADDRESS, PER_COMPUTER
from ..tools.upload import clean_name
from .test_request_portal import PortalCase


@tagged("post_install", "-at_install")
class TestRequestForm(PortalCase):
    """A request from anybody, who learns nothing about anybody."""

    GIVEN = {
        "name": "Ann Other", "email": "ann@new.example.net", "phone": "+32 2 987 65 43",
        "request_type": "suggestion", "subject": "A bigger lid", "text": "Please.",
    }

    def setUp(self):
        super().setUp()
        self.url = f"/service/new/{self.team.id}"
        self.assertTrue(self.team.public_form)

    def send(self, url=None, files=None, **given):
        return self.post(url or self.url, files=files, **(self.GIVEN | given))

    def sent(self, answer):
        """Return the confirmation page."""
        return self.get(answer.headers["Location"]).text

    def count(self):
        return self.env["runwell.request"].search_count([])

    def test_a_request_from_anybody(self):
        answer = self.send(files=[("files", ("plan.pdf", b"%PDF-1.4 x"))])
        request = self.newest()
        self.assertIn(request.number, self.sent(answer))
        self.assertEqual(
            (request.name, request.request_type, request.channel, request.team_id),
            ("A bigger lid", "suggestion", "web", self.team),
        )
        self.assertEqual(
            (request.contact_name, request.email_from, request.phone, request.company_id),
            ("Ann Other", "ann@new.example.net", "+32 2 987 65 43", self.company),
        )
        said = self.mails_of(request)
        self.assertFalse(request.partner_id or said.author_id)
        self.assertEqual(said.attachment_ids.name, "plan.pdf")

    def test_a_known_address_is_proposed_and_not_trusted(self):
        answers = {}
        for address in ("contact@example.com", "nobody@new.example.net"):
            answer = self.send(email=address)
            request = self.newest()
            self.assertFalse(request.partner_id or request.message_ids.author_id & self.contact)
            answers[address] = (answer.status_code, re.sub(
                r"REQ/\d+/\d+|csrf_token: \"[^\"]*\"", "", self.sent(answer)
            ))
            self.assertEqual(
                bool(request.proposed_partner_ids), address == "contact@example.com",
            )
        self.assertEqual(*answers.values())

    def test_no_customer_is_looked_at(self):
        """What is not looked up cannot take longer for some."""
        asked = []
        search = type(self.env["res.partner"])._search

        def noted(partners, domain, *args, **kwargs):
            asked.append(domain)
            return search(partners, domain, *args, **kwargs)

        token = self.csrf(self.url)
        with patch.object(self.env.registry["res.partner"], "_search", noted):
            self.send(email="contact@example.com", csrf_token=token)
        self.assertFalse([domain for domain in asked if "contact@example.com" in str(domain)])

    def test_programs_fill_in_too_much(self):
        count = self.count()
        answer = self.send(runwell_website="https://spam.example.org")
        self.assertIn("we have your request", self.sent(answer))
        self.assertEqual(self.count(), count)

    @mute_logger("odoo.http")
    def test_the_form_needs_its_token(self):
        self.assertEqual(self.send(csrf_token="x").status_code, 400)

    def test_what_is_missing(self):
        count = self.count()
        for given, files, said in (
            ({"name": ""}, None, "Fill in your name"), ({"email": ""}, None, "Fill in your name"),
            ({"email": "ann"}, None, "not complete"), ({"subject": ""}, None, "Fill in the"),
            ({"email": "a@b.c\nBcc: x@y.z"}, None, "not complete"),
            ({"email": "a" * 100 + "@b.example"}, None, "not complete"),
            ({}, [("files", ("run.js", b"alert(1)"))], "We cannot take run.js"),
        ):
            answer = self.send(files=files, **given)
            self.assertEqual(answer.status_code, 422)
            self.assertIn(said, answer.text)
            self.assertIn('value="+32 2 987 65 43"', answer.text)
        self.assertEqual(self.count(), count)

    def test_not_too_often_from_an_address(self):
        for number in range(PER_ADDRESS):
            self.assertEqual(self.send(subject=f"Number {number}").status_code, 303)
        count = self.count()
        answer = self.send(email=" ANN@new.example.net ")
        self.assertEqual(answer.status_code, 429)
        self.assertIn("try again later", answer.text)
        self.assertEqual(self.count(), count)
        self.assertEqual(self.send(email="other@new.example.net").status_code, 303)

    def test_not_too_often_from_a_computer(self):
        Attempt = self.env["runwell.form.attempt"]
        for number in range(PER_COMPUTER):
            self.assertTrue(Attempt._take(f"{number}@new.example.net", "192.0.2.1"))
        self.assertFalse(Attempt._take("more@new.example.net", "192.0.2.1"))
        self.assertTrue(Attempt._take("more@new.example.net", "192.0.2.2"))
        kept = Attempt.search([]).mapped("fingerprint")
        self.assertTrue(kept)
        # A digest alone: neither an address nor a number of a computer fits into it.
        self.assertFalse([key for key in kept if not re.fullmatch("[0-9a-f]{64}", key)])

    def test_later_it_goes_again_and_nothing_is_kept(self):
        Attempt = self.env["runwell.form.attempt"]
        for _number in range(PER_ADDRESS):
            Attempt._take("ann@new.example.net", "192.0.2.1")
        self.assertFalse(Attempt._take("ann@new.example.net", "192.0.2.1"))
        self.env.cr.execute("""
            UPDATE runwell_form_attempt SET create_date = create_date - interval '61 minutes',
                   write_date = write_date - interval '61 minutes'""")
        self.assertTrue(Attempt._take("ann@new.example.net", "192.0.2.1"))
        self.env.cr.execute("""
            UPDATE runwell_form_attempt SET create_date = create_date - interval '2 days',
                   write_date = write_date - interval '2 days'""")
        Attempt._transient_vacuum()
        self.assertFalse(Attempt.search([]))

    def test_a_company_has_its_form(self):
        theirs = self.env["runwell.service.team"]._default_of(self.other)
        self.send(url=f"/service/new/{theirs.id}")
        request = self.newest()
        self.assertEqual((request.company_id, request.team_id), (self.other, theirs))

    def test_no_form_without_the_flag(self):
        token = self.csrf(self.url)
        hidden = self.env["runwell.service.team"].create({
            "name": "Hidden", "company_id": self.company.id,
        })
        missing = hidden.id + 1000
        for team in (hidden.id, missing):
            for url in (f"/service/new/{team}", f"/service/sent/{team}"):
                self.assertEqual(self.get(url).status_code, 404)
            sent = self.send(url=f"/service/new/{team}", csrf_token=token)
            self.assertEqual(sent.status_code, 404)

    def test_reloading_sends_nothing_again(self):
        answer = self.send()
        count = self.count()
        self.sent(answer)
        self.sent(answer)
        self.assertEqual(self.count(), count)

    def test_odd_file_names(self):
        for name, cleaned in (
            (r"C:\tmp\a.txt", "a.txt"), ("../../etc/b.txt", "b.txt"), ("c\r\nd\x00.txt", "cd.txt"),
            ("e\u202etxt.pdf", "etxt.pdf"), ("..", "file"), ("", "file"), ("f?.txt", "f_.txt"),
            ("水泵.png", "水泵.png"), (f"{'g' * 300}.pdf", f"{'g' * 96}.pdf"),
        ):
            self.assertEqual(clean_name(name), cleaned)
        self.send(files=[("files", ("..\\..\\a.txt", b"text")), ("files", ("b/c.txt", b"text"))])
        names = self.mails_of(self.newest()).attachment_ids.mapped("name")
        self.assertEqual(set(names), {"a.txt", "c.txt"})
