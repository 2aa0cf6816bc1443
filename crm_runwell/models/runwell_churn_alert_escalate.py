"""Overdue churn alerts: passed to the supervisor, once."""

from odoo import api, models
from odoo.tools import SQL

from .runwell_churn_alert_duty import CONFIRM

OVERDUE = "crm_runwell.mail_activity_type_overdue"


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    @api.model
    def _cron_duty(self):
        """Daily: pass the overdue alerts of every company on, a transaction each."""
        companies = self.env["res.company"].search([])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(companies))
        for company in companies:
            self._escalate(company)
            commit(1)

    @api.model
    def _escalate(self, company):
        """Pass the overdue alerts of a company to its supervisor, each once.

        Not those of the supervisor: there is nobody to pass them to. Written straight
        into the tables, whatever the number, without an e-mail: the daily digest tells.

        :return: the number of alerts passed on
        """
        policy = self.env["runwell.retention.policy"]._of(company)
        supervisor = policy._supervisor()
        if not supervisor:
            return 0
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            WITH passed AS (
                UPDATE runwell_churn_alert a SET escalated_on = %(today)s
                 WHERE a.company_id = %(company)s AND a.escalated_on IS NULL
                   AND a.user_id IS DISTINCT FROM %(supervisor)s AND %(overdue)s
                RETURNING a.id, a.partner_id)
            INSERT INTO mail_activity (
                   res_model_id, res_model, res_id, res_name, activity_type_id, summary, user_id,
                   user_tz, date_deadline, automated, active, create_uid, create_date, write_uid,
                   write_date)
            SELECT %(model_id)s, %(model)s, a.id, p.name, t.id,
                   coalesce(t.name ->> %(lang)s, t.name ->> 'en_US'), %(supervisor)s, %(tz)s,
                   %(today)s, TRUE, TRUE, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                   now() AT TIME ZONE 'UTC'
              FROM passed a
              JOIN res_partner p ON p.id = a.partner_id
              JOIN mail_activity_type t ON t.id = %(type)s
            """,
            today=policy._today(), company=company.id, supervisor=supervisor.id,
            overdue=self._sql_overdue(policy._today()), tz=supervisor.tz or None,
            lang=supervisor.lang,
            model_id=self.env["ir.model"]._get_id(self._name), model=self._name,
            type=self.env.ref(OVERDUE).id, uid=self.env.uid,
        ))
        count = self.env.cr.rowcount
        self.env["mail.activity"].invalidate_model()
        self.invalidate_model(["activity_ids", "escalated_on"])
        return count

    @api.model
    def _sql_overdue(self, today):
        """Return SQL: work on alert ``a`` is overdue on a day.

        Its deadline has passed without a measure, or nothing but overdue activities
        is planned. Not what is snoozed, held back, or waits for the decision on a loss.
        """
        planned = SQL(
            """SELECT FROM mail_activity m
                WHERE m.res_model = %s AND m.res_id = a.id AND m.active
                  AND m.activity_type_id NOT IN %s""",
            self._name, (self.env.ref(OVERDUE).id, self.env.ref(CONFIRM).id),
        )
        return SQL(
            """(a.state IN ('warning', 'suspended') AND a.deadline < %(today)s
                AND (a.snoozed_until IS NULL OR a.snoozed_until < %(today)s)
                AND a.is_held_back IS NOT TRUE AND a.loss_proposed_on IS NULL
                AND (a.worked_on IS NULL
                     OR EXISTS (%(planned)s AND m.date_deadline < %(today)s)
                        AND NOT EXISTS (%(planned)s AND m.date_deadline >= %(today)s)))""",
            today=today, planned=planned,
        )

    def _end_escalation(self):
        """Take the overdue alerts off the supervisor's list: somebody acted."""
        # sudo: the activity is the supervisor's.
        self.sudo().activity_unlink([OVERDUE])
