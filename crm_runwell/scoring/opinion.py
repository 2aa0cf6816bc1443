"""A second opinion on the churn risk, learnt from the company's own past.

A ridge logistic regression over earlier days ("slices") of the company's history:
on each, what a customer's behaviour looked like, and whether an order then came
within the horizon. Features are centred within their slice, so that it learns who
leaves sooner than others, not how many leave; the level stays that of the churn
model. Its logit is averaged with the model's and shifted so that the mean
probability stays the model's. See docs/model.md.

No sex, age, origin, health or life event goes in: only orders, amounts, returns and
payments. What does not come from the days of purchase is in :mod:`.facts`.
"""

import math
from dataclasses import dataclass

from odoo.tools import SQL

from . import facts
from .linear import solve

#: In this order everywhere. The first two come from the churn model.
FEATURES = (
    "risk", "alive", "orders", "tenure", "gap", "last_gap", "orders_90", "orders_365",
    "amount_365", "same_window", "same_season", "mean_amount", "last_amount",
    "mean_lines", "last_lines", "returns", "returned", "returned_last",
    "own_return", "amount_trend", *facts.FEATURES,
)
BEHAVIOUR = FEATURES[2:]

RIDGE = 30.0
#: Kept while it ranks better than the model alone by so much (AUC), in so many of the slices.
MIN_GAIN, MIN_SHARE = 0.003, 0.65
#: And while both together rank better than chance does: below, a gain is one of noise over noise.
MIN_RANK = 0.55
#: However sure of themselves both were in the past.
STRETCH_BOUNDS = (0.75, 1.5)
MIN_ROWS, MIN_CLASS, MIN_SLICES = 200, 50, 2
#: Parts of the customers, each of which is judged by what was learnt from the others.
FOLDS = 5
#: Customers silent for longer were lost before the day in question: nobody is to be warned.
MAX_SILENCE = 730

_CLIP, _STEPS, _PRECISION = 1e-6, 25, 1e-4


@dataclass(frozen=True)
class Opinion:
    """A fitted second opinion.

    :ivar scales: standard deviation of each feature within the slices
    :ivar coefficients: of the standardised features
    :ivar gain: mean gain in AUC over the model alone, on customers not learnt from
    :ivar stretch: see :func:`stretch`
    """

    scales: tuple
    coefficients: tuple
    gain: float
    stretch: float = 1.0

    @property
    def weight(self):
        """What the logit of the model, and that of the opinion, count for in the final one."""
        return 0.5 * self.stretch

    @classmethod
    def from_json(cls, values):
        """Return what was kept as a dict; features that were not known then do not count."""
        return cls(
            _filled(values["scales"], 1.0), _filled(values["coefficients"], 0.0), values["gain"],
            values.get("stretch", 1.0),
        )


@dataclass(frozen=True)
class Anchor:
    """What ties an opinion to a day.

    :ivar means: of the features over the customers of that day
    :ivar mean_risk: of the churn model on that day
    :ivar shift: on the logit, so that the mean of the final risk is ``mean_risk``
    """

    means: tuple
    mean_risk: float
    shift: float

    @classmethod
    def from_json(cls, values):
        """Return what was kept as a dict; see :meth:`Opinion.from_json`."""
        return cls(_filled(values["means"], 0.0), values["mean_risk"], values["shift"])


def _filled(values, filling):
    """Return one value for each feature: a learning kept before the last of them has fewer."""
    return (*values, *[filling] * (len(FEATURES) - len(values)))


def behaviour(days, known, as_of, horizon):
    """Return SQL of the behavioural features of every customer of a day.

    Customers with two order days or more, the last within :data:`MAX_SILENCE`.

    :param days: SQL relation of :func:`.features.day_totals` with ``line_count``
    :param known: SQL relation of the rows of each of :data:`.facts.FACTS`, by name
    :param as_of: the day; later rows of ``days`` and ``known`` are not looked at
    :param int horizon: days ahead, for the same window of last year
    :return: ``partner_id, occasion_count, first_day, last_day`` and :data:`BEHAVIOUR`
    """
    return SQL(
        """
        SELECT partner_id, occasion_count, first_day, last_day,
               ln(occasion_count::float8) AS orders,
               ln((%(as_of)s - first_day + 1)::float8) AS tenure,
               ln(greatest((last_day - first_day)::float8 / (occasion_count - 1), 1)) AS gap,
               ln(greatest(last_gap, 1)::float8) AS last_gap,
               ln(1 + n90::float8) AS orders_90, ln(1 + n365::float8) AS orders_365,
               ln(1 + amount_365) AS amount_365,
               ln(1 + same_window::float8) AS same_window,
               ln(1 + same_season::float8) AS same_season,
               ln(1 + amount / occasion_count) AS mean_amount,
               ln(1 + last_amount) - ln(1 + amount / occasion_count) AS last_amount,
               ln(1 + line_count / occasion_count) AS mean_lines,
               ln(1 + last_line_count) - ln(1 + line_count / occasion_count) AS last_lines,
               ln(1 + coalesce(returns, 0)::float8) AS returns,
               ln(1 + coalesce(returned, 0) / greatest(amount_365, 1)) AS returned,
               coalesce((last_return >= last_day)::int, 0)::float8 AS returned_last,
               ln((ended + 0.5)::float8 / (longer + 1)) AS own_return,
               ln((1 + amount_180) / (1 + amount_360 - amount_180)) AS amount_trend,
               %(fact_features)s
          FROM (SELECT partner_id, count(*)::int AS occasion_count,
                       min(day) AS first_day, max(day) AS last_day,
                       sum(amount)::float8 AS amount, sum(line_count)::float8 AS line_count,
                       sum(gap) FILTER (WHERE is_last) AS last_gap,
                       (sum(amount) FILTER (WHERE is_last))::float8 AS last_amount,
                       coalesce(sum(line_count) FILTER (WHERE is_last), 0)::float8
                           AS last_line_count,
                       count(*) FILTER (WHERE day > %(as_of)s - 90) AS n90,
                       count(*) FILTER (WHERE day > %(as_of)s - 365) AS n365,
                       coalesce(sum(amount) FILTER (WHERE day > %(as_of)s - 365), 0)::float8
                           AS amount_365,
                       coalesce(sum(amount) FILTER (WHERE day > %(as_of)s - 180), 0)::float8
                           AS amount_180,
                       coalesce(sum(amount) FILTER (WHERE day > %(as_of)s - 360), 0)::float8
                           AS amount_360,
                       count(*) FILTER (WHERE gap > silence) AS longer,
                       count(*) FILTER (WHERE gap > silence AND gap <= silence + %(horizon)s)
                           AS ended,
                       count(*) FILTER (WHERE day > %(as_of)s - 365
                                          AND day <= %(as_of)s - 365 + %(horizon)s) AS same_window,
                       count(*) FILTER (WHERE day > %(as_of)s - 395
                                          AND day <= %(as_of)s - 335 + %(horizon)s) AS same_season
                  FROM (SELECT *, day - lag(day) OVER own AS gap,
                               lead(day) OVER own IS NULL AS is_last,
                               %(as_of)s - max(day) OVER (PARTITION BY partner_id) AS silence
                          FROM (%(days)s) d
                         WHERE NOT is_credit AND day <= %(as_of)s
                        WINDOW own AS (PARTITION BY partner_id ORDER BY day)) sequence
                 GROUP BY partner_id) bought
          LEFT JOIN (SELECT partner_id, max(day) AS last_return,
                            count(*) FILTER (WHERE day > %(as_of)s - 365) AS returns,
                            (-sum(amount) FILTER (WHERE day > %(as_of)s - 365))::float8 AS returned
                       FROM (%(days)s) d
                      WHERE is_credit AND day <= %(as_of)s
                      GROUP BY partner_id) gave_back USING (partner_id)
          %(fact_joins)s
          CROSS JOIN (SELECT %(as_of)s AS day_known) known
         WHERE occasion_count >= 2 AND last_day > %(as_of)s - %(longest)s
        """,
        days=days, as_of=SQL("%s::date", as_of), horizon=horizon, longest=MAX_SILENCE,
        fact_features=facts.sql_features(), fact_joins=facts.sql_joins(known, as_of),
    )


def sql_logit(probability):
    """Return SQL of the log odds of a probability, clipped so that it stays finite."""
    return SQL(
        "(SELECT ln(p / (1 - p)) FROM (SELECT least(greatest(%s, %s), %s) AS p) clipped)",
        probability, _CLIP, 1 - _CLIP,
    )


def sql_linear(opinion, means, columns):
    """Return SQL of the opinion's linear predictor, over SQL columns in the order of FEATURES."""
    return SQL(" + ").join(
        SQL("%s::float8 * (%s - %s::float8)", coefficient / scale, column, mean)
        for column, mean, coefficient, scale in zip(
            columns, means, opinion.coefficients, opinion.scales, strict=True
        )
    )


def sql_blend(risk, linear, anchor, opinion):
    """Return SQL of the final risk: the mean of the model's logit and the opinion's, anchored."""
    level = logit(anchor.mean_risk)
    return SQL(
        "1 / (1 + exp(greatest(-700, least(700, -(%s::float8 * (%s - %s::float8 + %s)"
        " + %s::float8)))))",
        opinion.weight, sql_logit(risk), level, linear, level + anchor.shift,
    )


def logit(probability):
    """Return the log odds, clipped.

    >>> logit(0.5)
    0.0
    """
    probability = min(max(probability, _CLIP), 1 - _CLIP)
    return math.log(probability / (1 - probability))


def sigmoid(value):
    """Return the probability of log odds.

    >>> sigmoid(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, value))))


def stretch(slices):
    """Return by how much the mean of the two logits is to be stretched about its own mean.

    The mean of two opinions is less sure of itself than what both know together. So the
    stretch is fitted to what happened on past days, to customers not learnt from: logistic,
    each day with a level of its own, ridge-penalised around 1.

    :param slices: a list of ``(left, centred logit)`` for each past day

    >>> round(stretch([[(1, 2.0), (0, -2.0), (1, 0.5), (0, -0.5)]]), 2)
    1.03
    """
    found, levels = 1.0, [0.0] * len(slices)
    for _step in range(_STEPS):
        slope, curvature = -RIDGE * (found - 1), RIDGE
        for number, rows in enumerate(slices):
            missed = spread = 0.0
            for left, value in rows:
                chance = sigmoid(levels[number] + found * value)
                weight = chance * (1 - chance)
                slope += (left - chance) * value
                curvature += weight * value * value
                missed += left - chance
                spread += weight
            levels[number] += max(-2.0, min(2.0, missed / max(spread, _CLIP)))
        step = slope / curvature
        found += step
        if abs(step) < _PRECISION:
            break
    low, high = STRETCH_BOUNDS
    return min(max(found, low), high)


def shift_to(logits, mean):
    """Return the number which, added to the logits, makes their mean probability ``mean``.

    >>> round(shift_to([0.0, 0.0], 0.731058578630005), 6)
    1.0
    """
    shift = 0.0
    for _step in range(_STEPS):
        chances = [sigmoid(value + shift) for value in logits]
        slope = sum(chance * (1 - chance) for chance in chances)
        # Bounded: where all chances are near 0 or 1 a full step would overshoot.
        step = (mean * len(logits) - sum(chances)) / max(slope, _CLIP)
        step = max(-2.0, min(2.0, step))
        shift += step
        if abs(step) < 1e-9:
            break
    return shift


def sql_sums(design, coefficients, held_out):
    """Return SQL of one step of the fit: sums of outer products, inside PostgreSQL.

    :param design: name of the table of centred features ``f0…``, ``left_``, ``base``, ``fold``
    :param coefficients: of the raw features
    :param held_out: the fold left out, None for none
    :return: SQL of one row: the gradient, then the lower triangle of the Hessian, row by row
    """
    number = len(FEATURES)
    names = [SQL.identifier(f"f{place}") for place in range(number)]
    predictor = SQL(" + ").join(
        SQL("%s::float8 * %s", coefficient, name)
        for coefficient, name in zip(coefficients, names, strict=True)
    )
    sums = [SQL("sum((left_ - q) * %s)", name) for name in names]
    sums += [
        SQL("sum(w * %s * %s)", names[i], names[j]) for i in range(number) for j in range(i + 1)
    ]
    return SQL(
        """SELECT %s
             FROM (SELECT *, q * (1 - q) AS w
                     FROM (SELECT *, 1 / (1 + exp(greatest(-700, least(700, -(base + %s))))) AS q
                             FROM %s WHERE fold IS DISTINCT FROM %s OFFSET 0) chance
                   OFFSET 0) weighed""",
        SQL(", ").join(sums), predictor, SQL.identifier(design), held_out,
    )


def newton_step(sums, coefficients, scales):
    """Return the next coefficients of the standardised features, and the largest change.

    :param sums: gradient and lower triangle over the raw features, as :func:`sql_sums` has them
    """
    number = len(FEATURES)
    gradient = [
        sums[i] / scales[i] - RIDGE * coefficients[i] for i in range(number)
    ]
    triangle = iter(sums[number:])
    matrix = [[0.0] * number for _row in range(number)]
    for i in range(number):
        for j in range(i + 1):
            matrix[i][j] = matrix[j][i] = next(triangle) / (scales[i] * scales[j])
        matrix[i][i] += RIDGE
    step = solve(matrix, gradient)
    return [c + s for c, s in zip(coefficients, step, strict=True)], max(map(abs, step))


def fit(run, design, scales, held_out=None, start=None):
    """Return the coefficients of the standardised features.

    Iteratively reweighted least squares: PostgreSQL sums, Python solves.

    :param run: called with SQL, returns its rows
    :param held_out: see :func:`sql_sums`
    :param start: coefficients to start from
    """
    found = list(start or [0.0] * len(FEATURES))
    for _step in range(_STEPS):
        raw = [c / s for c, s in zip(found, scales, strict=True)]
        [sums] = run(sql_sums(design, raw, held_out))
        found, change = newton_step(sums, found, scales)
        if change < _PRECISION:
            break
    return found
