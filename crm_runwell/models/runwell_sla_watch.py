from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

#: Clocks that are told of in one transaction.
BATCH = 200


class RunwellSlaStatus(models.Model):
    """Who is told of a deadline, and when: the agent before it, the leader once it has passed."""

    _inherit = "runwell.sla.status"

    @api.model
    def _cron_watch(self):
        """Follow changed working hours, warn before a breach, pass breaches to the leader."""
        self.env["runwell.service.team"]._sla_follow_hours()
        self._fail_overdue()
        commit = self.env["ir.cron"]._commit_progress
        commit(1)
        for tell in (self._warn, self._pass_on):
            while told := tell():
                if not commit(told, remaining=BATCH if told == BATCH else 0):
                    return

    @api.model
    def _fail_overdue(self):
        """Count open clocks as missed once their deadline has passed, and tell the scoring."""
        missed = self.env.execute_query(SQL(
            """UPDATE runwell_sla_status SET state = 'failed', in_time = 0
                WHERE reached_on IS NULL AND deadline < %s AND state <> 'failed'
            RETURNING request_id""",
            fields.Datetime.now(),
        ))
        self.invalidate_model(["state", "in_time"], flush=False)
        self.env["runwell.score.refresh"]._ask(
            self.env["runwell.request"].browse({request_id for (request_id,) in missed})
        )

    @api.model
    def _warn(self):
        """Warn the agent, else the team's leader, when the set share of the time is used.

        :return: the number of clocks
        """
        return self._tell(
            "warned_on", SQL("s.warn_at <= %s", fields.Datetime.now()),
            SQL("coalesce(agent.id, leader.id)"),
        )

    @api.model
    def _pass_on(self):
        """Tell the team's leader of deadlines that have passed.

        :return: the number of clocks
        """
        return self._tell(
            "passed_on", SQL("s.deadline < %s", fields.Datetime.now()), SQL("leader.id"),
        )

    @api.model
    def _tell(self, stamp, condition, user):
        """Make an activity for each request whose clocks are due to be told of, once a clock.

        :param stamp: the field that keeps when it was told
        :param condition: SQL condition on ``runwell_sla_status s``
        :param user: SQL of the id of who is told; where there is nobody, it waits
        """
        rows = self.env.execute_query(SQL(
            """
            WITH due AS (
                SELECT s.id, s.request_id, s.kind, s.deadline, %(user)s AS user_id
                  FROM runwell_sla_status s
                  JOIN runwell_request r ON r.id = s.request_id
                  LEFT JOIN runwell_service_team t ON t.id = r.team_id
                  LEFT JOIN res_users agent ON agent.id = r.user_id AND agent.active
                  LEFT JOIN res_users leader ON leader.id = t.leader_id AND leader.active
                 WHERE s.reached_on IS NULL AND %(stamp)s IS NULL AND %(condition)s
                   AND %(user)s IS NOT NULL
                 ORDER BY s.deadline, s.id LIMIT %(limit)s
                   FOR UPDATE OF s SKIP LOCKED
            )
            UPDATE runwell_sla_status s SET %(column)s = %(now)s FROM due
             WHERE due.id = s.id
            RETURNING due.request_id, due.kind, due.deadline, due.user_id
            """,
            user=user, stamp=SQL.identifier("s", stamp), column=SQL.identifier(stamp),
            condition=condition, limit=BATCH, now=fields.Datetime.now(),
        ))
        self.invalidate_model([stamp], flush=False)
        due = defaultdict(list)
        for request, kind, deadline, user_id in rows:
            due[request, kind, user_id].append(deadline)
        self._make_activities({key: min(deadlines) for key, deadlines in due.items()})
        return len(rows)

    @api.model
    def _make_activities(self, due):
        """Make activities, unless there is one of the kind for the user already.

        :param due: deadlines by (request id, kind, user id)
        """
        # No mail for each: the list of activities tells.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        types = {
            kind: self.env.ref(f"crm_runwell.activity_sla_{kind}")
            for kind, _label in self._fields["kind"].selection
        }
        there = {
            (activity.res_id, activity.activity_type_id, activity.user_id.id)
            for activity in Activity.search([
                ("res_model", "=", "runwell.request"),
                ("res_id", "in", [request for request, _kind, _user in due]),
                ("activity_type_id", "in", [kind.id for kind in types.values()]),
            ])
        }
        model = self.env["ir.model"]._get_id("runwell.request")
        Activity.create([
            {
                "res_model_id": model, "res_id": request, "activity_type_id": types[kind].id,
                "user_id": user, "automated": True,
                **self._activity_words(self.env["res.users"].browse(user), kind, deadline),
            }
            for (request, kind, user), deadline in due.items()
            if (request, types[kind], user) not in there
        ])

    @api.model
    def _activity_words(self, user, kind, deadline):
        """Return day and summary of an activity in the language and time of who gets it."""
        reader = self.with_context(lang=user.lang, tz=user.tz or "UTC").env
        local = fields.Datetime.context_timestamp(reader[self._name], deadline)
        kinds = dict(self._fields["kind"]._description_selection(reader))
        values = {
            "kind": kinds[kind],
            "moment": local.strftime("%Y-%m-%d %H:%M"),
        }
        return {
            "date_deadline": local.date(),
            "summary": reader._("%(kind)s overdue since %(moment)s", **values)
            if deadline < fields.Datetime.now()
            else reader._("%(kind)s due on %(moment)s", **values),
        }
