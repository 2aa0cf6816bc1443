"""From features to the row of a customer: the assembly of the scoring.

:func:`collect` gives a working table the features of everyone who is to be
scored, :func:`scored` reads it and adds what the model and the rules of the
company say. Both are one statement whatever the number of customers.
"""

from dataclasses import dataclass
from decimal import Decimal

from odoo.tools import SQL

from . import churn, normal, value
from .features import Periods, features, overdue, prospects
from .prediction import predicted

#: Above this probability of no order, and long enough silent, a customer counts as lost.
LOST_PROBABILITY = 0.9
#: "Long enough": this many horizons beyond the day the next order was expected.
LOST_HORIZONS = 2

#: The health score moved by this many points, or the probability by a tenth: a change of note.
NOTED_HEALTH = 10
NOTED_PROBABILITY = 0.1


@dataclass(frozen=True)
class Rules:
    """A company's settings of the scoring.

    :ivar horizon: days ahead in which a customer is expected to order
    :ivar new_days: days after the first purchase in which a customer is new
    :ivar threshold: churn probability from which a customer is at risk
    :ivar min_silence: days without an order before anyone is at risk
    :ivar current_threshold: twelve-month value of a valuable customer; None: the top fifth
    :ivar potential_threshold: the same for the value expected next year
    """

    horizon: int
    new_days: int
    threshold: float
    min_silence: int
    current_threshold: Decimal | None = None
    potential_threshold: Decimal | None = None


def collect(scope, rules, days=None, debts=None, everyone=False):
    """Return SQL: the features of everyone who is scored, a row each.

    Customers and prospects; never suppliers alone, the people of the company,
    a company of the database itself, or an archived partner.

    :param days: see :func:`.features.features`
    :param debts: see :func:`.features.overdue`
    :param everyone: leave no buyer out for what it is today: for a past day, of which nobody
        asks who had not bought or owed something
    """
    if everyone:
        others = SQL("SELECT NULL::int AS partner_id WHERE FALSE")
        due = SQL("SELECT NULL::int AS partner_id, 0 AS overdue_amount WHERE FALSE")
    else:
        others, due = prospects(scope), overdue(scope, debts)
    return SQL(
        """
        WITH feature AS MATERIALIZED (%(features)s), prospect AS (%(prospects)s),
             overdue AS (%(overdue)s)
        SELECT p.id AS partner_id, p.user_id,
               coalesce(f.order_count, 0) AS order_count,
               coalesce(f.occasion_count, 0) AS occasion_count,
               f.first_day, f.last_day, f.own_gap, f.comeback, f.earlier_day,
               f.log_gap_mean, f.log_gap_var,
               coalesce(f.revenue_total, 0) AS revenue_total,
               coalesce(f.revenue_12m, 0) AS revenue_12m,
               coalesce(f.revenue_prior_12m, 0) AS revenue_prior_12m,
               coalesce(f.product_count, 0) AS product_count,
               coalesce(f.product_count_12m, 0) AS product_count_12m,
               f.margin_12m, coalesce(f.value_12m, 0) AS value_12m,
               coalesce(o.overdue_amount, 0) AS overdue_amount,
               lost.closed_on AS confirmed_lost_on
          FROM res_partner p
          LEFT JOIN feature f ON f.partner_id = p.id
          LEFT JOIN overdue o ON o.partner_id = p.id
          LEFT JOIN (SELECT partner_id, max(closed_on) AS closed_on
                       FROM runwell_churn_alert
                      WHERE state = 'lost' AND kind = 'customer'
                        AND company_id = %(company)s AND closed_on <= %(as_of)s
                      GROUP BY partner_id) lost ON lost.partner_id = p.id
         WHERE (f.occasion_count > 0 OR p.id IN (SELECT partner_id FROM prospect))
           AND %(eligible)s
        """,
        features=features(scope, rules.horizon, days),
        prospects=others, overdue=due,
        company=scope.company_id, as_of=scope.as_of,
        eligible=is_commercial("p") if everyone else eligible("p"),
    )


def is_commercial(partner):
    """Return the condition that a partner is a commercial partner.

    Said with a CASE, of which PostgreSQL expects every second row to pass. Of a comparison of
    two columns of one row it expects a single row in all, and then joins customer by customer.

    :param partner: the alias of ``res_partner``
    """
    return SQL(
        "CASE WHEN %(p)s.commercial_partner_id = %(p)s.id THEN TRUE ELSE FALSE END",
        p=SQL.identifier(partner),
    )


def eligible(partner):
    """Return the condition that a partner is a customer, or could be one: someone to score.

    A partner that only supplies (never invoiced as a customer) is left out; one
    that does both is a customer too, unless a person said it is a competitor, an
    authority or another kind of partner. Employees are the internal users.

    :param partner: the alias of ``res_partner``
    """
    return SQL(
        """%(p)s.active AND %(is_commercial)s AND %(p)s.runwell_exclusion IS NULL
           AND (%(p)s.runwell_partner_kind IS NULL
                OR %(p)s.runwell_partner_kind IN ('customer', 'supplier'))
           AND (%(p)s.customer_rank > 0 OR %(p)s.supplier_rank IS NULL
                OR %(p)s.supplier_rank <= 0)
           AND (%(p)s.customer_rank > 0 OR %(p)s.runwell_partner_kind IS NULL
                OR %(p)s.runwell_partner_kind <> 'supplier')
           AND NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = %(p)s.id)
           AND NOT EXISTS (SELECT FROM res_users u
                            WHERE u.partner_id = %(p)s.id AND NOT u.share)""",
        p=SQL.identifier(partner), is_commercial=is_commercial(partner),
    )


def scored(scope, rules, learned, clock, statistics, table, behaviour=None):
    """Return SQL: a row of figures for every row of ``table``.

    Where there is one order or none, the figures that would need a history are
    null: churn probability, P(alive), health, revenue at risk and lifetime value.

    :param learned: :class:`~.learning.Learned`
    :param clock: :class:`~.season.Clock` of ``learned.season``
    :param statistics: :class:`~.value.Statistics`
    :param behaviour: name of the table of :func:`.opinion.behaviour`, with a second opinion
    """
    as_of = SQL("%s::date", scope.as_of)
    return SQL(
        """
        SELECT partner_id, user_id,
               order_count, occasion_count, first_day, last_day, silence_days,
               days_between_orders,
               silence_days / nullif(days_between_orders, 0) AS lateness,
               expected_day, likely_day, overdue_z,
               revenue_total, revenue_12m, revenue_prior_12m, margin_12m, product_count,
               product_count_12m, overdue_amount, sufficiency, lifecycle, p_alive,
               churn_probability,
               plain_probability,
               churn_probability * %(overdue_chance)s AS alert_score,
               round((churn_probability * greatest(revenue_12m, 0))::numeric, 2)
                   AS revenue_at_risk,
               round((p_alive * greatest(revenue_12m, 0))::numeric, 2) AS lifetime_value,
               CASE WHEN p_alive IS NOT NULL THEN expected_orders END AS expected_orders_12m,
               CASE WHEN p_alive IS NOT NULL THEN round((expected_orders
                   * greatest(revenue_total, 0) / occasion_count)::numeric, 2) END
                   AS expected_revenue_12m,
               recency_score, frequency_score, monetary_score,
               CASE WHEN occasion_count > 0 THEN %(segment)s END AS rfm_segment,
               CASE WHEN occasion_count > 0 THEN %(value_class)s END AS value_class,
               %(retention)s AS retention_points,
               CASE WHEN churn_probability IS NOT NULL THEN %(trend)s END AS trend_points,
               CASE WHEN churn_probability IS NOT NULL THEN %(payment)s END AS payment_points
          FROM (SELECT *,
                       %(lifecycle)s AS lifecycle,
                       CASE WHEN occasion_count >= 2 THEN alive END AS p_alive,
                       CASE WHEN occasion_count >= 2 THEN no_order END AS churn_probability,
                       CASE occasion_count WHEN 0 THEN 'none' WHEN 1 THEN 'single'
                                           WHEN 2 THEN 'few' ELSE 'enough' END AS sufficiency,
                       value_12m * %(growth)s * coalesce(alive, 0) AS potential_value,
                       CASE WHEN occasion_count > 0 THEN %(recency)s END AS recency_score,
                       CASE WHEN occasion_count > 0 THEN %(frequency)s END AS frequency_score,
                       CASE WHEN occasion_count > 0 THEN %(monetary)s END AS monetary_score
                  FROM (%(predicted)s) predicted
                OFFSET 0) graded
        """,
        predicted=predicted(scope, rules, learned, clock, statistics, table, behaviour),
        overdue_chance=normal.sql_cumulative(SQL("overdue_z")),
        lifecycle=_lifecycle(as_of, rules, learned.plain, statistics),
        growth=value.growth(scope.as_of, Periods.of(scope.as_of)),
        recency=value.quintile(SQL("last_day"), statistics.recency_cuts),
        frequency=value.quintile(SQL("occasion_count"), statistics.frequency_cuts),
        monetary=value.quintile(SQL("revenue_total"), statistics.monetary_cuts),
        segment=value.rfm_segment(
            SQL("recency_score"), SQL("frequency_score"), SQL("monetary_score")
        ),
        value_class=_value_class(rules, statistics),
        **value.health_parts(SQL("churn_probability")),
    )


def _lifecycle(as_of, rules, parameters, statistics):
    """Return SQL of the lifecycle; the first rule that holds decides."""
    return SQL(
        """CASE
            WHEN occasion_count = 0 THEN 'prospect'
            WHEN confirmed_lost_on >= last_day THEN 'lost'
            WHEN %(returned)s THEN 'returned'
            WHEN %(as_of)s - first_day <= %(new_days)s THEN 'new'
            WHEN no_order >= %(lost)s AND %(as_of)s > expected_day + %(lost_days)s THEN 'lost'
            WHEN occasion_count >= 2 AND no_order >= %(threshold)s
                 AND silence_days >= %(min_silence)s THEN 'at_risk'
            ELSE 'active' END""",
        returned=_returned(as_of, rules, parameters, statistics),
        as_of=as_of, new_days=rules.new_days, lost=LOST_PROBABILITY,
        lost_days=LOST_HORIZONS * rules.horizon,
        threshold=rules.threshold, min_silence=rules.min_silence,
    )


def _returned(as_of, rules, parameters, statistics):
    """Return SQL: a purchase within the horizon ended a silence in which the customer was lost.

    Lost then by the same rule as today, judged on the day before it came back by
    calendar days, or because a person had confirmed the loss.
    """
    gap, x, t_x = (SQL("comeback[%s]::float8", place) for place in (1, 2, 3))
    # The ordinal counts order days before the return; one of them is no repeat.
    x = SQL("(%s - 1)", x)
    silence = SQL("(%s - 1)", gap)
    age = SQL("(%s + %s)", t_x, silence)
    no_order = SQL(
        "1 - (%s) * (%s)",
        churn.sql_p_alive(parameters, x, t_x, age),
        churn.sql_p_order(parameters, x, age, rules.horizon),
    )
    return SQL(
        """(comeback IS NOT NULL
             AND %(silence)s > %(lost_days)s + round(CASE WHEN %(x)s >= 2 THEN %(t_x)s / %(x)s
                                                          ELSE %(rhythm)s END)
             AND %(no_order)s >= %(lost)s
            OR confirmed_lost_on < last_day AND last_day > %(cut)s
             AND (confirmed_lost_on > %(cut)s OR earlier_day <= confirmed_lost_on))""",
        silence=silence, x=x, t_x=t_x, no_order=no_order, lost=LOST_PROBABILITY,
        lost_days=LOST_HORIZONS * rules.horizon,
        rhythm=SQL("%s::float8", statistics.rhythm_days),
        cut=SQL("%s - %s", as_of, rules.horizon),
    )


def _value_class(rules, statistics):
    def threshold(stated):
        # An automatic cut of zero (nobody bought in twelve months) must not make all "high".
        return statistics.value_cut or Decimal("0.01") if stated is None else stated

    return value.value_class(
        SQL("value_12m"), SQL("potential_value"),
        threshold(rules.current_threshold), threshold(rules.potential_threshold),
    )
