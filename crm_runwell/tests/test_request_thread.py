from odoo.tests import tagged

from .service_common import ServiceCase


@tagged("post_install", "-at_install")
class TestRequestThread(ServiceCase):
    """What is said, who reads it, and the stamps it leaves."""

    def say(self, request, author, body="Well", subtype="mail.mt_comment", kind="comment"):
        return request.message_post(
            author_id=author.id, body=body, subtype_xmlid=subtype, message_type=kind,
        )

    def test_the_first_answer_is_kept(self):
        request = self.assigned()
        for author, subtype, kind in (
            (self.agent.partner_id, "mail.mt_note", "comment"),
            (self.agent.partner_id, "mail.mt_comment", "auto_comment"),
            (self.buyer, "mail.mt_comment", "email"),
            (self.users["portal"].partner_id, "mail.mt_comment", "comment"),
        ):
            self.say(request, author, subtype=subtype, kind=kind)
            self.assertFalse(request.first_answer_on)
        with self.at("2026-03-02 08:00:00"):
            self.say(request, self.agent.partner_id)
        with self.at("2026-03-03 08:00:00"):
            self.say(request, self.agent.partner_id)
        self.assertEqual(str(request.first_answer_on), "2026-03-02 08:00:00")

    def test_the_customers_last_word_is_kept(self):
        request = self.assigned()
        self.say(request, self.agent.partner_id)
        self.say(request, self.buyer, subtype="mail.mt_note")
        self.assertFalse(request.last_customer_message_on)
        for day in ("2026-03-02", "2026-03-04"):
            with self.at(f"{day} 08:00:00"):
                self.say(request, self.buyer, kind="email")
            self.assertEqual(str(request.last_customer_message_on), f"{day} 08:00:00")

    def test_the_customers_word_ends_the_waiting(self):
        request = self.assigned()
        self.as_("agent", request).action_wait()
        self.say(request, self.agent.partner_id)
        self.assertTrue(request.waiting_customer)
        self.say(request, self.buyer, kind="email")
        self.assertFalse(request.waiting_customer or request.waiting_since)

    def test_internal_notes_reach_no_customer(self):
        request = self.assigned()
        request.message_subscribe(self.buyer.ids)
        with self.mock_mails() as sent:
            self.say(request, self.agent.partner_id, "A secret", subtype="mail.mt_note")
            request._log_step("Another secret")
            request._hand_over(self.colleague, "A third secret")
        self.assertNotIn("buyer@example.com", sent)
        notes = request.message_ids.filtered(lambda message: "secret" in message.body)
        self.assertEqual(len(notes), 3)
        self.assertFalse(notes.notified_partner_ids & self.buyer)

    def mock_mails(self):
        """Return a context manager that collects the addresses of mails."""
        from contextlib import contextmanager
        from unittest.mock import patch

        @contextmanager
        def collect():
            addresses = []

            def send(mails, *args, **kwargs):
                for mail in mails:
                    addresses.extend(mail.recipient_ids.mapped("email"))
                    addresses.append(mail.email_to)

            with patch.object(self.env.registry["mail.mail"], "send", send):
                yield addresses

        return collect()

    def test_the_answer_reaches_who_is_not_known_yet(self):
        request = self.request(partner_id=False, email_from="new@example.com")
        request._assign(self.agent)
        request.answer = "<p>Tighten the ring.</p>"
        self.as_("agent", request).action_process()
        [answer] = self.mails_of(request)
        self.assertEqual(answer.outgoing_email_to, "new@example.com")
        known = self.processed()
        self.assertFalse(self.mails_of(known).outgoing_email_to)

    def test_the_agent_is_told(self):
        request = self.request().with_context(mail_notrack=False, tracking_disable=False)
        request.with_user(self.manager)._assign(self.agent)
        self.assertIn(self.agent.partner_id, request.message_partner_ids)
