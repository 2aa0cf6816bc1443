from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.runwell_handover_work import KINDS

#: More customers than a person answers for at once.
MOST = 1000


class RunwellHandoverWizard(models.TransientModel):
    """Hands customers to a colleague or to the pool, with the reason and the open work."""

    _name = "runwell.handover.wizard"
    _description = "Hand Over Customers"

    partner_ids = fields.Many2many("res.partner", string="Customers")
    partner_count = fields.Integer("Number of customers", compute="_compute_partner_count")
    target = fields.Selection(
        [("colleague", "A colleague"), ("pool", "The customer pool")],
        "Hand over to", default="colleague", required=True,
    )
    new_user_id = fields.Many2one(
        "res.users", "New account manager",
        domain=lambda self: [
            ("share", "=", False), ("company_ids", "in", self.env.companies.ids),
            ("all_group_ids", "in", self.env.ref("sales_team.group_sale_salesman").ids),
        ],
    )
    reason = fields.Text()
    move_activities = fields.Boolean("Activities go along", default=True)
    move_alerts = fields.Boolean("Churn alerts go along", default=True)
    move_opportunities = fields.Boolean("Opportunities go along", default=True)
    move_requests = fields.Boolean("Service requests go along")
    activities_count = fields.Integer("Open activities", compute="_compute_work")
    alerts_count = fields.Integer("Open churn alerts", compute="_compute_work")
    opportunities_count = fields.Integer("Opportunities in hand", compute="_compute_work")
    requests_count = fields.Integer("Open service requests", compute="_compute_work")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if "partner_ids" in fields and context.get("active_model") == "res.partner":
            values.setdefault("partner_ids", context.get("active_ids") or [])
        return values

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        for wizard in self:
            wizard.partner_count = len(wizard.partner_ids.commercial_partner_id)

    @api.depends("partner_ids", "new_user_id")
    def _compute_work(self):
        """Count what the former managers have open on their customers."""
        for wizard in self:
            # sudo: the numbers alone, of customers that the user may give away.
            customers = wizard.partner_ids._origin.commercial_partner_id
            if not customers._runwell_may_assign():
                customers = customers.filtered(lambda one: one.user_id == self.env.user)
            customers = customers.sudo()
            work = self.env["runwell.handover"].sudo()._open_work(
                {customer: customer.user_id for customer in customers},
                wizard.new_user_id._origin,
            ) if customers else {}
            for kind in KINDS:
                wizard[f"{kind}_count"] = len(work.get(kind, ()))

    def action_apply(self):
        """Hand the customers over.

        :raise UserError: if the reason, the customers or the colleague is missing
        :raise AccessError: for customers that are not the user's to give away
        """
        self.ensure_one()
        customers = self.partner_ids.commercial_partner_id
        if not customers:
            raise UserError(self.env._("Choose the customers first."))
        if len(customers) > MOST:
            raise UserError(self.env._("Hand over at most %s customers at once.", MOST))
        to_pool = self.target == "pool"
        if not to_pool and not self.new_user_id:
            raise UserError(self.env._("Choose the new account manager."))
        Handover = self.env["runwell.handover"]
        Handover._check_may_hand_over(customers)
        done = Handover._hand_over(
            customers, self.env["res.users"] if to_pool else self.new_user_id, self.reason,
            "pooled" if to_pool else "handover",
            follow=() if to_pool else [kind for kind in KINDS if self[f"move_{kind}"]],
        )
        if not done:
            raise UserError(
                self.env._("They are in the pool already.") if to_pool
                else self.env._("They have this account manager already.")
            )
        if not to_pool and self.new_user_id != self.env.user:
            self._tell(done)
        return {"type": "ir.actions.act_window_close"}

    def _tell(self, done):
        """Let the new manager know: one activity, however many customers."""
        customers = done.partner_id
        # sudo: it is the colleague's.
        Activity = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        kind = self.env.ref("mail.mail_activity_data_todo")
        where = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": customers.id,
        } if len(customers) == 1 else {}
        Activity.create({
            **where, "activity_type_id": kind.id, "user_id": self.new_user_id.id,
            "summary": self.env._("Take over %s", customers.name) if where
            else self.env._("Take over %s customers", len(customers)),
            "note": self.reason,
        })
