import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ..tools.incoming_mail import (
    attached_sender,
    forwarded_sender,
    is_automatic,
    possible_numbers,
)

_logger = logging.getLogger(__name__)


class RunwellRequest(models.Model):
    """Requests by e-mail: which request a mail belongs to, and what a new one begins with."""

    _inherit = "runwell.request"

    contact_name = fields.Char(
        "Name given", copy=False, help="As whom the sender signed; proves nothing.",
    )
    previous_id = fields.Many2one(
        "runwell.request", "Goes on from", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null", check_company=True,
        help="The request that the customer came back to when it was closed for good.",
    )

    # Incoming

    @api.model
    def _review_routes(self, message, message_dict, routes):
        """Return the routes of a mail as requests want them.

        Automatic mails lead nowhere; a known number in the subject leads to its request,
        and a word to a request closed for good to a new one; one mail makes one request.

        :param routes: tuples (model, thread, values, user, alias)
        """
        others = [route for route in routes if route[0] != self._name]
        ours = [route for route in routes if route[0] == self._name]
        if not ours:
            return routes
        if is_automatic(message):
            _logger.info(
                "Automatic mail from %s with Message-Id %s: no request.",
                message_dict["email_from"], message_dict["message_id"],
            )
            return others
        reviewed = {}
        for route in ours:
            route = self._review_route(message_dict, route)
            if not route[1] and self._is_colleague(email_normalize(message_dict["email_from"])):
                route[2]["_attached"] = attached_sender(message)
            company = self.browse(route[1]).company_id.id or (route[2] or {}).get("company_id")
            reviewed.setdefault((route[1], company), route)
        return others + list(reviewed.values())

    def _review_route(self, message_dict, route):
        """Return where a mail to a request or a team goes."""
        _model, thread_id, values, user_id, alias = route
        values = dict(values or {})
        sender = email_normalize(message_dict["email_from"]) or ""
        # sudo: the gateway decides, whoever wrote.
        requests = self.sudo()
        request = requests.browse(thread_id or False).exists()
        if not request:
            named = requests._named_in(message_dict.get("subject"), values.get("company_id"))
            request = named.filtered(lambda one: one._knows(sender))[:1]
            if named and not request:
                values["_named"] = named[:1].id
        request = request._survivor()
        if request and not request._takes_answers() and not self._is_colleague(sender):
            values |= {
                "team_id": request.team_id.id, "company_id": request.company_id.id,
                "previous_id": request.id,
                "partner_id": request.partner_id.id if request._knows(sender) else False,
            }
            request = self.browse()
        return (self._name, request.id or False, values, user_id, alias)

    @api.model
    def _named_in(self, subject, company_id):
        """Return the requests whose number a subject holds, in any brackets."""
        numbers = possible_numbers(subject)
        if not numbers:
            return self.browse()
        domain = Domain("number", "in", list(numbers))
        if company_id:
            domain &= Domain("company_id", "=", company_id)
        return self.search(domain, order="id desc")

    def _knows(self, address):
        """Return whether an address may speak on the request by its number alone.

        It is the customer's, one of its company, the one the request came from, or a follower's.
        """
        self.ensure_one()
        if not address:
            return False
        family = self.partner_id | self.message_partner_ids
        if address in {email_normalize(self.email_from), *family.mapped("email_normalized")}:
            return True
        return bool(self.commercial_partner_id) and bool(self.env["res.partner"].search_count([
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("email_normalized", "=", address),
        ], limit=1))

    def _survivor(self):
        """Return the request that a merged one went into, or itself."""
        request, passed = self, self
        while request.duplicate_of_id and request.duplicate_of_id not in passed:
            request = request.duplicate_of_id
            passed |= request
        return request

    def _takes_answers(self):
        """Return whether what the customer writes still belongs to this request."""
        return self.state not in ("processed", "archived") or self._may_reopen()

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a request of a mail: unknown senders stay without a customer."""
        values = dict(custom_values or {})
        # sudo: the gateway decides, whoever wrote.
        named = self.sudo().browse(values.pop("_named", False))
        attached = values.pop("_attached", None)
        team = self.env["runwell.service.team"].sudo().browse(values.get("team_id"))
        company = team.company_id or self.env.company
        subject, body = (msg_dict.get("subject") or "").strip(), msg_dict.get("body")
        name, address = self._writer(msg_dict.get("email_from"), subject, body, attached)
        values = {
            "name": subject or self.env._("(no subject)"), "description": body,
            "channel": "email", "company_id": company.id, "contact_name": name,
        } | values
        if not values.get("partner_id"):
            values["partner_id"] = self._customer_of(address, company).id
        request = super().message_new(dict(msg_dict, email_from=address), values)
        if named:
            request._log_step(self.env._(
                "The subject names %(number)s, but %(sender)s is nobody we know of there: check "
                "who writes before you answer about it.",
                number=named._get_html_link(title=named.number), sender=address,
            ))
        return request

    @api.model
    def _writer(self, email_from, subject, body, attached=None):
        """Return name and address of who asks: of a mail that a colleague forwards, the first.

        :param attached: name and address of who wrote the mail that is attached
        """
        name, address = (email_split_tuples(email_from) or [("", email_from or "")])[0]
        address = email_normalize(address) or address
        forwarded = self._is_colleague(address) and (attached or forwarded_sender(subject, body))
        return forwarded or (name, address)

    @api.model
    def _is_colleague(self, address):
        """Return whether an address is an internal user's."""
        # sudo: customers may not look at users
        return bool(address) and bool(self.env["res.users"].sudo().search_count([
            ("email_normalized", "=", address), ("share", "=", False),
        ], limit=1))

    @api.model
    def _customer_of(self, address, company):
        """Return the one customer's contact with this address, empty if none or several."""
        if not address:
            return self.env["res.partner"]
        # sudo: the gateway decides, whoever wrote.
        partners = self.env["res.partner"].sudo().search([
            ("email_normalized", "=", address), ("partner_share", "=", True),
            ("company_id", "in", (False, company.id)),
        ])
        if len(partners.commercial_partner_id) != 1:
            return partners.browse()
        return partners.sorted("is_company")[:1]

    def _message_post_after_hook(self, message, msg_values):
        """Take the work up again when the customer writes after the answer."""
        result = super()._message_post_after_hook(message, msg_values)
        if (
            message.message_type in ("comment", "email") and self._is_public(message)
            and not self._is_of_employee(message) and self._may_reopen()
        ):
            self._reopen(self.env._("The customer wrote again."))
        return result

    # Outgoing

    def _message_compute_subject(self):
        self.ensure_one()
        return f"[{self.number}] {self.name}" if self.number else super()._message_compute_subject()

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Let answers come to the team's address, where a number in the subject is understood."""
        # sudo: customers may not look at teams
        teams = self.team_id.sudo()._notify_get_reply_to(default=default, author_id=author_id)
        found = {request.id: teams[request.team_id.id] for request in self if request.team_id}
        others = self.filtered(lambda request: not request.team_id)
        if others:
            found |= super(RunwellRequest, others)._notify_get_reply_to(
                default=default, author_id=author_id,
            )
        return found

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        """Let every mail carry the number, whatever its subject."""
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values,
        )
        subject = values.get("subject") or message.subject or ""
        if self.number and self.number not in subject:
            values["subject"] = " ".join(f"[{self.number}] {subject}".split())
        return values

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Keep internal notes from customers, even from one who is named in the note."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self and self._is_note(message, msg_vals or {}):
            return [recipient for recipient in recipients if not recipient["share"]]
        return recipients

    def _is_note(self, message, msg_vals):
        # sudo: subtypes are the same for everyone
        message = message.sudo()
        subtype = message.subtype_id.browse(msg_vals.get("subtype_id", message.subtype_id.id))
        kind = msg_vals.get("message_type", message.message_type)
        if kind == "user_notification":
            return False
        return not subtype or subtype.internal or msg_vals.get("is_internal", message.is_internal)
