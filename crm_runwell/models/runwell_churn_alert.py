from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .optional_fields import OptionalFloat

OPEN_STATES = ("warning", "suspended")

#: From so many new rows on the statistics of the table are taken anew.
MANY = 1000


class RunwellChurnAlert(models.Model):
    """A warning that a customer is about to be lost, raised by the scoring.

    The facts are those of the day it was raised and stay as they are. The state
    moves through the actions alone, each checked on the server; a new order of
    the customer closes the alert as won back by itself.
    """

    _name = "runwell.churn.alert"
    _inherit = ["runwell.machine.owned", "mail.thread", "mail.activity.mixin"]
    _description = "Churn alert"
    _order = "revenue_at_risk desc nulls last, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _one_open = models.UniqueIndex(
        "(partner_id, company_id, kind) WHERE state IN ('warning', 'suspended')"
    )
    _partner_idx = models.Index("(partner_id, company_id, state)")

    _machine_fields = frozenset({
        "partner_id", "company_id", "currency_id", "kind", "state", "raised_on", "closed_on",
        "churn_probability", "revenue_at_risk", "revenue_12m", "last_order_date",
        "silence_days", "days_between_orders", "expected_order_date", "model_id", "sufficiency",
    })

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Owner", tracking=True, index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who works on the alert: the customer's account manager at first.",
    )
    kind = fields.Selection(
        [("customer", "Customer"), ("category", "Product category")],
        required=True, default="customer", readonly=True,
    )
    state = fields.Selection(
        [
            ("warning", "Warning"), ("suspended", "Suspended"), ("lost", "Confirmed lost"),
            ("won_back", "Won back"), ("false_alarm", "False alarm"),
        ],
        required=True, default="warning", readonly=True, tracking=True,
        group_expand="_group_expand_states",
    )
    reason = fields.Text(
        tracking=True, help="Why the customer is lost, or why this was a false alarm.",
    )
    raised_on = fields.Date("Raised on", required=True, readonly=True)
    closed_on = fields.Date("Closed on", readonly=True)
    model_id = fields.Many2one(
        "runwell.scoring.model", "Scoring model", ondelete="restrict", readonly=True,
    )
    churn_probability = fields.Float("Churn risk", readonly=True, aggregator="avg")
    sufficiency = fields.Char(readonly=True)
    revenue_at_risk = fields.Monetary("Revenue at risk", readonly=True)
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)
    last_order_date = fields.Date("Last order", readonly=True)
    silence_days = fields.Integer("Days silent", readonly=True, aggregator="avg")
    days_between_orders = OptionalFloat(
        "Days between orders", digits=(16, 1), readonly=True, aggregator="avg"
    )
    expected_order_date = fields.Date("Order was expected", readonly=True)
    evidence = fields.Char("Why", compute="_compute_evidence")

    def _group_expand_states(self, states, domain):
        return [state for state, _label in self._fields["state"].selection]

    @api.depends("churn_probability", "silence_days", "days_between_orders")
    def _compute_evidence(self):
        for alert in self:
            alert.evidence = self.env._(
                "%(days)s days without an order; one came every %(rhythm)s days before. "
                "%(risk)s %% that none comes within %(horizon)s days.",
                days=alert.silence_days, rhythm=round(alert.days_between_orders or 0),
                risk=min(99, round(100 * alert.churn_probability)),  # never a certainty
                horizon=alert.sudo().model_id.horizon_days,  # sudo: settings behind the figure
            )

    def write(self, vals):
        if "user_id" in vals and not self._may_supervise():
            raise AccessError(
                self.env._("A sales supervisor may give an alert to another owner.")
            )
        return super().write(vals)

    def _may_supervise(self):
        return self.env.su or self.env.user.has_group("sales_team.group_sale_manager")

    def action_confirm_lost(self):
        """Close open alerts as lost; the customers are not warned about again.

        :raise AccessError: unless a sales supervisor does it
        :raise UserError: if an alert is closed already or has no reason
        """
        if not self._may_supervise():
            raise AccessError(
                self.env._(
                    "A sales supervisor confirms a loss. Ask yours, in a note on the alert."
                )
            )
        self._close("lost")

    def action_false_alarm(self):
        """Close open alerts as false alarms.

        :raise UserError: if an alert is closed already or has no reason
        """
        self._close("false_alarm")

    def _close(self, state):
        self.check_access("write")
        for alert in self:
            if alert.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "The alert of %s is closed already.", alert.partner_id.display_name
                    )
                )
            if not (alert.reason or "").strip():
                raise UserError(
                    self.env._(
                        "Write the reason into the alert of %s first: it is what the next "
                        "person learns from.", alert.partner_id.display_name,
                    )
                )
        # sudo: state and date are machine-owned; the caller's right to write was checked above.
        machine = self.sudo()._as_machine()
        for alert in machine:
            alert.write({
                "state": state,
                "closed_on": self.env["runwell.scoring.model"].sudo()
                ._active_of(alert.company_id)._today(),
            })
        self.env["runwell.score.refresh"]._ask(self)

    def action_open_score(self):
        """Open the customer's figures as they are now."""
        self.ensure_one()
        score = self.env["runwell.score"].search([
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
        ], limit=1)
        if not score:
            raise UserError(self.env._("This customer is not scored at present."))
        return score.action_open_score()

    def action_open_partner(self):
        """Open the customer's own form."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    @api.model
    def _raise_alerts(self, companies=None):
        """Close the alerts of customers who ordered again, then warn about those at risk.

        One open alert a customer, company and kind; none is raised anew by a
        silence that a closed alert was about. Set-based, whatever the number.

        :param companies: ``res.company`` records; None means all
        :return: the number of alerts raised
        """
        companies = self.env["res.company"].sudo().search([]) if companies is None else companies
        if not companies:
            return 0
        self.env.flush_all()
        self._close_won_back(companies)
        self._close_left_out(companies)
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_churn_alert (
                   partner_id, company_id, currency_id, user_id, kind, state, raised_on, model_id,
                   churn_probability, sufficiency, revenue_at_risk, revenue_12m, last_order_date,
                   silence_days, days_between_orders, expected_order_date,
                   create_uid, create_date, write_uid, write_date)
            SELECT s.partner_id, s.company_id, s.currency_id, s.user_id, 'customer', 'warning',
                   s.as_of, s.model_id, s.churn_probability, s.sufficiency, s.revenue_at_risk,
                   s.revenue_12m, s.last_order_date, s.silence_days, s.days_between_orders,
                   s.expected_order_date, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                   now() AT TIME ZONE 'UTC'
              FROM runwell_score s
             WHERE s.company_id = ANY(%(companies)s) AND s.lifecycle = 'at_risk'
               AND NOT EXISTS (
                   SELECT FROM runwell_churn_alert a
                    WHERE a.partner_id = s.partner_id AND a.company_id = s.company_id
                      AND a.kind = 'customer'
                      AND (a.state IN ('warning', 'suspended')
                           OR a.last_order_date >= s.last_order_date))
                ON CONFLICT (partner_id, company_id, kind)
                   WHERE state IN ('warning', 'suspended') DO NOTHING
            """,
            companies=companies.ids, uid=self.env.uid,
        ))
        raised = self.env.cr.rowcount
        if raised > MANY:
            # Until its own ANALYZE, PostgreSQL takes the table for as small as it was.
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(self._table)))
        self.invalidate_model()
        return raised

    def _join_open(self, partners):
        """Keep one open alert a company and kind of partners who are about to be merged.

        The one that is being worked on stays, else the one with more at risk.
        """
        kept = set()
        # sudo: whoever may merge partners need not see their alerts.
        machine = self.sudo()._as_machine()
        for alert in machine.search(
            [("partner_id", "in", partners.ids), ("state", "in", OPEN_STATES)],
            order="state, revenue_at_risk desc nulls last, id",
        ):
            key = (alert.company_id, alert.kind)
            if key in kept:
                alert.unlink()
            kept.add(key)

    def _close_left_out(self, companies):
        """Close the open alerts of customers who are no longer to be scored."""
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_churn_alert a
               SET state = 'false_alarm', closed_on = now()::date, reason = %s,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %s
              FROM res_partner p
             WHERE p.id = a.partner_id AND p.runwell_exclusion IS NOT NULL
               AND a.company_id = ANY(%s) AND a.state IN ('warning', 'suspended')
            """,
            self.env._("Left out of the scoring."), self.env.uid, companies.ids,
        ))

    def _close_won_back(self, companies):
        """Close the open alerts whose customer bought after the order they were raised on."""
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_churn_alert a
               SET state = 'won_back', closed_on = s.last_order_date,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %s
              FROM runwell_score s
             WHERE s.partner_id = a.partner_id AND s.company_id = a.company_id
               AND a.company_id = ANY(%s) AND a.kind = 'customer'
               AND a.state IN ('warning', 'suspended')
               AND s.last_order_date > a.last_order_date
            """,
            self.env.uid, companies.ids,
        ))
