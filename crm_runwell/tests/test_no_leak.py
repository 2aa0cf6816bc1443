import random
from datetime import date, timedelta

from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.scoring_pass import SCORED, ScoringPass
from .common import AS_OF, RunwellCase
from .histories import order_days, seasonal, write_orders

END = Date.to_date(AS_OF)


class LeakCase(RunwellCase):
    """Learns and tells as of a day."""

    def learn(self, day):
        return self.scoring._learn(day, 90)

    def tell(self, day, learned):
        """Return the rows of a pass as text, by partner, and the common figures of the day."""
        common = ScoringPass(self.env, self.scoring, day, learned, everyone=True).run()
        rows = self.env.execute_query(SQL(
            "SELECT partner_id, s::text FROM %s s", SQL.identifier(SCORED),
        ))
        return dict(rows), common.as_json()

    def forget_after(self, day):
        self.env.cr.execute(SQL(
            "DELETE FROM sale_order WHERE company_id = %s AND date_order::date > %s",
            self.company.id, day,
        ))
        self.assertTrue(self.env.cr.rowcount)

    def assertNoLeak(self, day, end):
        """Learn and tell as of ``day`` with all that came up to ``end``, then without it."""
        learned = self.learn(day)
        told, common = self.tell(day, learned)
        self.assertNotEqual(self.learn(end).as_json(), learned.as_json())
        self.forget_after(day)
        again = self.learn(day)
        self.assertEqual(again.as_json(), learned.as_json())
        told_again, common_again = self.tell(day, again)
        self.assertEqual(common_again, common)
        self.assertEqual(set(told_again), set(told))
        for partner_id, row in told.items():
            self.assertEqual(told_again[partner_id], row)
        return learned


@tagged("post_install", "-at_install")
class TestNoLeak(LeakCase):
    """What is learnt and told as of a past day is the same to the byte, whatever came later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        write_orders(cls, seasonal(400, END))

    def test_all_is_on(self):
        """The history is rich enough that everything there is to learn is learnt."""
        learned = self.learn(END)
        self.assertTrue(learned.is_fitted)
        self.assertTrue(learned.season)
        self.assertNotEqual(learned.factor, 1.0)
        self.assertTrue(learned.opinion)

    def test_to_the_byte(self):
        chance = random.Random(20240630)
        for back in ((20, 60), (80, 120), (150, 200)):
            day = END - timedelta(days=chance.randint(*back))
            with self.subTest(day=day):
                learned = self.assertNoLeak(day, END)
                self.assertTrue(learned.season)
                self.assertTrue(learned.opinion)


@tagged("post_install", "-at_install")
class TestNoLeakOfARealHistory(LeakCase):
    """The same of a wholesaler's orders, of 500 customers."""

    def test_to_the_byte(self):
        customers = sorted(order_days("wholesale_gifts_dev").items())
        chosen = random.Random(1).sample(customers, 500)
        write_orders(self, [
            (number, day, 100.0 + number % 7, 1 + number % 3)
            for number, (_customer, days) in enumerate(chosen) for day in sorted(days)
        ])
        learned = self.assertNoLeak(date(2011, 7, 19), date(2011, 12, 9))
        self.assertTrue(learned.is_fitted)
