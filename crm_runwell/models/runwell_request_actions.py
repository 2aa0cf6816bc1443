from odoo import api, fields, models

#: So many likely duplicates are named; the rest is counted.
SHOWN = 3


class RunwellRequest(models.Model):
    """What the screens of a request need: its dialogs, the customer's strip, its neighbours."""

    _inherit = "runwell.request"

    runwell_summary = fields.Json(compute="_compute_runwell_summary")
    customer_request_count = fields.Integer(
        "Requests of the customer", compute="_compute_customer_request_count",
    )
    duplicate_count = fields.Integer(compute="_compute_duplicate_count")
    likely_duplicate_text = fields.Char(compute="_compute_likely_duplicate_text")

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_runwell_summary(self):
        """The customer's figures, as far as the reader may see them."""
        for request in self:
            partner = request.partner_id.with_company(request.company_id)
            request.runwell_summary = partner.runwell_summary

    @api.depends("commercial_partner_id")
    def _compute_customer_request_count(self):
        counts = {
            (customer.id, company.id): count
            for customer, company, count in self._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id", "company_id"], ["__count"],
            )
        }
        for request in self:
            key = (request.commercial_partner_id.id, request.company_id.id)
            request.customer_request_count = counts.get(key, 0)

    @api.depends("duplicate_ids")
    def _compute_duplicate_count(self):
        for request in self:
            request.duplicate_count = len(request.duplicate_ids)

    @api.depends("likely_duplicate_ids")
    def _compute_likely_duplicate_text(self):
        for request in self:
            likely = request.likely_duplicate_ids
            names = ", ".join(likely[:SHOWN].mapped("display_name"))
            if len(likely) > SHOWN:
                names = self.env._(
                    "%(names)s and %(count)s more", names=names, count=len(likely) - SHOWN,
                )
            request.likely_duplicate_text = self.env._(
                "The customer seems to ask the same in %s.", names,
            ) if likely else False

    def action_assign(self):
        """Ask for the agent."""
        return self._ask_step("assign", self.env._("Assign"))

    def action_hand_over(self):
        """Ask for the next agent or team, and why."""
        return self._ask_step("hand_over", self.env._("Hand over"))

    def action_feedback(self):
        """Ask for what the customer said of the answer."""
        return self._ask_step("feedback", self.env._("Record feedback"))

    def action_reopen(self):
        """Ask why the work is taken up again."""
        return self._ask_step("reopen", self.env._("Reopen"))

    def _ask_step(self, step, title):
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.request.step",
            "name": title, "view_mode": "form", "target": "new",
            "context": {"default_step": step, "default_request_ids": self.ids},
        }

    def action_link_document(self):
        """Offer the customer's orders and invoices."""
        self.ensure_one()
        rows = self.env["runwell.request.document"]._offer(self)
        return {
            "type": "ir.actions.act_window", "res_model": rows._name, "target": "new",
            "name": self.env._("Orders and invoices of the customer"), "view_mode": "list",
            "domain": [("id", "in", rows.ids)],
        }

    def action_open_customer_requests(self):
        """Open all requests of the customer."""
        self.ensure_one()
        return self._list_action(
            self.env._("Requests of %s", self.commercial_partner_id.name),
            [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            default_partner_id=self.partner_id.id,
        )

    def action_open_duplicates(self):
        """Open what was merged into this request."""
        self.ensure_one()
        return self._list_action(
            self.env._("Merged into %s", self.number), [("duplicate_of_id", "=", self.id)],
        )

    def action_open_survivor(self):
        """Open the request that this one was merged into."""
        self.ensure_one()
        return self.duplicate_of_id.get_formview_action()

    @api.model
    def _list_action(self, title, domain, **context):
        """Return the action that lists requests.

        :param context: defaults of a request that is made there
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_request")
        return action | {
            "display_name": title, "name": title, "domain": domain, "context": context,
            "view_mode": "list,kanban,form",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
        }
