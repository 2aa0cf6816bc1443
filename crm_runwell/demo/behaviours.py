"""How the demo customers buy: the table of behaviours, and the order days each one gives.

Plain Python without Odoo. All times are ages in days before today, so that the same history
slides along with the calendar and the demo shows warnings on any day it is run.
"""

from datetime import timedelta
from typing import NamedTuple

TWO_YEARS = 725


class Behaviour(NamedTuple):
    """A way of buying. ``rhythm`` and ``stop`` may be overruled for a single customer."""

    rhythm: int  # days between two orders
    jitter: float  # how far a gap strays from the rhythm, as a share of it
    start: int = TWO_YEARS  # age of the first order
    stop: int = 0  # age after which nothing was ordered any more
    growth: float = 1.0  # value of the last basket over the first one
    tempo: float = 1.0  # length of the last gap over the first one
    limit: int = 0  # at most so many orders (0: no limit)
    season: tuple = ()  # months of full rhythm; outside them gaps are OFF_SEASON times longer
    pause: tuple = ()  # (age from, age to) without any order


OFF_SEASON = 5

BEHAVIOURS = {
    "steady": Behaviour(rhythm=28, jitter=0.25),
    "seasonal": Behaviour(rhythm=12, jitter=0.30, season=(9, 10, 11, 12)),
    "growing": Behaviour(rhythm=40, jitter=0.25, growth=3.0, tempo=0.5),
    "fading": Behaviour(rhythm=16, jitter=0.30, stop=40, growth=0.4, tempo=4.0),
    "stopped": Behaviour(rhythm=16, jitter=0.30, stop=100),
    "returned": Behaviour(rhythm=24, jitter=0.25, pause=(470, 85)),
    "rescued": Behaviour(rhythm=12, jitter=0.2, start=400, pause=(88, 17)),
    "one_off": Behaviour(rhythm=30, jitter=0.0, start=300, limit=1),
    "two_orders": Behaviour(rhythm=70, jitter=0.2, start=330, limit=2),
    "new": Behaviour(rhythm=21, jitter=0.3, start=75),
    "prospect": Behaviour(rhythm=30, jitter=0.0, start=0),
}


class Occasion(NamedTuple):
    """One order of a customer: its age in days and its basket relative to a usual one."""

    age: int
    basket: float


def occasions(customer, today, rng):
    """Return the order occasions of ``customer``, oldest first; every age is at least 1.

    ``customer`` has ``behaviour`` and, where it differs from the table, ``rhythm``, ``stop``
    and ``start``. The same ``rng`` state and day give the same result.
    """
    behaviour = BEHAVIOURS[customer.behaviour]
    rhythm = customer.rhythm or behaviour.rhythm
    start = customer.start or behaviour.start
    stop = max(customer.stop or behaviour.stop, 1)
    age, found = float(start), []
    if not behaviour.limit:  # two customers of one behaviour shall not begin on the same day
        age -= rng.uniform(0, 0.5) * rhythm
    while age >= stop and not (behaviour.limit and len(found) >= behaviour.limit):
        progress = (start - age) / max(start - stop, 1)
        if not _pauses(behaviour, age):
            basket = 1 + (behaviour.growth - 1) * progress
            found.append(Occasion(_weekday_age(today, round(age)), basket))
        gap = rhythm * (1 + (behaviour.tempo - 1) * progress)
        gap *= rng.uniform(1 - behaviour.jitter, 1 + behaviour.jitter)
        if behaviour.season and (today - timedelta(days=round(age))).month not in behaviour.season:
            gap *= OFF_SEASON
        age -= max(gap, 1.0)
    return found


def _pauses(behaviour, age):
    """Tell whether ``age`` lies within the pause of ``behaviour``."""
    return bool(behaviour.pause) and behaviour.pause[0] > age > behaviour.pause[1]


def _weekday_age(today, age):
    """Move an age that falls on a weekend back to the Friday before it."""
    weekday = (today - timedelta(days=age)).weekday()
    return age + max(weekday - 4, 0)
