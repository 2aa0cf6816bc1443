from datetime import date, timedelta
from functools import partial
from unittest.mock import patch

from odoo.fields import Date
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL

from ..models import learner
from ..scoring import explain, metrics
from ..scoring.churn import Parameters
from ..scoring.learning import SEASON_GAIN, Learned
from ..scoring.season import (
    CATEGORY_DAYS,
    FLAT,
    MAX_CATEGORIES,
    CategorySeason,
    Clock,
    Mix,
    Season,
    fit_categories,
    fit_season,
)
from .common import AS_OF, RunwellCase
from .histories import sell, two_seasons, write_orders
from .test_season import correlation, summer, weekly, year

END = Date.to_date(AS_OF)


def winter(day):
    return summer(day + timedelta(days=183))


def counts(rows):
    return dict(rows)


def mixed(common=FLAT):
    """Return a season of two opposite categories."""
    curve = Season((0.5, -0.2) + (0.0,) * 10, 1.0)
    against = Season((-0.5, 0.2) + (0.0,) * 10, 1.1)
    return Season(common.coefficients, common.mean, (
        CategorySeason(7, (7, 8), curve), CategorySeason(9, (9,), against),
    ))


@tagged("post_install", "-at_install")
class TestFitCategories(BaseCase):
    """Which categories have a curve of their own, and which."""

    def fit(self, weeks, paths=None, around=FLAT):
        return fit_categories(weeks, paths or {one: [one] for one in weeks}, END, around)

    def test_opposite_seasons_are_found(self):
        weeks = {1: counts(weekly(30, 3, summer)), 2: counts(weekly(25, 3, winter))}
        found = self.fit(weeks)
        self.assertEqual([one.category for one in found], [1, 2])
        days = [date(2023, 7, 1) + timedelta(days=n) for n in range(365)]
        for one, truth in zip(found, (summer, winter), strict=True):
            self.assertGreater(correlation(year(one.curve), [truth(day) for day in days]), 0.95)
            self.assertAlmostEqual(sum(year(one.curve)) / 365, 1, 1)

    def test_too_few_days_or_weeks_have_none(self):
        enough = counts(weekly(30, 3))
        few = counts(weekly(CATEGORY_DAYS / 3 / 53, 3))
        young = counts(weekly(60, 1.9))
        self.assertEqual(len(self.fit({1: enough, 2: dict(enough)})), 2)
        self.assertLess(sum(few.values()), CATEGORY_DAYS)
        for other in (few, young):
            self.assertEqual(self.fit({1: enough, 2: other}), ())
        self.assertEqual(self.fit({}), ())

    def test_small_ones_go_with_the_one_above(self):
        """Two brands of skis have too few, skis together enough; boots have enough alone."""
        part = counts(weekly(5, 3, winter))
        self.assertLess(sum(part.values()), CATEGORY_DAYS)
        weeks = {11: part, 12: dict(part), 13: counts(weekly(20, 3)), 2: counts(weekly(20, 3))}
        paths = {11: [1, 10, 11], 12: [1, 10, 12], 13: [1, 13], 2: [2]}
        found = {one.category: one.members for one in self.fit(weeks, paths)}
        self.assertEqual(found, {10: (11, 12), 13: (13,), 2: (2,)})

    def test_the_largest(self):
        weeks = {
            number: counts(weekly(20 + 5 * number, 3, seed=number)) for number in range(1, 12)
        }
        found = self.fit(weeks)
        self.assertEqual([one.category for one in found], list(range(11, 11 - MAX_CATEGORIES, -1)))

    def test_shrunk_towards_the_company(self):
        """Ragged weeks say little: the company's curve stays, where it was given."""
        company = fit_season(weekly(80, 3, summer), END)
        ragged = {age: 60 for age in range(0, 156, 9)}
        towards, flat = (
            self.fit({1: ragged, 2: dict(ragged)}, around=around)[0].curve
            for around in (company, FLAT)
        )
        self.assertGreater(correlation(year(towards), year(company)), 0.9)
        self.assertLess(max(year(flat)) / min(year(flat)), max(year(towards)) / min(year(towards)))


@tagged("post_install", "-at_install")
class TestMixedClock(TransactionCase):
    """A customer's clock is the mix of those of its categories."""

    first = date(2022, 1, 15)
    bought = (
        (date(2022, 2, 1), 7), (date(2022, 3, 1), 8), (date(2022, 3, 1), 9), (date(2023, 5, 1), 4),
    )

    def setUp(self):
        super().setUp()
        self.season = mixed(Season((0.1,) * 12, 1.2))
        self.clock = Clock(self.season, self.first, END)

    def test_shares_of_the_days_known(self):
        mix = Mix(self.season, self.bought)
        self.assertIsNone(mix.on(date(2022, 1, 31)))
        self.assertEqual(mix.on(date(2022, 2, 1)), [1.0, 0.0])
        self.assertEqual(mix.on(date(2022, 3, 1)), [2 / 3, 1 / 3])
        self.assertEqual(mix.on(END), [0.5, 0.25])

    def test_the_mix(self):
        days = [self.first + timedelta(days=n) for n in (0, 100, 500, 900)]
        alone = [
            Clock(curve, self.first, END)
            for curve in (*(one.curve for one in self.season.categories), self.season)
        ]
        for day in days:
            self.assertAlmostEqual(self.clock.at(day, [0.5, 0.25]), sum(
                share * clock.at(day)
                for share, clock in zip((0.5, 0.25, 0.25), alone, strict=True)
            ))
            self.assertEqual(self.clock.at(day), alone[2].at(day))
        self.assertEqual(
            self.clock.times(days[0], days[1], days[2], 90, [0.5, 0.25]), (
                self.clock.between(days[0], days[1], [0.5, 0.25]),
                self.clock.between(days[0], days[2], [0.5, 0.25]),
                self.clock.between(days[2], days[2] + timedelta(days=90), [0.5, 0.25]),
            ),
        )

    def test_sql_is_python(self):
        lines = SQL(
            "SELECT 1 AS partner_id, * FROM unnest(%s::date[], %s::int[]) l (day, categ_id)",
            [day for day, _category in self.bought], [one for _day, one in self.bought],
        )
        for day in (date(2022, 2, 1), date(2022, 3, 1), END):
            mix = Mix(self.season, self.bought).on(day)
            clock = self.clock.knowing(self.clock.sql_mixes(lines, day))
            horizon = (END, END + timedelta(days=90))
            [(shares, at, ahead, other)] = self.env.execute_query(SQL(
                """SELECT mix.mix, %s, %s, (SELECT %s FROM (SELECT 2 AS partner_id) d %s)
                     FROM (SELECT 1 AS partner_id, %s::date AS day) c %s""",
                clock.sql_at(SQL("day")),
                clock.sql_of(partial(clock.between, *horizon)),
                clock.sql_of(partial(clock.at, END)), clock.sql_join("d"),
                day, clock.sql_join("c"),
            ))
            self.assertEqual(shares, mix)
            self.assertAlmostEqual(at, clock.at(day, mix), 9)
            self.assertAlmostEqual(ahead, clock.between(*horizon, mix), 9)
            # Who bought nothing of them goes by the company's curve.
            self.assertAlmostEqual(other, clock.at(END), 9)

    def test_a_season_kept_before_there_were_categories(self):
        stated = Parameters(0.7, 21.0, 0.5, 4.0)
        kept = Learned(stated, stated, self.season, category_gain=0.002)
        self.assertEqual(Learned.from_json(kept.as_json()), kept)
        values = Learned(stated, stated, Season((0.1,) * 12, 1.2)).as_json()
        del values["season"]["categories"], values["category_gain"]
        self.assertEqual(Learned.from_json(values).season.categories, ())

    def test_the_course_of_a_customer(self):
        """Each past week by the mix that was known then."""
        stated = Parameters(0.7, 21.0, 0.5, 4.0)
        learned, mix = Learned(stated, stated, self.season), Mix(self.season, self.bought)
        days = tuple(sorted({day for day, _category in self.bought}))
        model = explain.ChurnModel(learned, self.clock, 90, mix)
        for day, risk in model.course(days, date(2023, 6, 1)):
            known = [one for one in days if one <= day]
            times = self.clock.times(known[0], known[-1], day, 90, mix.on(day))
            self.assertAlmostEqual(risk, stated.p_no_order(len(known) - 1, *times))


@tagged("post_install", "-at_install")
class TestSkisAndSwimwear(RunwellCase):
    """Two categories of opposite seasons: one curve knows neither, two know both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skis, cls.swimwear = (
            cls.make_product(name, categ_id=cls.env["product.category"].create({"name": name}).id)
            for name in ("Skis", "Swimwear")
        )

    def write_history(self, is_opposite):
        ids = write_orders(self, two_seasons(400, END, is_opposite))
        sell(self, self.skis, [ids[number] for number in ids if number % 2 == 0])
        sell(self, self.swimwear, [ids[number] for number in ids if number % 2])

    def measured(self, day):
        rows, early = self.scoring._evaluate(day, 90)
        risks, left = [row.risk for row in rows], [row.left for row in rows]
        return metrics.brier(risks, left), metrics.calibration_error(risks, left), early

    def test_opposite_seasons(self):
        self.write_history(is_opposite=True)
        day = END - timedelta(days=90)
        learned = self.scoring._learn(day, 90)
        self.assertEqual(
            {one.category for one in learned.season.categories},
            {self.skis.categ_id.id, self.swimwear.categ_id.id},
        )
        self.assertGreater(learned.category_gain, SEASON_GAIN)
        with_categories = self.measured(day)
        with patch.object(learner, "fit_categories", return_value=()):
            self.assertFalse(
                (self.scoring._learn(day, 90).season or FLAT).categories
            )
            with_one = self.measured(day)
        # Brier score, then the calibration error.
        self.assertLess(with_categories[0], with_one[0] - 0.005)
        self.assertLess(with_categories[1], with_one[1])

    def test_the_same_season(self):
        self.write_history(is_opposite=False)
        learned = self.scoring._learn(END, 90)
        self.assertTrue(learned.season)
        self.assertEqual(learned.season.categories, ())
        self.assertIsNotNone(learned.category_gain)
        self.assertLess(learned.category_gain, SEASON_GAIN)
        self.scoring._as_machine().write({
            "learned": learned.as_json() | self.scoring._learning_settings(),
        })
        self.assertIn("category: off. It does not help", str(self.scoring.learned_text))

    def test_one_category_is_not_tried(self):
        self.write_history(is_opposite=True)
        self.swimwear.product_tmpl_id.categ_id = self.skis.categ_id
        self.assertIsNone(self.scoring._learn(END, 90).category_gain)

    def test_the_page_and_the_explanation(self):
        """The pass, a refresh of a few and the explanation tell one risk; the page says why."""
        self.write_history(is_opposite=True)
        self.scoring._as_machine().write({"fit_date": False, "learned": False})
        self.run_scoring()
        for name in ("Season: off", "by product category: on for", "Skis", "Swimwear"):
            self.assertIn(name, str(self.scoring.learned_text))
        scores = self.env["runwell.score"].search([
            ("company_id", "=", self.company.id), ("occasion_count", ">", 2),
            ("churn_probability", "<", 0.95),
        ], limit=20)
        for score in scores:
            explanation = score.get_explanation()
            self.assertFalse(explanation["note"])
            self.assertAlmostEqual(
                score._explained_prediction(score._explained_account()).risk,
                score.churn_probability, delta=1e-9,
            )
        told = {score.partner_id: score.churn_probability for score in scores}
        self.env["runwell.score"]._score_company(
            self.company, END, partner_ids=scores.partner_id.ids[:5]
        )
        for partner in scores.partner_id[:5]:
            self.assertAlmostEqual(self.score(partner).churn_probability, told[partner], delta=1e-9)
