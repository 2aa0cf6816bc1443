from odoo import api, models
from odoo.tools.mail import append_content_to_html

from ..tools.charsets import mend_charsets
from ..tools.incoming_mail import lost_text


class MailThread(models.AbstractModel):
    """The gateway: requests look over the routes that lead to them."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        mend_charsets(message)
        return super().message_parse(message, save_original=save_original)

    def _message_parse_extract_payload(self, message, message_dict, save_original=False):
        payload = super()._message_parse_extract_payload(
            message, message_dict, save_original=save_original,
        )
        own = "" if message_dict.get("is_bounce") else lost_text(message)
        if own.strip():
            payload["body"] = append_content_to_html(
                append_content_to_html("", own, preserve=True), payload["body"], plaintext=False,
            )
        return payload

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values,
        )
        return self.env["runwell.request"]._review_routes(message, message_dict, routes)
