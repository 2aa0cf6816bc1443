from odoo import api, fields, models
from odoo.fields import Domain

from .constants import MARGIN_GROUPS, VALUE_CLASSES
from .optional_fields import OptionalFloat, OptionalInteger, OptionalMonetary
from .runwell_alert_rule import RULES

CAUSES = [
    ("silence", "Silence"), ("decline", "Orders in decline"),
    ("payment", "Overdue invoices"), ("complaint", "Complaint"),
    ("category", "Category no longer bought"),
]


class RunwellChurnAlert(models.Model):
    """A warning that a customer is about to be lost, and the work on it.

    Raised by the scoring. The facts are those of the day it was raised and stay as
    they are. The state moves through the actions alone (``runwell_churn_alert_flow.py``),
    each checked on the server; a new order of the customer closes the alert as won
    back by itself (``runwell_churn_alert_raise.py``). Owner, deadline and activities:
    ``runwell_churn_alert_duty.py``.
    """

    _name = "runwell.churn.alert"
    _inherit = ["runwell.machine.owned", "mail.thread", "mail.activity.mixin"]
    _description = "Churn alert"
    _order = "priority desc, revenue_at_risk desc nulls last, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _one_open = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('warning', 'suspended') AND kind = 'customer'"
    )
    _one_open_category = models.UniqueIndex(
        "(partner_id, company_id, category_id)"
        " WHERE state IN ('warning', 'suspended') AND kind = 'category'"
    )
    _partner_idx = models.Index("(partner_id, company_id, state)")
    # The hold-back: from when to when alerts were held back.
    _held_back_idx = models.Index("(company_id, raised_on) WHERE is_held_back")
    # The board: the columns of a company, the most at risk first.
    _board_idx = models.Index(
        "(company_id, state, priority DESC, revenue_at_risk DESC NULLS LAST, id DESC)"
    )

    #: What the machine, or an action that checks, writes; nobody else.
    _machine_fields = frozenset({
        "partner_id", "company_id", "currency_id", "kind", "state", "raised_on", "closed_on",
        "churn_probability", "revenue_at_risk", "revenue_12m", "last_order_date",
        "silence_days", "days_between_orders", "expected_order_date", "model_id", "sufficiency",
        "rule", "cause", "priority", "value_class", "margin_at_risk", "overdue_amount", "deadline",
        "escalated_on", "is_held_back", "snoozed_until", "worked_on", "loss_proposed_by_id",
        "loss_proposed_on", "closed_by_id", "won_back_order_id", "won_back_move_id",
        "won_back_amount", "kept_revenue", "reopen_count", "plan_id", "assigned_at", "due_on",
        "orders_after", "revenue_after", "is_left_out", "released_on", "returned_on",
        "category_id", "category_name", "still_category_id", "taken_over_by_id",
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

    # Why it was raised, as of that day
    rule = fields.Selection(RULES, required=True, default="risk", readonly=True)
    cause = fields.Selection(
        CAUSES, "Main cause", required=True, default="silence", readonly=True,
        help="What stands out on the day of the warning; it decides who acts and how.",
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Urgent")], required=True, default="0", readonly=True,
        help="Urgent: the customer waits for the answer to a complaint.",
    )
    raised_on = fields.Date("Raised on", required=True, readonly=True)
    model_id = fields.Many2one(
        "runwell.scoring.model", "Scoring model", ondelete="restrict", readonly=True,
    )
    churn_probability = fields.Float("Churn risk", readonly=True, aggregator="avg")
    sufficiency = fields.Char(readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    revenue_at_risk = fields.Monetary(
        "Revenue at risk", readonly=True,
        help="Churn risk × revenue of the last twelve months, on the day of the warning.",
    )
    margin_at_risk = OptionalMonetary(
        "Margin at risk", readonly=True, groups=MARGIN_GROUPS,
        help="Churn risk × margin of the last twelve months, on the day of the warning.",
    )
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)
    overdue_amount = fields.Monetary("Overdue", readonly=True)
    last_order_date = fields.Date("Last order", readonly=True)
    silence_days = fields.Integer("Days silent", readonly=True, aggregator="avg")
    days_between_orders = OptionalFloat(
        "Days between orders", digits=(16, 1), readonly=True, aggregator="avg"
    )
    expected_order_date = fields.Date("Order was expected", readonly=True)
    due_on = fields.Date(
        "Horizon ends on", readonly=True,
        help="The last day of the horizon for which the risk was told: from then on it is "
        "known whether the warning was right.",
    )
    evidence = fields.Char("Why", compute="_compute_evidence")

    # The work on it
    assigned_at = fields.Datetime(
        "Given to the owner", readonly=True,
        help="Since when the owner has it, if not since it was raised; the digest goes by it.",
    )
    deadline = fields.Date(readonly=True, tracking=True, help="Act by this day.")
    escalated_on = fields.Date("Passed to the supervisor on", readonly=True)
    plan_id = fields.Many2one(
        "mail.activity.plan", "Play", readonly=True, ondelete="set null",
        help="The play that was started last.",
    )
    measure_ids = fields.One2many("runwell.churn.measure", "alert_id", "Measures", readonly=True)
    worked_on = fields.Date("First measure on", readonly=True)
    snoozed_until = fields.Date("Snoozed until", readonly=True)
    is_held_back = fields.Boolean(
        "Held back", readonly=True,
        help="Left unworked by design, drawn by lot, to compare with the others.",
    )
    released_on = fields.Date("Released on", readonly=True)

    # What came of it
    reason_id = fields.Many2one(
        "runwell.churn.reason", tracking=True, ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    reason = fields.Text(
        "Reason in words", tracking=True,
        help="Why the customer is lost, or why this was a false alarm.",
    )
    loss_proposed_by_id = fields.Many2one("res.users", "Loss proposed by", readonly=True)
    loss_proposed_on = fields.Date("Loss proposed on", readonly=True)
    closed_on = fields.Date("Closed on", readonly=True)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True)
    won_back_order_id = fields.Many2one("sale.order", "Won back by order", readonly=True)
    won_back_move_id = fields.Many2one("account.move", "Won back by invoice", readonly=True)
    won_back_amount = OptionalMonetary(
        "Amount of that order", readonly=True, help="Untaxed, in the company's currency.",
    )
    kept_revenue = OptionalMonetary(
        "Revenue kept", readonly=True,
        help="Net purchases in the twelve months from the win-back on, so far.",
    )
    orders_after = OptionalInteger(
        "Orders within the horizon", readonly=True,
        help="Purchases from the silence to the end of the horizon. Empty until it is over.",
    )
    revenue_after = OptionalMonetary(
        "Revenue within the horizon", readonly=True,
        help="Net purchases from the warning to the end of the horizon. Empty until it is over.",
    )
    is_left_out = fields.Boolean(
        "Left out", readonly=True,
        help="Closed because a person left the customer out of the scoring: it does not count.",
    )
    returned_on = fields.Date(
        "Came back on", readonly=True,
        help="A customer given up as lost ordered again: a win-back after all.",
    )
    reopen_count = fields.Integer("Reopened", readonly=True)
    days_to_action = OptionalInteger(
        "Days to the first measure", compute="_compute_days_to_action",
    )

    def _group_expand_states(self, states, domain):
        """Return every state that the search leaves possible: no columns that must be empty."""
        asked = [
            set(condition.value) for condition in Domain(domain).optimize(self).iter_conditions()
            if condition.field_expr == "state" and condition.operator == "in"
        ]
        possible = set().union(*asked)
        return [
            state for state, _label in self._fields["state"].selection
            if not asked or state in possible
        ]

    @api.depends(
        "churn_probability", "silence_days", "days_between_orders", "kind", "category_id",
        "category_name", "still_category_id", "last_order_date",
    )
    def _compute_evidence(self):
        for alert in self:
            alert.evidence = alert._category_evidence() or self.env._(
                "%(days)s days without an order; one came every %(rhythm)s days before. "
                "%(risk)s %% that none comes within %(horizon)s days.",
                days=alert.silence_days, rhythm=round(alert.days_between_orders or 0),
                risk=min(99, round(100 * alert.churn_probability)),  # never a certainty
                horizon=alert.sudo().model_id.horizon_days,  # sudo: settings behind the figure
            )

    @api.depends("raised_on", "worked_on")
    def _compute_days_to_action(self):
        for alert in self:
            alert.days_to_action = alert.worked_on and (alert.worked_on - alert.raised_on).days

    def action_open_score(self):
        """Open the customer's figures as they are now."""
        self.ensure_one()
        return self._score().action_open_score()

    def action_open_partner(self):
        """Open the customer's own form."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_open_won_back(self):
        """Open the order or invoice that won the customer back."""
        self.ensure_one()
        return (self.won_back_order_id or self.won_back_move_id).get_formview_action()
