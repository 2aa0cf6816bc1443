from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty

from ..scoring.service import SATISFIED

#: Requests that the cron archives in one transaction.
BATCH = 500


class RunwellRequest(models.Model):
    """The steps of a request: who may take each, what it needs, what it stamps.

    Public ``action_…`` methods check the reader; the private ones under them do
    the step for code that has checked already (gateway, portal, cron).
    """

    _inherit = "runwell.request"

    def _move(self, values):
        """Write what the flow owns; the one place where it is written."""
        # sudo: state, agent and stamps belong to the flow; the step checked its caller.
        self.sudo()._as_machine().write(values)

    # Who may

    def _may_manage(self):
        return self.env.su or self.env.user.has_group("crm_runwell.group_service_manager")

    def _check_worker(self):
        """Raise AccessError unless the user is the agent of each request, or manages service."""
        if self._may_manage():
            return
        for request in self:
            if request.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "%(request)s is with %(agent)s. The agent or a service manager takes "
                        "this step.", request=request.display_name,
                        agent=request.user_id.name,
                    ) if request.user_id else self.env._(
                        "%s has no agent yet. Claim it first.", request.display_name
                    )
                )

    def _check_state(self, states, missing):
        """Raise UserError unless each request is in one of the states.

        :param missing: a sentence saying what the step needs
        """
        for request in self:
            if request.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(self.env._(
                    "%(request)s is in the state %(state)s. %(missing)s",
                    request=request.display_name, state=labels[request.state], missing=missing,
                ))

    # new → assigned

    def action_claim(self):
        """Take unassigned requests for oneself.

        :raise UserError: if somebody was faster, or the request is of another team
        """
        for request in self:
            if request.user_id:
                raise UserError(self.env._(
                    "%(request)s was given to %(agent)s already. Ask for a handover if you "
                    "should have it.", request=request.display_name, agent=request.user_id.name,
                ))
            if request.has_access("read") and not request.has_access("write"):
                raise UserError(self.env._(
                    "%(request)s is of the team %(team)s, which you are not in. A service "
                    "manager can add you to it or assign the request to you.",
                    request=request.display_name, team=request.team_id.name,
                ))
        self.check_access("write")
        self._assign(self.env.user)

    def _assign(self, user, by=None):
        """Give new requests to an agent.

        :param by: who decided, empty for the product itself; None: who is at work
        :raise UserError: if a request is not new, or the user is no agent of its company
        """
        self._check_state(("new",), self.env._(
            "Only a new request is assigned; hand over one that is being worked on."
        ))
        self._check_agent(user)
        self._move({
            "state": "assigned", "user_id": user.id,
            "assigned_by_id": self.env.uid if by is None else by.id,
            "assigned_on": fields.Datetime.now(),
        })

    def _check_agent(self, user):
        """Raise UserError unless the user can process requests of these companies."""
        # sudo: the groups and companies of a colleague
        agent = user.sudo()
        if not (agent.active and agent.has_group("crm_runwell.group_service_user")):
            raise UserError(self.env._(
                "%s is no service agent. Choose somebody of the team.", user.name
            ))
        if missing := self.company_id - agent.company_ids:
            raise UserError(self.env._(
                "%(user)s does not work in %(company)s.", user=user.name,
                company=missing[:1].name,
            ))

    # assigned → assigned

    def _hand_over(self, user, reason, team=None):
        """Give assigned requests to another agent or team; the reason stays in the chatter.

        The clock goes on where it was: a handover is no concern of the customer.

        :param user: the new agent; empty: the team shares them out again
        :param team: the new team; None: the one it is with
        """
        self._check_state(("assigned",), self.env._("Only an assigned request is handed over."))
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: the next agent begins with it."))
        if user:
            self._check_agent(user)
        for request in self:
            target = team or request.team_id
            if user == request.user_id and target == request.team_id:
                raise UserError(self.env._(
                    "%(request)s is with %(agent)s already.", request=request.display_name,
                    agent=user.name or target.name,
                ))
            former = request.user_id
            values = {"team_id": target.id, "user_id": user.id if user else False}
            if user:
                values |= {
                    "assigned_by_id": self.env.uid, "assigned_on": fields.Datetime.now(),
                }
            else:
                values |= {"state": "new", "assigned_by_id": False, "assigned_on": False}
            request._move(values)
            request._log_step(self.env._(
                "Handed over from %(former)s to %(next)s: %(reason)s", former=former.name,
                next=user.name if user else target.name, reason=reason,
            ))
            if not user:
                request._assign_automatically()

    def action_wait(self):
        """Stop the clock until the customer answers."""
        self._check_worker()
        self._check_state(("assigned",), self.env._("Only an assigned request can wait."))
        self.filtered(lambda request: not request.waiting_customer)._move({
            "waiting_customer": True, "waiting_since": fields.Datetime.now(),
            "waiting_by_id": self.env.uid,
        })

    def action_resume(self):
        """Let the clock run again."""
        self._check_worker()
        self._resume()

    def _resume(self):
        if waiting := self.filtered("waiting_customer"):
            waiting._move(self._not_waiting())

    @staticmethod
    def _not_waiting():
        return {"waiting_customer": False, "waiting_since": False, "waiting_by_id": False}

    # assigned → processed

    def action_process(self):
        """Send the answer to the customer and close the work."""
        self._check_worker()
        self._process()

    def _process(self):
        self._check_state(("assigned",), self.env._(
            "It must be assigned before it can be processed."
        ))
        for request in self:
            if is_html_empty(request.answer):
                raise UserError(self.env._(
                    "Write the answer to the customer first: %s is closed with it.",
                    request.display_name,
                ))
        self._resume()
        self._move({
            "state": "processed", "processed_by_id": self.env.uid,
            "processed_on": fields.Datetime.now(),
        })
        self.filtered(lambda request: not request.first_processed_on)._move({
            "first_processed_on": fields.Datetime.now(),
        })
        for request in self:
            request._send_answer()

    # processed → feedback → archived, or back to assigned

    def _record_feedback(self, satisfaction, comment=False):
        """Keep what the customer thinks of the answer: 3 or more archives, less reopens.

        :param satisfaction: 1 to 5
        """
        if satisfaction not in range(1, 6):
            raise UserError(self.env._("Satisfaction is a number from 1 to 5."))
        self._check_state(("processed",), self.env._(
            "Feedback is given on the answer, once."
        ))
        self._move({
            "state": "feedback", "satisfaction": satisfaction, "rating_comment": comment,
            "feedback_by_id": self.env.uid, "feedback_on": fields.Datetime.now(),
        })
        if satisfaction >= SATISFIED:
            self._close("feedback")
        else:
            self._back_to_work(self.env._("The customer is not satisfied: %s of 5.", satisfaction))

    def action_close(self):
        """Archive processed requests that need no feedback."""
        self._check_worker()
        self._close("no_feedback")

    def _close(self, how):
        self._check_state(("processed", "feedback"), self.env._(
            "A request is archived after it was answered."
        ))
        self._move({
            "state": "archived", "archived_as": how, "archived_by_id": self.env.uid,
            "archived_on": fields.Datetime.now(),
        })

    # processed or archived → assigned

    def _reopen(self, reason):
        """Take the work up again, with the same agent, and keep the reason.

        :raise UserError: if a request is open, a duplicate, or archived for too long
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Write why the request is opened again."))
        self._check_state(("processed", "archived"), self.env._(
            "Only a request that was answered can be reopened."
        ))
        for request in self:
            if request.duplicate_of_id:
                raise UserError(self.env._(
                    "%(request)s was merged into %(other)s. Go on there.",
                    request=request.display_name, other=request.duplicate_of_id.display_name,
                ))
            if not request._may_reopen():
                raise UserError(self.env._(
                    "%(request)s was archived more than %(days)s days ago. Make a new request.",
                    request=request.display_name, days=request.team_id.reopen_days,
                ))
        self._back_to_work(reason)

    def _may_reopen(self):
        """Return whether the request is still young enough to be taken up again."""
        self.ensure_one()
        if self.duplicate_of_id or self.state not in ("processed", "archived"):
            return False
        if self.state == "processed":
            return True
        # sudo: the customer asks; the team's rule decides
        days = self.sudo().team_id.reopen_days
        return self.archived_on >= fields.Datetime.subtract(fields.Datetime.now(), days=days)

    def _back_to_work(self, reason):
        """Let the agent go on, towards a new answer: the one that was sent is in the chatter."""
        for request in self:
            # sudo: whether the agent is still there
            agent = request.sudo().user_id
            stays = agent and agent.active
            request._move({
                "state": "assigned" if stays else "new", "reopen_count": request.reopen_count + 1,
                "user_id": agent.id if stays else False,
                "reopened_on": fields.Datetime.now(), "archived_by_id": False,
                "archived_on": False, "archived_as": False, "answer": False,
            })
            request._log_step(self.env._("Reopened: %s", reason))
            if not stays:
                request._assign_automatically()

    @api.model
    def _cron_archive(self):
        """Archive what was answered long ago and got no feedback, as each team has it."""
        for team in self.env["runwell.service.team"].search([("archive_days", ">", 0)]):
            due = [
                ("team_id", "=", team.id), ("state", "=", "processed"), ("processed_on", "<",
                 fields.Datetime.subtract(fields.Datetime.now(), days=team.archive_days)),
            ]
            while requests := self.search(due, limit=BATCH):
                requests._close("no_feedback")
                if not self.env["ir.cron"]._commit_progress(
                    len(requests), remaining=self.search_count(due),
                ):
                    return
