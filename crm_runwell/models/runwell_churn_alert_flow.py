"""The states of a churn alert: who may move it where, and what must be there first."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .constants import OPEN_STATES


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    def write(self, vals):
        if "user_id" in vals and not self._may_supervise():
            raise AccessError(
                self.env._("A sales supervisor may give an alert to another owner.")
            )
        if not {"reason", "reason_id", "user_id"}.isdisjoint(vals) and not self._is_machine():
            # What is closed keeps its owner and its reason: the ledger counts by them.
            self._check_open()
        if "user_id" not in vals:
            return super().write(vals)
        former = {alert: alert.user_id for alert in self}
        result = super().write(vals)
        self._pass_work_on(former)
        return result

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """No e-mail an alert to a new owner: the daily digest tells."""

    # Measures and the suspended state

    def action_record_measure(self):
        """Open the dialog in which a measure is recorded."""
        self.ensure_one()
        self._check_may_measure()
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.churn.measure",
            "name": self.env._("Record a measure"), "views": [(False, "form")], "target": "new",
            "context": {"default_alert_id": self.id},
        }

    def action_suspend(self):
        """Move warnings to suspended: something is being done about them.

        Recording a measure does it by itself.

        :raise UserError: if no measure is recorded, or an alert is closed
        """
        self._check_may_work()
        for alert in self:
            if not alert.measure_ids:
                raise UserError(self.env._(
                    "Record a measure on the alert of %s first: what was done to keep them?",
                    alert.partner_id.display_name,
                ))
        self._to("suspended")

    def _measured(self):
        """Note the first measure of each alert: its day, and that the loss is suspended."""
        for alert in self.filtered(lambda alert: alert.state in OPEN_STATES):
            values = {"state": "suspended"} if alert.state == "warning" else {}
            if not alert.worked_on:
                values["worked_on"] = alert._today()
            if values:
                # sudo: machine-owned; whoever recorded the measure was checked before.
                alert.sudo()._as_machine().write(values)
        self._end_escalation()

    def _check_may_measure(self):
        """Raise unless the user may record measures on these alerts as they are now."""
        self._check_may_work()
        self._check_not_held_back()

    def _check_not_held_back(self):
        held = self.filtered("is_held_back")[:1]
        if held:
            raise UserError(self.env._(
                "The alert of %s is held back, to compare with doing nothing. A supervisor can "
                "release it.", held.partner_id.display_name,
            ))

    # Outcomes

    def action_propose_lost(self):
        """Propose to a supervisor to give the customers up.

        :raise UserError: if there is no measure or no reason yet, or an alert is closed
        """
        self._check_may_work()
        self._check_loss()
        for alert in self:
            # sudo: machine-owned; the caller's right to work on it was checked above.
            alert.sudo()._as_machine().write({
                "loss_proposed_by_id": self.env.user.id, "loss_proposed_on": alert._today(),
            })
        self._ask_to_confirm()

    def action_decline_lost(self):
        """Send proposed losses back to work."""
        self._check_supervisor()
        self._check_open()
        # sudo: machine-owned; the supervisor was checked above.
        self.sudo()._as_machine().write({"loss_proposed_by_id": False, "loss_proposed_on": False})
        self._end_confirmation()

    def action_confirm_lost(self):
        """Close suspended alerts as lost; the customers are not warned about again.

        :raise AccessError: unless a sales supervisor does it
        :raise UserError: if an alert is closed already, has no measure or no reason
        """
        self._check_supervisor()
        self.check_access("write")
        self._check_loss()
        self._close("lost")

    def action_false_alarm(self):
        """Close open alerts as false alarms.

        :raise UserError: if an alert is closed already or has no reason
        """
        self._check_may_work()
        self._check_reason()
        self._close("false_alarm")

    def action_release(self):
        """Let alerts that were held back be worked on; they leave the comparison."""
        self._check_supervisor()
        self._check_open()
        held = self.filtered("is_held_back")
        for alert in held:
            # sudo: machine-owned; the supervisor was checked above.
            alert.sudo()._as_machine().write({
                "is_held_back": False, "released_on": alert._today(),
                "assigned_at": fields.Datetime.now(),
            })
        held._assign_work()

    def _close(self, state):
        for alert in self:
            # sudo: machine-owned; callers checked who may and what must be there.
            alert.sudo()._as_machine().write({
                "state": state, "closed_on": alert._today(), "closed_by_id": self.env.user.id,
            })
        self._end_work()
        self.env["runwell.score.refresh"]._ask(self)

    def _to(self, state):
        # sudo: machine-owned; callers checked who may and what must be there.
        self.filtered(lambda alert: alert.state != state).sudo()._as_machine().write(
            {"state": state}
        )

    # What is checked

    def _may_supervise(self):
        return self.env.su or self.env.user.has_group("sales_team.group_sale_manager")

    def _check_supervisor(self):
        if not self._may_supervise():
            raise AccessError(self.env._(
                "A sales supervisor decides this. Propose the loss, and yours is asked."
            ))

    def _check_may_work(self):
        self.check_access("write")
        self._check_open()

    def _check_open(self):
        for alert in self:
            if alert.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "The alert of %s is closed already.", alert.partner_id.display_name
                    )
                )

    def _check_reason(self):
        for alert in self:
            if not alert.reason_id and not (alert.reason or "").strip():
                raise UserError(
                    self.env._(
                        "Write the reason into the alert of %s first: it is what the next "
                        "person learns from.", alert.partner_id.display_name,
                    )
                )

    def _check_loss(self):
        """Raise unless a measure was tried and a reason is given."""
        self._check_open()
        for alert in self:
            if not alert.measure_ids:
                raise UserError(self.env._(
                    "Nothing was tried to keep %s. Record a measure first.",
                    alert.partner_id.display_name,
                ))
        self._check_reason()

    def _today(self):
        """Return today in the company of the alert."""
        # sudo: the time zone stands in the settings.
        return self.env["runwell.scoring.model"].sudo()._active_of(self.company_id)._today()

    def _score(self):
        """Return the customer's score as it is now."""
        score = self.env["runwell.score"].search([
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
        ], limit=1)
        if not score:
            raise UserError(self.env._("This customer is not scored at present."))
        return score
