from odoo import fields, models
from odoo.tools import is_html_empty

#: Messages that a person wrote; the rest is the product's own.
WRITTEN = ("comment", "email")


class RunwellRequest(models.Model):
    """The talk with the customer, and the stamps that it leaves."""

    _inherit = "runwell.request"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if message.message_type in WRITTEN and self._is_public(message):
            if self._is_of_employee(message):
                self._stamp_answer()
            else:
                self._stamp_customer()
        return result

    @staticmethod
    def _is_public(message):
        """Return whether the customer reads the message."""
        # sudo: subtypes are the same for everyone
        subtype = message.sudo().subtype_id
        return bool(subtype) and not subtype.internal and not message.is_internal

    @staticmethod
    def _is_of_employee(message):
        """Return whether an internal user wrote the message, or the system, which is one too."""
        # sudo: the customer may not look at users
        author = message.sudo().author_id.with_context(active_test=False)
        return any(not user.share for user in author.user_ids)

    def _stamp_answer(self):
        if not self.first_answer_on:
            self._move({"first_answer_on": fields.Datetime.now()})

    def _stamp_customer(self):
        """Keep when the customer last wrote, and let the clock run again."""
        values = {"last_customer_message_on": fields.Datetime.now()}
        if self.waiting_customer:
            values |= self._not_waiting()
        self._move(values)

    def _send_answer(self):
        """Post the answer where the customer reads it, unless there is none."""
        self.ensure_one()
        if not is_html_empty(self.answer):
            self._post_to_customer(self.answer)

    def _post_to_customer(self, body, message_type="comment"):
        """Post a public message, which reaches the customer by mail, known or not.

        :param message_type: ``auto_comment`` for what the product says by itself
        """
        self.ensure_one()
        unknown = {} if self.partner_id.email else {"outgoing_email_to": self.email_from}
        # sudo: the flow's own message; the step checked its caller, who stays the author.
        return self.sudo().message_post(
            author_id=self.env.user.partner_id.id, body=body, message_type=message_type,
            subtype_xmlid="mail.mt_comment", partner_ids=self.partner_id.ids, **unknown,
        )

    def _log_step(self, text):
        """Keep a sentence in the chatter, for employees alone."""
        self.ensure_one()
        # sudo: as in _post_to_customer
        self.sudo().message_post(
            author_id=self.env.user.partner_id.id, body=text, subtype_xmlid="mail.mt_note",
        )
