"""Steps of plays: who is responsible, as Odoo asks it and as SQL for many alerts."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.translate import html_translate

from .mail_activity_plan import ALERT

OURS = ("runwell_owner", "runwell_supervisor", "runwell_finance")


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    summary = fields.Char(translate=True)
    note = fields.Html(translate=html_translate)
    responsible_type = fields.Selection(
        selection_add=[
            ("runwell_owner", "Owner of the alert"),
            ("runwell_supervisor", "Sales supervisor"),
            ("runwell_finance", "Finance"),
        ],
        ondelete=dict.fromkeys(OURS, "cascade"),
    )

    @api.constrains("plan_id", "responsible_type")
    def _check_responsible_runwell(self):
        for template in self:
            if template.responsible_type in OURS and template.plan_id.res_model != ALERT:
                raise ValidationError(self.env._(
                    "Only the steps of churn alerts can be given to the owner, the sales "
                    "supervisor or finance of an alert."
                ))

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type not in OURS:
            return super()._determine_responsible(on_demand_responsible, applied_on_record)
        alert = applied_on_record
        policy = self.env["runwell.retention.policy"]._of(alert.company_id)
        person = {
            "runwell_owner": lambda: alert.user_id or policy._supervisor(),
            "runwell_supervisor": policy._supervisor,
            "runwell_finance": policy._finance_user,
        }[self.responsible_type]() or alert.user_id
        error = not person and self.env._(
            "Nobody can be given the step %(step)s for %(customer)s: give the alert an owner, or "
            "set a supervisor in the retention policy.",
            step=self.summary or self.activity_type_id.name,
            customer=alert.partner_id.display_name,
        )
        return {
            "responsible": person.sudo(False).with_env(self.env), "error": error, "warning": False,
        }

    @api.model
    def _sql_responsible(self):
        """Return SQL of who gets step ``t`` on alert ``a`` of company ``c``.

        As :meth:`_determine_responsible`, for alerts that have an owner: a step whose
        responsible is asked at launch is the owner's.
        """
        return SQL(
            """coalesce(CASE t.responsible_type WHEN 'other' THEN t.responsible_id
                                                WHEN 'runwell_supervisor' THEN c.supervisor_id
                                                WHEN 'runwell_finance' THEN c.finance_id END,
                        a.user_id)"""
        )

    @api.model
    def _sql_deadline(self):
        """Return SQL of the day of step ``t`` on alert ``a``: from the day it starts.

        That is today in company ``c``, never before the alert was raised.
        """
        return SQL(
            """(greatest(a.raised_on, c.today)
                + CASE t.delay_from WHEN 'after_plan_date' THEN 1 ELSE -1 END
                  * (t.delay_count || ' ' || t.delay_unit)::interval)::date"""
        )
