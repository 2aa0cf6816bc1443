import math
import random
from datetime import date, timedelta

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL

from ..scoring.linear import solve
from ..scoring.season import AHEAD, MIN_WEEKS, Clock, fit_season

AS_OF = date(2024, 6, 30)


def weekly(mean, years, curve=lambda day: 1.0, growth=0.0, seed=1):
    """Return ``(weeks before AS_OF, orders)``, as random as orders are (Poisson)."""
    chance = random.Random(seed)
    rows = []
    for age in range(round(years * 365.25 / 7)):
        day = AS_OF - timedelta(days=7 * age + 3)
        expected = mean * curve(day) * math.exp(-growth * age * 7 / 365.25)
        # Enough for a normal approximation of the Poisson law.
        count = max(0, round(chance.gauss(expected, math.sqrt(expected))))
        if count:
            rows.append((age, count))
    return rows


def summer(day):
    """Return a strong year: three times as much in July as in January."""
    return math.exp(0.55 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 196) / 365.25))


def year(season, start=date(2023, 7, 1)):
    return [season.intensity(start + timedelta(days=n)) for n in range(365)]


def correlation(left, right):
    n = len(left)
    a, b = sum(left) / n, sum(right) / n
    cross = sum((x - a) * (y - b) for x, y in zip(left, right, strict=True))
    return cross / math.sqrt(
        sum((x - a) ** 2 for x in left) * sum((y - b) ** 2 for y in right)
    )


@tagged("post_install", "-at_install")
class TestFitSeason(BaseCase):
    """The year's curve, out of the weeks of a company."""

    def test_less_than_a_year_shows_none(self):
        rows = [(age, 50) for age in range(MIN_WEEKS)]
        self.assertTrue(fit_season(rows, AS_OF))
        self.assertIsNone(fit_season(rows[:-1], AS_OF))
        self.assertIsNone(fit_season([], AS_OF))

    def test_a_flat_company_has_a_flat_year(self):
        season = fit_season([(age, 40) for age in range(120)], AS_OF)
        for intensity in year(season):
            self.assertAlmostEqual(intensity, 1, 6)

    def test_chance_alone_makes_hardly_a_season(self):
        for seed in range(5):
            season = fit_season(weekly(250, 2.5, seed=seed), AS_OF)
            for intensity in year(season):
                # Five standard deviations: six harmonics of 130 weeks of 250 orders.
                self.assertAlmostEqual(intensity, 1, delta=0.1)

    def test_ragged_weeks_are_shrunk(self):
        """Two years of forty orders or none a week: taken at their word they would tell more."""
        chance = random.Random(3)
        ragged = [(age, 40 if chance.random() < 0.1 else 0) for age in range(104)]
        steady = [(age, 10 * count) for age, count in weekly(40, 2, summer)]
        low, high = (f(year(fit_season(ragged, AS_OF))) for f in (min, max))
        self.assertLess(high / low, 2.5)
        # A year as long and as strong that is no chance keeps its three to one.
        low, high = (f(year(fit_season(steady, AS_OF))) for f in (min, max))
        self.assertAlmostEqual(high / low, math.exp(1.1), delta=0.7)

    def test_a_strong_year_is_found(self):
        season = fit_season(weekly(80, 3, summer), AS_OF)
        days = [date(2023, 7, 1) + timedelta(days=n) for n in range(365)]
        truth = [summer(day) for day in days]
        mean = sum(truth) / len(truth)
        found = year(season)
        self.assertGreater(correlation(found, truth), 0.98)
        for intensity, real in zip(found, truth, strict=True):
            self.assertLess(abs(math.log(intensity * mean / real)), 0.15)

    def test_a_year_and_a_half_is_enough_for_the_shape(self):
        season = fit_season(weekly(80, 1.5, summer), AS_OF)
        truth = [summer(date(2023, 7, 1) + timedelta(days=n)) for n in range(365)]
        self.assertGreater(correlation(year(season), truth), 0.9)

    def test_growth_is_no_season(self):
        """A company that doubles every two years sells most in its last weeks, each year alike."""
        season = fit_season(weekly(80, 3, growth=math.log(2) / 2), AS_OF)
        for intensity in year(season):
            self.assertAlmostEqual(intensity, 1, delta=0.15)

    def test_the_mean_of_the_last_year_is_one(self):
        season = fit_season(weekly(80, 2, summer), AS_OF)
        last = [season.intensity(AS_OF - timedelta(days=n)) for n in range(365)]
        self.assertAlmostEqual(sum(last) / 365, 1)

    def test_extremes_do_not_overflow(self):
        for rows in (
            [(0, 1), (60, 1)], [(60, 10 ** 7)], [(age, 10 ** 6 * (age % 2)) for age in range(200)],
            [(age, 10 ** 6 if age % 52 == 3 else 0) for age in range(260)],
        ):
            for intensity in year(fit_season(rows, AS_OF)):
                self.assertTrue(0 < intensity < math.inf, rows[:3])

    def test_the_solver(self):
        chance = random.Random(2)
        matrix = [[chance.gauss(0, 1) for _column in range(14)] for _row in range(14)]
        right = [chance.gauss(0, 1) for _row in range(14)]
        kept = [row.copy() for row in matrix]
        found = solve(matrix, right)
        self.assertEqual(matrix, kept)
        for row, value in zip(matrix, right, strict=True):
            self.assertAlmostEqual(sum(c * f for c, f in zip(row, found, strict=True)), value)
        with self.assertRaises(ZeroDivisionError):
            solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0])


@tagged("post_install", "-at_install")
class TestClock(TransactionCase):
    """Days counted by how much is sold on them, in Python and in SQL."""

    first = date(2022, 1, 15)

    def setUp(self):
        super().setUp()
        self.calendar = Clock(None, self.first, AS_OF)
        self.seasonal = Clock(fit_season(weekly(80, 2.4, summer), AS_OF), self.first, AS_OF)

    def days(self, count=200, seed=4):
        chance = random.Random(seed)
        reach = (AS_OF - self.first).days + AHEAD
        return sorted(self.first + timedelta(days=chance.randint(0, reach)) for _n in range(count))

    def test_without_a_season_it_is_the_calendar(self):
        days = self.days()
        for start, end in zip(days, days[1:], strict=False):
            self.assertEqual(self.calendar.between(start, end), (end - start).days)
        self.assertFalse(self.calendar.is_seasonal)

    def test_leap_days(self):
        for clock in (self.calendar, self.seasonal):
            leap = date(2024, 2, 29)
            day = clock.between(leap - timedelta(days=1), leap)
            self.assertAlmostEqual(
                clock.between(date(2024, 2, 28), date(2024, 3, 1)),
                day + clock.between(leap, date(2024, 3, 1)),
            )
        self.assertEqual(self.calendar.between(date(2024, 2, 28), date(2024, 3, 1)), 2)
        self.assertEqual(self.calendar.between(date(2023, 2, 28), date(2023, 3, 1)), 1)
        [[day]] = self.env.execute_query(SQL(
            "SELECT %s", self.calendar.sql_at(SQL("'2024-03-01'::date")),
        ))
        self.assertEqual(day, self.calendar.at(date(2024, 3, 1)))

    def test_sql_is_python(self):
        days = self.days()
        for clock in (self.calendar, self.seasonal):
            rows = self.env.execute_query(SQL(
                "SELECT day, %s FROM unnest(%s::date[]) day %s",
                clock.sql_at(SQL("day")), days, clock.sql_join("day"),
            ))
            self.assertEqual(len(rows), len(days))
            for day, elapsed in rows:
                self.assertEqual(elapsed, clock.at(day), day)

    def test_a_year_is_a_year(self):
        """Season days sum to calendar days over the year that the curve was fitted to."""
        year_ago = AS_OF - timedelta(days=365)
        self.assertAlmostEqual(self.seasonal.between(year_ago, AS_OF), 365)
        # July counts about three times as much as January.
        july = self.seasonal.between(date(2023, 6, 30), date(2023, 7, 31))
        january = self.seasonal.between(date(2023, 12, 31), date(2024, 1, 31))
        self.assertAlmostEqual(july / january, math.exp(1.1), delta=0.5)

    def test_time_never_runs_back(self):
        days = self.days()
        elapsed = [self.seasonal.at(day) for day in days]
        self.assertEqual(elapsed, sorted(elapsed))
