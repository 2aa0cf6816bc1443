from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIVITY = "crm_runwell.mail_activity_type_high_value"
#: Customers that are planned for in one go.
MOST = 1000


class RunwellHighValuePlan(models.TransientModel):
    """The end of the five steps: the chosen customers get a tag, their managers something to do.

    It says first what is going to be made. Who has an open activity of this kind gets no second
    one, and the tag of a month is made once.
    """

    _name = "runwell.high.value.plan"
    _description = "Plan for High-Value Customers"

    kind = fields.Selection(
        selection=[("keep", "Keep"), ("attract", "Attract")], required=True, default="keep",
    )
    state = fields.Selection(
        selection=[("ask", "Ask"), ("done", "Done")], default="ask", readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company,
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Customers", compute="_compute_partner_ids",
        store=True, readonly=False, compute_sudo=False,
    )
    partner_count = fields.Integer(string="Number of customers", compute="_compute_counts")
    activity_count = fields.Integer(string="New activities", compute="_compute_counts")
    planned_count = fields.Integer(
        string="Have their activity already", compute="_compute_counts",
    )
    manager_text = fields.Text(string="For whom", compute="_compute_counts")
    tag_name = fields.Char(
        string="Tag", compute="_compute_texts", store=True, readonly=False,
    )
    with_activities = fields.Boolean(string="Plan an activity for each", default=True)
    summary = fields.Char(compute="_compute_texts", store=True, readonly=False)
    date_deadline = fields.Date(
        "Deadline", default=lambda self: fields.Date.context_today(self) + timedelta(days=14),
    )
    with_favorite = fields.Boolean(
        string="Keep as my favorite search", default=True,
        help="The customers with this tag, one click away in your contacts.",
    )
    made_count = fields.Integer(string="Activities made", readonly=True)

    @api.depends("kind")
    def _compute_partner_ids(self):
        for plan in self:
            steps = self.env["runwell.five.steps"].with_company(plan.company_id)
            scores = self.env["runwell.score"].search_fetch(
                steps._choice_domain(plan.kind), ["partner_id"], limit=MOST + 1,
            )
            plan.partner_ids = scores.partner_id

    @api.depends("kind", "company_id")
    def _compute_texts(self):
        month = fields.Date.context_today(self).strftime("%Y-%m")
        # sudo: tags are shared by all companies, whichever the user knows.
        is_alone = self.env["res.company"].sudo().search_count([], limit=2) < 2
        for plan in self:
            when = month if is_alone else f"{month}, {plan.company_id.name}"
            if plan.kind == "keep":
                plan.tag_name = self.env._("High-value: keep %s", when)
                plan.summary = self.env._("Keep this customer: ask what would make them leave")
            else:
                plan.tag_name = self.env._("High-value: attract %s", when)
                plan.summary = self.env._("Win more of this customer's business")

    @api.depends("partner_ids", "with_activities")
    def _compute_counts(self):
        for plan in self:
            to_do = plan._to_do() if plan.with_activities else plan.partner_ids.browse()
            by_manager = to_do.grouped(plan._responsible)
            plan.partner_count = len(plan.partner_ids)
            plan.activity_count = len(to_do)
            plan.planned_count = (
                len(plan.partner_ids) - len(to_do) if plan.with_activities else 0
            )
            plan.manager_text = "\n".join(
                f"{user.name}: {len(partners)}"
                for user, partners in sorted(
                    by_manager.items(), key=lambda pair: (-len(pair[1]), pair[0].name)
                )
            )

    def _responsible(self, partner):
        """Return who is to act: the account manager, or who plans where there is none."""
        manager = partner.user_id
        at_work = manager.active and self.company_id in manager.sudo().company_ids
        return manager if at_work else self.env.user

    def _to_do(self):
        """Return the customers who have no open activity of this kind."""
        # sudo: the activities of others count as well.
        planned = self.env["mail.activity"].sudo().search_fetch([
            ("res_model", "=", "res.partner"), ("res_id", "in", self.partner_ids.ids),
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
        ], ["res_id"]).mapped("res_id")
        return self.partner_ids.browse(set(self.partner_ids.ids) - set(planned))

    def action_apply(self):
        """Make the tag, the activities and the favorite; then show what was made.

        :raise UserError: if nobody is chosen, or too many
        """
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Nobody is chosen: choose cells in the third step."))
        if not (self.tag_name or "").strip():
            raise UserError(self.env._("Give the tag a name."))
        if len(self.partner_ids) > MOST:
            raise UserError(self.env._(
                "More than %s customers are chosen: choose fewer cells in the third step.", MOST
            ))
        self.partner_ids.check_access("write")
        self.made_count = self._plan_activities() if self.with_activities else 0
        tag = self._tag()
        (self.partner_ids - tag.partner_ids).category_id = [fields.Command.link(tag.id)]
        if self.with_favorite:
            self._keep_favorite(tag)
        self.state = "done"
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "name": self.env._("Plan for high-value customers"), "views": [(False, "form")],
            "target": "new",
        }

    def _tag(self):
        """Return the tag of this name, made if there is none."""
        tags = self.env["res.partner.category"]
        name = self.tag_name.strip()
        # sudo: some may tag customers and not make tags; this one is the product's.
        return tags.search([("name", "=", name)], limit=1) or tags.sudo().create(
            {"name": name}
        ).sudo(False)

    def _plan_activities(self):
        """Give each customer's manager an activity; return how many were made."""
        model_id = self.env["ir.model"]._get_id("res.partner")
        type_ = self.env.ref(ACTIVITY)
        # Not an e-mail for each: they stand in the list of activities.
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True,
        ).create([
            {
                "res_model_id": model_id, "res_id": partner.id, "activity_type_id": type_.id,
                "summary": self.summary, "date_deadline": self.date_deadline,
                "user_id": self._responsible(partner).id,
            }
            for partner in self._to_do()
        ])
        return len(activities)

    def _keep_favorite(self, tag):
        """Save the search for the tag among the user's favorites, once.

        Who works on own customers alone finds those: a colleague's may bear the tag too.
        """
        filters = self.env["ir.filters"]
        domain = [("category_id", "in", tag.ids)]
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            domain.append(("user_id", "=", self.env.uid))
        values = {
            "name": tag.name, "model_id": "res.partner", "user_ids": [self.env.uid],
            "domain": repr(domain),
        }
        if not filters.search_count([
            ("name", "=", tag.name), ("model_id", "=", "res.partner"),
            ("user_ids", "in", self.env.uid),
        ], limit=1):
            filters.create(values)

    def action_open_customers(self):
        """Open the customers with the tag."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "name": self.tag_name, "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("id", "in", self.partner_ids.ids)],
        }
