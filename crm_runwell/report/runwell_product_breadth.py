from odoo import api, fields, models
from odoo.tools import SQL

from ..models.constants import VALUE_CLASSES
from ..models.optional_fields import OptionalFloat

#: A median says something from so many customers of a value class on.
MIN_PEERS = 5


class RunwellProductBreadth(models.Model):
    """Products per customer against a benchmark: a row a customer who bought within a year.

    The benchmark is the company's own (retention policy), else the median over the customers of
    the same value class; under five of those there is none.
    """

    _name = "runwell.product.breadth"
    _description = "Products per customer"
    _auto = False
    _order = "is_far_below desc, revenue_12m desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Account manager", readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    as_of = fields.Date("As of", readonly=True)
    product_count = fields.Integer(
        "Products", readonly=True, aggregator="avg",
        help="Different products bought in the last twelve months.",
    )
    benchmark = OptionalFloat(
        "Benchmark", digits=(16, 1), readonly=True, aggregator="avg",
        help="Set by the company, else the median of the customers of the same value class.",
    )
    is_own_benchmark = fields.Boolean(
        "Our benchmark", readonly=True, help="Whether the company states the benchmark itself.",
    )
    gap = OptionalFloat("Short by", digits=(16, 1), readonly=True, aggregator="sum")
    is_far_below = fields.Boolean("Far below", readonly=True)
    revenue_12m = fields.Monetary("Revenue, 12 months", readonly=True)

    _depends = {
        "runwell.score": [
            "partner_id", "company_id", "currency_id", "user_id", "value_class", "as_of",
            "product_count_12m", "revenue_12m",
        ],
        "runwell.retention.policy": ["company_id", "product_benchmark", "breadth_share"],
    }

    @property
    def _table_query(self) -> SQL:
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self) -> SQL:
        return SQL(
            """SELECT s.id, s.partner_id, s.company_id, s.currency_id, s.user_id, s.value_class,
                      s.as_of, s.product_count_12m AS product_count, s.revenue_12m, b.benchmark,
                      greatest(b.benchmark - s.product_count_12m, 0) AS gap,
                      policy.product_benchmark IS NOT NULL AS is_own_benchmark,
                      coalesce(s.product_count_12m <= b.benchmark * b.share, FALSE)
                          AS is_far_below"""
        )

    @api.model
    def _from(self) -> SQL:
        return SQL(
            """FROM runwell_score s
               LEFT JOIN runwell_retention_policy policy ON policy.company_id = s.company_id
               LEFT JOIN (SELECT company_id, value_class,
                                 percentile_cont(0.5) WITHIN GROUP (ORDER BY product_count_12m)
                                     AS median,
                                 count(*) AS customers
                            FROM runwell_score
                           WHERE product_count_12m > 0
                           GROUP BY company_id, value_class) peers
                      ON peers.company_id = s.company_id
                     AND peers.value_class IS NOT DISTINCT FROM s.value_class
              CROSS JOIN LATERAL (
                  SELECT coalesce(policy.product_benchmark::float8,
                                  CASE WHEN peers.customers >= %s THEN peers.median END)
                             AS benchmark,
                         coalesce(policy.breadth_share, 0.5) AS share) b""",
            MIN_PEERS,
        )

    @api.model
    def _where(self) -> SQL:
        return SQL("WHERE s.product_count_12m > 0")

    def _text(self):
        """Return the row in words."""
        self.ensure_one()
        if self.product_count == 1:
            bought = self.env._("Buys 1 product a year")
        else:
            bought = self.env._("Buys %s products a year", self.product_count)
        if self.benchmark is False:
            return self.env._("%s. Too few customers alike to compare.", bought)
        values = {"bought": bought, "benchmark": f"{self.benchmark:g}"}
        if self.is_own_benchmark:
            return self.env._("%(bought)s; our benchmark: %(benchmark)s", **values)
        return self.env._("%(bought)s; customers alike: %(benchmark)s", **values)

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()
