"""What a customer is worth: RFM, value class, health.

Every function returns SQL over the columns of one scored row; the cut points
come from :func:`statistics`, taken over all customers of a company, so that a
refresh of a few customers grades them like the nightly pass did.
"""

import math
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from odoo.tools import SQL

from .opinion import Anchor

#: Segment by recency (row, 1 = long ago) and the mean of frequency and monetary (column):
#: the usual eleven names on the usual grid.
RFM_GRID = (
    ("lost", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    ("new_customers", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)

#: The share of customers from the automatic threshold of value on: the top fifth.
TOP_SHARE = 0.2

#: Points of the health score, 100 in all.
HEALTH_POINTS = {"retention": 60, "trend": 20, "payment": 20}

#: Beyond these a growth of one year says more of chance than of the next year.
GROWTH_BOUNDS = (0.5, 2.0)


@dataclass(frozen=True)
class Statistics:
    """What the customers of a company have in common on a day.

    :ivar rhythm_days: median of the customers' own mean gaps, days
    :ivar recency_cuts: the four quintile bounds of the last order day
    :ivar frequency_cuts: those of the number of order days
    :ivar monetary_cuts: those of the net revenue
    :ivar value_cut: twelve-month value from which a customer is in the top fifth
    :ivar log_gap: median, over customers, of the mean logarithm of the days between orders
    :ivar log_gap_within: pooled variance of that logarithm within a customer
    :ivar log_gap_weight: how many gaps of a customer the common figures count for
    :ivar anchor: of the second opinion on that day, None without one
    """

    rhythm_days: float
    recency_cuts: tuple = ()
    frequency_cuts: tuple = ()
    monetary_cuts: tuple = ()
    value_cut: Decimal = Decimal(0)
    log_gap: float = 0.0
    log_gap_within: float = 1.0
    log_gap_weight: float = 1.0
    anchor: Anchor | None = None

    def as_json(self):
        """Return a JSON-ready dict that :meth:`from_json` reads."""
        return {
            "rhythm_days": self.rhythm_days,
            "recency_cuts": [day.isoformat() for day in self.recency_cuts],
            "frequency_cuts": list(self.frequency_cuts),
            "monetary_cuts": [str(amount) for amount in self.monetary_cuts],
            "value_cut": str(self.value_cut),
            "log_gap": self.log_gap,
            "log_gap_within": self.log_gap_within,
            "log_gap_weight": self.log_gap_weight,
            "anchor": self.anchor and asdict(self.anchor),
        }

    @classmethod
    def from_json(cls, values):
        """Return the statistics kept by :meth:`as_json`.

        >>> kept = Statistics(30.0, (date(2024, 2, 29),), (1,), (Decimal("9.90"),), Decimal(7))
        >>> Statistics.from_json(kept.as_json()) == kept
        True
        """
        anchor = values.get("anchor")
        return cls(
            values["rhythm_days"],
            tuple(date.fromisoformat(day) for day in values["recency_cuts"]),
            tuple(values["frequency_cuts"]),
            tuple(Decimal(amount) for amount in values["monetary_cuts"]),
            Decimal(values["value_cut"]),
            values["log_gap"], values["log_gap_within"], values["log_gap_weight"],
            anchor and Anchor.from_json(anchor),
        )


#: Least spread between customers of the logarithm of their gaps.
MIN_SPREAD = 0.05


def statistics(table):
    """Return SQL of one row over a table of features, for :func:`read_statistics`."""
    quintiles = [0, 0.2, 0.4, 0.6, 0.8, 1]
    return SQL(
        """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY own_gap)
                   FILTER (WHERE occasion_count >= 3),
               percentile_disc(%(quintiles)s::float8[]) WITHIN GROUP (ORDER BY last_day)
                   FILTER (WHERE occasion_count > 0),
               percentile_disc(%(quintiles)s::float8[]) WITHIN GROUP (ORDER BY occasion_count)
                   FILTER (WHERE occasion_count > 0),
               percentile_disc(%(quintiles)s::float8[]) WITHIN GROUP (ORDER BY revenue_total)
                   FILTER (WHERE occasion_count > 0),
               percentile_disc(%(top)s) WITHIN GROUP (ORDER BY value_12m DESC)
                   FILTER (WHERE value_12m > 0),
               percentile_cont(0.5) WITHIN GROUP (ORDER BY log_gap_mean)
                   FILTER (WHERE occasion_count >= 3),
               sum((occasion_count - 2) * log_gap_var) FILTER (WHERE occasion_count >= 3)
                   / sum(occasion_count - 2) FILTER (WHERE occasion_count >= 3),
               var_pop(log_gap_mean) FILTER (WHERE occasion_count >= 3),
               percentile_cont(0.5) WITHIN GROUP (ORDER BY occasion_count - 1)
                   FILTER (WHERE occasion_count >= 3)
          FROM %(table)s
        """,
        table=SQL.identifier(table), quintiles=quintiles, top=TOP_SHARE,
    )


def read_statistics(row, rhythm_days):
    """Return the :class:`Statistics` of a row of :func:`statistics`.

    The common logarithm of the gaps is the empirical Bayes of docs/model.md: a
    customer's own gaps count against ``log_gap_weight`` common ones.

    :param rhythm_days: stands in where no customer has shown a rhythm
    """
    rhythm, recency, frequency, monetary, value, middle, within, between, repeats = row
    if not rhythm:
        middle, within, between, repeats = math.log(rhythm_days), 0.5, 0.5, 1
    within = max(within or 0, 0.01)
    spread = max(between - within / repeats, MIN_SPREAD)
    return Statistics(
        rhythm_days=rhythm or rhythm_days,
        recency_cuts=_cuts(recency), frequency_cuts=_cuts(frequency),
        monetary_cuts=_cuts(monetary), value_cut=value or Decimal(0),
        log_gap=middle, log_gap_within=within, log_gap_weight=within / spread,
    )


def _cuts(quantiles):
    """Return the four inner bounds; none where all customers are equal."""
    if not quantiles or quantiles[0] == quantiles[-1]:
        return ()
    return tuple(quantiles[1:-1])


def quintile(column, cuts):
    """Return SQL of a score from 1 to 5: equal values always score the same.

    Where all customers are equal, or there is one, the score is the middle.
    """
    if not cuts:
        return SQL("3")
    return SQL(
        "(1 + %s)",
        SQL(" + ").join(SQL("(%s > %s)::int", column, cut) for cut in cuts),
    )


def rfm_segment(recency, frequency, monetary):
    """Return SQL of the segment's name in :data:`RFM_GRID`."""
    names = [name for row in RFM_GRID for name in row]
    return SQL(
        "(%s::varchar[])[(%s - 1) * 5 + (%s + %s + 1) / 2]",
        names, recency, frequency, monetary,
    )


def growth(as_of, periods):
    """Return SQL of the factor by which the last twelve months would grow in the next.

    Against the twelve months before, scaled up where the customer was there for
    a part of them only; of a customer of less than a year, the part of a year
    that is still to come. Between :data:`GROWTH_BOUNDS`; 1 where nothing is known.
    """
    return SQL(
        """least(%(high)s, greatest(%(low)s, coalesce(CASE
               WHEN occasion_count < 2 THEN 1
               WHEN first_day > %(year_ago)s
                   THEN 365.0 / greatest(%(as_of)s - first_day, 90)
               WHEN revenue_prior_12m > 0 THEN revenue_12m / (
                   revenue_prior_12m * 365.0
                   / least(365, greatest(%(year_ago)s - first_day, 90)))
               END, 1)))""",
        low=GROWTH_BOUNDS[0], high=GROWTH_BOUNDS[1],
        as_of=SQL("%s::date", as_of), year_ago=SQL("%s::date", periods.year_ago),
    )


def value_class(current, potential, current_threshold, potential_threshold):
    """Return SQL of the class: what the customer brings × what it would bring next year."""
    return SQL(
        """CASE WHEN %(current)s >= %(current_threshold)s
                THEN CASE WHEN %(potential)s >= %(potential_threshold)s
                          THEN 'high' ELSE 'secondary' END
                ELSE CASE WHEN %(potential)s >= %(potential_threshold)s
                          THEN 'potential' ELSE 'low' END END""",
        current=current, potential=potential,
        current_threshold=current_threshold, potential_threshold=potential_threshold,
    )


def health_parts(churn_probability):
    """Return SQL by part of the health score: the points each part gives.

    * retention: 60 × (1 − churn probability)
    * trend: 20 × the last twelve months' share in the last twenty-four; 10 where
      there was no year before
    * payment: 20, less what is overdue against a quarter of the year's revenue
    """
    points = {name: SQL("%s::float8", value) for name, value in HEALTH_POINTS.items()}
    return {
        "retention": SQL("%s * (1 - %s)", points["retention"], churn_probability),
        "trend": SQL(
            """%s * CASE WHEN revenue_prior_12m <= 0 THEN 0.5
                         ELSE greatest(revenue_12m, 0)
                              / (greatest(revenue_12m, 0) + revenue_prior_12m) END""",
            points["trend"],
        ),
        "payment": SQL(
            """%s * CASE WHEN overdue_amount <= 0 THEN 1
                         WHEN revenue_12m <= 0 THEN 0
                         ELSE greatest(0, 1 - overdue_amount * 4 / revenue_12m) END""",
            points["payment"],
        ),
    }
