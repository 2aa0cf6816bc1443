from odoo import api, fields, models
from odoo.tools import SQL

from .constants import CROWDS, MARGIN_BANDS, MARGIN_GROUPS, VALUE_CLASSES
from .optional_fields import OptionalFloat, OptionalInteger, OptionalMonetary

GAPS = [
    ("below_minimum", "Below minimum"), ("below_ideal", "Below ideal"),
    ("above_ideal", "Above ideal"), ("at_ideal", "As it should be"),
    ("unset", "No type yet"), ("no_ideal", "No ideal known"),
]


class RunwellRelation(models.Model):
    """How a relation stands: a row a (commercial partner, company), written by the machine.

    Nightly for all customers that have a score or of whom people said something (a level, a
    grade, an estimate), at once for one that changed (see ``runwell_relation_refresh.py``).
    What people say of the relation stands on the partner.
    Amounts are in the currency of the company, shares from 0 to 1.
    """

    _name = "runwell.relation"
    _inherit = "runwell.machine.owned"
    _description = "State of a relation"
    _order = "revenue_12m desc, id"
    _rec_name = "partner_id"

    _customer_once = models.UniqueIndex(
        "(partner_id, company_id)", "A relation stands only once.",
    )
    _large = models.Index("(company_id, spend) WHERE is_large_spend")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", readonly=True)
    # Stored, so that lists group by account manager and the record rules stay one comparison.
    user_id = fields.Many2one(
        related="partner_id.user_id", string="Account manager", store=True, index="btree_not_null",
    )
    active_partner = fields.Boolean(related="partner_id.active")
    industry_id = fields.Many2one(related="partner_id.industry_id")
    as_of = fields.Date("As of")
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)

    relationship_type_id = fields.Many2one(
        "runwell.relationship.type", "Today", readonly=True, ondelete="set null",
    )
    type_since = fields.Date("Since", readonly=True, help="The day the type was set.")
    level = OptionalInteger(readonly=True, aggregator="avg")
    min_relationship_id = fields.Many2one(
        "runwell.relationship.type", "Minimum", readonly=True, ondelete="set null",
        help="As a person set it, else that of the customer's grade.",
    )
    ideal_relationship_id = fields.Many2one(
        "runwell.relationship.type", "Ideal", readonly=True, ondelete="set null",
        help="As a person set it, else that of the selection matrix, never below the minimum.",
    )
    is_ideal_by_hand = fields.Boolean("Ideal set by a person", readonly=True)
    proposed_type_id = fields.Many2one(
        "runwell.relationship.type", "Proposed", readonly=True, ondelete="set null",
        help="By the selection matrix; empty for who bought nothing in twelve months.",
    )
    crowd = fields.Selection(
        CROWDS, "Number of customers", readonly=True,
        help="How many customers there are of such a size: each class makes a third of the "
        "revenue of twelve months.",
    )
    # The band tells something of the margin.
    margin_band = fields.Selection(
        MARGIN_BANDS, "Margin", readonly=True, groups=MARGIN_GROUPS,
        help="Which third of the customers by margin rate; by revenue where no cost is known.",
    )
    margin_basis = fields.Selection(
        [("margin", "Margin rate"), ("revenue", "Revenue, no cost known")], "Margin from",
        readonly=True, groups=MARGIN_GROUPS,
    )
    gap = fields.Selection(GAPS, readonly=True)
    gap_to_min = OptionalInteger(
        "Steps to the minimum", readonly=True, aggregator="avg", help="Negative: below it.",
    )
    gap_to_ideal = OptionalInteger(
        "Steps to the ideal", readonly=True, aggregator="avg",
        help="Negative: below it; positive: more than it needs.",
    )
    gap_text = fields.Char("Gap in words", compute="_compute_gap_text")

    last_touch_on = fields.Date("Last contact")
    touch_days = fields.Integer(
        "Contact rule (days)", help="Of today's relationship type; 0: no rule.", aggregator=None,
    )
    touch_overdue_days = fields.Integer("Days over the contact rule", aggregator="avg")

    spend = OptionalMonetary(
        "Estimated spending", readonly=True,
        help="What the customer spends a year in our categories, with all suppliers.",
    )
    spend_prior = OptionalMonetary(
        "Estimated spending, a year ago", readonly=True, help="As it was estimated then.",
    )
    spend_source = fields.Selection(
        [("hand", "By hand"), ("peers", "From peers")], "Estimate", readonly=True,
    )
    peer_spend = OptionalMonetary("Spending by peers", readonly=True)
    peer_spend_prior = OptionalMonetary("Spending by peers, a year ago", readonly=True)
    peer_count = fields.Integer(
        "Peers", readonly=True, aggregator=None,
        help="Customers of the same industry and size whose spending a person estimated.",
    )
    peer_basis = fields.Selection(
        [("turnover", "Annual turnover"), ("sales", "Our sales")], "Size of peers by",
        readonly=True,
    )
    share = OptionalFloat(
        "Customer share", readonly=True, aggregator="avg",
        help="Our sales of twelve months ÷ the estimated spending, at most 100 %.",
    )
    share_prior = OptionalFloat("Customer share, a year ago", readonly=True, aggregator="avg")
    share_change = OptionalFloat("Trend of the share", readonly=True, aggregator="avg")
    spend_to_win = OptionalMonetary(
        "To win", readonly=True, help="Estimated spending less our sales of twelve months.",
    )
    is_estimate_low = fields.Boolean(
        "Estimate too low", readonly=True, help="We sell more than the estimate.",
    )
    is_large_spend = fields.Boolean(
        "Spends much", readonly=True, help="The top fifth by estimated spending.",
    )
    share_text = fields.Char("Share in words", compute="_compute_share_text")

    def init(self):
        # Every night rewrites every row: room on the page spares the indexes.
        self.env.cr.execute(SQL(
            "ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table)
        ))

    @api.depends("relationship_type_id", "min_relationship_id", "ideal_relationship_id", "gap")
    def _compute_gap_text(self):
        for relation in self:
            relation.gap_text = relation._gap_sentence()

    def _gap_sentence(self):
        """Return the gap in words: "Reactive, ideal: Proactive (+2)"."""
        today, ideal = self.relationship_type_id, self.ideal_relationship_id
        if not today:
            return self.env._("Not set, ideal: %s", ideal.name) if ideal else self.env._("Not set")
        if self.gap == "below_minimum":
            return self.env._(
                "%(today)s, minimum: %(minimum)s (%(steps)s)", today=today.name,
                minimum=self.min_relationship_id.name, steps=f"{-self.gap_to_min:+d}",
            )
        if not ideal or not self.gap_to_ideal:
            return today.name
        return self.env._(
            "%(today)s, ideal: %(ideal)s (%(steps)s)", today=today.name, ideal=ideal.name,
            steps=f"{-self.gap_to_ideal:+d}",
        )

    @api.depends("spend", "spend_source", "peer_count", "peer_basis", "is_estimate_low")
    def _compute_share_text(self):
        for relation in self:
            relation.share_text = relation._share_sentence()

    def _share_sentence(self):
        """Return what the share rests on, in words."""
        if self.is_estimate_low:
            return self.env._("We sell more than the estimate: the estimate is too low.")
        if self.spend_source == "hand":
            return self.env._("Spending estimated by a person.")
        if self.spend_source == "peers":
            if self.peer_basis == "turnover":
                return self.env._(
                    "Spending estimated from %s customers of the same industry and turnover.",
                    self.peer_count,
                )
            return self.env._(
                "Spending estimated from %s customers of the same industry that buy as much "
                "from us.", self.peer_count,
            )
        return self.env._(
            "Too few peers: an estimate exists for %(count)s customers of the same industry and "
            "size, %(least)s are needed.", count=self.peer_count, least=self._least_peers(),
        )
