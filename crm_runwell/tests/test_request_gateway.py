import base64

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.charsets import likely_charset
from .gateway_common import OUTLOOK, GatewayCase

CONTACT = "Contact <contact@example.com>"


@tagged("post_install", "-at_install")
class TestRequestGateway(GatewayCase):
    """From a mail to its request: a new one, or the one that it answers."""

    def test_a_mail_makes_a_request(self):
        [request] = self.mail(CONTACT, "The pump leaks", "Since <b>today</b>.")
        self.assertEqual(request.name, "The pump leaks")
        self.assertIn("Since", request.description)
        self.assertEqual(
            (request.channel, request.team_id, request.company_id, request.state),
            ("email", self.team, self.company, "new"),
        )
        self.assertEqual(request.partner_id, self.contact)
        self.assertEqual(request.commercial_partner_id, self.buyer)
        self.assertTrue(request.number)
        self.assertTrue(request.last_customer_message_on)
        self.assertEqual(len(self.mails_of(request)), 1)

    def test_a_reply_finds_its_thread_by_header(self):
        request = self.assigned()
        sent = request.message_post(body="Which pump?", subtype_xmlid="mail.mt_comment")
        for header in ("In_Reply_To", "References"):
            made = self.mail(CONTACT, "Nothing to see", "The red one", **{header: sent.message_id})
            self.assertFalse(made)
            self.assertIn("The red one", request.message_ids[0].body)
            self.assertEqual(request.message_ids[0].author_id, self.contact)

    def test_a_reply_finds_its_thread_by_the_number(self):
        request = self.assigned()
        for number, subject in enumerate((
            f"Re: [{request.number}] The pump leaks", f"RE:({request.number.lower()}) pump",
            f"Antw: 【{request.number.replace('/', '-')}】", f"about {request.number}: more",
        )):
            self.assertFalse(self.mail(CONTACT, subject, f"More, {number}"), subject)
            self.assertIn(f"More, {number}", request.message_ids[0].body)

    def test_the_number_lets_in_whom_the_request_knows(self):
        request = self.assigned(partner_id=self.contact.id, email_from="private@else.example.org")
        follower = self.customer("Follower", email="follower@third.example.org")
        request.message_subscribe(follower.ids)
        subject = f"[{request.number}] more"
        for sender in (
            "private@else.example.org", "buyer@example.com", "follower@third.example.org",
        ):
            self.assertFalse(self.mail(sender, subject, "More"), sender)

    def test_the_number_lets_no_stranger_in(self):
        request = self.processed()
        talk = request.message_ids
        self.customer("Competitor", email="spy@rival.example.org")
        for sender in ("spy@rival.example.org", "nobody@nowhere.example.org"):
            [made] = self.mail(sender, f"Re: [{request.number}] The pump leaks", "Tell me all")
            self.assertFalse(made.previous_id)
            self.assertNotEqual(made.commercial_partner_id, self.buyer)
            note = made.message_ids.filtered(lambda message: message.subtype_id.internal)
            self.assertIn(request.number, note.body)
            self.assertIn(sender, note.body)
        self.assertEqual((request.message_ids, request.state), (talk, "processed"))

    def test_the_number_of_another_company_is_unknown(self):
        other = self.make_company("Runwell Elsewhere", self.foreign)
        theirs = self.env["runwell.request"].with_company(other).create({
            "name": "Theirs", "company_id": other.id, "email_from": "contact@example.com",
        })
        theirs._as_machine().number = "REQ/1999/4711"
        [made] = self.mail(CONTACT, "[REQ/1999/4711] more")
        self.assertEqual(made.company_id, self.company)
        self.assertFalse(made.message_ids.filtered(lambda message: message.subtype_id.internal))

    def test_a_reply_reopens(self):
        request = self.processed()
        self.mail(CONTACT, "Re: x", "Not solved", References=self.answer_id(request))
        self.assertEqual((request.state, request.reopen_count), ("assigned", 1))
        archived = self.in_state("archived")
        self.mail(CONTACT, f"[{archived.number}]", "Broken again")
        self.assertEqual((archived.state, archived.reopen_count), ("assigned", 1))

    def test_a_late_reply_makes_a_linked_request(self):
        with self.at("2026-01-05 08:00:00"):
            request = self.in_state("archived")
        talk = len(self.mails_of(request))
        for headers in ({"References": self.answer_id(request)}, {}):
            [made] = self.mail(CONTACT, f"Re: [{request.number}] Leak", "Again", **headers)
            self.assertEqual(made.previous_id, request)
            self.assertEqual(made.commercial_partner_id, self.buyer)
            self.assertEqual(made.team_id, request.team_id)
        self.assertEqual((request.state, len(self.mails_of(request))), ("archived", talk))

    def test_a_reply_to_a_duplicate_goes_to_what_it_went_into(self):
        survivor, gone = self.request(), self.request()
        survivor.with_user(self.manager)._merge(gone)
        self.assertFalse(self.mail(CONTACT, f"[{gone.number}] more", "More of it"))
        self.assertIn("More of it", survivor.message_ids[0].body)

    def test_a_colleagues_reply_reopens_nothing(self):
        request = self.processed()
        self.agent.email = "agent@test.mycompany.com"
        self.mail("agent@test.mycompany.com", "Re", "One more thing", In_Reply_To=self.answer_id(
            request
        ))
        self.assertIn("One more thing", request.message_ids[0].body)
        self.assertEqual(request.state, "processed")

    def test_html_alone(self):
        [request] = self.mail(
            CONTACT, kind="text/html; charset=utf-8",
            body="<html><body><script>alert(1)</script><p onclick='x()'>Ça <b>fuit</b></p></body>",
        )
        self.assertIn("Ça <b>fuit</b>", request.description)
        for bad in ("script", "onclick"):
            self.assertNotIn(bad, request.description)

    def test_outlook_quotes(self):
        request = self.processed()
        made = self.receive(OUTLOOK.format(
            to=self.address, subject="RE: The pump leaks", number=request.number,
            message_id=next(self.ids), headers=f"In-Reply-To: {self.answer_id(request)}\n",
        ))
        self.assertFalse(made)
        said = self.mails_of(request)[0]
        self.assertIn("It leaks again, déjà.", said.body)
        self.assertIn("Tighten the ring.", said.body)
        self.assertNotIn("margin", said.body)
        self.assertEqual(request.state, "assigned")

    def test_outlook_without_its_headers(self):
        """The number in the subject alone leads to the request."""
        request = self.processed()
        made = self.receive(OUTLOOK.format(
            to=self.address, subject=f"RE: [{request.number}] The pump leaks",
            number=request.number, message_id=next(self.ids), headers="",
        ))
        self.assertFalse(made)
        self.assertIn("It leaks again, déjà.", self.mails_of(request)[0].body)
        self.assertEqual(request.state, "assigned")

    def test_a_colleague_forwards(self):
        self.agent.email = "agent@test.mycompany.com"
        self.customer("Forwarded Co", email="info@forwarded.example.net")
        [request] = self.mail(
            "agent@test.mycompany.com", "Fwd: Broken lid", kind="text/html; charset=utf-8",
            body="<p>For you</p><div>---------- Forwarded message ---------<br>"
            "From: <b>Ann Other</b> &lt;<a href='mailto:ann@forwarded.example.net'>"
            "ann@forwarded.example.net</a>&gt;<br>Subject: Broken lid</div><p>The lid broke.</p>",
        )
        self.assertFalse(request.partner_id)
        self.assertEqual(
            (request.email_from, request.contact_name), ("ann@forwarded.example.net", "Ann Other"),
        )
        self.assertEqual(request.proposed_partner_ids.mapped("name"), ["Forwarded Co"])

    def attached(self, sender, subject, *attached, text="For you"):
        """Send a mail with others as files; return the new request."""
        files = "".join(
            f"--B\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n{one}\n"
            for one in attached
        )
        [request] = self.mail(
            sender, subject, kind='multipart/mixed; boundary="B"',
            body=f"--B\nContent-Type: text/plain; charset=utf-8\n\n{text}\n{files}--B--\n",
        )
        return request

    def test_a_colleague_forwards_as_a_file(self):
        self.agent.email = "agent@test.mycompany.com"
        self.customer("Forwarded Co", email="info@forwarded.example.net")
        ann, bob = (self.raw(
            f"{name} <{name[:3].lower()}@forwarded.example.net>", "Broken lid", "The lid broke.\n"
        ).decode() for name in ("Ann Other", "Bob Other"))
        for subject in ("WG: Broken lid", None):
            request = self.attached(self.agent.email, subject, ann, ann)
            self.assertFalse(request.partner_id)
            self.assertEqual(
                (request.email_from, request.contact_name),
                ("ann@forwarded.example.net", "Ann Other"),
            )
            self.assertEqual(request.proposed_partner_ids.mapped("name"), ["Forwarded Co"])
            for part in ("For you", "The lid broke."):
                self.assertIn(part, request.description)
            self.assertEqual(len(self.mails_of(request).attachment_ids), 2)
        for files, text, writer in (
            ((ann, bob), "Two of them", self.agent.email),
            ((ann,), "From: Carl <carl@else.example.org>\n\nSee Ann's", "carl@else.example.org"),
        ):
            request = self.attached(self.agent.email, "Fwd: Lids", *files, text=text)
            self.assertEqual(request.email_from, writer)
        request = self.attached(self.agent.email, "My own question", ann)
        self.assertEqual(request.email_from, self.agent.email)
        request = self.attached(CONTACT, "Fwd: Broken lid", ann)
        self.assertEqual(
            (request.partner_id, request.email_from), (self.contact, "contact@example.com"),
        )

    def test_an_attached_mail_hides_nothing(self):
        rich = self.raw(
            "Ann <ann@else.example.org>", kind='multipart/alternative; boundary="C"',
            body="--C\nContent-Type: text/plain\n\nInner\n--C\nContent-Type: text/html\n\n"
            "<p>Inner, rich</p>\n--C--\n",
        ).decode()
        request = self.attached(CONTACT, "The pump", rich, text="My own <words>")
        for part in ("My own &lt;words&gt;", "Inner, rich"):
            self.assertEqual(request.description.count(part), 1)

    def test_a_customer_forwards(self):
        [request] = self.mail(
            CONTACT, "Fw: Offer", "See below.\n\n> From: Boss <boss@else.example.org>\n> Buy it.",
        )
        self.assertEqual((request.partner_id, request.email_from), (
            self.contact, "contact@example.com",
        ))

    def test_a_file_of_ten_megabytes(self):
        content = bytes(range(256)) * (10 * 2**20 // 256)
        coded = base64.encodebytes(content).decode()
        [request] = self.mail(
            CONTACT, kind='multipart/mixed; boundary="B"',
            body=f"--B\nContent-Type: text/plain\n\nSee the film\n--B\n"
            "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="film.bin"\n\n{coded}\n--B--\n',
        )
        [attachment] = request.message_ids.attachment_ids
        self.assertEqual((attachment.name, attachment.raw), ("film.bin", content))
        self.assertEqual((attachment.res_model, attachment.res_id), (request._name, request.id))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_wrong_charsets(self):
        for declared, real in (
            ("utf-8", "gb18030"), ("us-ascii", "utf-8"), ("x-no-such", "utf-8"),
            ("gb2312", "gb18030"),
        ):
            [request] = self.mail(
                CONTACT, f"From {declared}", "水泵漏水，請來修".encode(real),
                kind=f"text/plain; charset={declared}", Content_Transfer_Encoding="8bit",
            )
            self.assertIn("水泵漏水，請來修", request.description, declared)
        for number, (text, real) in enumerate((
            ("Die Pumpe läuft nicht mehr", "cp1252"), ("größer, für Sie", "cp1252"),
            ("Année dernière", "cp1252"), ("Déjà vu €", "cp1252"),
            ("订单ABC123的发票", "gb18030"), ("水泵漏水，請來修", "gb18030"),
        )):
            for kind in ("text/plain; charset=utf-8", "text/plain; charset=us-ascii", None):
                [request] = self.mail(
                    f"{number}@stranger.example.org", body=text.encode(real), kind=kind,
                    Content_Transfer_Encoding="8bit",
                )
                self.assertIn(text, request.description, kind)

    def test_likely_charsets(self):
        for real, texts in (
            ("cp1252", (
                "étés", "répété", "Größenänderung", "ÄRGER MIT MÜLL", "“Über uns”",
                "Bei 20°C läuft", "pièce n° 5 reçue",
                "§5 Übel", "Señor Núñez compró", "Smørrebrød på Ærø", "für",
            )),
            ("gb18030", (
                "你好", "发票", "Invoice 发票 for PO123", "型号XYZ坏了", "请ABC的X", "10月5日",
                "A的B", "請問ABC何時到貨", "“水泵”漏水……请来修——谢谢！", "￥100元", "<p>的</p>",
            )),
            ("utf-8", ("läuft", "水泵", "plain")),
        ):
            for text in texts:
                self.assertEqual(text.encode(real).decode(likely_charset(text.encode(real))), text)
        self.assertEqual(likely_charset(b"\x81\xff"), "latin-1")

    def test_no_subject(self):
        for subject in (None, "", "   "):
            [request] = self.mail(CONTACT, subject)
            self.assertEqual(request.name, "(no subject)")

    def test_several_recipients_make_one_request(self):
        second = self.env["runwell.service.team"].create({
            "name": "Second", "company_id": self.company.id, "alias_name": "second",
            "alias_domain_id": self.mail_alias_domain.id,
        })
        to = f"{self.address}, second@{self.alias_domain}, Else <else@example.org>"
        [request] = self.mail(CONTACT, to=to, Cc="boss@example.org")
        self.assertIn(request.team_id, self.team + second)

    def test_the_same_mail_twice(self):
        raw = self.raw(CONTACT)
        self.assertTrue(self.receive(raw))
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.assertFalse(self.receive(raw))
