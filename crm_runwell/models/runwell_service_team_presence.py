from datetime import timedelta

import psycopg2
import pytz

from odoo import fields, models
from odoo.tools import SQL


class RunwellServiceTeam(models.Model):
    """Whose turn it is: who is at work, who had the last request, who has the fewest."""

    _inherit = "runwell.service.team"

    def _lock_turn(self):
        """Return whether this transaction now shares out the requests of the team.

        False where another one does, or did since we began to read: its turn is not ours to see.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(SQL(
                    """SELECT id FROM runwell_service_team WHERE id = %s
                          FOR NO KEY UPDATE SKIP LOCKED""", self.id,
                ), log_exceptions=False)
                return bool(self.env.cr.rowcount)
        except psycopg2.errors.SerializationFailure:
            return False

    def _keep_turn(self, user):
        """Write whose turn was the last, though it be the same: others then know we were here."""
        self.env.cr.execute(SQL(
            "UPDATE runwell_service_team SET last_assigned_id = %s WHERE id = %s",
            user.id or None, self.id,
        ))
        self.invalidate_recordset(["last_assigned_id"], flush=False)

    def _present(self):
        """Return the members who can take a request now.

        Those who are at work; outside of the hours those who are not away (on leave, or out
        of office by their own word), so that a night's mail has its agent in the morning.
        """
        self.ensure_one()
        members = self.member_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
            and not _is_out_of_office(user)
            and user.has_group("crm_runwell.group_service_user")
        )
        resources = {
            resource.user_id: resource
            for resource in self.env["resource.resource"].search([
                ("user_id", "in", members.ids), ("company_id", "in", (self.company_id.id, False)),
            ], order="company_id desc nulls first, id desc")
        }
        start = pytz.utc.localize(fields.Datetime.now())
        moment = (start, start + timedelta(minutes=1))
        working, there = members.browse(), members.browse()
        by_calendar = members.grouped(
            lambda user: resources[user].calendar_id if user in resources
            else self.resource_calendar_id
        )
        for calendar, users in by_calendar.items():
            known = self.env["resource.resource"].union(
                *(resources[user] for user in users if user in resources)
            )
            work = calendar._work_intervals_batch(*moment, resources=known) if calendar else {}
            away = calendar._leave_intervals_batch(*moment, resources=known)
            for user in users:
                resource = resources[user].id if user in resources else False
                if away.get(resource):
                    continue
                there += user
                if not calendar or work.get(resource):
                    working += user
        return (working or there).sorted("id")

    def _share_out(self, requests, agents):
        """Return the requests of each agent, as the team's method has it.

        :param agents: who is present, in the order of the turn
        """
        usual = self._usual_agents(requests, agents) if self.usual_agent_first else {}
        loads = self._loads(agents) if self.assignment_method == "least_loaded" else {}
        shares = {}
        last = self.last_assigned_id
        for request in requests:
            agent = usual.get(request.commercial_partner_id)
            if not agent:
                agent = last = self._next_agent(agents, loads, last)
            if loads:
                loads[agent] += 1
            shares[agent] = shares.get(agent, requests.browse()) + request
        self._keep_turn(last)
        return shares

    @staticmethod
    def _next_agent(agents, loads, last):
        """Return the agent with the fewest requests, or the one after the last in turn."""
        later = agents.filtered(lambda user: user.id > last.id)
        turn = list(later + (agents - later))
        return min(turn, key=lambda user: loads.get(user, 0))

    def _loads(self, agents):
        """Return how many requests each agent works on, over all teams of the company."""
        counts = dict(self.env["runwell.request"]._read_group(
            [
                ("company_id", "=", self.company_id.id), ("state", "=", "assigned"),
                ("user_id", "in", agents.ids),
            ], ["user_id"], ["__count"],
        ))
        return {user: counts.get(user, 0) for user in agents}

    def _usual_agents(self, requests, agents):
        """Return the agent of each customer's last request, of those who are present."""
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (commercial_partner_id) commercial_partner_id, user_id
              FROM runwell_request
             WHERE commercial_partner_id = ANY(%s) AND company_id = %s AND user_id = ANY(%s)
             ORDER BY commercial_partner_id, id DESC
            """,
            requests.commercial_partner_id.ids, self.company_id.id, agents.ids,
        ))
        Partner, User = self.env["res.partner"], self.env["res.users"]
        return {Partner.browse(partner): User.browse(user) for partner, user in rows}


def _is_out_of_office(user):
    """Return whether a user has said to be away now; no end means until further notice."""
    first, last = user.out_of_office_from, user.out_of_office_to
    now = fields.Datetime.now()
    return bool(first) and first <= now and not (last and last < now)
