import math
import random

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..scoring import learning, opinion
from ..scoring.opinion import FEATURES, RIDGE, Anchor, Opinion, logit, sigmoid

DESIGN = "runwell_test_design"
NUMBER = len(FEATURES)


def plain_ridge(rows, scales):
    """Return the coefficients by coordinate ascent: slow, and unlike the product's way.

    :param rows: ``(left, base, features)``
    """
    scaled = [(left, base, [f / s for f, s in zip(features, scales, strict=True)])
              for left, base, features in rows]
    found = [0.0] * len(scales)
    predictors = [base for _left, base, _features in scaled]
    for _sweep in range(400):
        largest = 0.0
        for place in range(len(found)):
            slope, curvature = -RIDGE * found[place], RIDGE
            for (left, _base, features), predictor in zip(scaled, predictors, strict=True):
                chance = 1 / (1 + math.exp(-predictor))
                slope += (left - chance) * features[place]
                curvature += chance * (1 - chance) * features[place] ** 2
            step = slope / curvature
            found[place] += step
            largest = max(largest, abs(step))
            predictors = [
                predictor + step * row[2][place]
                for predictor, row in zip(predictors, scaled, strict=True)
            ]
        if largest < 1e-10:
            break
    return found


@tagged("post_install", "-at_install")
class TestRidge(TransactionCase):
    """The logistic regression inside PostgreSQL, against a plain one in Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(8)
        truth = [chance.gauss(0, 0.8) for _feature in FEATURES]
        cls.scales = [chance.uniform(0.2, 4) for _feature in FEATURES]
        cls.rows, folds = [], []
        for number in range(240):
            features = [chance.gauss(0, scale) for scale in cls.scales]
            base = chance.gauss(-0.3, 0.5)
            predictor = base + sum(
                t * f / s for t, f, s in zip(truth, features, cls.scales, strict=True)
            )
            cls.rows.append((float(chance.random() < sigmoid(predictor)), base, features))
            folds.append(number % opinion.FOLDS)
        cls.env.cr.execute(learning.create_design(DESIGN))
        for (left, base, features), fold in zip(cls.rows, folds, strict=True):
            cls.env.cr.execute(SQL(
                "INSERT INTO %s VALUES ('2024-01-01', %s, %s, %s, %s)", SQL.identifier(DESIGN),
                fold, left, base, SQL(", ").join(SQL("%s", value) for value in features),
            ))

    def run_sql(self, query):
        return self.env.execute_query(query)

    def assertNear(self, found, expected, delta=1e-6):
        self.assertEqual(len(found), len(expected))
        for name, got, wanted in zip(FEATURES, found, expected, strict=True):
            self.assertAlmostEqual(got, wanted, delta=delta, msg=name)

    def test_the_fit(self):
        found = opinion.fit(self.run_sql, DESIGN, self.scales)
        expected = plain_ridge(self.rows, self.scales)
        self.assertNear(found, expected)
        self.assertGreater(max(map(abs, expected)), 0.2)

    def test_a_fold_left_out(self):
        kept = [row for number, row in enumerate(self.rows) if number % opinion.FOLDS != 1]
        self.assertNear(
            opinion.fit(self.run_sql, DESIGN, self.scales, held_out=1),
            plain_ridge(kept, self.scales),
        )

    def test_the_start_does_not_matter(self):
        start = [(-1.0) ** place for place in range(NUMBER)]
        self.assertNear(
            opinion.fit(self.run_sql, DESIGN, self.scales, start=start),
            opinion.fit(self.run_sql, DESIGN, self.scales),
        )

    def test_the_sums(self):
        """Gradient, then the lower triangle of the Hessian, of the features as they are."""
        coefficients = [0.1 * (-1) ** place for place in range(NUMBER)]
        [sums] = self.run_sql(opinion.sql_sums(DESIGN, coefficients, None))
        chances = [
            sigmoid(base + sum(c * f for c, f in zip(coefficients, features, strict=True)))
            for _left, base, features in self.rows
        ]
        expected = [
            sum((left - q) * f[i] for (left, _base, f), q in zip(self.rows, chances, strict=True))
            for i in range(NUMBER)
        ] + [
            sum(q * (1 - q) * f[i] * f[j]
                for (_left, _base, f), q in zip(self.rows, chances, strict=True))
            for i in range(NUMBER) for j in range(i + 1)
        ]
        self.assertEqual(len(sums), NUMBER * (NUMBER + 3) // 2)
        for got, wanted in zip(sums, expected, strict=True):
            self.assertAlmostEqual(got, wanted, 8)

    def test_a_step_from_the_top_is_none(self):
        top = opinion.fit(self.run_sql, DESIGN, self.scales)
        raw = [c / s for c, s in zip(top, self.scales, strict=True)]
        [sums] = self.run_sql(opinion.sql_sums(DESIGN, raw, None))
        found, change = opinion.newton_step(sums, top, self.scales)
        self.assertLess(change, 1e-7)
        self.assertNear(found, top)

    def test_separated_customers_stay_finite(self):
        """Those who leave and those who stay are told apart by one feature: ridge holds it."""
        self.env.cr.execute(SQL(
            "UPDATE %s SET f3 = CASE WHEN left_ = 1 THEN 1e4 ELSE -1e4 END",
            SQL.identifier(DESIGN),
        ))
        scales = [*self.scales]
        scales[3] = 1e4
        for coefficient in opinion.fit(self.run_sql, DESIGN, scales):
            self.assertTrue(abs(coefficient) < 5)


@tagged("post_install", "-at_install")
class TestBlend(TransactionCase):
    """From two opinions to one risk, in SQL as in Python."""

    #: Risks from certain to impossible; what the opinion adds to the mean, far beyond sense.
    risks = (0.0, 1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999, 1.0)
    linears = (-1e6, -50.0, -2.0, 0.0, 0.7, 50.0, 1e6)

    def test_logit(self):
        for risk, got in self.env.execute_query(SQL(
            "SELECT p, %s FROM unnest(%s::float8[]) p",
            opinion.sql_logit(SQL("p")), list(self.risks),
        )):
            self.assertAlmostEqual(got, logit(risk), 9)
            self.assertTrue(abs(got) < 14)

    def test_blend(self):
        anchor = Anchor((0.0,) * NUMBER, 0.4, -0.13)
        for stretch in (1.0, 1.3):
            second = Opinion((1.0,) * NUMBER, (0.0,) * NUMBER, 0.01, stretch)
            rows = self.env.execute_query(SQL(
                "SELECT p, l, %s FROM unnest(%s::float8[]) p, unnest(%s::float8[]) l",
                opinion.sql_blend(SQL("p"), SQL("l"), anchor, second),
                list(self.risks), list(self.linears),
            ))
            self.assertEqual(len(rows), len(self.risks) * len(self.linears))
            for risk, linear, got in rows:
                mean = 0.5 * logit(risk) + 0.5 * (linear + logit(0.4))
                expected = sigmoid(logit(0.4) + stretch * (mean - logit(0.4)) - 0.13)
                self.assertAlmostEqual(got, expected, 9)
                self.assertTrue(0 <= got <= 1)

    def test_linear(self):
        chance = random.Random(6)
        second = Opinion(
            tuple(chance.uniform(0.1, 3) for _feature in FEATURES),
            tuple(chance.gauss(0, 1) for _feature in FEATURES), 0.01,
        )
        means, values = ([chance.gauss(0, 2) for _feature in FEATURES] for _list in range(2))
        [[got]] = self.env.execute_query(SQL("SELECT %s", opinion.sql_linear(
            second, means, [SQL("%s::float8", value) for value in values],
        )))
        self.assertAlmostEqual(got, sum(
            c * (v - m) / s for c, v, m, s in zip(
                second.coefficients, values, means, second.scales, strict=True
            )
        ), 9)

    def test_stretch(self):
        """Logits that are too sure, or not sure enough, are put right; each day at its level."""
        chance = random.Random(14)
        for truth in (0.8, 1.0, 1.3):
            slices = []
            for level in (-1.0, 0.2, 0.9):
                values = [chance.gauss(0, 1.2) for _customer in range(4000)]
                slices.append([
                    (int(chance.random() < sigmoid(level + truth * value)), value)
                    for value in values
                ])
            # Three standard errors of twelve thousand customers, about.
            self.assertAlmostEqual(opinion.stretch(slices), truth, delta=0.07)

    def test_stretch_of_little_or_of_the_impossible(self):
        self.assertEqual(opinion.stretch([]), 1.0)
        self.assertAlmostEqual(opinion.stretch([[(1, 0.5), (0, -0.5)]]), 1.0, 1)
        low, high = opinion.STRETCH_BOUNDS
        sure = [(int(n % 2), (n % 2 - 0.5) / 10) for n in range(20000)]
        self.assertEqual(opinion.stretch([sure]), high)
        self.assertEqual(opinion.stretch([[(1 - left, value) for left, value in sure]]), low)

    def test_shift_to(self):
        chance = random.Random(9)
        for mean in (0.03, 0.5, 0.92):
            logits = [chance.gauss(1, 2) for _customer in range(500)]
            shift = opinion.shift_to(logits, mean)
            moved = [sigmoid(value + shift) for value in logits]
            self.assertAlmostEqual(sum(moved) / len(moved), mean, 8)
        self.assertAlmostEqual(opinion.shift_to([0.0], 0.5), 0, 8)

    def test_shift_to_what_cannot_be(self):
        """Everyone or no one: so far that nobody sees the rest, no endless search."""
        for mean, sign in ((1.0, 1), (0.0, -1)):
            shift = opinion.shift_to([0.0], mean)
            self.assertTrue(math.isfinite(shift))
            self.assertAlmostEqual(sigmoid(shift), mean, 6)
            self.assertGreater(shift * sign, 0)

    def test_shift_to_from_far_apart(self):
        """Customers all but certain either way: the level is found all the same."""
        chance = random.Random(10)
        for _case in range(200):
            logits = [
                chance.choice((-1, 1)) * chance.uniform(0, 13) for _customer in range(60)
            ]
            mean = chance.uniform(0.02, 0.98)
            shift = opinion.shift_to(logits, mean)
            got = sum(sigmoid(value + shift) for value in logits) / len(logits)
            self.assertAlmostEqual(got, mean, 5)
