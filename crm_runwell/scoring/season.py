"""The company's year: a clock that runs fast in its season and slowly outside it.

A silence of thirty days in the high season says more than one in January. So
the churn model is not run on calendar days but on *season days*: the days since
the first order, since the last one and of the horizon, each day counted by how
much the company usually sells on it (mean 1 over the last year).

The year's curve is a quasi-Poisson regression of the weekly number of order days
on six harmonics of the year with a growth term, ridge-penalised and divided by
its overdispersion, so that ragged weeks, or one year only, shrink it to 1. See
docs/model.md for the figures.
"""

import math
from bisect import bisect_left
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
#: Days ahead of the day of the score that the clock reaches: the longest horizon.
AHEAD = 740

_STEPS, _PRECISION = 50, 1e-8


@dataclass(frozen=True)
class Season:
    """The curve of a year: cosine and sine of each harmonic, and its mean over a year."""

    coefficients: tuple
    mean: float

    def intensity(self, day):
        """Return how much a day counts; 1 on average over the year it was fitted to."""
        return math.exp(_dot(self.coefficients, _harmonics(day.toordinal()))) / self.mean


def fit_season(weeks, as_of):
    """Fit the year's curve.

    :param weeks: ``(weeks before as_of, order days in that week)``, as the SQL of
        :func:`.learning.weekly_counts` has them; weeks without orders may be missing
    :param as_of: the day up to which the weeks run
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
    coefficients = _quasi_poisson(design, seen, penalty)[2:]
    last_year = [
        math.exp(_dot(coefficients, _harmonics(as_of.toordinal() - age))) for age in range(365)
    ]
    return Season(tuple(coefficients), sum(last_year) / len(last_year))


def _harmonics(ordinal):
    """Return the cosines and sines of a day's place in the year."""
    angle = 2 * math.pi * ordinal / YEAR
    return [f(k * angle) for k in range(1, HARMONICS + 1) for f in (math.cos, math.sin)]


def _dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def _quasi_poisson(design, seen, penalty):
    """Return the coefficients, by iteratively reweighted least squares."""
    size, number = len(penalty), len(seen)
    found = [0.0] * size
    found[0] = math.log(max(sum(seen), 1) / number)
    dispersion = 1.0
    for _step in range(_STEPS):
        expected = [math.exp(max(-20.0, min(20.0, _dot(row, found)))) for row in design]
        slope = [-penalty[i] * found[i] for i in range(size)]
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


class Clock:
    """Season days from one day to another; calendar days where there is no season.

    >>> from datetime import date
    >>> clock = Clock(None, date(2024, 1, 1), date(2024, 12, 31))
    >>> clock.between(date(2024, 1, 31), date(2024, 3, 1))
    30.0
    """

    def __init__(self, season, first_day, as_of):
        self.first_day = first_day
        self.is_seasonal = season is not None
        days = (as_of - first_day).days + AHEAD + 1
        self._elapsed = list(accumulate(
            (season.intensity(first_day + timedelta(days=n)) if season else 1.0)
            for n in range(days)
        ))

    def at(self, day):
        """Return the season days elapsed at the end of a day."""
        return self._elapsed[(day - self.first_day).days]

    def between(self, start, end):
        """Return the season days after ``start`` up to the end of ``end``."""
        return self.at(end) - self.at(start)

    def day_after(self, start, season_days):
        """Return the day on which so many season days after ``start`` are over."""
        place = bisect_left(self._elapsed, self.at(start) + season_days)
        return self.first_day + timedelta(days=min(place, len(self._elapsed) - 1))

    def sql_at(self, day):
        """Return SQL of :meth:`at` of a date; the array is read in the database."""
        if not self.is_seasonal:
            return SQL("(%s - %s::date + 1)::float8", day, self.first_day)
        return SQL("(clock.elapsed)[%s - %s::date + 1]", day, self.first_day)

    def sql_join(self):
        """Return what follows FROM to make ``clock`` known to :meth:`sql_at`."""
        if not self.is_seasonal:
            return SQL("")
        return SQL("CROSS JOIN (SELECT %s::float8[] AS elapsed) clock", self._elapsed)
