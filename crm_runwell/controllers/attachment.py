from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.mail.tools.discuss import add_guest_to_context

from .uploads import check_file


class ServiceAttachmentController(AttachmentController):

    @http.route()
    @add_guest_to_context
    def mail_attachment_upload(self, ufile, thread_id, thread_model, is_pending=False, **kwargs):
        """Take from customers, in the talk too, only what the form takes."""
        if thread_model == "runwell.request" and request.env.user.share:
            try:
                ufile.filename, _content = check_file(ufile)
            except UserError as error:
                return request.make_json_response({"error": str(error)})
            ufile.stream.seek(0)
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs
        )
