import re
from difflib import SequenceMatcher

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from .runwell_request import OPEN_STATES

#: From this likeness of two subjects on (0 to 1) a request is proposed as a duplicate.
LIKE = 0.7
#: So many of a customer's open requests are compared.
COMPARED = 50
REPLY = re.compile(r"^\s*((re|fw|fwd|aw|wg|tr|回复|转发|答复)\s*[:：]\s*)+", re.IGNORECASE)


class RunwellRequest(models.Model):
    """Requests that say the same: proposed, linked, merged."""

    _inherit = "runwell.request"

    likely_duplicate_ids = fields.Many2many(
        "runwell.request", compute="_compute_likely_duplicate_ids",
        string="Likely duplicates", help="Open requests of the customer about the same.",
    )

    def _compute_likely_duplicate_ids(self):
        for request in self:
            subject = _bare(request.name)
            request.likely_duplicate_ids = request._open_of_customer().filtered(
                lambda other, subject=subject: _likeness(subject, _bare(other.name)) >= LIKE
            )

    def _open_of_customer(self):
        """Return the customer's other open requests, the latest first."""
        self.ensure_one()
        customer = self.commercial_partner_id
        if not (customer or self.email_from) or self.state not in OPEN_STATES:
            return self.browse()
        sender = (
            ("commercial_partner_id", "=", customer.id) if customer
            else ("email_from", "=", self.email_from)
        )
        return self.search([
            sender, ("company_id", "=", self.company_id.id), ("state", "in", OPEN_STATES),
            ("id", "!=", self._origin.id),
        ], order="id desc", limit=COMPARED)

    def action_merge(self):
        """Open the merge dialog for the chosen requests, or one and its likely duplicates."""
        requests = self | self.likely_duplicate_ids if len(self) == 1 else self
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.request.merge",
            "name": self.env._("Merge requests"), "view_mode": "form", "target": "new",
            "context": {"default_request_ids": requests.ids, "default_survivor_id": self[:1].id},
        }

    def _merge(self, duplicates, tell_customer=True):
        """Move all of ``duplicates`` here and archive them with a pointer.

        :raise UserError: if they are not of one customer and company, or not open
        """
        self.ensure_one()
        duplicates -= self
        everything = self | duplicates
        self._check_mergeable(duplicates)
        everything.check_access("write")
        # sudo: messages, files and followers are no one's own; the requests were checked.
        survivor, gone = self.sudo(), duplicates.sudo()
        survivor._take_talk(gone)
        survivor._take_values(gone)
        gone.duplicate_ids._move({"duplicate_of_id": survivor.id})
        gone._move({
            "state": "archived", "archived_as": "duplicate", "duplicate_of_id": survivor.id,
            "archived_by_id": self.env.uid, "archived_on": fields.Datetime.now(),
            **self._not_waiting(),
        })
        for request in gone:
            request._log_step(self.env._("Merged into %s.", survivor._get_html_link()))
        numbers = ", ".join(gone.mapped("number"))
        self._log_step(self.env._("Took over %s, with messages and files.", numbers))
        if tell_customer and (self.partner_id or self.email_from):
            self._post_to_customer(Markup("<p>%s</p>") % self.env._(
                "You wrote to us more than once about the same: we go on under %(number)s. "
                "%(others)s need no answer of yours.", number=self.number, others=numbers,
            ), message_type="auto_comment")

    def _check_mergeable(self, duplicates):
        if not duplicates:
            raise UserError(self.env._("Choose two requests or more to merge."))
        everything = self | duplicates
        if len(everything.company_id) > 1:
            raise UserError(self.env._("Requests of different companies stay apart."))
        if len(everything.commercial_partner_id) > 1:
            raise UserError(self.env._(
                "These requests are of different customers: %s. Only requests of one customer "
                "are merged.", ", ".join(everything.commercial_partner_id.mapped("name")),
            ))
        everything._check_state(OPEN_STATES, self.env._("Only open requests are merged."))

    def _take_talk(self, gone):
        """Move messages, files, followers and activities here."""
        gone.message_ids.filtered(lambda message: not message.subject).write({
            "subject": self.env._("From %s", ", ".join(gone.mapped("number"))),
        })
        gone.message_ids.write({"res_id": self.id})
        self.env["ir.attachment"].search([
            ("res_model", "=", self._name), ("res_id", "in", gone.ids),
        ]).write({"res_id": self.id})
        gone.activity_ids.write({"res_id": self.id})
        self.message_subscribe(gone.message_partner_ids.ids)

    def _take_values(self, gone):
        """Fill what is empty here; keep the earliest answer and the latest word."""
        names = ("partner_id", "sale_order_id", "invoice_id", "product_id", "email_from", "phone")
        values = {
            name: next((r[name] for r in gone if r[name]), False)
            for name in names if not self[name]
        }
        values = {name: getattr(value, "id", value) for name, value in values.items() if value}
        self.write(values | {
            "tag_ids": [fields.Command.link(tag.id) for tag in gone.tag_ids],
            "priority": max((self | gone).mapped("priority")),
        })
        everything = self | gone
        answers = list(filter(None, everything.mapped("first_answer_on")))
        words = list(filter(None, everything.mapped("last_customer_message_on")))
        self._move({
            "first_answer_on": min(answers, default=False),
            "last_customer_message_on": max(words, default=False),
        })


def _bare(subject):
    """Return a subject without the marks of replies, in one case."""
    return REPLY.sub("", subject or "").casefold().strip()


def _likeness(one, other):
    """Return how alike two texts are, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0
