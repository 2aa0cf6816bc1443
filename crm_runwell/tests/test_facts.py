import math
import random
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.learner import DAYS
from ..scoring import facts, features, learning, opinion
from ..scoring.opinion import FEATURES, Anchor, Opinion
from ..scoring.purchases import category_lines
from .common import AS_OF, RunwellCase, days_before
from .histories import seasonal, write_debts, write_orders

END = Date.to_date(AS_OF)


def ago(days):
    return END - timedelta(days=days)


class FactsCase(RunwellCase):
    """Customers with two orders at least, whose features are asked for."""

    def scope(self, day=END):
        return self.scoring._scope(day)

    def told(self, day, known=None):
        """Return the features of each customer at the end of a day, by partner id."""
        scope = self.scope(day)
        known = known or facts.read(scope)
        days = features.day_totals(scope, known["lines"])
        self.env.flush_all()
        return {
            partner_id: dict(zip(opinion.BEHAVIOUR, values, strict=True))
            for partner_id, *values in self.env.execute_query(SQL(
                "SELECT partner_id, %s FROM (%s) b",
                SQL(", ").join(map(SQL.identifier, opinion.BEHAVIOUR)),
                opinion.behaviour(days, known, day, 90),
            ))
        }


@tagged("post_install", "-at_install")
class TestFacts(FactsCase):
    """What was overdue, and what was no longer bought, as one knew it on a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer, cls.other = cls.customer("Buyer"), cls.customer("Other")
        for customer in (cls.buyer, cls.other):
            cls.orders(customer, *(days_before(n) for n in (300, 200, 100)), amount=50.0)

    def test_without_invoices_and_categories_all_is_nothing(self):
        self.product.product_tmpl_id.categ_id = False
        for row in self.told(END).values():
            self.assertEqual({row[name] for name in facts.FEATURES}, {0.0})

    def test_own_silences_and_the_trend_by_hand(self):
        """Two gaps of 100 days: after 50 of silence both are longer and ended within 90 more."""
        row = self.told(ago(50))[self.buyer.id]
        self.assertAlmostEqual(row["own_return"], math.log(2.5 / 3))
        row = self.told(END)[self.buyer.id]
        self.assertAlmostEqual(row["own_return"], math.log(0.5 / 1))
        # 50 in the last 180 days, 100 in the 180 before.
        self.assertAlmostEqual(row["amount_trend"], math.log(51 / 101))

    def test_overdue_by_hand(self):
        """Due 40 days ago, and 10: 150 in all, three mean orders, the oldest 40 days late."""
        self.invoice(self.buyer, days_before(70), 90.0, due=days_before(40))
        self.invoice(self.buyer, days_before(40), 60.0, due=days_before(10))
        self.invoice(self.buyer, days_before(10), 500.0, due=AS_OF)
        rows = self.told(END)
        self.assertAlmostEqual(rows[self.buyer.id]["overdue"], math.log(1 + 150 / 50))
        self.assertAlmostEqual(rows[self.buyer.id]["overdue_days"], math.log(41))
        self.assertEqual(rows[self.other.id]["overdue"], 0.0)
        self.assertEqual(rows[self.other.id]["overdue_days"], 0.0)

    def test_open_credits_count_against_it(self):
        self.invoice(self.buyer, days_before(70), 90.0, due=days_before(40))
        self.invoice(self.buyer, days_before(30), 100.0, move_type="out_refund")
        self.assertEqual(self.told(END)[self.buyer.id]["overdue"], 0.0)
        self.assertEqual(self.told(END)[self.buyer.id]["overdue_days"], 0.0)
        self.assertGreater(self.told(ago(35))[self.buyer.id]["overdue"], 0.0)

    def test_stopped_by_hand(self):
        """Cups every ten days until 205 days ago, beans until today: one category."""
        beans, cups = (
            self.make_product(name, categ_id=self.env["product.category"].create({"name": name}).id)
            for name in ("Beans", "Cups")
        )
        for days, product in (((205, 215, 225), cups), (range(0, 250, 20), beans)):
            for n in days:
                self.order(self.buyer, days_before(n), lines=[{"product_id": product.id}])
        self.assertAlmostEqual(self.told(END)[self.buyer.id]["stopped"], math.log(2))
        self.assertEqual(self.told(END)[self.other.id]["stopped"], 0.0)
        # Thirty days after the last cup it was not silent for longer than three gaps.
        self.assertEqual(self.told(ago(175))[self.buyer.id]["stopped"], 0.0)
        self.assertGreater(self.told(ago(174))[self.buyer.id]["stopped"], 0.0)

    def test_the_same_of_invoices(self):
        """Where invoices are the purchases, their lines tell the categories."""
        self.scoring.purchase_source = "invoice"
        beans, cups = (
            self.make_product(name, categ_id=self.env["product.category"].create({"name": name}).id)
            for name in ("Beans", "Cups")
        )
        for days, product in (((205, 215, 225), cups), (range(0, 250, 20), beans)):
            for n in days:
                self.invoice(self.buyer, days_before(n), lines=[
                    {"product_id": product.id, "price_unit": 10.0},
                ])
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            "SELECT categ_id, order_days, is_stopped FROM (%s) c ORDER BY order_days",
            features.categories(category_lines(self.scope()), END),
        ))
        self.assertEqual(rows, [(cups.categ_id.id, 3, True), (beans.categ_id.id, 13, False)])

    def test_what_was_learnt_before_there_were_facts(self):
        """A learning kept with fewer features goes on without the new ones."""
        number = len(FEATURES) - len(facts.FEATURES)
        old = Opinion.from_json({
            "scales": [2.0] * number, "coefficients": [0.1] * number, "gain": 0.01,
        })
        self.assertEqual(len(old.scales), len(FEATURES))
        self.assertEqual(old.coefficients, (0.1,) * number + (0.0,) * len(facts.FEATURES))
        anchor = Anchor.from_json({"means": [1.0] * number, "mean_risk": 0.4, "shift": 0.1})
        self.assertEqual(len(anchor.means), len(FEATURES))


@tagged("post_install", "-at_install")
class TestDebtsOfManyDays(FactsCase):
    """Receivables as steps: of any past day the same as asked for on that day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = write_orders(cls, seasonal(60, END))
        chance = random.Random(3)
        debts = []
        for number in cls.ids:
            for _invoice in range(6):
                day = chance.randint(40, 500)
                paid = day - chance.randint(1, 120)
                debts.append((
                    number, ago(day), ago(day - 30), round(chance.uniform(10, 90), 2),
                    None if chance.random() < 0.15 else ago(paid),
                ))
        cls.debts = [row[:4] + (row[4] if row[4] and row[4] <= END else None,) for row in debts]
        write_debts(cls, cls.ids, cls.debts)

    def by_hand(self, day):
        """Return ``{partner: (amount, days late)}`` of what is overdue at the end of a day."""
        owed = {}
        for number, _made, due, amount, paid in self.debts:
            if due < day and (paid is None or paid > day):
                total, oldest = owed.get(self.ids[number], (0, day))
                owed[self.ids[number]] = (total + amount, min(oldest, due))
        return {key: (round(total, 2), (day - due).days) for key, (total, due) in owed.items()}

    def test_each_day_by_hand(self):
        since = ago(450)
        steps = features.debts(self.scope(), since)
        for n in (0, 1, 7, 30, 91, 200, 365, 450):
            rows = self.env.execute_query(SQL(
                """SELECT partner_id, overdue_amount::float8, %s - oldest_due FROM (%s) o
                    WHERE overdue_amount > 0""",
                ago(n), features.owed(steps, ago(n)),
            ))
            found = {partner_id: (round(amount, 2), days) for partner_id, amount, days in rows}
            self.assertEqual(found, self.by_hand(ago(n)), n)
            self.assertTrue(found)

    def complain_all(self):
        """Let every customer complain once, a hundred days ago."""
        partners = self.env["sale.order"].search(
            [("company_id", "=", self.company.id)]
        ).partner_id
        self.env["runwell.request"].create([
            {
                "name": "Broken", "request_type": "complaint", "partner_id": partner.id,
                "company_id": self.company.id,
            }
            for partner in partners
        ])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE runwell_request SET create_date = %s WHERE company_id = %s",
            [days_before(100), self.company.id],
        )

    def test_a_large_company_is_learnt_from_a_part(self):
        """The facts of past days are read of the customers whose past days are looked at."""
        self.complain_all()
        with patch.object(learning, "SLICE_CUSTOMERS", 20):
            learner = self.scoring._learner(END, 90)
            learner.learn()
            sliced = [row for row, in self.env.execute_query(learning.sliced(DAYS))]
            self.assertEqual(len(sliced), 20)
            for name, relation in learner.known.items():
                rows = self.env.execute_query(SQL(
                    "SELECT DISTINCT partner_id FROM (%s) known", relation
                ))
                self.assertTrue(rows, name)
                self.assertLessEqual({row for row, in rows}, set(sliced), name)

    def test_a_past_day_is_what_was_asked_for_then(self):
        """The rows a learning reads once tell each past day as its own nightly pass would."""
        read_once = facts.read(self.scope(), ago(400))
        for n in (5, 100, 333):
            self.assertEqual(self.told(ago(n), read_once), self.told(ago(n)))
