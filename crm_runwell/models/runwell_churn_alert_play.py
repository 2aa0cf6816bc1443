"""Plays on churn alerts: which one is suggested, starting it, ending it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .constants import OPEN_STATES


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    suggested_plan_id = fields.Many2one(
        "mail.activity.plan", "Suggested play", compute="_compute_suggested_plan_id",
        help="The play that suits the cause and the value of the customer best.",
    )
    running_plan_id = fields.Many2one(
        "mail.activity.plan", "Running play", compute="_compute_running_plan_id",
        help="The play whose steps are still open.",
    )

    @api.depends("cause", "value_class", "company_id", "partner_id.runwell_grade_id")
    def _compute_suggested_plan_id(self):
        """Find the plays of all alerts in one query."""
        self.flush_model(["cause", "value_class", "company_id"])
        self.env["res.partner"].flush_model(["runwell_grade_id"])
        plans = self.env["mail.activity.plan"]
        plans.flush_model()
        self.env["mail.activity.plan.template"].flush_model(["plan_id"])
        found = dict(self.env.execute_query(SQL(
            """SELECT a.id, play.id FROM runwell_churn_alert a
                CROSS JOIN LATERAL (%s) play WHERE a.id = ANY(%s)""",
            plans._sql_suggested(), self._origin.ids,
        )))
        for alert in self:
            alert.suggested_plan_id = found.get(alert._origin.id, False)

    @api.depends("activity_ids.runwell_plan_id")
    def _compute_running_plan_id(self):
        running = self._running_plans()
        for alert in self:
            alert.running_plan_id = running.get(alert._origin.id, False)

    def action_start_play(self):
        """Start the suggested play of each alert, and say which.

        :raise UserError: if an alert is closed or held back, has no suggested play, or
            a play is running on it
        """
        plays = self._start_play()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Started: %s", ", ".join(plays.mapped("name"))),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_other_play(self):
        """Open Odoo's own dialog to choose a play; it says so if one is running."""
        self._check_may_measure()
        return {
            "type": "ir.actions.act_window", "res_model": "mail.activity.schedule",
            "name": self.env._("Start a play"), "views": [(False, "form")], "target": "new",
            "context": {
                "active_model": self._name, "active_ids": self.ids, "plan_mode": True,
                "default_plan_id": self[:1].suggested_plan_id.id,
            },
        }

    def _start_play(self, play=None):
        """Start a play on each of these alerts.

        :param play: ``mail.activity.plan``; None means the suggested one of each alert
        :return: the plays that were started
        :raise UserError: see :meth:`action_start_play`
        """
        self._check_may_measure()
        for alert in self:
            if running := alert.running_plan_id:
                raise UserError(self.env._(
                    "The play %(play)s is running on the alert of %(customer)s. Finish it first, "
                    "or choose another play: it takes the place of this one.",
                    play=running.name, customer=alert.partner_id.display_name,
                ))
            if not play and not alert.suggested_plan_id:
                raise UserError(self.env._(
                    "No play suits the alert of %s. Choose another play, or make one under "
                    "Configuration, Plays.", alert.partner_id.display_name,
                ))
        for (plan, company, owner), alerts in self.grouped(
            lambda alert: (play or alert.suggested_plan_id, alert.company_id, alert.user_id)
        ).items():
            self.env["mail.activity.schedule"].with_company(company).create({
                "res_model": self._name, "res_ids": str(alerts.ids), "plan_id": plan.id,
                "plan_on_demand_user_id": (owner or self.env.user).id,
            }).action_schedule_plan()
        return play or self.suggested_plan_id

    def _running_plans(self):
        """Return the running play of each alert that has one: plan id by alert id."""
        # sudo: a step may be somebody else's.
        groups = self.env["mail.activity"].sudo()._read_group(
            [
                ("res_model", "=", self._name), ("res_id", "in", self._origin.ids),
                ("runwell_plan_id", "!=", False),
            ],
            ["res_id", "runwell_plan_id"],
        )
        return {alert_id: plan.id for alert_id, plan in groups}

    def _end_play(self):
        """Take away the open steps of a running play, and the plain activity to keep them."""
        # sudo: the activities of others too.
        steps = self.sudo().activity_ids.filtered("runwell_plan_id")
        (steps | self._plain_activities()).unlink()

    def _note_play(self, plan):
        # sudo: machine-owned; whoever started it was checked before.
        self.sudo()._as_machine().write({"plan_id": plan.id})

    def _is_open(self):
        return bool(self) and self.state in OPEN_STATES

    # Plays that start by themselves

    def _start_automatic(self, to_do):
        """Start the plays that start by themselves, set-based; e-mails none.

        :param SQL to_do: the condition on the alerts ``a`` that need work
        """
        companies = self._sql_companies()
        if companies is None:
            return
        plans, steps = self.env["mail.activity.plan"], self.env["mail.activity.plan.template"]
        plans.flush_model()
        steps.flush_model()
        self.env["res.partner"].flush_model(["runwell_grade_id"])
        self.env.cr.execute(SQL(
            """
            WITH started AS (
                UPDATE runwell_churn_alert s SET plan_id = auto.plan_id
                  FROM (SELECT a.id, play.id AS plan_id
                          FROM runwell_churn_alert a CROSS JOIN LATERAL (%(suggested)s) play
                         WHERE play.runwell_is_automatic AND %(to_do)s AND NOT EXISTS (
                               SELECT FROM mail_activity other
                                WHERE other.res_model = %(model)s AND other.res_id = a.id
                                  AND other.active AND other.runwell_plan_id IS NOT NULL)
                       ) auto
                 WHERE auto.id = s.id
                RETURNING s.id, s.partner_id, s.company_id, s.user_id, s.raised_on, s.plan_id)
            INSERT INTO mail_activity (
                   res_model_id, res_model, res_id, res_name, activity_type_id, runwell_plan_id,
                   summary, note, user_id, user_tz, date_deadline, automated, active,
                   create_uid, create_date, write_uid, write_date)
            SELECT %(model_id)s, %(model)s, a.id, p.name, t.activity_type_id, a.plan_id,
                   coalesce(t.summary ->> person.lang, t.summary ->> 'en_US'),
                   coalesce(t.note ->> person.lang, t.note ->> 'en_US'),
                   u.id, person.tz, %(deadline)s, TRUE, TRUE,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM started a
              JOIN res_partner p ON p.id = a.partner_id
              JOIN (%(companies)s) c (id, supervisor_id, finance_id, today) ON c.id = a.company_id
              JOIN mail_activity_plan_template t ON t.plan_id = a.plan_id
              JOIN res_users u ON u.id = %(responsible)s
              JOIN res_partner person ON person.id = u.partner_id
             ORDER BY a.id, t.sequence, t.id
            """,
            suggested=plans._sql_suggested(), to_do=to_do, model=self._name,
            model_id=self.env["ir.model"]._get_id(self._name), deadline=steps._sql_deadline(),
            responsible=steps._sql_responsible(), companies=companies, uid=self.env.uid,
        ))

    def _sql_companies(self):
        """Return SQL ``(company_id, supervisor_id, finance_id, today)`` of these alerts.

        None if there are no companies, so no alerts.
        """
        ids = self.env.execute_query(SQL(
            "SELECT DISTINCT company_id FROM runwell_churn_alert WHERE id = ANY(%s)",
            list(self.ids),
        ))
        policies = [
            self.env["runwell.retention.policy"]._of(company)
            for company in self.env["res.company"].browse(id_ for (id_,) in ids)
        ]
        return SQL("VALUES %s", SQL(", ").join(
            SQL(
                "(%s::int, %s::int, %s::int, %s::date)", policy.company_id.id,
                policy._supervisor().id or None, policy._finance_user().id or None,
                policy._today(),
            )
            for policy in policies
        )) if policies else None
