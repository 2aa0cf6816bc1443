"""Why a customer's risk is what it is: its parts, what would change it, and its course.

Plain mathematics over what the scoring learnt; it reads no document and no model.
The figures are those of :mod:`.prediction`, worked out for one customer.
"""

from dataclasses import dataclass
from datetime import timedelta

from .opinion import BEHAVIOUR, FEATURES, Anchor, Opinion, logit, sigmoid

#: The features of the second opinion, by the part of the explanation that they belong to.
#: ``risk`` and ``alive`` repeat the churn model: they go with silence and rhythm.
GROUPS = {
    "history": ("orders", "tenure", "gap", "last_gap", "own_return"),
    "value": ("amount_365", "mean_amount", "last_amount"),
    "assortment": ("mean_lines", "last_lines", "stopped"),
    "returns": ("returns", "returned", "returned_last"),
    "payment": ("overdue", "overdue_days"),
    "service": ("open_complaints", "complaints", "complaint_trend", "let_down"),
    "recent": ("orders_90", "orders_365", "same_window", "same_season", "amount_trend"),
}
#: The parts in the order in which they are added: from what lasts to what is of today.
PARTS = ("level", "rhythm", *GROUPS, "silence")

#: The first features of the opinion, which come from the churn model.
MODELLED = len(FEATURES) - len(BEHAVIOUR)
WEEKS = 52


@dataclass(frozen=True)
class Figures:
    """What the churn model says of a customer on a day.

    :ivar risk: probability of no order within the horizon
    :ivar base: the same without the company's recent activity
    :ivar alive: probability that the customer is still one
    """

    risk: float
    base: float
    alive: float


class ChurnModel:
    """The churn model of a company, for one customer on any day.

    Usage: ``ChurnModel(learned, clock, 90).figures(order_days, day).risk``

    :param learned: :class:`~.learning.Learned`
    :param clock: :class:`~.season.Clock`, from the customer's first order day or before
    :param int horizon: days
    :param mix: :class:`~.season.Mix` of the customer, where product categories have curves
    """

    def __init__(self, learned, clock, horizon, mix=None):
        self.learned = learned
        self.clock = clock
        self.horizon = horizon
        self.mix = mix

    def figures(self, order_days, day, is_silent=True):
        """Return the :class:`Figures` at the end of a day.

        :param order_days: distinct, ascending, none after ``day``
        :param is_silent: False: as if the last of these orders had come on ``day``
        """
        first, last = order_days[0], order_days[-1] if is_silent else day
        mix = self.mix and self.mix.on(day)
        t_x, age, ahead = self.clock.times(first, last, day, self.horizon, mix)
        known, parameters = (len(order_days) - 1, t_x, age), self.learned.parameters
        return Figures(
            parameters.p_no_order(*known, ahead * self.learned.factor),
            parameters.p_no_order(*known, ahead),
            parameters.p_alive(*known),
        )

    def course(self, order_days, as_of, weeks=WEEKS):
        """Return ``(day, risk)`` of the end of each of the last weeks, oldest first.

        Each from the order days up to that day alone, with the parameters of today;
        ``None`` where there were fewer than two.
        """
        ends = [as_of - timedelta(weeks=ago) for ago in reversed(range(weeks))]
        course = []
        for end in ends:
            known = [day for day in order_days if day <= end]
            course.append((end, self.figures(known, end).risk if len(known) >= 2 else None))
        return course


@dataclass(frozen=True)
class Second:
    """The second opinion on one customer.

    :ivar behaviour: its features, in the order of :data:`~.opinion.BEHAVIOUR`
    """

    opinion: Opinion
    anchor: Anchor
    behaviour: tuple

    def pulls(self, figures):
        """Return by how much each feature moves the logit of the final risk.

        :param figures: :class:`Figures`, which two of the features come from
        """
        return self._pulls((logit(figures.base), logit(figures.alive), *self.behaviour))

    def pulls_of_behaviour(self):
        """Return :meth:`pulls` of the features that do not come from the churn model."""
        pulls = self._pulls((*self.anchor.means[:MODELLED], *self.behaviour))
        return {name: pulls[name] for name in FEATURES[MODELLED:]}

    def _pulls(self, values):
        return {
            name: self.opinion.weight * coefficient * (value - mean) / scale
            for name, value, mean, coefficient, scale in zip(
                FEATURES, values, self.anchor.means, self.opinion.coefficients,
                self.opinion.scales, strict=True,
            )
        }


def final_risk(figures, second=None):
    """Return the risk that is shown: the model's, or blended with the second opinion."""
    if second is None:
        return figures.risk
    level = logit(second.anchor.mean_risk)
    own = second.opinion.weight * (logit(figures.risk) - level)
    return sigmoid(level + own + sum(second.pulls(figures).values()) + second.anchor.shift)


def shares(now, awake, average, second=None):
    """Return by how much each part moves the logit of the risk away from the average customer's.

    They add up to ``logit(final risk) - logit(average)``.

    :param now: :class:`Figures` of today
    :param awake: those without the silence: the last order would be of today
    :param average: risk of the average customer; with an opinion, ``anchor.mean_risk``
    :param second: :class:`Second`, or None
    :return: dict by name of :data:`PARTS`; without an opinion ``rhythm`` and ``silence`` alone
    """
    weight = second.opinion.weight if second else 1.0
    rhythm = weight * (logit(awake.risk) - logit(average))
    silence = weight * (logit(now.risk) - logit(awake.risk))
    if second is None:
        return {"rhythm": rhythm, "silence": silence}
    pulls, without = second.pulls(now), second.pulls(awake)
    for name in ("risk", "alive"):
        rhythm += without[name]
        silence += pulls[name] - without[name]
    found = {group: sum(pulls[name] for name in names) for group, names in GROUPS.items()}
    found |= {"level": second.anchor.shift, "rhythm": rhythm, "silence": silence}
    return {name: found[name] for name in PARTS}


def steps(parts, average, risk):
    """Return the way from the average customer's risk to this one's.

    The parts are added one after the other, so that each step is a difference of
    probabilities and they add up exactly.

    :param parts: of :func:`shares`, in order
    :return: list of ``(name, from, to)``; the first begins at ``average``, the last
        ends at ``risk``

    >>> [(name, round(start, 2), round(end, 2)) for name, start, end in steps(
    ...     {"rhythm": -1.0, "silence": 2.0}, 0.5, sigmoid(1.0))]
    [('rhythm', 0.5, 0.27), ('silence', 0.27, 0.73)]
    """
    level, end = logit(average), average
    way = []
    for name, share in parts.items():
        start, level = end, level + share
        end = risk if len(way) == len(parts) - 1 else sigmoid(level)
        way.append((name, start, end))
    return way
