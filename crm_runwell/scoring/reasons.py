"""The sentences under a risk, before they are words: a number, its comparison, its direction.

Each rule is a small function that returns a :class:`Reason`, or None where there is
nothing to compare. No rule looks at who the customer is, only at orders, amounts,
returns and payments.
"""

import math
from dataclasses import dataclass, field
from datetime import timedelta

YEAR = 365
WORSE, BETTER, NEITHER = "worse", "better", "neither"

#: Standard deviations of the logarithm of the own gaps from which a silence is called so.
LONGER, UNUSUAL, VERY_UNUSUAL = 1.0, 2.0, 3.0
#: Share by which an amount must differ to say something.
REVENUE_CHANGE, ORDER_CHANGE = 0.1, 0.25
#: Categories no longer bought that are named, at most.
MAX_STOPPED = 2


@dataclass(frozen=True)
class Reason:
    """One finding.

    :ivar kind: which sentence it becomes
    :ivar direction: :data:`WORSE`, :data:`BETTER` or :data:`NEITHER`
    :ivar used_in: ``risk``, ``health`` or ``nothing``: the figure that it goes into
    :ivar values: what the sentence says
    """

    kind: str
    direction: str
    used_in: str
    values: dict = field(default_factory=dict)


def silence(days, usual, overdue_z):
    """Compare the silence with the customer's rhythm.

    >>> silence(67, 9.0, 9.1).values["how"]
    'very_unusual'
    """
    if days is False or not usual:
        return None
    how = next((
        name for name, bound in (
            ("very_unusual", VERY_UNUSUAL), ("unusual", UNUSUAL), ("longer", LONGER),
        ) if overdue_z >= bound
    ), "usual")
    direction = WORSE if overdue_z >= LONGER else BETTER if overdue_z < 0 else NEITHER
    return Reason("silence", direction, "risk", {"days": days, "usual": usual, "how": how})


def orders(order_days, as_of, span):
    """Compare the order days of the last ``span`` days with those of the same days a year before.

    A difference within the noise of such counts (the root of their sum) is none.

    :return: None where the customer was not there yet for most of the days compared with
    """
    since = as_of - timedelta(days=span)
    until_before = as_of - timedelta(days=YEAR)
    since_before = until_before - timedelta(days=span)
    if not order_days or order_days[0] > since_before + timedelta(days=span // 10):
        return None
    now = sum(since < day <= as_of for day in order_days)
    before = sum(since_before < day <= until_before for day in order_days)
    if not now and not before:
        return None
    direction = NEITHER
    if abs(now - before) > math.sqrt(now + before):
        direction = WORSE if now < before else BETTER
    return Reason(f"orders_{span}", direction, "risk", {
        "now": now, "before": before, "since": since, "until": as_of,
        "since_before": since_before,
    })


def revenue(now, before, first_day, two_years_ago):
    """Compare the net revenue of twelve months with that of the twelve before."""
    if before <= 0 or first_day > two_years_ago + timedelta(days=YEAR // 10):
        return None
    change = now / before - 1
    return Reason("revenue", _by_change(change, REVENUE_CHANGE), "health", {
        "now": now, "before": before, "change": change,
    })


def order_value(amounts, pull=None):
    """Compare the last order day's amount with the mean of all.

    :param amounts: by order day, ascending
    :param pull: what it adds to the logit of the risk, where the risk uses it
    """
    if len(amounts) < 3:
        return None
    mean = sum(amounts.values()) / len(amounts)
    day, last = list(amounts.items())[-1]
    change = last / mean - 1
    return Reason("order_value", *_effect(pull, _by_change(change, ORDER_CHANGE)), {
        "last": last, "mean": mean, "change": change, "day": day,
    })


def returns(taken_back, as_of, pull=None):
    """Say what was taken back in a year.

    :param taken_back: amount (below zero) by day
    """
    days = [day for day in taken_back if as_of - timedelta(days=YEAR) < day <= as_of]
    if not days:
        return None
    return Reason("returns", *_effect(pull, NEITHER), {
        "count": len(days), "amount": -sum(taken_back[day] for day in days), "days": sorted(days),
    })


def overdue(amount, oldest, has_health=True, pull=None):
    """Say what is due and not paid, and since when.

    :param pull: what it adds to the logit of the risk, where the risk uses it
    """
    if amount <= 0:
        return None
    effect = _effect_or(pull, "health" if has_health else "nothing")
    return Reason("overdue", *effect, {"amount": amount, "oldest": oldest})


def complaints(count, oldest, as_of, pull=None):
    """Say what the customer complained of and waits for.

    :param oldest: the day on which the oldest of them came
    :param pull: what it adds to the logit of the risk, where the risk uses it
    """
    if not count:
        return None
    return Reason("complaints", *_effect_or(pull, "nothing"), {
        "count": count, "days": (as_of - oldest).days,
    })


def let_down(breaches, unhappy, pull=None):
    """Say how often service was late or left the customer unhappy in half a year."""
    if not breaches and not unhappy:
        return None
    return Reason("let_down", *_effect_or(pull, "nothing"), {
        "breaches": breaches, "unhappy": unhappy,
    })


def stopped(categories, pull=None):
    """Find the product categories that are no longer bought while others are.

    :param categories: ``(category, order days, last day, gap, is_ended, is_stopped)`` of
        :func:`.features.categories`
    :param pull: what they add to the logit of the risk, where the risk uses them
    :return: list of :class:`Reason`, at most :data:`MAX_STOPPED`, the most often bought first
    """
    alive = [row for row in categories if not row[4]]
    found = []
    for category, count, last, gap, _is_ended, is_stopped in sorted(
        categories, key=lambda row: row[1:3], reverse=True
    ):
        if not is_stopped:
            continue
        others = [row for row in alive if (row[2] - last).days > gap]
        still = max(others, key=lambda row: row[1:3])[0]
        found.append(Reason("stopped", *_effect_or(pull, "nothing"), {
            "category": category, "still": still, "since": last, "usual": gap, "count": count,
        }))
    return found[:MAX_STOPPED]


def _by_change(change, least):
    """Return the direction of a relative change; small ones have none."""
    if abs(change) < least:
        return NEITHER
    return WORSE if change < 0 else BETTER


def _effect(pull, direction):
    """Return ``(direction, used_in)``: the risk's own, where it uses the figure."""
    if pull is None:
        return direction, "nothing"
    if abs(pull) < 0.01:
        return NEITHER, "risk"
    return (WORSE if pull > 0 else BETTER), "risk"


def _effect_or(pull, otherwise):
    """Return ``(direction, used_in)`` of what is bad news, used in the risk or else elsewhere."""
    if pull is None or abs(pull) < 0.01:
        return WORSE, otherwise
    return _effect(pull, WORSE)
