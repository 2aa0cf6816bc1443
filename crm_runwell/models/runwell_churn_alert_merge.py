"""Two customers become one: their open alerts do too."""

from odoo import api, models

from .constants import OPEN_STATES


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    @api.model
    def _merge_partners(self, sources, kept):
        """Keep one open alert a company, kind and category of partners about to be merged.

        The one that is being worked on stays, else the one with more at risk; the measures,
        the talk and the plans of the others go with it.
        """
        staying = {}
        # sudo: whoever may merge partners need not see their alerts.
        machine = self.sudo()._as_machine()
        for alert in machine.search(
            [("partner_id", "in", (sources | kept).ids), ("state", "in", OPEN_STATES)],
            order="state, revenue_at_risk desc nulls last, id",
        ):
            key = (alert.company_id, alert.kind, alert.category_id or alert.category_name)
            if key in staying:
                alert.measure_ids.write({"alert_id": staying[key].id})
                alert._talk_to(staying[key])
                alert.unlink()
            staying.setdefault(key, alert)

    def _talk_to(self, other):
        """Give messages, files, followers and what is planned to another alert.

        Of two plays the other's goes on: two at once are one too many.
        """
        plan, runs = self.running_plan_id, bool(other.running_plan_id)
        planned = self.with_context(active_test=False).activity_ids - self._plain_activities()
        if runs:
            planned = planned.filtered(lambda step: not step.active or not step.runwell_plan_id)
        planned.write({"res_id": other.id})
        if plan and not runs:
            other._plain_activities().unlink()
            other._note_play(plan)
        for model, field in (("mail.message", "model"), ("ir.attachment", "res_model")):
            self.env[model].search(
                [(field, "=", self._name), ("res_id", "=", self.id)]
            ).write({"res_id": other.id})
        other.message_subscribe(self.message_partner_ids.ids)
        self.env.flush_all()
        self.invalidate_recordset()
        other.invalidate_recordset()
