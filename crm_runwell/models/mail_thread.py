from odoo import api, models

from ..tools.charsets import mend_charsets


class MailThread(models.AbstractModel):
    """The gateway: requests look over the routes that lead to them."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        mend_charsets(message)
        return super().message_parse(message, save_original=save_original)

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values,
        )
        return self.env["runwell.request"]._review_routes(message, message_dict, routes)
