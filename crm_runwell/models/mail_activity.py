"""Activities on churn alerts: to which play they belong, and the measure they become."""

from odoo import fields, models

from .mail_activity_plan import ALERT

#: The kind of measure by activity type; every other type is "other".
KINDS = {
    "mail.mail_activity_data_call": "call",
    "mail.mail_activity_data_meeting": "visit",
    "mail.mail_activity_data_email": "email",
    "crm_runwell.mail_activity_type_offer": "offer",
    "crm_runwell.mail_activity_type_complaint": "complaint",
    "crm_runwell.mail_activity_type_payment": "payment",
}
#: What a supervisor does about an alert is no measure to keep the customer.
NO_MEASURE = (
    "crm_runwell.mail_activity_type_confirm_loss", "crm_runwell.mail_activity_type_overdue",
)
#: What says whose alert an activity is, and who gave it.
MARKS = frozenset({"res_id", "res_model", "res_model_id", "automated", "runwell_plan_id"})


class MailActivity(models.Model):
    _inherit = "mail.activity"

    runwell_plan_id = fields.Many2one(
        "mail.activity.plan", "Play", readonly=True, index="btree_not_null", ondelete="set null",
        help="The play that this is a step of.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and not MARKS.isdisjoint(vals):
            self._check_alert_marks()
        return result

    def _check_alert_marks(self):
        """Raise AccessError where a person moves an activity to an alert of others."""
        # sudo: where the activities point to now.
        alerts = self.env[ALERT].browse(
            self.sudo().filtered(lambda activity: activity.res_model == ALERT).mapped("res_id")
        )
        alerts.check_access("write")

    def _action_done(self, feedback=False, attachment_ids=None):
        """Record what was done on an open alert as a measure, once.

        :raise UserError: on an alert that is held back
        """
        # sudo: whether there is an alert to note it on; who may is looked at one by one.
        done = self.filtered(
            lambda activity: activity.res_model == ALERT and activity.active
        ).sudo()
        measures = done._runwell_measures(feedback) if done else []
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if not measures:
            return result
        # Who and when are facts given here: the machine writes them.
        # sudo: the right was checked in _runwell_measures.
        self.env["runwell.churn.measure"].sudo()._as_machine().create(measures)
        return result

    def _runwell_measures(self, feedback):
        """Return the values of the measures that these activities become by being done.

        Theirs who may work on the alert, or were given the activity: a step that a
        play gives to finance is a measure too.
        """
        def type_id(xmlid):
            return self.env["ir.model.data"]._xmlid_to_res_id(xmlid, raise_if_not_found=False)

        no_measure = {type_id(xmlid) for xmlid in NO_MEASURE}
        kinds = {type_id(xmlid): kind for xmlid, kind in KINDS.items()}
        user, values = self.env.user, []
        for activity in self:
            alert = self.env[ALERT].browse(activity.res_id).exists()
            if activity.activity_type_id.id in no_measure or not alert._is_open():
                continue
            reader = alert.sudo(False)
            is_given = user == activity.user_id and (
                activity.automated or activity.runwell_plan_id
            )
            if not reader.has_access("write") and not (is_given and reader.has_access("read")):
                continue
            alert._check_not_held_back()
            what = activity.summary or activity.activity_type_id.name
            values.append({
                "alert_id": alert.id, "user_id": user.id, "date": fields.Datetime.now(),
                "kind": kinds.get(activity.activity_type_id.id, "other"),
                "description": f"{what}: {feedback.strip()}" if (feedback or "").strip() else what,
            })
        return values
