from odoo import api, fields, models
from odoo.tools import SQL

from ..models.constants import VALUE_CLASSES
from ..models.optional_fields import OptionalFloat, OptionalMonetary
from ..models.runwell_alert_rule import RULES
from ..models.runwell_churn_alert import CAUSES
from ..scoring.ledger import verdict


class RunwellChurnLedger(models.Model):
    """The ledger of retention work: a row an alert, with what came of it.

    The measures are 1 or 0 an alert, so that they add up over any grouping. An
    alert is *decided* once it is known whether it was right (``scoring/ledger.py``);
    the precision is the share of the decided ones that was.
    """

    _name = "runwell.churn.ledger"
    _description = "Retention ledger"
    _auto = False
    _order = "raised_on desc, id desc"
    _rec_name = "partner_id"

    alert_id = fields.Many2one("runwell.churn.alert", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Account manager", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["runwell.churn.alert"]._fields["kind"].selection, readonly=True,
    )
    category_id = fields.Many2one("product.category", "Product category", readonly=True)
    rule = fields.Selection(RULES, readonly=True)
    cause = fields.Selection(CAUSES, "Main cause", readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    state = fields.Selection(
        lambda self: self.env["runwell.churn.alert"]._fields["state"].selection, readonly=True,
    )
    raised_on = fields.Date("Raised on", readonly=True)
    due_on = fields.Date("Horizon ends on", readonly=True)
    worked_on = fields.Date("First measure on", readonly=True)
    closed_on = fields.Date("Closed on", readonly=True)
    is_held_back = fields.Boolean("Held back", readonly=True)
    is_compared = fields.Boolean(
        "In the comparison", readonly=True,
        help="Its horizon is over, it was neither released nor left out, and it was raised "
        "while alerts were being held back.",
    )

    verdict = fields.Selection(
        [("right", "Proved right"), ("wrong", "Proved wrong")], "Outcome of the warning",
        readonly=True, help="Empty while it is not known yet, or where it does not count.",
    )

    raised_count = fields.Integer("Raised", readonly=True)
    worked_count = fields.Integer("Worked", readonly=True)
    won_back_count = fields.Integer(
        "Won back", readonly=True,
        help="By the next order; also a customer given up as lost who came back later.",
    )
    lost_count = fields.Integer("Lost", readonly=True)
    false_alarm_count = fields.Integer("False alarms", readonly=True)
    open_count = fields.Integer("Open", readonly=True)
    decided_count = fields.Integer("Decided", readonly=True)
    right_count = fields.Integer("Right warnings", readonly=True)
    precision = OptionalFloat(
        "Precision", readonly=True, aggregator="avg",
        help="Share of the decided warnings that were right.",
    )
    kept_revenue = OptionalMonetary("Revenue kept", readonly=True)
    revenue_lost = OptionalMonetary(
        "Revenue lost", readonly=True,
        help="What the lost customers bought in the twelve months before the warning.",
    )
    revenue_at_risk = fields.Monetary("Revenue at risk", readonly=True)
    measure_cost = OptionalMonetary("Cost of measures", readonly=True)
    days_to_action = OptionalFloat(
        "Days to action", digits=(16, 1), readonly=True, aggregator="avg",
    )
    days_to_win_back = OptionalFloat(
        "Days to win-back", digits=(16, 1), readonly=True, aggregator="avg",
    )
    orders_after = OptionalFloat("Orders within the horizon", digits=(16, 0), readonly=True)
    revenue_after = OptionalMonetary("Revenue within the horizon", readonly=True)

    _depends = {
        "runwell.churn.alert": [
            "partner_id", "company_id", "currency_id", "user_id", "rule", "cause", "value_class",
            "kind", "category_id", "state", "raised_on", "due_on", "worked_on", "closed_on",
            "is_held_back", "is_left_out", "released_on", "returned_on", "kept_revenue",
            "revenue_12m", "revenue_at_risk", "orders_after", "revenue_after",
        ],
        "runwell.churn.measure": ["alert_id", "cost"],
    }

    @property
    def _table_query(self) -> SQL:
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self) -> SQL:
        return SQL(
            """SELECT a.id, a.id AS alert_id, a.partner_id, a.company_id, a.currency_id, a.user_id,
                      a.kind, a.category_id, a.rule, a.cause, a.value_class, a.state,
                      a.raised_on, a.due_on, a.worked_on, a.closed_on, a.is_held_back,
                      %(compared)s AS is_compared,
                      CASE WHEN %(verdict)s THEN 'right' WHEN NOT %(verdict)s THEN 'wrong' END
                          AS verdict,
                      1 AS raised_count,
                      (a.worked_on IS NOT NULL)::int AS worked_count,
                      %(won)s::int AS won_back_count,
                      (a.state = 'lost')::int AS lost_count,
                      (a.state = 'false_alarm')::int AS false_alarm_count,
                      (a.state IN ('warning', 'suspended'))::int AS open_count,
                      (%(verdict)s IS NOT NULL)::int AS decided_count,
                      coalesce(%(verdict)s, FALSE)::int AS right_count,
                      %(verdict)s::int::float8 AS precision,
                      CASE WHEN %(won)s THEN a.kept_revenue END AS kept_revenue,
                      CASE WHEN a.state = 'lost' THEN a.revenue_12m END AS revenue_lost,
                      a.revenue_at_risk, m.cost AS measure_cost,
                      (a.worked_on - a.raised_on)::float8 AS days_to_action,
                      CASE WHEN %(won)s THEN (coalesce(a.returned_on, a.closed_on)
                           - a.raised_on)::float8 END AS days_to_win_back,
                      a.orders_after, a.revenue_after""",
            won=SQL("(a.state = 'won_back' OR a.returned_on IS NOT NULL)"),
            verdict=SQL("(%s)", verdict()), compared=self._compared(),
        )

    @api.model
    def _compared(self) -> SQL:
        """Return SQL of whether alert ``a`` belongs to one of the arms of the hold-back."""
        return SQL(
            """coalesce(a.kind = 'customer' AND a.orders_after IS NOT NULL
                        AND a.released_on IS NULL AND a.is_left_out IS NOT TRUE
                        AND a.raised_on BETWEEN h.first_day AND h.last_day, FALSE)"""
        )

    @api.model
    def _from(self) -> SQL:
        return SQL(
            """FROM runwell_churn_alert a
               LEFT JOIN (SELECT alert_id, sum(cost) AS cost FROM runwell_churn_measure
                           GROUP BY alert_id) m ON m.alert_id = a.id
               LEFT JOIN (SELECT company_id, min(raised_on) AS first_day,
                                 max(raised_on) AS last_day
                            FROM runwell_churn_alert WHERE is_held_back
                           GROUP BY company_id) h ON h.company_id = a.company_id"""
        )

    @api.model
    def _where(self) -> SQL:
        return SQL("")

    def action_open_alert(self):
        """Open the alert itself."""
        self.ensure_one()
        return self.alert_id.get_formview_action()
