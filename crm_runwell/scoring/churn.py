"""The probability that a customer orders no more: MBG/NBD.

A customer is seen through three numbers over distinct order days: ``x`` repeat
orders, ``t_x`` days from the first to the last order and ``age`` days (the
papers' *T*) from the first order to the day of the score. While alive a
customer orders at a personal rate (gamma distributed over customers, shape
``r``, scale ``alpha``); after every order, the first included, it leaves for
good with a personal probability (beta distributed, ``a``, ``b``).

Sources: Batislam, Denizel and Filiztekin (2007), *Empirical validation and
comparison of models for customer base analysis*; it modifies the BG/NBD of
Fader, Hardie and Lee (2005), *"Counting your customers" the easy way*.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

from odoo.tools import SQL

from .simplex import minimise

#: A fit is refused below these: the figures would be those of a few customers.
MIN_BUYERS = 100
MIN_REPEAT_BUYERS = 30
MIN_HISTORY_DAYS = 180

#: Rows looked at first where there are many.
_FIRST_LOOK = 2000

#: exp() beyond these leaves the range of a double; PostgreSQL raises there.
_EXP_LIMIT = 700.0


class FitError(ValueError):
    """The history does not carry a fit; the message says why (untranslated code).

    :ivar reason: one of ``buyers``, ``repeat``, ``history``, ``converge``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Parameters:
    """MBG/NBD parameters; ``alpha`` is in days, the others have no unit."""

    r: float
    alpha: float
    a: float
    b: float

    def p_alive(self, x, t_x, age):
        """Return the probability that the customer is still one.

        >>> mbg = Parameters(.5248, 6.183 * 7, .8914, 1.614)
        >>> round(mbg.p_alive(2, 213, 272), 4)
        0.7061
        """
        log_odds = (
            math.log(self.a / (self.b + x))
            + (self.r + x) * (math.log(self.alpha + age) - math.log(self.alpha + t_x))
        )
        return 1 / (1 + math.exp(min(log_odds, _EXP_LIMIT)))

    def expected_orders(self, x, t_x, age, days):
        """Return how many order days are to be expected in the next ``days``.

        The conditional expectation of Fader, Hardie and Lee (2005), in the form
        that it takes under MBG/NBD.

        >>> mbg = Parameters(.5248, 6.183 * 7, .8914, 1.614)
        >>> round(mbg.expected_orders(2, 213, 272, 273), 3)
        1.263
        """
        power, total = self.r + x, self.a + self.b + x
        never = ((self.alpha + age) / (self.alpha + age + days)) ** power
        series = hypergeometric(
            power, self.b + x + 1, total, days / (self.alpha + age + days)
        )
        return self.p_alive(x, t_x, age) * total / (self.a - 1) * (1 - never * series)

    def p_no_order(self, x, t_x, age, horizon):
        """Return the probability of no order within ``horizon`` days from now."""
        log_quiet = (self.r + x) * (
            math.log(self.alpha + age) - math.log(self.alpha + age + horizon)
        )
        return 1 - self.p_alive(x, t_x, age) * (1 - math.exp(max(log_quiet, -_EXP_LIMIT)))


def hypergeometric(a, b, c, z):
    """Return Gauss' series 2F1(a, b; c; z) for 0 <= z < 1.

    >>> round(hypergeometric(1, 1, 2, .5), 6)  # -ln(1 - z) / z
    1.386294
    """
    term = total = 1.0
    n = 0
    while abs(term) > 1e-12 * abs(total) and n < 100_000:
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        n += 1
    return total


#: Shares of the rate and of leaving that stand in where nothing can be fitted: one order in
#: nine is the last (docs/model.md has the figures on two real histories).
_DEFAULT_SHAPE = {"r": 0.7, "a": 0.5, "b": 4.0}


def default_parameters(rhythm_days):
    """Return stated, not fitted, parameters for customers of a known rhythm.

    The mean order rate ``r / alpha`` is put at one order every ``rhythm_days``.

    :param float rhythm_days: the usual days between two orders, above 0
    """
    shape = _DEFAULT_SHAPE
    return Parameters(shape["r"], shape["r"] * rhythm_days, shape["a"], shape["b"])


#: Weakly expected shape and leaving, and their spread on the log scale: a history in which
#: nobody has left yet says nothing of ``b``, one of equal rates nothing of ``r``; both would run
#: away, over thousands of steps.
_PRIOR = {"r": 0.7, "a": 0.7, "b": 6.3}
_PRIOR_SPREAD = 2.0


def fit(groups, log_likelihood=None, use_prior=True):
    """Fit MBG/NBD by maximum likelihood, with a weak prior on all but ``alpha``.

    :param groups: iterable of ``(x, t_x, age, customers)``, days and counts
    :param log_likelihood: that of another model of the same four parameters
    :param use_prior: False: plain maximum likelihood, as the papers have it
    :return: ``(Parameters, log_likelihood, customers)``
    :raise FitError: too few buyers or days, or no convergence
    """
    rows = _merge(groups)
    _check_enough(rows)
    customers = sum(row[3] for row in rows)
    # Days are scaled to the mean age so that the search starts near 1 whatever the trade.
    scale = sum(age * n for _x, _t, age, n in rows) / customers
    scaled = [(x, t_x / scale, age / scale, n) for x, t_x, age, n in rows]
    log_likelihood = log_likelihood or _log_likelihood

    def penalty(logs):
        return use_prior and sum(
            ((log - math.log(expected)) / _PRIOR_SPREAD) ** 2 / 2
            for log, expected in zip((logs[0], *logs[2:]), _PRIOR.values(), strict=True)
        )

    def search(sample, starts):
        return minimise(
            lambda logs: penalty(logs) - log_likelihood(sample, *map(math.exp, logs)),
            starts=starts, bounds=(-12.0, 12.0),
        )

    starts = [(-0.5, -2.0, -0.5, 0.5), (0.0, -1.0, -1.0, 1.0), (-1.0, -3.0, 0.0, 0.5)]
    if len(scaled) > 2 * _FIRST_LOOK:
        # A first look at a part finds the way; the whole history then starts from there.
        starts = [search(scaled[::len(scaled) // _FIRST_LOOK], starts)[0]]
    best, value, converged = search(scaled, starts)
    if not converged:
        raise FitError("converge")
    r, alpha, a, b = map(math.exp, best)
    repeats = sum(x * n for x, _t, _age, n in rows)
    # Scaling time by s divides each of the x order densities by s.
    likelihood = penalty(best) - value - repeats * math.log(scale)
    return Parameters(r, alpha * scale, a, b), likelihood, customers


def activity_factor(parameters, customers, share):
    """Return the factor on the horizon with which the mean risk is the share that left.

    :param customers: ``(x, t_x, age, ahead)`` on a past day; ``ahead``: the (season) days
        that have passed since
    :param share: of them who did not order in those days
    :return: between .2 and 5
    """
    known = [
        (parameters.p_alive(x, t_x, age), parameters.r + x, parameters.alpha + age, ahead)
        for x, t_x, age, ahead in customers
    ]

    def mean_risk(factor):
        return 1 - sum(
            alive * (1 - (scale / (scale + ahead * factor)) ** power)
            for alive, power, scale, ahead in known
        ) / len(known)

    low, high = math.log(0.2), math.log(5)
    for _step in range(24):
        middle = (low + high) / 2
        # A longer horizon lowers the risk of no order.
        if mean_risk(math.exp(middle)) > share:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _merge(groups):
    merged = defaultdict(int)
    for x, t_x, age, customers in groups:
        merged[x, t_x, age] += customers
    return [(*key, customers) for key, customers in merged.items()]


def _check_enough(rows):
    if sum(n for _x, _t, _age, n in rows) < MIN_BUYERS:
        raise FitError("buyers")
    if sum(n for x, _t, _age, n in rows if x) < MIN_REPEAT_BUYERS:
        raise FitError("repeat")
    if max(age for _x, _t, age, _n in rows) < MIN_HISTORY_DAYS:
        raise FitError("history")


def _log_likelihood(rows, r, alpha, a, b):
    """Return ln L of the rows: the formula of docs/model.md."""
    lgamma, log, exp = math.lgamma, math.log, math.exp
    base = r * log(alpha) - lgamma(r) - (lgamma(a) + lgamma(b) - lgamma(a + b))
    log_a = log(a)
    # Everything that depends on x alone is computed once a value of x.
    by_x = {}
    total = 0.0
    for x, t_x, age, customers in rows:
        if x not in by_x:
            log_beta = lgamma(a) + lgamma(b + x + 1) - lgamma(a + b + x + 1)
            by_x[x] = (lgamma(r + x) + base + log_beta, log_a - log(b + x))
        constant, log_share = by_x[x]
        power = r + x
        alive = -power * log(alpha + age)
        gone = log_share - power * log(alpha + t_x)
        high, low = (alive, gone) if alive > gone else (gone, alive)
        total += customers * (constant + high + log(1 + exp(low - high)))
    return total


def sql_p_alive(parameters, x, t_x, age):
    """Return SQL of :meth:`Parameters.p_alive`; ``x``, ``t_x``, ``age`` are SQL (float8)."""
    return SQL(
        "1 / (1 + exp(least(ln(%(a)s / (%(b)s + %(x)s)) + (%(r)s + %(x)s)"
        " * (ln(%(alpha)s + %(age)s) - ln(%(alpha)s + %(t_x)s)), %(limit)s)))",
        x=x, t_x=t_x, age=age, limit=_EXP_LIMIT, **_constants(parameters),
    )


def sql_p_order(parameters, x, age, horizon):
    """Return SQL of the chance that a living customer orders within ``horizon`` days."""
    return SQL(
        "1 - exp(greatest((%(r)s + %(x)s) * (ln(%(alpha)s + %(age)s)"
        " - ln(%(alpha)s + %(age)s + %(horizon)s)), %(limit)s))",
        x=x, age=age, horizon=horizon, limit=-_EXP_LIMIT, **_constants(parameters),
    )


def sql_orders(parameters, x, age, days):
    """Return SQL of the orders that a living customer is expected to place in ``days``.

    The expectation over the chance of leaving, beta(a, b + x + 1), is taken at the two
    points of Gauss and Jacobi instead of integrated: within a few percent of
    :meth:`Parameters.expected_orders`, 8 % for those who order weekly, without a
    hypergeometric series.
    """
    return SQL(
        """(SELECT (1 - share) * (1 - exp(greatest(power * (known - ln(total + low * ahead)),
                                                   %(limit)s))) / low
                   + share * (1 - exp(greatest(power * (known - ln(total + high * ahead)),
                                               %(limit)s))) / high
              FROM (SELECT *, (a / size - low) / (high - low) AS share
                      FROM (SELECT *, a * (a + 1) / ((size + 1) * (size + 2) * high) AS low
                              FROM (SELECT *, (a + 1 + sqrt((a + 1) * (size - a + 1) / (size + 1)))
                                           / (size + 2) AS high
                                      FROM (SELECT %(a)s AS a, %(a)s + %(b)s + %(x)s + 1 AS size,
                                                   %(r)s + %(x)s AS power,
                                                   %(alpha)s + %(age)s AS total,
                                                   ln(%(alpha)s + %(age)s) AS known,
                                                   %(days)s::float8 AS ahead
                                            OFFSET 0) beta
                                    OFFSET 0) upper_point
                            OFFSET 0) both_points
                    OFFSET 0) weighed)""",
        x=x, age=age, days=days, limit=-_EXP_LIMIT, **_constants(parameters),
    )


def _constants(parameters):
    """Return the parameters typed for PostgreSQL (a bare literal would be numeric: slow)."""
    return {
        name: SQL("%s::float8", getattr(parameters, name)) for name in ("r", "alpha", "a", "b")
    }
