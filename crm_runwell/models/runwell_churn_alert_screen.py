"""What the screens of a churn alert show beyond its fields, and the dialogs they open."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .constants import OPEN_STATES
from .runwell_score_notes import MOVED, change_between, sql_noted

#: What may come of an alert by hand, and the action that does it.
OUTCOMES = {
    "propose": "action_propose_lost", "lost": "action_confirm_lost",
    "false_alarm": "action_false_alarm",
}


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    is_overdue = fields.Boolean(
        "Deadline passed", compute="_compute_is_overdue", search="_search_is_overdue",
        help="Open, neither snoozed, held back nor waiting for a supervisor, and its "
        "deadline has passed.",
    )
    score_id = fields.Many2one(
        "runwell.score", compute="_compute_score_id",
        help="The customer's figures as they are now, for whoever may see them.",
    )
    override_id = fields.Many2one(
        "runwell.override", "Snooze", compute="_compute_override_id",
        help="What mutes the alert at present.",
    )
    change = fields.Json(
        "What changed", compute="_compute_change",
        help="What changed in the customer's health up to the warning.",
    )

    @api.depends("deadline", "state", "snoozed_until", "is_held_back", "loss_proposed_by_id")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for alert in self:
            alert.is_overdue = bool(
                alert.state in OPEN_STATES and alert.deadline and alert.deadline < today
                and not alert.snoozed_until and not alert.is_held_back
                and not alert.loss_proposed_by_id
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("state", "in", OPEN_STATES) & Domain("deadline", "<", "today")
            & Domain("snoozed_until", "=", False) & Domain("is_held_back", "=", False)
            & Domain("loss_proposed_by_id", "=", False)
        )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_score_id(self):
        Score = self.env["runwell.score"]
        scores = Score.search([("partner_id", "in", self.partner_id.ids)])
        found = {(score.partner_id, score.company_id): score for score in scores}
        for alert in self:
            alert.score_id = found.get((alert.partner_id, alert.company_id), Score)

    @api.depends("snoozed_until")
    def _compute_override_id(self):
        snoozed = self.filtered("snoozed_until")
        # sudo: who works on the alert may know why it is muted, whosever customer it is.
        entries = self.env["runwell.override"].sudo().search([
            ("partner_id", "in", snoozed.partner_id.ids), ("ended_on", "=", False),
            ("is_muted", "=", True),
        ]) if snoozed else self.env["runwell.override"]
        found = {(entry.partner_id, entry.company_id): entry.id for entry in entries}
        for alert in self:
            alert.override_id = alert.snoozed_until and found.get(
                (alert.partner_id, alert.company_id)
            )

    @api.depends("raised_on")
    def _compute_change(self):
        rows = dict(self.env.execute_query(SQL(
            """SELECT a.id, noted.rows FROM runwell_churn_alert a
                 JOIN LATERAL (%s) noted ON TRUE WHERE a.id = ANY(%s)""",
            sql_noted(SQL("a.partner_id"), SQL("a.company_id"), SQL("a.raised_on")),
            list(self.ids),
        ))) if self.ids else {}
        for alert in self:
            noted = rows.get(alert.id) or []
            alert.change = len(noted) == 2 and abs(
                noted[0]["health_score"] - noted[1]["health_score"]
            ) >= MOVED and change_between(alert, noted[1], noted[0])

    @api.model
    def action_open_board(self):
        """Open the alerts: a supervisor's all, everybody else's own."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_churn_alert")
        is_own = self.env.user.has_group("sales_team.group_sale_salesman") and not (
            self.env.user.has_group("sales_team.group_sale_manager")
        )
        return action | {
            "context": {"search_default_my_work": 1} if is_own else {"search_default_to_do": 1},
        }

    def action_ask_outcome(self):
        """Open the dialog that asks for the reason and then does what the context names."""
        self.ensure_one()
        outcome = self.env.context.get("default_outcome")
        self._check_may_work()
        if outcome != "false_alarm" and not self.measure_ids:
            self._check_loss()
        titles = {
            "propose": self.env._("Propose as lost"), "lost": self.env._("Confirm lost"),
            "false_alarm": self.env._("False alarm"),
        }
        if outcome not in titles:
            raise UserError(self.env._("Unknown step %s.", outcome))
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.alert.outcome",
            "name": titles[outcome], "views": [(False, "form")], "target": "new",
            "context": {"default_alert_id": self.id, "default_outcome": outcome},
        }

    def _decide(self, outcome, reason, words):
        """Write the reason and do what was decided; everything is checked there.

        :param str outcome: one of :data:`OUTCOMES`
        :param reason: ``runwell.churn.reason``, may be empty if there are words
        """
        self.write({"reason_id": reason.id, "reason": words})
        getattr(self, OUTCOMES[outcome])()

    def action_open_purchases(self):
        """Open the documents behind the figures: those of the category, if it is about one."""
        self.ensure_one()
        if self.category_id:
            return self._open_category_purchases()
        return self._score().action_open_purchases()

    def action_open_overdue(self):
        """Open the customer's invoices that are due and not paid."""
        self.ensure_one()
        return self._score().action_open_overdue()

    def action_snooze(self):
        """Open the dialog in which the customer is muted until a day."""
        self.ensure_one()
        self._check_may_work()
        return self.env["runwell.override"]._ask(self.partner_id, self.company_id, is_snooze=True)

    def action_end_snooze(self):
        """Wake the alert up now."""
        self.ensure_one()
        self.override_id.action_end()
