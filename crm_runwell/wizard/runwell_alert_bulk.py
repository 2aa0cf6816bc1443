from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: More rows than a person answers for at once.
MOST = 1000


class RunwellAlertBulk(models.TransientModel):
    """Does one thing with many churn alerts, each checked on its own.

    A row that is refused is named with its reason; the others are done. A further
    operation is a pair in :meth:`_operations` and a method ``_do_<name>(alert)``,
    which raises ``UserError`` to refuse.
    """

    _name = "runwell.alert.bulk"
    _description = "Work on Many Churn Alerts"

    operation = fields.Selection(selection="_operations", required=True)
    state = fields.Selection(
        selection=[("ask", "Ask"), ("done", "Done")], default="ask", readonly=True,
    )
    alert_ids = fields.Many2many(
        comodel_name="runwell.churn.alert", string="Alerts",
        default=lambda self: self._default_alert_ids(),
    )
    alert_count = fields.Integer(string="Number of alerts", compute="_compute_alert_count")
    user_id = fields.Many2one(
        comodel_name="res.users", string="New owner",
        domain=lambda self: [
            ("share", "=", False), ("company_ids", "in", self.env.companies.ids),
        ],
    )
    plan_id = fields.Many2one(
        comodel_name="mail.activity.plan", string="Play",
        domain=[("res_model", "=", "runwell.churn.alert")],
        help="Empty: the play that suits each alert.",
    )
    until = fields.Date(
        default=lambda self: fields.Date.context_today(self) + timedelta(days=30),
    )
    reason_id = fields.Many2one(comodel_name="runwell.churn.reason")
    reason = fields.Text(string="In words")
    line_ids = fields.One2many(
        comodel_name="runwell.alert.bulk.line", inverse_name="bulk_id", readonly=True,
    )
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_counts")

    @api.model
    def _operations(self):
        """Return what can be done with many alerts, as pairs for the selection."""
        _ = self.env._
        labels = {
            "assign": _("Give to another owner"),
            "play": _("Start a play"),
            "snooze": _("Snooze"),
            "propose": _("Propose as lost"),
            "lost": _("Confirm lost"),
            "false_alarm": _("False alarm"),
        }
        return list(labels.items())

    @api.model
    def _default_alert_ids(self):
        if self.env.context.get("active_model") != "runwell.churn.alert":
            return False
        return self.env.context.get("active_ids") or False

    @api.depends("alert_ids")
    def _compute_alert_count(self):
        for bulk in self:
            bulk.alert_count = len(bulk.alert_ids)

    @api.depends("line_ids.is_done")
    def _compute_counts(self):
        for bulk in self:
            bulk.done_count = len(bulk.line_ids.filtered("is_done"))
            bulk.refused_count = len(bulk.line_ids) - bulk.done_count

    def action_apply(self):
        """Do it row by row, and show what came of each.

        :raise UserError: if nothing is chosen, too much, or what the operation asks for is missing
        """
        self.ensure_one()
        if not self.alert_ids:
            raise UserError(self.env._("Choose the alerts in the list first."))
        if len(self.alert_ids) > MOST:
            raise UserError(self.env._("Choose at most %s alerts at once.", MOST))
        # Whoever gets many alerts hears of it from the digest, not by a mail for each.
        alerts = self.alert_ids.with_context(mail_auto_subscribe_no_notify=True)
        self.line_ids = [
            fields.Command.create({"alert_id": alert.id, "message": self._try(alert)})
            for alert in alerts
        ]
        self.state = "done"
        return self._reopen()

    def _try(self, alert):
        """Do the operation with one alert; return why it was refused, or False."""
        try:
            with self.env.cr.savepoint():
                alert.check_access("read")
                getattr(self, f"_do_{self.operation}")(alert)
                alert.env.flush_all()
        except UserError as refusal:
            return str(refusal)
        return False

    def _do_assign(self, alert):
        if not self.user_id:
            raise UserError(self.env._("Choose the new owner."))
        alert._check_may_work()
        alert.user_id = self.user_id

    def _do_play(self, alert):
        alert._start_play(self.plan_id)

    def _do_snooze(self, alert):
        alert._check_may_work()
        self.env["runwell.override"].create({
            "partner_id": alert.partner_id.id, "company_id": alert.company_id.id,
            "is_muted": True, "until": self.until, "reason": self._reason_in_words(),
        })

    def _do_propose(self, alert):
        self._decide(alert)

    def _do_lost(self, alert):
        self._decide(alert)

    def _do_false_alarm(self, alert):
        self._decide(alert)

    def _decide(self, alert):
        """Decide on one alert; without a reason of the dialog its own stays."""
        alert._decide(
            self.operation, self.reason_id or alert.reason_id, self.reason or alert.reason
        )

    def _reason_in_words(self):
        return self.reason or self.reason_id.name or ""

    def action_open_refused(self):
        """Open the alerts that were refused."""
        self.ensure_one()
        refused = self.line_ids.filtered(lambda line: not line.is_done).alert_id
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_churn_alert")
        return action | {
            "domain": [("id", "in", refused.ids)], "context": {}, "target": "current",
            "views": [(False, "list"), (False, "form")],
            "name": self.env._("Refused"),
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "name": dict(self._operations())[self.operation], "views": [(False, "form")],
            "target": "new",
        }
