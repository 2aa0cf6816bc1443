import re

from odoo import api, fields, models

from ..models.runwell_request import CHANNELS, PRIORITIES, REQUEST_TYPES

#: So many digits say who calls; fewer would find half of the customers.
MIN_DIGITS = 5
#: So many people are shown when a number is that of several.
SHOWN = 10


class RunwellRequestEntry(models.TransientModel):
    """Takes a request down while the customer is on the phone: number, subject, done."""

    _name = "runwell.request.entry"
    _description = "Quick entry of a request"

    phone = fields.Char("Number of the caller")
    caller_ids = fields.Many2many("res.partner", compute="_compute_caller_ids")
    caller_hint = fields.Char(compute="_compute_caller_ids")
    partner_id = fields.Many2one("res.partner", "Customer")
    open_request_ids = fields.Many2many(
        "runwell.request", compute="_compute_open_request_ids", string="Open requests",
    )
    name = fields.Char("Subject", required=True)
    description = fields.Html("Details")
    request_type = fields.Selection(REQUEST_TYPES, "Type", required=True, default="enquiry")
    priority = fields.Selection(PRIORITIES, required=True, default="0")
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    sale_order_id = fields.Many2one("sale.order", "Order")
    is_mine = fields.Boolean("I take it myself", default=lambda self: self._is_agent())
    may_take = fields.Boolean(compute="_compute_may_take")

    def _is_agent(self):
        return self.env.user.has_group("crm_runwell.group_service_user")

    def _compute_may_take(self):
        self.may_take = self._is_agent()

    @api.depends("phone")
    def _compute_caller_ids(self):
        for entry in self:
            callers = self._find_callers(entry.phone)
            entry.caller_ids = callers
            entry.caller_hint = entry._hint(callers)

    def _hint(self, callers):
        """Return in a sentence what is known of the number."""
        if len(re.sub(r"\D", "", self.phone or "")) < MIN_DIGITS:
            return False
        if not callers:
            return self.env._("No customer has this number. Choose one, or leave it empty.")
        if len(callers) > 1:
            return self.env._("%s customers have this number. Choose the one.", len(callers))
        return False

    @api.depends("partner_id")
    def _compute_open_request_ids(self):
        Request = self.env["runwell.request"]
        for entry in self:
            customer = entry.partner_id.commercial_partner_id
            entry.open_request_ids = Request if not customer else Request.search([
                ("commercial_partner_id", "=", customer.id),
                ("state", "in", ("new", "assigned", "processed")),
                ("company_id", "=", self.env.company.id),
            ], limit=5)

    @api.onchange("phone")
    def _onchange_phone(self):
        """Take the caller, if the number is that of one."""
        if len(self.caller_ids) == 1:
            self.partner_id = self.caller_ids._origin
        elif self.caller_ids and self.partner_id not in self.caller_ids._origin:
            self.partner_id = False

    @api.model
    def _find_callers(self, number):
        """Return the partners of a number, however it and theirs are written.

        The international form is looked up first; then the digits as they are, so that a
        number without its country code, or an extension, is found too.
        """
        Partner = self.env["res.partner"]
        digits = re.sub(r"\D", "", number or "")
        if len(digits) < MIN_DIGITS:
            return Partner
        country = self.env.company.country_id
        exact = Partner._phone_format(number=number, country=country)
        found = Partner.search([("phone_sanitized", "=", exact)], limit=SHOWN) if exact else Partner
        if found:
            return found
        national = digits.removeprefix("00").removeprefix("0")
        return Partner.search([
            "|", ("phone_mobile_search", "ilike", national), ("phone_sanitized", "ilike", national),
        ], limit=SHOWN)

    def action_create(self):
        """Make the request and close the dialog."""
        request = self._make()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success", "message": self.env._("Noted as %s.", request.number),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_create_open(self):
        """Make the request and open it."""
        return self._make().get_formview_action()

    def _make(self):
        self.ensure_one()
        request = self.env["runwell.request"].create({
            "partner_id": self.partner_id.id, "name": self.name, "phone": self.phone,
            "description": self.description, "request_type": self.request_type,
            "priority": self.priority, "channel": self.channel,
            "sale_order_id": self.sale_order_id.id,
        })
        if self.is_mine and self._is_agent() and not request.user_id:
            request._assign(self.env.user)
        return request
