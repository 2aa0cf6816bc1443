"""The development plan of an opportunity: what is planned, and what came of it."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    runwell_plan_item_ids = fields.One2many(
        "mail.activity", string="Development plan", compute="_compute_plan_items",
        context={"active_test": False}, groups="base.group_user",
        help="What is planned and what was done, in order of the dates.",
    )

    def _compute_plan_items(self):
        # sudo: whoever reads an opportunity reads its plan, executives too.
        items = self.env["mail.activity"].sudo().with_context(active_test=False).search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], [
                "res_model", "res_id", "active", "activity_type_id", "summary", "user_id",
                "date_deadline", "date_done", "feedback",
            ],
        ).sudo(False).grouped("res_id")
        for lead in self:
            lead.runwell_plan_item_ids = items.get(lead.id, self.env["mail.activity"])

    def action_runwell_plan(self):
        """Open Odoo's dialog to start a plan, for the salesperson of the opportunity."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window", "res_model": "mail.activity.schedule",
            "name": self.env._("Start a plan"), "views": [(False, "form")], "target": "new",
            "context": {
                "active_model": self._name, "active_ids": self.ids, "plan_mode": True,
                "default_plan_on_demand_user_id": (self.user_id or self.env.user).id,
            },
        }

    def _start_or_go_on(self, plan):
        """Start a plan where no step of it is open; else the salesperson gets the open ones.

        All but those that the plan gives to a certain person.
        """
        # sudo: steps of anybody.
        steps = self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("runwell_plan_id", "=", plan.id),
        ])
        certain = plan.template_ids.filtered(
            lambda template: template.responsible_type == "other"
        ).responsible_id
        for user, leads in self.grouped("user_id").items():
            steps.filtered(
                lambda step, ids=set(leads.ids), right=user | certain: step.res_id in ids
                and step.user_id not in right
            ).with_context(mail_activity_quick_update=True).write({"user_id": user.id})
        (self - self.browse(steps.mapped("res_id")))._start_plan(plan)

    def _start_plan(self, plan):
        """Give each salesperson the steps of a plan, without an e-mail for each step.

        :param plan: a ``mail.activity.plan`` of opportunities
        :raise UserError: if the plan cannot be used here, or nobody is there to do a step
        """
        self._check_plan(plan)
        today, model_id = fields.Date.context_today(self), self.env["ir.model"]._get_id(self._name)
        steps, texts = [], {}
        for lead in self:
            lines = []
            for template in plan.template_ids:
                person = template._determine_responsible(lead.user_id, lead)
                if person["error"]:
                    raise UserError(person["error"])
                deadline = template._get_date_deadline(today)
                steps.append({
                    "res_model_id": model_id, "res_id": lead.id, "automated": False,
                    "activity_type_id": template.activity_type_id.id,
                    "summary": template.summary, "note": template.note,
                    "user_id": person["responsible"].id, "date_deadline": deadline,
                    "runwell_plan_id": plan.id,
                })
                lines.append(template.summary or template.activity_type_id.name)
            texts[lead.id] = Markup("<p>%s</p><ul>%s</ul>") % (
                self.env._("The plan %s has been started.", plan.name),
                Markup().join(Markup("<li>%s</li>") % line for line in lines),
            )
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(steps)
        self._message_log_batch(bodies=texts)

    def _merge_dependences(self, opportunities):
        """Take done items along with their results: Odoo moves open ones alone."""
        result = super()._merge_dependences(opportunities)
        # sudo: results go where the opportunity goes, whoever did them.
        self.env["mail.activity"].sudo().with_context(active_test=False).search([
            ("res_model", "=", self._name), ("res_id", "in", opportunities.ids),
        ]).write({"res_id": self.id})
        return result

    def _check_plan(self, plan):
        if plan.res_model != self._name or not plan.template_ids:
            raise UserError(self.env._("%s is no plan for opportunities.", plan.display_name))
        if plan.company_id and self.company_id - plan.company_id:
            raise UserError(self.env._(
                "The plan %s belongs to another company.", plan.display_name
            ))
