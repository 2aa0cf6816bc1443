from odoo import api, fields, models
from odoo.exceptions import UserError

#: So many of the last orders say how many are open and late.
LOOKED_AT = 40
UNFINISHED = ("waiting", "partly", "late")
#: An older order without an invoice is not open: not everybody invoices here.
INVOICE_DAYS = 90


class ResPartner(models.Model):
    """The last orders of a customer, each with how far it came."""

    _inherit = "res.partner"

    @api.readonly
    def get_runwell_orders(self, limit=5):
        """Return the customer's last quotations and orders that the reader may see.

        :param int limit: 1 to 40
        :return: dict: ``orders`` (see `sale.order._runwell_tracking`, newest first) and ``count``
            (of all)
        :raise AccessError: if the reader may not see the customer
        :raise UserError: for any other limit
        """
        self.ensure_one()
        self.check_access("read")
        if not isinstance(limit, int) or not 1 <= limit <= LOOKED_AT:
            raise UserError(self.env._("Between 1 and %s orders can be listed.", LOOKED_AT))
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return {"orders": [], "count": 0}
        domain = self._runwell_orders_domain()
        orders = Order.search(domain, order="date_order desc, id desc", limit=limit)
        return {
            "orders": list(orders._runwell_tracking().values()),
            "count": Order.search_count(domain),
        }

    def _runwell_orders_domain(self):
        return [
            ("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "in", self.env.companies.ids),
        ]

    def action_runwell_orders(self):
        """Open all quotations and orders of the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "sale.order",
            "name": self.env._("Orders of %s", self.commercial_partner_id.display_name),
            "views": [(False, "list"), (False, "form")], "domain": self._runwell_orders_domain(),
            "context": {"default_partner_id": self.id},
        }

    def action_runwell_open_orders(self):
        """Open the orders that the chip of the customer's page counts."""
        action = self.action_runwell_orders()
        return action | {"domain": [("id", "in", [line["id"] for line in self._open_orders()])]}

    def _open_orders(self):
        """Return the lines of the confirmed orders, of the last ones, that are not at their end."""
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return []
        orders = Order.search(
            [*self._runwell_orders_domain(), ("state", "=", "sale")],
            order="date_order desc, id desc", limit=LOOKED_AT,
        )
        recent = fields.Date.subtract(fields.Date.context_today(self), days=INVOICE_DAYS)
        return [
            line for line in orders._runwell_tracking().values()
            if any(
                stage["state"] in UNFINISHED
                and (stage["key"] != "invoice" or line["day"] >= str(recent))
                for stage in line["stages"]
            )
        ]

    def _runwell_header_chips(self):
        chips = super()._runwell_header_chips()
        lines = self._open_orders()
        if lines:
            late = sum(
                any(stage["state"] == "late" for stage in line["stages"]) for line in lines
            )
            chips.append({
                "key": "open_orders", "sequence": 40, "label": self.env._("Open orders"),
                "value": self.env._("%(open)s, %(late)s late", open=len(lines), late=late)
                if late else str(len(lines)),
                "hint": self.env._("Confirmed, and not yet delivered, invoiced or paid."),
                "tone": "warning" if late else "", "action": "action_runwell_open_orders",
            })
        return chips
