"""Who works on a churn alert, by when, and the activities that say so."""

from odoo import fields, models
from odoo.tools import SQL

from .runwell_retention_policy import DEADLINES

KEEP = "crm_runwell.mail_activity_type_keep"
CONFIRM = "crm_runwell.mail_activity_type_confirm_loss"


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    def _sql_owner(self, company, policy):
        """Return SQL of the owner for score ``s``.

        The account manager; else the leader of the team of the last order; else the
        supervisor. Each only while active and at work in the company.
        """
        def at_work(user):
            return SQL(
                """(SELECT u.id FROM res_users u
                      JOIN res_company_users_rel r ON r.user_id = u.id AND r.cid = %s
                     WHERE u.id = %s AND u.active AND NOT u.share)""",
                company.id, user,
            )
        leader = SQL(
            """(SELECT t.user_id FROM sale_order d JOIN crm_team t ON t.id = d.team_id
                 WHERE d.partner_id IN (SELECT id FROM res_partner
                                         WHERE commercial_partner_id = s.partner_id)
                   AND d.company_id = s.company_id
                   AND d.state = 'sale'
                 ORDER BY d.date_order DESC LIMIT 1)"""
        )
        return SQL(
            "coalesce(%s, %s, %s)", at_work(SQL("s.user_id")), at_work(leader),
            policy._supervisor().id or None,
        )

    def _sql_deadline(self, policy, start=None):
        """Return SQL of the day by which to act on row ``s``, from its value class and risk."""
        days = SQL(" ").join(
            SQL("WHEN %s THEN %s", name, policy[f"deadline_{name}"]) for name in DEADLINES
        )
        return SQL(
            """%(start)s + ceil((CASE s.value_class %(days)s ELSE %(most)s END)
                   / CASE WHEN s.churn_probability >= %(urgent)s THEN 2.0 ELSE 1.0 END)::int""",
            start=start or SQL("s.as_of"), days=days, most=policy.deadline_low,
            urgent=policy.urgent_risk,
        )

    def _assign_work(self):
        """Give the owners of these alerts something to do, and the chatter.

        The steps of the play that starts by itself, else one plain activity. None of an
        alert that is held back, snoozed or closed, or has its activities already. Written
        straight into the tables: an e-mail each would be a storm; the daily digest tells.
        """
        if not self:
            return
        self.flush_model()
        self.env["mail.activity"].flush_model()
        to_do = SQL(
            """a.id = ANY(%s) AND a.user_id IS NOT NULL AND a.is_held_back IS NOT TRUE
               AND a.snoozed_until IS NULL AND a.state IN ('warning', 'suspended')""",
            list(self.ids),
        )
        self._start_automatic(to_do)
        self.env.cr.execute(SQL(
            """
            INSERT INTO mail_activity (
                   res_model_id, res_model, res_id, res_name, activity_type_id, summary, user_id,
                   user_tz, date_deadline, automated, active, create_uid, create_date, write_uid,
                   write_date)
            SELECT %(model_id)s, %(model)s, a.id, p.name, t.id,
                   coalesce(t.name ->> person.lang, t.name ->> 'en_US'), a.user_id, person.tz,
                   a.deadline, TRUE, TRUE, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                   now() AT TIME ZONE 'UTC'
              FROM runwell_churn_alert a
              JOIN res_partner p ON p.id = a.partner_id
              JOIN res_users u ON u.id = a.user_id
              JOIN res_partner person ON person.id = u.partner_id
              JOIN mail_activity_type t ON t.id = %(type)s
             WHERE %(to_do)s AND NOT EXISTS (
                   SELECT FROM mail_activity other
                    WHERE other.res_model = %(model)s AND other.res_id = a.id AND other.active
                      AND (other.activity_type_id = %(type)s
                           OR other.runwell_plan_id IS NOT NULL))
            """,
            model_id=self.env["ir.model"]._get_id(self._name), model=self._name,
            type=self.env.ref(KEEP).id, to_do=to_do, uid=self.env.uid,
        ))
        self._follow(to_do)
        self.env["mail.activity"].invalidate_model()
        self.invalidate_model(["activity_ids", "message_follower_ids", "plan_id"])

    def _follow(self, to_do):
        """Make the owners followers, so that they hear of what is written on their alerts."""
        self.env.cr.execute(SQL(
            """
            WITH new AS (
                INSERT INTO mail_followers (res_model, res_id, partner_id)
                SELECT %s, a.id, u.partner_id
                  FROM runwell_churn_alert a JOIN res_users u ON u.id = a.user_id
                 WHERE %s
                    ON CONFLICT DO NOTHING
                RETURNING id)
            INSERT INTO mail_followers_mail_message_subtype_rel
            SELECT new.id, t.id FROM new, mail_message_subtype t
             WHERE t."default" AND (t.res_model IS NULL OR t.res_model = %s)
            """,
            self._name, to_do, self._name,
        ))

    def _put_to_sleep(self):
        """Take the work on snoozed alerts off their owners' lists; it comes back afterwards."""
        self._plain_activities().unlink()

    def _wake_up(self, policy):
        """Give the work back after a snooze, with the time that a new alert would have."""
        if not self:
            return
        self.env.cr.execute(SQL(
            """UPDATE runwell_churn_alert s SET deadline = greatest(s.deadline, %s)
                WHERE s.id = ANY(%s)""",
            self._sql_deadline(policy, SQL("%s::date", policy._today())), list(self.ids),
        ))
        self.invalidate_recordset(["deadline"])
        self._assign_work()

    def _move_deadline(self, day):
        """Let the owners act by another day: that of the next step they planned."""
        # sudo: machine-owned; whoever recorded the measure was checked before.
        self.sudo()._as_machine().write({"deadline": day})
        self._plain_activities().write({"date_deadline": day})

    def _plain_activities(self):
        """Return the plain activities that the machine gave the owners of these alerts."""
        keep = self.env.ref(KEEP)
        # sudo: the activities of others too.
        return self.sudo().activity_ids.filtered(
            lambda activity: activity.automated and activity.activity_type_id == keep
        )

    def _end_work(self):
        """Take away the machine's activities and the play; what people planned stays theirs."""
        # sudo: the activities of others too.
        self.sudo().activity_ids.filtered(
            lambda activity: activity.automated or activity.runwell_plan_id
        ).unlink()

    def _pass_work_on(self, former):
        """Give what the machine or a play gave the former owners to the new one.

        Who had none, or was not the owner (finance, the supervisor), keeps it; the
        new owner is the supervisor's answer to an overdue alert.

        :param dict former: the owner of each alert until now
        """
        moved = self.filtered(lambda alert: alert.user_id != former[alert])
        # sudo: machine-owned; the supervisor was checked before.
        moved.sudo()._as_machine().write({"assigned_at": fields.Datetime.now()})
        moved._end_escalation()
        to_confirm = self.env.ref(CONFIRM)
        for owner, alerts in moved.grouped("user_id").items():
            # sudo: the activities of the former owner.
            work = alerts.sudo().activity_ids.filtered(
                lambda activity: (activity.automated or activity.runwell_plan_id)
                and activity.activity_type_id != to_confirm
                and activity.user_id == former[self.browse(activity.res_id)]
            )
            if owner:
                # Not a mail for each: the digest tells.
                work.with_context(mail_activity_quick_update=True).write({"user_id": owner.id})
                alerts._assign_work()
            else:
                work.unlink()

    def _ask_to_confirm(self):
        """Ask the supervisor of the company to decide on the proposed losses."""
        for alert in self:
            supervisor = self.env["runwell.retention.policy"]._of(alert.company_id)._supervisor()
            if supervisor and not alert.sudo().activity_search([CONFIRM]):
                # sudo: the activity is the supervisor's.
                alert.sudo().with_context(mail_activity_quick_update=True).activity_schedule(
                    CONFIRM, user_id=supervisor.id, date_deadline=alert._today(),
                )

    def _end_confirmation(self):
        # sudo: the activity is the supervisor's.
        self.sudo().activity_unlink([CONFIRM])
