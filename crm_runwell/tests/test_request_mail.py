from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.incoming_mail import possible_numbers
from .gateway_common import BOUNCE, GatewayCase

CONTACT = "Contact <contact@example.com>"


@tagged("post_install", "-at_install")
class TestRequestMail(GatewayCase):
    """Mails that no person wrote, senders we do not know, and what goes out."""

    AUTOMATIC = (
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; type=x"},
        {"X_Auto_Response_Suppress": "All"}, {"X_Auto_Response_Suppress": "DR, AutoReply"},
        {"Precedence": "bulk"}, {"Precedence": "auto_reply"}, {"X_Autoreply": "yes"},
        {"Return_Path": "<>"}, {"subject": "Automatic reply: The pump leaks"},
        {"subject": "Out of office: back on Monday"}, {"subject": "自动回复：水泵"},
    )

    def test_automatic_replies_make_and_reopen_nothing(self):
        request = self.processed()
        talk = request.message_ids
        for headers in self.AUTOMATIC:
            with self.subTest(headers):
                subject = headers.get("subject", f"Re: [{request.number}]")
                others = {name: value for name, value in headers.items() if name != "subject"}
                self.assertFalse(self.mail(CONTACT, subject, **others))
                self.assertFalse(self.mail(
                    CONTACT, subject, References=self.answer_id(request), **others
                ))
        self.assertEqual((request.message_ids, request.state), (talk, "processed"))

    def test_what_people_write_is_not_automatic(self):
        for headers in (
            {"Auto_Submitted": "no"}, {"X_Auto_Response_Suppress": "OOF"}, {"Precedence": "list"},
            {"subject": "Out of office chairs"}, {"subject": "Automatic gate does not open"},
        ):
            with self.subTest(headers):
                self.assertTrue(self.mail(CONTACT, **headers))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_bounces_make_and_reopen_nothing(self):
        request = self.processed()
        talk = request.message_ids
        for to in (self.address, f"{self.alias_bounce}@{self.alias_domain}"):
            self.assertFalse(self.receive(BOUNCE.format(
                to=to, message_id=next(self.ids), original=self.answer_id(request),
                number=request.number,
            )))
        self.assertEqual((request.message_ids, request.state), (talk, "processed"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_loop_ends(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        made = [len(self.mail("robot@loop.example.org")) for _number in range(5)]
        self.assertEqual(made, [1, 1, 1, 0, 0])

    # Unknown senders

    def test_an_unknown_sender_has_no_customer(self):
        [request] = self.mail('"New Person" <New@Stranger.example.org>')
        self.assertFalse(request.partner_id or request.proposed_partner_ids)
        self.assertEqual(
            (request.email_from, request.contact_name), ("new@stranger.example.org", "New Person"),
        )

    def test_an_address_of_two_customers_is_proposed(self):
        twins = self.customer("One", email="twin@example.net") + self.customer(
            "Two", email="twin@example.net"
        )
        [request] = self.mail("twin@example.net")
        self.assertFalse(request.partner_id)
        self.assertEqual(request.proposed_partner_ids, twins)

    def test_proposals(self):
        acme = self.customer("Acme", email="info@acme.example.net")
        free = self.customer("Free", email="free@gmail.com")
        caller = self.customer("Caller", phone="+32 2 987 65 43")
        elsewhere = self.customer(
            "Elsewhere", email="x@acme.example.net",
            company_id=self.make_company("Runwell Elsewhere", self.foreign).id,
        )
        for sender, phone, expected in (
            ("bob@acme.example.net", False, acme), ("bob@gmail.com", False, free.browse()),
            ("free@gmail.com", False, free), ("x@y.example.org", "029876543", caller),
            ("x@acme.example.net", False, acme),
        ):
            with self.subTest(sender):
                request = self.request(partner_id=False, email_from=sender, phone=phone)
                self.assertEqual(request.proposed_partner_ids, expected)
        self.assertNotIn(elsewhere, request.proposed_partner_ids)

    def test_it_is_this_customer(self):
        twins = self.customer("One", email="twin@example.net") + self.customer(
            "Two", email="twin@example.net"
        )
        [request] = self.mail("twin@example.net")
        asks = self.as_("agent", twins[1]).with_context(runwell_request_id=request.id)
        asks.action_runwell_is_sender()
        self.assertEqual(request.partner_id, twins[1])
        self.assertFalse(request.proposed_partner_ids)
        with self.assertRaisesRegex(UserError, "is of Two already"):
            asks.action_runwell_is_sender()

    def test_somebody_new_of_a_known_company(self):
        acme = self.customer("Acme", email="info@acme.example.net")
        [request] = self.mail('"Bob" <bob@acme.example.net>')
        self.as_("agent", acme).with_context(
            runwell_request_id=request.id
        ).action_runwell_is_sender()
        self.assertEqual((request.partner_id.parent_id, request.partner_id.name), (acme, "Bob"))
        self.assertEqual(request.partner_id.email, "bob@acme.example.net")
        self.assertEqual(self.mails_of(request).author_id, request.partner_id)

    # Outgoing

    def test_what_goes_out_carries_the_number(self):
        request = self.assigned()
        for subject in (None, "As agreed", f"Re: {request.number} pump"):
            with self.mock_mail_gateway():
                request.with_user(self.agent).message_post(
                    body="Hello", subject=subject, subtype_xmlid="mail.mt_comment",
                    partner_ids=self.buyer.ids,
                )
            [mail] = self._new_mails
            self.assertEqual(mail.subject.count(request.number), 1)
            self.assertIn(self.address, mail.reply_to)

    def test_notes_reach_no_customer_though_named(self):
        request = self.assigned()
        request.message_subscribe(self.buyer.ids)
        with self.mock_mail_gateway():
            request.with_user(self.agent).message_post(
                body="He never pays", partner_ids=(self.buyer + self.colleague.partner_id).ids,
                subtype_xmlid="mail.mt_note",
            )
            request.with_user(self.agent).message_post(
                body="He never pays", is_internal=True, subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(self._new_mails.recipient_ids, self.colleague.partner_id)

    def test_a_reply_to_what_was_sent_comes_back(self):
        request = self.assigned(partner_id=self.contact.id)
        request.answer = "<p>Tighten it</p>"
        with self.mock_mail_gateway():
            self.as_("agent", request).action_process()
            self._new_mails.send()
        answer = next(mail for mail in self._mails if "Tighten it" in mail["body"])
        self.assertFalse(self.mail(
            CONTACT, f"Re: {answer['subject']}", to=answer["reply_to"],
            In_Reply_To=answer["message_id"],
        ))
        self.assertEqual(request.state, "assigned")

    def test_what_the_system_writes_reopens_nothing(self):
        request = self.assigned()
        request.answer = "<p>Tighten it</p>"
        request.with_user(self.env.ref("base.user_root"))._process()
        self.assertEqual((request.state, request.reopen_count), ("processed", 0))

    def test_words_that_may_be_numbers(self):
        for subject, found in (
            ("Re: [REQ/2026/00012] Pump 12345", "REQ/2026/00012"), ("（req_2026_7）", "REQ/2026/7"),
            ("A2.77.", "A2.77"),
        ):
            self.assertIn(found, possible_numbers(subject))
        self.assertFalse(possible_numbers("No number, just words"))
        self.assertFalse(possible_numbers(None))
