import math
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from statistics import NormalDist

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..scoring.churn import Parameters
from ..scoring.learning import Learned
from ..scoring.prediction import predicted
from ..scoring.purchases import Scope
from ..scoring.score import Rules
from ..scoring.season import AHEAD, FLAT, CategorySeason, Clock, Season
from ..scoring.value import Statistics

TABLE = "runwell_test_predicted"
COLUMNS = (
    "alive", "no_order", "base_risk", "expected_orders", "plain_probability", "overdue_z",
    "likely_day", "silence_days", "log_gap", "log_gap_sd",
)
STABLE = settings(derandomize=True, max_examples=120, deadline=None)

PARAMETERS = st.builds(
    Parameters,
    *(st.floats(*bounds) for bounds in ((0.01, 20), (1, 2e3), (0.01, 10), (0.05, 100))),
)
SEASONS = st.one_of(st.none(), st.builds(
    lambda parts: Season(tuple(parts), 1.0),
    st.lists(st.floats(-0.4, 0.4), min_size=12, max_size=12),
))
#: Order days, the last of which is the day of the score minus a silence: days since the day before.
HISTORIES = st.tuples(
    st.integers(0, 4000),
    st.one_of(
        st.lists(st.integers(1, 400), max_size=12),
        # Thousands of orders, day after day: what overflows first.
        st.builds(lambda days, gap: [gap] * days, st.integers(1000, 3000), st.just(1)),
    ),
)
AS_OF = date(2024, 2, 29)


class Case:
    """A customer's history: its order days, and what SQL reads of it."""

    def __init__(self, silence, gaps):
        self.last = AS_OF - timedelta(days=silence)
        self.first = self.last - timedelta(days=sum(gaps))
        self.x, self.silence = len(gaps), silence
        logs = [math.log(gap) for gap in gaps]
        self.mean = math.fsum(logs) / len(logs) if logs else None
        self.variance = (
            math.fsum((log - self.mean) ** 2 for log in logs) / (len(logs) - 1)
            if len(logs) > 1 else None
        )
        self.own_gap = sum(gaps) / len(gaps) if gaps else None


class Reference:
    """What prediction.predicted should say of a customer: slow, and a line a rule."""

    def __init__(self, case, learned, clock, statistics, horizon, mix=None):
        end, between = AS_OF + timedelta(days=horizon), partial(clock.between, mix=mix)
        times = between(case.first, case.last), between(case.first, AS_OF)
        ahead, mbg = between(AS_OF, end), learned.parameters
        self.alive = mbg.p_alive(case.x, *times)
        self.base_risk = mbg.p_no_order(case.x, *times, ahead)
        self.no_order = mbg.p_no_order(case.x, *times, ahead * learned.factor)
        self.plain_probability = learned.plain.p_no_order(
            case.x, (case.last - case.first).days, (AS_OF - case.first).days, horizon
        )
        year = between(AS_OF, AS_OF + timedelta(days=365))
        self.exact_orders = (
            mbg.expected_orders(case.x, *times, year) if abs(mbg.a - 1) > 1e-3 else None
        )
        weight, common = statistics.log_gap_weight, statistics.log_gap
        self.log_gap = (weight * common + case.x * (case.mean or 0)) / (weight + case.x)
        spread = (4 * statistics.log_gap_within + case.x * (case.variance or 0)) / (4 + case.x)
        self.log_gap_sd = math.sqrt(spread * (1 + 1 / (case.x + weight)))
        self.overdue_z = (math.log(max(case.silence, 1)) - self.log_gap) / self.log_gap_sd
        # The median of what is to come: half of the chance left after the silence so far.
        left = NormalDist().cdf(-self.overdue_z) / 2
        self.likely = left > 1e-6 and math.exp(
            min(12, self.log_gap - self.log_gap_sd * NormalDist().inv_cdf(left))
        ) - case.silence


@tagged("post_install", "-at_install")
class TestPredicted(TransactionCase):
    """The statement that predicts, over any history, against a reference in Python."""

    def predicted(self, cases, learned, clock, statistics, horizon):
        """Return the rows of the statement as dicts, in the order of the cases."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", SQL.identifier(TABLE)))
        self.env.cr.execute(SQL(
            """CREATE TEMPORARY TABLE %s ON COMMIT DROP AS
               SELECT * FROM unnest(%s::int[], %s::int[], %s::date[], %s::date[], %s::float8[],
                                    %s::float8[], %s::float8[])
                 f (partner_id, occasion_count, first_day, last_day, log_gap_mean, log_gap_var,
                    own_gap)""",
            SQL.identifier(TABLE), list(range(len(cases))), [case.x + 1 for case in cases],
            *([getattr(case, name) for case in cases]
              for name in ("first", "last", "mean", "variance", "own_gap")),
        ))
        rules = Rules(horizon, 90, 0.7, 30)
        query = predicted(
            Scope(1, "sale", AS_OF), rules, learned, clock, statistics, TABLE
        )
        rows = self.env.execute_query(SQL(
            "SELECT %s FROM (%s) predicted ORDER BY partner_id",
            SQL(", ").join(map(SQL.identifier, COLUMNS)), query,
        ))
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def assertPredicted(self, cases, learned, statistics, horizon):
        clock = Clock(learned.season, min(case.first for case in cases), AS_OF)
        rows = self.predicted(cases, learned, clock, statistics, horizon)
        for case, row in zip(cases, rows, strict=True):
            for name, figure in row.items():
                if name != "likely_day":
                    self.assertTrue(math.isfinite(figure), name)
            for name in ("alive", "no_order", "base_risk", "plain_probability"):
                self.assertTrue(0 <= row[name] <= 1, name)
            expected = Reference(case, learned, clock, statistics, horizon)
            for name in ("alive", "no_order", "base_risk", "plain_probability"):
                self.assertAlmostEqual(row[name], getattr(expected, name), delta=1e-9, msg=name)
            for name in ("log_gap", "log_gap_sd", "overdue_z"):
                wanted = getattr(expected, name)
                self.assertAlmostEqual(row[name], wanted, delta=1e-9 * (1 + abs(wanted)), msg=name)
            self.assertGreaterEqual(row["expected_orders"], 0)
            self.assertGreaterEqual(row["likely_day"], AS_OF + timedelta(days=1))
            self.assertLessEqual(row["likely_day"], AS_OF + timedelta(days=3650))
            self.assertEqual(row["silence_days"], case.silence)

    @STABLE
    @given(
        st.lists(HISTORIES, min_size=1, max_size=4), PARAMETERS, PARAMETERS, SEASONS,
        # Rounded: no median of logarithms of days is a subnormal number.
        st.floats(0.75, 1.33), st.floats(0, 7).map(lambda value: round(value, 9)),
        st.floats(0.01, 4), st.floats(0.01, 100),
        st.integers(7, 730),
    )
    def test_any_history(  # noqa: PLR0913 - what hypothesis draws
        self, histories, mbg, plain, season, factor, log_gap, within, weight, horizon,
    ):
        """Finite, a probability, and what the parameters say on the clock."""
        self.assertLessEqual(horizon, AHEAD)
        cases = [Case(*history) for history in histories]
        learned = Learned(mbg, plain, season, factor)
        statistics = Statistics(
            30.0, log_gap=log_gap, log_gap_within=within, log_gap_weight=weight
        )
        self.assertPredicted(cases, learned, statistics, horizon)

    def test_the_ends(self):
        """Bought today for the first time; a decade ago; every day; all on the edge of a leap."""
        cases = [
            Case(*history) for history in (
                (0, []), (0, [1]), (1, [1]), (4000, []), (4000, [1] * 3000), (0, [1] * 3000),
                (3650, [365] * 5), (0, [4000]), (30, [30] * 50),
            )
        ]
        for mbg in (Parameters(0.7, 21, 0.5, 4), Parameters(1e-3, 1e-2, 1e-4, 500),
                    Parameters(5e4, 5e5, 5e-2, 8e1), Parameters(1e-3, 5e4, 50, 1e-3)):
            self.assertPredicted(
                cases, Learned(mbg, mbg), Statistics(30.0, log_gap=3.4), 90,
            )

    def test_mixes_of_categories(self):
        """Each customer by its own mix of the categories' clocks; one has bought none of them."""
        chance, mbg = random.Random(12), Parameters(0.7, 21.0, 0.5, 4.0)
        curve = tuple(chance.uniform(-0.3, 0.3) for _part in range(12))
        for common in (FLAT, Season(curve, 1.1)):
            season = replace(common, categories=(
                CategorySeason(1, (1,), Season(tuple(-part for part in curve), 1.2)),
                CategorySeason(2, (2,), Season(curve[::-1], 0.9)),
            ))
            cases = [
                Case(chance.randint(0, 400), [chance.randint(1, 90) for _gap in range(count)])
                for count in (0, 1, 2, 5, 20, 60)
            ]
            mixes = [None] + [[share, 0.9 - share] for share in (0.0, 0.1, 0.4, 0.7, 0.9)]
            learned = Learned(mbg, mbg, season, 1.1)
            statistics = Statistics(30.0, log_gap=3.4)
            clock = Clock(season, min(case.first for case in cases), AS_OF).knowing(SQL(
                """SELECT partner_id, ARRAY[one, two] AS mix
                     FROM unnest(%s::int[], %s::float8[], %s::float8[]) m (partner_id, one, two)""",
                list(range(1, 6)), *map(list, zip(*mixes[1:], strict=True)),
            ))
            rows = self.predicted(cases, learned, clock, statistics, 90)
            for case, mix, row in zip(cases, mixes, rows, strict=True):
                expected = Reference(case, learned, clock, statistics, 90, mix)
                for name in ("alive", "no_order", "base_risk", "plain_probability"):
                    self.assertAlmostEqual(row[name], getattr(expected, name), 9, msg=name)
                if case.x:
                    self.assertLess(abs(row["expected_orders"] / expected.exact_orders - 1), 0.08)

    def test_expected_orders(self):
        """Within 6 % of the exact expectation, 8 % of weekly customers, from two orders on."""
        cases = {
            Case(silence, [gap] * count): 0.08 if gap == 7 else 0.06
            for silence in (5, 30, 90, 200) for gap in (7, 30, 90) for count in (1, 3, 10, 30)
        }
        for mbg in (Parameters(0.7, 21.0, 0.5, 4.0), Parameters(1.2, 60.0, 0.7, 3.0),
                    Parameters(0.9, 45.0, 0.3, 5.0), Parameters(2.0, 90.0, 0.2, 8.0),
                    Parameters(0.5248, 43.28, 0.8914, 1.614)):
            learned, clock = Learned(mbg, mbg), Clock(None, date(2015, 1, 1), AS_OF)
            statistics = Statistics(30.0, log_gap=3.4)
            rows = self.predicted(list(cases), learned, clock, statistics, 90)
            for (case, share), row in zip(cases.items(), rows, strict=True):
                exact = Reference(case, learned, clock, statistics, 90).exact_orders
                self.assertLess(
                    abs(row["expected_orders"] / exact - 1), share, (mbg, case.silence, case.x)
                )

    def test_likely_day(self):
        """The median of the days that are left, against the exact normal distribution.

        Up to two standard deviations overdue: further out four digits of it are not enough.
        """
        cases = [
            Case(silence, gaps)
            for silence in (0, 5, 20, 60, 150)
            for gaps in ([30], [28, 33, 30], [10, 60, 20, 45], [90, 95, 88, 91, 92])
        ]
        mbg = Parameters(0.7, 21.0, 0.5, 4.0)
        learned, clock = Learned(mbg, mbg), Clock(None, date(2020, 1, 1), AS_OF)
        statistics = Statistics(30.0, log_gap=3.4, log_gap_within=0.3, log_gap_weight=2.0)
        checked = 0
        for case, row in zip(
            cases, self.predicted(cases, learned, clock, statistics, 90), strict=True,
        ):
            expected = Reference(case, learned, clock, statistics, 90)
            if expected.overdue_z <= 2:
                days = max(1, expected.likely)
                got = (row["likely_day"] - AS_OF).days
                self.assertLess(abs(got - days), 1 + 0.01 * days, (case.silence, got, days))
                checked += 1
        self.assertGreater(checked, 12)
