"""The probabilities of a customer's row: the churn model on the clock, then the second opinion."""

from datetime import timedelta

from odoo.tools import SQL

from . import churn, normal, opinion

#: A customer's own spread of gaps counts against this many common ones.
SPREAD_WEIGHT = 4
YEAR = 365


def predicted(scope, rules, learned, clock, statistics, table, behaviour=None):
    """Return SQL: the features with rhythm, ``alive``, ``no_order`` and what comes next.

    :param table: name of the table of features
    :param behaviour: name of that of :func:`.opinion.behaviour`, where there is an opinion
    """
    modelled = _modelled(scope, rules, learned, clock, statistics, table)
    if learned.opinion is None or statistics.anchor is None:
        return SQL("SELECT *, model_risk AS no_order FROM (%s) modelled OFFSET 0", modelled)
    linear = opinion.sql_linear(learned.opinion, statistics.anchor.means, _columns())
    return SQL(
        """SELECT m.*, CASE WHEN b.partner_id IS NULL THEN model_risk ELSE %s END AS no_order
             FROM (%s) m LEFT JOIN %s b ON b.partner_id = m.partner_id OFFSET 0""",
        opinion.sql_blend(SQL("model_risk"), linear, statistics.anchor, learned.opinion),
        modelled, SQL.identifier(behaviour),
    )


def opinion_means(scope, rules, learned, clock, statistics, table, behaviour):
    """Return SQL of one row: the mean model risk, then the mean of each feature of the opinion."""
    return SQL(
        "SELECT avg(model_risk), %s FROM (%s) m JOIN %s b ON b.partner_id = m.partner_id",
        SQL(", ").join(SQL("avg(%s)", column) for column in _columns()),
        _modelled(scope, rules, learned, clock, statistics, table), SQL.identifier(behaviour),
    )


def opinion_sample(scope, rules, learned, clock, statistics, table, behaviour, means, limit):
    """Return SQL ``(model_risk, linear)`` of at most ``limit`` customers, a fixed sample."""
    return SQL(
        """SELECT model_risk, %s FROM (%s) m JOIN %s b ON b.partner_id = m.partner_id
            ORDER BY hashint4(m.partner_id), m.partner_id LIMIT %s""",
        opinion.sql_linear(learned.opinion, means, _columns()),
        _modelled(scope, rules, learned, clock, statistics, table),
        SQL.identifier(behaviour), limit,
    )


def _columns():
    """Return SQL of the opinion's features: two of the model ``m``, then of behaviour ``b``."""
    return [opinion.sql_logit(SQL("m.base_risk")), opinion.sql_logit(SQL("m.alive"))] + [
        SQL.identifier("b", name) for name in opinion.BEHAVIOUR
    ]


def _modelled(scope, rules, learned, clock, statistics, table):
    """Return SQL of the features with the churn model's figures beside them.

    ``OFFSET 0`` keeps PostgreSQL from computing an expression again at each use.
    """
    x, t_x, age = SQL("x"), SQL("t_x"), SQL("age")
    as_of = SQL("%s::date", scope.as_of)
    return SQL(
        """
        SELECT *, 1 - alive * (%(p_order)s) AS base_risk,
               1 - alive * (%(p_order_now)s) AS model_risk,
               alive * %(orders)s AS expected_orders,
               1 - plain_alive * (%(plain_p_order)s) AS plain_probability,
               %(as_of)s + greatest(1, least(3650, round(
                   exp(least(12, log_gap + log_gap_sd * %(late_half)s)) - silence_days)))::int
                   AS likely_day
          FROM (SELECT *, %(p_alive)s AS alive, %(plain_alive)s AS plain_alive,
                       (ln(greatest(silence_days, 1)::float8) - log_gap) / log_gap_sd AS overdue_z
                  FROM (%(timed)s) timed
                OFFSET 0) alive
        """,
        timed=_timed(scope, rules, clock, statistics, table), as_of=as_of,
        p_alive=churn.sql_p_alive(learned.parameters, x, t_x, age),
        p_order=churn.sql_p_order(learned.parameters, x, age, SQL("ahead")),
        p_order_now=churn.sql_p_order(
            learned.parameters, x, age, SQL("ahead * %s::float8", learned.factor)
        ),
        orders=churn.sql_orders(learned.parameters, x, age, SQL("year_ahead")),
        plain_alive=churn.sql_p_alive(
            learned.plain, x, SQL("plain_t_x"), SQL("plain_age")
        ),
        plain_p_order=churn.sql_p_order(learned.plain, x, SQL("plain_age"), rules.horizon),
        # Half of the chance that is left after the silence so far: the median of what is to come.
        late_half=normal.sql_upper_quantile(
            SQL("(%s) / 2", normal.sql_cumulative(SQL("-overdue_z")))
        ),
    )


def _timed(scope, rules, clock, statistics, table):
    """Return SQL of the features with the rhythm and the model's times, in season days.

    ``ahead`` and ``year_ahead``: the season days of the horizon and of the year to come.
    """
    def ahead(days):
        end = scope.as_of + timedelta(days=days)
        return clock.sql_of(lambda mix: clock.between(scope.as_of, end, mix))

    common = {
        "log_gap": SQL("%s::float8", statistics.log_gap),
        "within": SQL("%s::float8", statistics.log_gap_within),
        "weight": SQL("%s::float8", statistics.log_gap_weight),
        "spread_weight": SPREAD_WEIGHT,
    }
    return SQL(
        """
        SELECT *, sqrt(log_gap_spread * (1 + 1 / (x + %(weight)s))) AS log_gap_sd
          FROM (SELECT f.*,
                       %(as_of)s - last_day AS silence_days,
                       greatest(occasion_count - 1, 0)::float8 AS x,
                       (%(last)s - %(first)s)::float8 AS t_x,
                       greatest(%(now)s - %(first)s, 0)::float8 AS age,
                       %(ahead)s AS ahead, %(year_ahead)s AS year_ahead,
                       (last_day - first_day)::float8 AS plain_t_x,
                       greatest(%(as_of)s - first_day, 0)::float8 AS plain_age,
                       (%(weight)s * %(log_gap)s
                            + greatest(occasion_count - 1, 0) * coalesce(log_gap_mean, 0))
                           / (%(weight)s + greatest(occasion_count - 1, 0)) AS log_gap,
                       (%(spread_weight)s * %(within)s
                            + greatest(occasion_count - 1, 0) * coalesce(log_gap_var, 0))
                           / (%(spread_weight)s + greatest(occasion_count - 1, 0))
                           AS log_gap_spread,
                       CASE WHEN occasion_count >= 3 THEN own_gap
                            WHEN occasion_count > 0 THEN %(rhythm)s END AS days_between_orders,
                       last_day + round(CASE WHEN occasion_count >= 3 THEN own_gap
                                             ELSE %(rhythm)s END)::int AS expected_day
                  FROM %(table)s f %(join)s
                OFFSET 0) rhythm
        OFFSET 0
        """,
        as_of=SQL("%s::date", scope.as_of),
        now=clock.sql_of(lambda mix: clock.at(scope.as_of, mix)),
        ahead=ahead(rules.horizon), year_ahead=ahead(YEAR),
        last=clock.sql_at(SQL("last_day")), first=clock.sql_at(SQL("first_day")),
        rhythm=SQL("%s::float8", statistics.rhythm_days),
        table=SQL.identifier(table), join=clock.sql_join("f"), **common,
    )
