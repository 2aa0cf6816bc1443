from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..scoring.features import STOPPED_GAPS
from ..scoring.ledger import verdict
from .optional_fields import OptionalFloat

RULES = [
    ("risk", "Churn risk"), ("rhythm", "Silence against the own rhythm"),
    ("silence", "Plain number of days"), ("category", "Category no longer bought"),
    ("manual", "Said by a person"),
]
#: The bound of each rule before anyone sets it: standard deviations, days, own gaps.
DEFAULT_BOUND = {"risk": 0.0, "rhythm": 2.0, "silence": 180.0, "category": 3.0}
#: The rules that are on from the start.
ON = ("risk", "category")


class RunwellAlertRule(models.Model):
    """A rule that raises churn alerts, and how often its warnings were right.

    The churn risk (its threshold stands in the scoring settings) is on from the
    start. The two plain rules are off until a supervisor turns them on; they warn
    of customers whom the churn risk does not. The rule of categories, on from the
    start, warns of customers who still buy, but no longer a product category. A rule
    whose own record falls under the floor of the retention policy is muted by the
    ledger.
    """

    _name = "runwell.alert.rule"
    _inherit = ["runwell.machine.owned", "mail.thread", "mail.activity.mixin"]
    _description = "Rule of churn alerts"
    _order = "company_id, sequence, id"
    _rec_name = "code"
    _check_company_auto = True

    _one_code = models.Constraint(
        "UNIQUE (company_id, code)", "A company has each rule of churn alerts once."
    )

    _machine_fields = frozenset({
        "company_id", "code", "sequence", "precision", "decided_count", "right_count",
        "is_muted", "muted_on", "judged_from",
    })

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    code = fields.Selection(
        [rule for rule in RULES if rule[0] != "manual"], "Rule", required=True, readonly=True,
    )
    sequence = fields.Integer(readonly=True)
    is_on = fields.Boolean("On", tracking=True)
    bound = fields.Float(
        "Warns from", tracking=True, digits=(16, 1),
        help="Rhythm: standard deviations of the logarithm of the own gaps, from 1 to 10. "
        "Plain: days without an order, from 7 to 730. Category: own gaps without the category, "
        "from 3 to 20. The churn risk has its threshold in the "
        "scoring settings.",
    )
    decided_count = fields.Integer(
        "Decided", readonly=True,
        help="Warnings whose outcome is known, since the rule was last unmuted.",
    )
    right_count = fields.Integer("Right warnings", readonly=True)
    precision = OptionalFloat(
        "Precision", readonly=True, aggregator="avg",
        help="Share of the decided warnings that were right: lost, or won back by work, or "
        "silent to the end of the horizon.",
    )
    is_muted = fields.Boolean("Muted", readonly=True, tracking=True)
    muted_on = fields.Date("Muted on", readonly=True)
    judged_from = fields.Date(
        "Judged from", readonly=True,
        help="Only warnings raised from this day on count for the rule. Empty: all of them.",
    )

    @api.constrains("bound", "is_on")
    def _check_bound(self):
        for rule in self:
            if rule.code == "rhythm" and not 1 <= rule.bound <= 10:
                raise ValidationError(
                    self.env._("The rhythm rule warns from 1 to 10 standard deviations.")
                )
            if rule.code == "silence" and not 7 <= rule.bound <= 730:
                raise ValidationError(self.env._("The plain rule warns from 7 to 730 days."))

            if rule.code == "category" and not STOPPED_GAPS <= rule.bound <= 20:
                raise ValidationError(
                    self.env._("The rule of categories warns from 3 to 20 own gaps.")
                )

    @api.model
    def _of(self, company):
        """Return the rules of a company, made with the defaults if there are none."""
        # sudo: rules are read and made by the machine.
        rules = self.sudo()._as_machine().with_context(tracking_disable=True)
        found = rules.search([("company_id", "=", company.id)])
        missing = [code for code in DEFAULT_BOUND if code not in found.mapped("code")]
        return found | rules.create([
            {
                "company_id": company.id, "code": code, "bound": DEFAULT_BOUND[code],
                "sequence": list(DEFAULT_BOUND).index(code), "is_on": code in ON,
            }
            for code in missing
        ])

    def _warn_of(self, kind):
        """Return which of these rules warn at present, of alerts of a kind."""
        return self.filtered(lambda rule: (
            rule.is_on and not rule.is_muted and (rule.code == "category") == (kind == "category")
        ))

    def _sql_condition(self):
        """Return SQL of the condition on score ``s`` under which this rule warns."""
        self.ensure_one()
        if self.code == "risk":
            return SQL("s.lifecycle = 'at_risk'")
        common = SQL(
            "s.lifecycle IN ('active', 'returned', 'new') AND s.sufficiency = 'enough'"
        )
        if self.code == "rhythm":
            return SQL("%s AND s.overdue_z >= %s", common, self.bound)
        return SQL("%s AND s.silence_days >= %s", common, self.bound)

    def action_unmute(self):
        """Let a muted rule warn again; the ledger judges it anew by what comes from now on."""
        self.check_access("write")
        for rule in self.filtered("is_muted"):
            today = self.env["runwell.retention.policy"]._of(rule.company_id)._today()
            # sudo: the state is machine-owned; the caller's right to write was checked above.
            machine = rule.sudo()._as_machine()
            machine.write({
                "is_muted": False, "muted_on": False, "judged_from": today, "decided_count": 0,
                "right_count": 0, "precision": False,
            })
            machine.activity_ids.filtered("automated").unlink()

    def action_open_alerts(self):
        """Open what came of the alerts that this rule raised."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_churn_ledger")
        return action | {
            "domain": [("rule", "=", self.code), ("company_id", "=", self.company_id.id)],
            "context": {},
        }

    @api.model
    def action_open_rules(self):
        """Open the rules of the company one works in."""
        self._of(self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_alert_rule")
        return action | {"domain": [("company_id", "=", self.env.company.id)]}

    @api.model
    def _judge(self, company):
        """Bring the record of a company's rules up to date; mute those that warn wrongly.

        Never by few: only from the number of decided warnings on that the retention
        policy names.
        """
        rules = self._of(company)
        # sudo: settings behind the machine.
        policy = self.env["runwell.retention.policy"]._of(company)
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_alert_rule r
               SET decided_count = coalesce(n.decided, 0), right_count = coalesce(n.right, 0),
                   precision = n.right::float8 / nullif(n.decided, 0)
              FROM runwell_alert_rule b
              LEFT JOIN LATERAL (
                   SELECT count(*) AS decided, count(*) FILTER (WHERE v.is_right) AS right
                     FROM (SELECT %(verdict)s AS is_right FROM runwell_churn_alert a
                            WHERE a.company_id = b.company_id AND a.rule = b.code
                              AND (b.judged_from IS NULL OR a.raised_on >= b.judged_from)) v
                    WHERE v.is_right IS NOT NULL) n ON TRUE
             WHERE b.id = r.id AND r.company_id = %(company)s
            """,
            verdict=verdict(), company=company.id,
        ))
        rules.invalidate_recordset(["decided_count", "right_count", "precision"])
        rules.filtered(lambda rule: (
            rule.is_on and not rule.is_muted
            and rule.decided_count >= policy.precision_min_alerts
            and rule.precision < policy.precision_floor
        ))._mute(policy)

    def _mute(self, policy):
        """Mute the rules, and say so to the supervisor."""
        supervisor = policy._supervisor()
        for rule in self:
            rule._as_machine().write({"is_muted": True, "muted_on": policy._today()})
            note = self.env._(
                "Muted: %(right)s of %(decided)s warnings were right (%(share)s %%), under the "
                "floor of %(floor)s %%. It warns again once it is unmuted, and is then judged "
                "anew.",
                right=rule.right_count, decided=rule.decided_count,
                share=round(100 * rule.precision), floor=round(100 * policy.precision_floor),
            )
            rule._message_log(body=note)
            if supervisor:
                # No e-mail of its own: it stands among the supervisor's activities.
                rule.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo", user_id=supervisor.id,
                    date_deadline=policy._today(), note=note,
                    summary=self.env._("A rule of churn alerts was muted"),
                )
