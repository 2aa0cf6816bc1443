from odoo import api, models

#: Requests that the cron gives to agents in one transaction.
BATCH = 500


class RunwellRequest(models.Model):
    """Who gets a new request."""

    _inherit = "runwell.request"

    def _assign_automatically(self):
        """Give new requests to agents at once, where their team says so.

        While another transaction shares out the same team's, they wait for the cron.
        """
        # sudo: the team decides, whoever made the request.
        waiting = self.sudo().filtered(
            lambda request: request.state == "new"
            and request.team_id.assignment_method in ("round_robin", "least_loaded")
        )
        for team, requests in waiting.grouped("team_id").items():
            if not team._lock_turn():
                self.env.ref("crm_runwell.ir_cron_assign").sudo()._trigger()
            elif agents := team._present():
                requests.flush_recordset()
                for agent, share in team._share_out(requests, agents).items():
                    share._assign(agent, by=self.env["res.users"])
            else:
                requests._tell_leader()

    def _tell_leader(self):
        """Ask the team's leader to find an agent, once a request."""
        for request in self:
            leader = request.team_id.leader_id
            if leader and not request.activity_ids:
                # No mail for each: the list of activities tells.
                request.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo", user_id=leader.id,
                    summary=self.env._("Nobody of the team is there: find an agent"),
                )

    @api.model
    def _cron_assign(self):
        """Give out what waits: for a colleague who is back, or after a moment of contention."""
        teams = self.env["runwell.service.team"].search([("assignment_method", "!=", "manual")])
        for team in teams:
            self.search(
                [("team_id", "=", team.id), ("state", "=", "new")],
                order="priority desc, id", limit=BATCH,
            )._assign_automatically()
            self.env["ir.cron"]._commit_progress(1)
