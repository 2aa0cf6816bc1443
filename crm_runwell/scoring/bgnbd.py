"""BG/NBD, the model that MBG/NBD modifies: kept to test our fit against the papers' figures.

Fader, Hardie and Lee (2005), *"Counting your customers" the easy way: an
alternative to the Pareto/NBD model*, Marketing Science 24. A customer may leave
after a repeat order only, so that whoever bought once never leaves. The product
scores with :mod:`.churn`.
"""

import math

from .churn import Parameters, fit, hypergeometric


class BgNbd(Parameters):
    """BG/NBD parameters, in the unit of time they were fitted in."""

    def p_alive(self, x, t_x, age):
        """Return the probability that the customer is still one: 1 after a single order.

        >>> round(BgNbd(.243, 4.414, .793, 2.426).p_alive(2, 30.43, 38.86), 4)
        0.7266
        """
        if not x:
            return 1.0
        gone = self.a / (self.b + x - 1)
        return 1 / (1 + gone * ((self.alpha + age) / (self.alpha + t_x)) ** (self.r + x))

    def expected_orders(self, x, t_x, age, days):
        """Return the expected orders in a time ahead; the worked example of the papers:

        >>> round(BgNbd(.243, 4.414, .793, 2.426).expected_orders(2, 30.43, 38.86, 39), 3)
        1.226
        """
        power, total = self.r + x, self.a + self.b + x - 1
        never = ((self.alpha + age) / (self.alpha + age + days)) ** power
        series = hypergeometric(power, self.b + x, total, days / (self.alpha + age + days))
        return self.p_alive(x, t_x, age) * total / (self.a - 1) * (1 - never * series)


def fit_bgnbd(groups):
    """Fit BG/NBD by maximum likelihood; see :func:`.churn.fit`."""
    parameters, log_likelihood, customers = fit(groups, _log_likelihood, use_prior=False)
    return BgNbd(**vars(parameters)), log_likelihood, customers


def _log_likelihood(rows, r, alpha, a, b):
    lgamma, log = math.lgamma, math.log
    base = r * log(alpha) - lgamma(r)
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    total = 0.0
    for x, t_x, age, customers in rows:
        power = r + x
        stays = lgamma(a) + lgamma(b + x) - lgamma(a + b + x) - log_beta
        alive = stays - power * log(alpha + age)
        if x:
            gone = stays + log(a / (b + x - 1)) - power * log(alpha + t_x)
            high, low = max(alive, gone), min(alive, gone)
            alive = high + log(1 + math.exp(low - high))
        total += customers * (lgamma(power) + base + alive)
    return total
