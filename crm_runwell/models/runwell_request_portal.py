from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..tools.upload import clean_name
from .runwell_request import OPEN_STATES

#: What customers may read of their requests, over RPC too: no drafts, no notes, no colleagues.
PORTAL_FIELDS = frozenset({
    "id", "display_name", "number", "name", "description", "active", "company_id", "state",
    "request_type", "priority", "channel", "partner_id", "commercial_partner_id", "satisfaction",
    "rating_comment", "create_date", "write_date", "processed_on", "archived_on", "access_url",
    "access_token", "access_warning",
})


class RunwellRequest(models.Model):
    """What customers read and do by themselves, on the portal and the public form."""

    _inherit = "runwell.request"

    archived_as = fields.Selection(selection_add=[("solved", "Solved, says the customer")])

    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if allowed and not self.env.su and not self.env.user._is_internal():
            return operation == "read" and field.name in PORTAL_FIELDS
        return allowed

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        """Answer the same for no request as for another customer's."""
        # sudo: whether there is one, before Odoo looks at the token of none
        if not self.sudo().browse(thread_id).exists():
            return self.browse()
        return super()._get_thread_with_access(thread_id, **kwargs)

    @api.model
    def _get_allowed_message_params(self):
        """Leave the stars to the flow: a message cannot carry them."""
        return super()._get_allowed_message_params() - {"rating_value"}

    def message_post(self, **kwargs):
        """Refuse what a customer writes where nobody would read it."""
        if kwargs.get("message_type") == "comment" and self.env.user.share and self.number:
            self._check_takes_answers()
        return super().message_post(**kwargs)

    def _check_takes_answers(self):
        for request in self:
            if request.duplicate_of_id or not request._takes_answers():
                raise UserError(self.env._(
                    "%s is closed. Make a new request, please.", request.number
                ))

    def _portal_state(self):
        """Return the state in the customer's words."""
        self.ensure_one()
        if self.duplicate_of_id:
            return self.env._("Continued in %s", self.duplicate_of_id.number)
        if self.state in OPEN_STATES and self.waiting_customer:
            return self.env._("We wait for your answer")
        return {
            "new": self.env._("Received"), "assigned": self.env._("In progress"),
            "processed": self.env._("Answered"), "feedback": self.env._("Answered"),
            "archived": self.env._("Closed"),
        }[self.state]

    def _portal_shows_description(self):
        """Return whether the details are not the first message of the talk anyway."""
        return self.channel not in ("email", "web", "portal")

    @api.model
    def _create_of_customer(self, values, files=(), author=None):
        """Make a request that a customer wrote; the words are the first of the talk too.

        :param values: as for ``create``, ``description`` a plain text
        :param files: (name, bytes)
        :param author: the contact who is logged in; None for the public form
        """
        # sudo: customers make requests through us alone; all values were checked.
        body = plaintext2html(values["description"])
        request = self.sudo().create({**values, "description": body})
        request.message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment",
            author_id=author.id if author else False,
            email_from=author.email_formatted if author else request.email_from,
            attachments=[(clean_name(name), content) for name, content in files],
        )
        return request

    def _close_by_customer(self):
        """Archive what the customer says is solved, answered or not.

        :raise UserError: if it is archived already
        """
        for request in self:
            if request.state == "archived":
                raise UserError(self.env._("%s is closed already.", request.number))
            if request.state == "processed":
                request._close("solved")
            else:
                request._move({
                    "state": "archived", "archived_as": "solved",
                    "archived_by_id": self.env.uid, "archived_on": fields.Datetime.now(),
                    **request._not_waiting(),
                })
            request._log_step(self.env._("The customer says that the problem is solved."))

    def _merge(self, duplicates, tell_customer=True):
        """End the links to the duplicates: they lead to what is no longer there."""
        result = super()._merge(duplicates, tell_customer=tell_customer)
        # sudo: a link is nobody's field
        (duplicates - self).sudo().access_token = False
        return result
