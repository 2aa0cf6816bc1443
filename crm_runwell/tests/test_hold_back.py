from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report.runwell_churn_ledger_page import MIN_ARM
from .common import AS_OF, days_before
from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestHoldBack(AlertCase):
    """Alerts left unworked by design, and what they are compared with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company).with_env(cls.env)

    def held(self):
        """Return the buyer's alert, held back as if the lot had fallen on it."""
        self.policy.hold_back_share = 0.5
        for number in range(40):
            if (alert := self.raised()).is_held_back:
                return alert
            alert._as_machine().unlink()
            self.run_scoring(days_before(-1 - number))
            self.raise_alerts()
            if (alert := self.alerts(self.buyer)).is_held_back:
                return alert
            alert._as_machine().unlink()
        self.fail("the lot never fell on the buyer")

    def test_the_share_is_about_right_and_the_lot_fair(self):
        self.env["res.partner"].create([
            {"name": f"Silent {number}", "user_id": self.manager.id} for number in range(2000)
        ])
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
                      company_id, currency_id, currency_rate, state, date_order, create_date,
                      amount_untaxed, amount_total)
               SELECT 'RW', p.id, p.id, p.id, %s, %s, 1, 'sale', day, day, 100, 100
                 FROM res_partner p,
                      unnest(ARRAY['2023-11-01', '2023-12-01', '2024-01-01']::timestamp[]) day
                WHERE p.name LIKE 'Silent %%'""",
            [self.company.id, self.home.id],
        )
        self.policy.hold_back_share = 0.2
        self.run_scoring()
        self.raise_alerts()
        alerts = self.alerts()
        held = alerts.filtered("is_held_back").partner_id
        self.assertGreaterEqual(len(alerts), 2000)
        # Four standard deviations of a binomial of 2,000 at 0.2.
        self.assertAlmostEqual(len(held) / len(alerts), 0.2, delta=0.036)
        alerts._as_machine().unlink()
        self.raise_alerts()
        self.assertEqual(self.alerts().filtered("is_held_back").partner_id, held)
        # Another day, another lot: nobody is left alone for good.
        self.alerts()._as_machine().unlink()
        self.run_scoring(days_before(-1))
        self.raise_alerts()
        both = self.alerts().filtered("is_held_back").partner_id & held
        self.assertAlmostEqual(len(both) / len(alerts), 0.04, delta=0.02)

    def test_none_without_a_share(self):
        self.assertFalse(self.raised().is_held_back)

    def test_left_alone(self):
        alert = self.held()
        self.assertEqual(alert.user_id, self.manager)
        self.assertFalse(alert.activity_ids)
        self.assertFalse(alert.message_follower_ids)
        with self.assertRaisesRegex(UserError, "held back"):
            self.tried(alert)
        with self.assertRaisesRegex(UserError, "held back"):
            alert.with_user(self.manager).action_record_measure()

    def test_won_back_by_an_order_like_others(self):
        alert = self.held()
        day = days_before(-60)
        self.orders(self.buyer, day)
        self.run_scoring(day)
        self.raise_alerts()
        self.assertEqual((alert.state, str(alert.closed_on)), ("won_back", day))
        self.assertTrue(alert.is_held_back)

    def test_released_it_is_worked_on_and_leaves_the_comparison(self):
        alert = self.held()
        later = days_before(-200)
        with self.at(f"{later} 12:00:00"):
            self.env["runwell.churn.alert"]._settle(self.company)
            row = self.env["runwell.churn.ledger"].search([("alert_id", "=", alert.id)])
            self.assertTrue(row.is_compared)
            alert.with_user(self.supervisor).action_release()
        self.assertTrue(alert.activity_ids)
        self.assertTrue(alert.message_follower_ids)
        self.assertEqual(str(alert.released_on), later)
        self.env.invalidate_all()
        self.assertFalse(row.is_compared)
        self.tried(alert)

    def arms(self, worked, held, day=AS_OF):
        """Put alerts into the table whose horizon is over; a list of revenues each arm."""
        for is_held, revenues in ((False, worked), (True, held)):
            partners = self.env["res.partner"].create([{"name": "Arm"} for _one in revenues])
            self.env["runwell.churn.alert"]._as_machine().create([
                {
                    "partner_id": partner.id, "company_id": self.company.id,
                    "currency_id": self.home.id, "raised_on": day, "due_on": day,
                    "last_order_date": day, "is_held_back": is_held,
                    "revenue_after": revenue, "orders_after": int(revenue > 0),
                }
                for partner, revenue in zip(partners, revenues, strict=True)
            ])

    def comparison(self):
        page = self.env["runwell.churn.ledger"].with_user(self.supervisor).get_page(0)
        return page["comparison"]

    def test_too_few_to_tell(self):
        self.arms([100.0] * MIN_ARM, [0.0] * (MIN_ARM - 1))
        found = self.comparison()
        self.assertFalse(found["is_enough"])
        self.assertNotIn("revenue", found)
        self.assertEqual((found["worked"]["count"], found["held"]["count"]), (30, 29))

    def test_compared(self):
        """Worked out by hand: means 150 and 50, each arm of 40 half at ±50 of its mean."""
        self.arms([100.0, 200.0] * 20, [0.0, 100.0] * 20)
        found = self.comparison()
        self.assertTrue(found["is_enough"])
        self.assertEqual((found["worked"]["revenue"], found["held"]["revenue"]), (150.0, 50.0))
        # Variance 2500 · 40/39 each; standard error √(2 · 2500/39) = 11.323; t(78) = 1.9908.
        self.assertAlmostEqual(found["revenue"]["difference"], 100.0)
        self.assertAlmostEqual(found["revenue"]["low"], 100 - 1.9908 * 11.3228, 2)
        self.assertAlmostEqual(found["revenue"]["high"], 100 + 1.9908 * 11.3228, 2)
        self.assertAlmostEqual(found["win_back"]["difference"], 0.5)
        self.assertLess(found["win_back"]["low"], 0.5)
        self.assertGreater(found["win_back"]["low"], 0.3)

    def test_only_with_those_raised_meanwhile(self):
        """Alerts from before anything was held back are no control."""
        self.arms([100.0] * 40, [0.0] * 40)
        self.arms([9000.0] * 5, [], days_before(300))
        self.arms([9000.0] * 5, [], days_before(-300))
        found = self.comparison()
        self.assertEqual((found["worked"]["count"], found["worked"]["revenue"]), (40, 100.0))
