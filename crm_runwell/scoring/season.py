"""The company's year: a clock that runs fast in its season and slowly outside it.

A silence of thirty days in the high season says more than one in January. So
the churn model is not run on calendar days but on *season days*: the days since
the first order, since the last one and of the horizon, each day counted by how
much the company usually sells on it (mean 1 over the last year).

The year's curve is a quasi-Poisson regression of the weekly number of order days
on six harmonics of the year with a growth term, ridge-penalised and divided by
its overdispersion, so that ragged weeks, or one year only, shrink it to 1. See
docs/model.md for the figures.

A company that sells skis and swimwear has two years in one. Where its product
categories have enough order days, each gets a curve of its own, shrunk towards the
company's, and a customer's clock is the mix of them by the shares of its own order days.
"""

import copy
import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from odoo.tools import SQL

from .linear import solve

HARMONICS = 6
YEAR = 365.25
#: Less history shows no year.
MIN_WEEKS = 52
#: Prior standard deviations on the log scale: harmonic k, ``SD_HARMONIC / √k``; a year's growth.
SD_HARMONIC, SD_GROWTH = 0.3, 0.2
#: A category's own curve takes so many order days over so many weeks; the largest so many have one.
CATEGORY_DAYS, CATEGORY_WEEKS, MAX_CATEGORIES = 1_000, 104, 8
#: Days ahead of the day of the score that the clock reaches: the longest horizon.
AHEAD = 740

_STEPS, _PRECISION = 50, 1e-8


@dataclass(frozen=True)
class Season:
    """The curve of a year: cosine and sine of each harmonic, and its mean over a year.

    :ivar categories: :class:`CategorySeason` of the categories with a curve of their own
    """

    coefficients: tuple
    mean: float
    categories: tuple = ()

    @classmethod
    def from_json(cls, values):
        """Return what was kept as a dict; before there were categories, it had none."""
        return cls(tuple(values["coefficients"]), values["mean"], tuple(
            CategorySeason(one["category"], tuple(one["members"]), cls.from_json(one["curve"]))
            for one in values.get("categories", ())
        ))

    @property
    def is_flat(self):
        """Whether the company's own curve is the calendar."""
        return not any(self.coefficients)

    def intensity(self, day):
        """Return how much a day counts; 1 on average over the year it was fitted to."""
        return math.exp(_dot(self.coefficients, _harmonics(day.toordinal()))) / self.mean


@dataclass(frozen=True)
class CategorySeason:
    """The curve of a product category.

    :ivar category: its id
    :ivar members: ids of the categories that go by the curve: itself and those below it that
        have none of their own
    :ivar curve: :class:`Season`
    """

    category: int
    members: tuple
    curve: Season


#: The calendar as a curve.
FLAT = Season((0.0,) * (2 * HARMONICS), 1.0)


def fit_season(weeks, as_of, around=FLAT):
    """Fit the year's curve.

    :param weeks: ``(weeks before as_of, order days in that week)``, as the SQL of
        :func:`.learning.weekly_counts` has them; weeks without orders may be missing
    :param as_of: the day up to which the weeks run
    :param around: the :class:`Season` that it is shrunk towards
    :return: a :class:`Season`, or None where the history is shorter than a year
    """
    counts = {int(age): count for age, count in weeks}
    number = max(counts, default=-1) + 1
    if number < MIN_WEEKS:
        return None
    ages = range(number)
    seen = [counts.get(age, 0) for age in ages]
    middle = (number - 1) / 2
    design = []
    for age in ages:
        day = as_of.toordinal() - 7 * age - 3
        design.append([1.0, (middle - age) * 7 / YEAR, *_harmonics(day)])
    penalty = [0.0, SD_GROWTH ** -2] + [
        k / SD_HARMONIC ** 2 for k in range(1, HARMONICS + 1) for _part in range(2)
    ]
    coefficients = _quasi_poisson(design, seen, penalty, [0.0, 0.0, *around.coefficients])[2:]
    last_year = [
        math.exp(_dot(coefficients, _harmonics(as_of.toordinal() - age))) for age in range(365)
    ]
    return Season(tuple(coefficients), sum(last_year) / len(last_year))


def fit_categories(weeks, paths, as_of, around=FLAT):
    """Fit a curve for each product category with enough order days.

    From the deepest categories up: one that has too few counts with the one above it.

    :param weeks: ``{category: {weeks before as_of: order days in that week}}``
    :param paths: ``{category: ids from the topmost category down to itself}``
    :param around: the company's :class:`Season`, which the curves are shrunk towards
    :return: tuple of :class:`CategorySeason`, those with most order days first; empty where
        there are not two
    """
    members, counts = {}, {}
    for category, path in paths.items():
        for place, above in enumerate(path):
            members.setdefault((place, above), [])
        members[len(path) - 1, category].append(category)
        counts[len(path) - 1, category] = dict(weeks[category])
    above = {
        (place, one): (place - 1, path[place - 1]) if place else None
        for path in paths.values() for place, one in enumerate(path)
    }
    enough = []
    for node in sorted(members, key=lambda node: (-node[0], node[1])):
        seen = counts.get(node, {})
        if sum(seen.values()) >= CATEGORY_DAYS and max(seen) + 1 >= CATEGORY_WEEKS:
            enough.append((-sum(seen.values()), node[1], tuple(sorted(members[node])), seen))
        elif above[node]:
            members[above[node]] += members[node]
            together = counts.setdefault(above[node], {})
            for week, count in seen.items():
                together[week] = together.get(week, 0) + count
    if len(enough) < 2:
        return ()
    return tuple(
        CategorySeason(category, own, fit_season(seen.items(), as_of, around))
        for _days, category, own, seen in sorted(enough, key=lambda row: row[:2])[:MAX_CATEGORIES]
    )


def _harmonics(ordinal):
    """Return the cosines and sines of a day's place in the year."""
    angle = 2 * math.pi * ordinal / YEAR
    return [f(k * angle) for k in range(1, HARMONICS + 1) for f in (math.cos, math.sin)]


def _dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def _quasi_poisson(design, seen, penalty, prior):
    """Return the coefficients, by iteratively reweighted least squares; ridge around ``prior``."""
    size, number = len(penalty), len(seen)
    found = list(prior)
    found[0] = math.log(max(sum(seen), 1) / number)
    dispersion = 1.0
    for _step in range(_STEPS):
        expected = [math.exp(max(-20.0, min(20.0, _dot(row, found)))) for row in design]
        slope = [-penalty[i] * (found[i] - prior[i]) for i in range(size)]
        matrix = [[penalty[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, mu, y in zip(design, expected, seen, strict=True):
            weight, residual = mu / dispersion, (y - mu) / dispersion
            for i in range(size):
                slope[i] += row[i] * residual
                for j in range(i + 1):
                    matrix[i][j] += weight * row[i] * row[j]
        for i in range(size):
            for j in range(i):
                matrix[j][i] = matrix[i][j]
        step = solve(matrix, slope)
        found = [value + change for value, change in zip(found, step, strict=True)]
        pearson = sum((y - mu) ** 2 / mu for mu, y in zip(expected, seen, strict=True))
        dispersion = max(1.0, pearson / max(number - size, number / 3))
        if max(map(abs, step)) < _PRECISION:
            break
    return found


class Mix:
    """What share of a customer's order days falls on each category with a curve, on any day.

    :param season: :class:`Season` or None
    :param bought: ``(day, category id)``, each once
    """

    def __init__(self, season, bought):
        place = {
            member: number for number, one in enumerate(season.categories if season else ())
            for member in one.members
        }
        self._number = len(set(place.values()))
        self._bought = [(day, place.get(category)) for day, category in bought]

    def on(self, day):
        """Return the shares known at the end of a day, as :meth:`Clock.at` takes them."""
        places = [place for bought_on, place in self._bought if bought_on <= day]
        return [places.count(n) / len(places) for n in range(self._number)] if places else None


class Clock:
    """Season days from one day to another; calendar days where there is no season.

    Where product categories have curves of their own, the days of a customer are those of
    its mix: a share for each of ``categories``, the rest by the company's curve.

    >>> from datetime import date
    >>> clock = Clock(None, date(2024, 1, 1), date(2024, 12, 31))
    >>> clock.between(date(2024, 1, 31), date(2024, 3, 1))
    30.0

    :ivar mixes: SQL relation ``(partner_id, mix)`` of the customers that SQL is asked for
    """

    def __init__(self, season, first_day, as_of):
        self.first_day = first_day
        self.is_seasonal = season is not None
        self.categories = season.categories if season else ()
        self.mixes = None
        number = (as_of - first_day).days + AHEAD + 1
        self._elapsed = self._run(season, number)
        #: By how much each category's clock is ahead of the company's.
        self._ahead = [
            [own - common for own, common in zip(
                self._run(one.curve, number), self._elapsed, strict=True
            )]
            for one in self.categories
        ]

    def _run(self, curve, number):
        """Return the days elapsed on a curve at the end of each day."""
        return list(accumulate(
            curve.intensity(self.first_day + timedelta(days=n)) if curve else 1.0
            for n in range(number)
        ))

    def at(self, day, mix=None):
        """Return the season days elapsed at the end of a day.

        :param mix: shares of the categories; None: by the company's curve alone
        """
        place = (day - self.first_day).days
        elapsed = self._elapsed[place]
        if mix and self.categories:
            elapsed += sum(
                share * ahead[place] for share, ahead in zip(mix, self._ahead, strict=True)
            )
        return elapsed

    def between(self, start, end, mix=None):
        """Return the season days after ``start`` up to the end of ``end``."""
        return self.at(end, mix) - self.at(start, mix)

    def times(self, first_day, last_day, day, horizon, mix=None):
        """Return ``(t_x, age, ahead)``: the times by which the churn model tells on a day.

        From the first order to the last, from the first to the day, and the days ahead.
        """
        now, first = self.at(day, mix), self.at(first_day, mix)
        return (
            self.at(last_day, mix) - first, now - first,
            self.at(day + timedelta(days=horizon), mix) - now,
        )

    def knowing(self, mixes):
        """Return the same clock, able to tell SQL of the customers of ``mixes``."""
        known = copy.copy(self)
        known.mixes = mixes
        return known

    def sql_mixes(self, category_lines, day):
        """Return SQL ``(partner_id, mix)``: the shares at the end of a day.

        Each category counts once for each day on which it was bought.

        :param category_lines: SQL relation of :func:`.purchases.category_lines`
        """
        members = [
            (member, number) for number, one in enumerate(self.categories) for member in one.members
        ]
        return SQL(
            """SELECT partner_id, ARRAY[%(shares)s] AS mix
                 FROM (%(lines)s) l
                 LEFT JOIN unnest(%(members)s::int[], %(places)s::int[]) own (categ_id, place)
                     USING (categ_id)
                WHERE day <= %(day)s
                GROUP BY partner_id""",
            shares=SQL(", ").join(
                SQL("(count(*) FILTER (WHERE place = %s))::float8 / count(*)", number)
                for number in range(len(self.categories))
            ),
            lines=category_lines, day=day,
            members=[member for member, _place in members],
            places=[place for _member, place in members],
        )

    def sql_at(self, day):
        """Return SQL of :meth:`at` of a date, over :meth:`sql_join`; arrays are read there."""
        if not self.is_seasonal:
            return SQL("(%s - %s::date + 1)::float8", day, self.first_day)
        place = SQL("%s - %s::date + 1", day, self.first_day)
        return SQL("(%s)", SQL(" + ").join([
            SQL("(clock.elapsed)[%s]", place),
            *(
                SQL("coalesce(mix.mix[%s], 0) * (clock.%s)[%s]",
                    number + 1, SQL.identifier(f"ahead_{number}"), place)
                for number in range(len(self.categories))
            ),
        ]))

    def sql_of(self, days):
        """Return SQL of a figure of the clock, over :meth:`sql_join`.

        :param days: called with a mix: the figure, linear in the mix
        """
        common = days(None)
        number = len(self.categories)
        return SQL("(%s)", SQL(" + ").join([
            SQL("%s::float8", common),
            *(
                SQL("coalesce(mix.mix[%s], 0) * %s::float8", place + 1,
                    days([float(n == place) for n in range(number)]) - common)
                for place in range(number)
            ),
        ]))

    def sql_join(self, customer):
        """Return what follows FROM to make ``clock``, and the ``mix`` of a customer, known.

        :param customer: alias of the table whose ``partner_id`` is the customer
        """
        if not self.is_seasonal:
            return SQL("")
        arrays = SQL(
            "CROSS JOIN (SELECT %s) clock", SQL(", ").join([
                SQL("%s::float8[] AS elapsed", self._elapsed),
                *(
                    SQL("%s::float8[] AS %s", ahead, SQL.identifier(f"ahead_{number}"))
                    for number, ahead in enumerate(self._ahead)
                ),
            ]),
        )
        if not self.categories:
            return arrays
        return SQL(
            "%s LEFT JOIN (%s) mix ON mix.partner_id = %s.partner_id",
            arrays, self.mixes, SQL.identifier(customer),
        )
