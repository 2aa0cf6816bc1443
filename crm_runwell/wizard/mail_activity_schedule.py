from odoo import models

from ..models.mail_activity_plan import ALERT


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    def action_schedule_plan(self):
        """Start a play on churn alerts: one at a time, known as such, without an e-mail each.

        The steps of an opportunity's plan are known as such too: they go where it goes.
        """
        if self.res_model != ALERT:
            known = self.with_context(
                default_runwell_plan_id=self.plan_id.id,
            ) if self.res_model == "crm.lead" else self
            return super(MailActivitySchedule, known).action_schedule_plan()
        alerts = self._get_applied_on_records()
        alerts._check_may_measure()
        alerts._end_play()
        # The digest tells; an e-mail a step would be a storm.
        quiet = self.with_context(
            default_runwell_plan_id=self.plan_id.id, mail_activity_quick_update=True,
        )
        result = super(MailActivitySchedule, quiet).action_schedule_plan()
        alerts._note_play(self.plan_id)
        return result

    def _check_plan_templates_warning(self, applied_on):
        warnings = list(super()._check_plan_templates_warning(applied_on))
        if self.res_model == ALERT:
            running = applied_on._running_plans()
            warnings += [
                self.env._(
                    "The play %(play)s is running on the alert of %(customer)s: its open steps "
                    "are taken away.",
                    play=alert.running_plan_id.name, customer=alert.partner_id.display_name,
                )
                for alert in applied_on.filtered(lambda alert: alert.id in running)
            ]
        return warnings
