"""Plays: activity plans of churn alerts, and which one suits an alert."""

from odoo import api, fields, models
from odoo.tools import SQL

from .constants import VALUE_CLASSES
from .runwell_churn_alert import CAUSES

ALERT = "runwell.churn.alert"


class MailActivityPlan(models.Model):
    _inherit = "mail.activity.plan"

    # A play that is shipped has a name in every language.
    name = fields.Char(translate=True)
    runwell_cause = fields.Selection(
        CAUSES, "Cause", help="Suggested for alerts of this cause. Empty: for any.",
    )
    runwell_value_class = fields.Selection(
        VALUE_CLASSES, "Value class",
        help="Suggested for customers of this value class. Empty: for any.",
    )
    runwell_grade_id = fields.Many2one(
        "runwell.grade", "Grade", check_company=True, ondelete="restrict",
        index="btree_not_null",
        help="Suggested for customers of this grade. Empty: for any.",
    )
    runwell_sequence = fields.Integer(
        "Sequence", default=10,
        help="Of two plays that suit equally well, the one with the lower number is suggested.",
    )
    runwell_is_automatic = fields.Boolean(
        "Starts by itself",
        help="Starts by itself when an alert is raised for which it is the suggested play.",
    )

    @api.model
    def _sql_suggested(self):
        """Return SQL ``(id, runwell_is_automatic)``: the play that suits alert ``a`` best.

        One for the cause goes before one for any cause, then one for the grade, which a person
        gave, then one for the value class, then the order that is set; a company's own before
        one that all share.
        """
        return SQL(
            """SELECT p.id, p.runwell_is_automatic
                 FROM mail_activity_plan p
                WHERE p.res_model = %s AND p.active
                  AND (p.company_id IS NULL OR p.company_id = a.company_id)
                  AND (p.runwell_cause IS NULL OR p.runwell_cause = a.cause)
                  AND (p.runwell_value_class IS NULL OR p.runwell_value_class = a.value_class)
                  AND (p.runwell_grade_id IS NULL OR p.runwell_grade_id = (
                       SELECT (g.runwell_grade_id ->> a.company_id::text)::int
                         FROM res_partner g WHERE g.id = a.partner_id))
                  AND EXISTS (SELECT FROM mail_activity_plan_template t WHERE t.plan_id = p.id)
                ORDER BY p.runwell_cause IS NULL, p.runwell_grade_id IS NULL,
                         p.runwell_value_class IS NULL, p.runwell_sequence, p.company_id IS NULL,
                         p.id
                LIMIT 1""",
            ALERT,
        )
