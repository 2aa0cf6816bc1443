from unittest.mock import patch

from odoo.tests import tagged

from .common import AS_OF, days_before
from .test_alerts import AlertCase

LATER = days_before(-3)


@tagged("post_install", "-at_install")
class TestWinBack(AlertCase):
    """The next order or invoice closes the alert by itself; a cancelled one opens it again."""

    def setUp(self):
        super().setUp()
        self.alert = self.raised()
        self.enterContext(patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ))
        self.enterContext(self.at(f"{LATER} 15:00:00"))

    def refresh(self):
        """Let the cron that is triggered by a confirmation run."""
        self.env["runwell.score"]._cron_refresh()
        self.alert.invalidate_recordset()

    def ordered(self, amount=250.0, day=LATER, **values):
        """Confirm an order of the buyer, as a salesperson does."""
        order = self.order(self.buyer, day, amount, state="draft", **values)
        order.action_confirm()
        order.date_order = f"{day} 14:00:00"
        return order

    def test_by_the_next_confirmed_order(self):
        order = self.ordered()
        self.assertEqual(self.alert.state, "warning")
        self.refresh()
        self.assertEqual(self.alert.state, "won_back")
        self.assertEqual(self.alert.won_back_order_id, order)
        self.assertFalse(self.alert.won_back_move_id)
        self.assertEqual(self.alert.won_back_amount, 250.0)
        self.assertEqual(str(self.alert.closed_on), LATER)
        self.assertFalse(self.alert.activity_ids)
        self.assertIn(order.name, self.alert.message_ids[:1].body)
        self.assertEqual(self.alert.action_open_won_back()["res_id"], order.id)

    def test_the_amount_is_in_the_currency_of_the_company(self):
        self.set_rate(self.foreign, 3.0)
        self.ordered(1000.0, currency=self.foreign)
        self.refresh()
        self.assertEqual(self.alert.won_back_amount, 333.33)
        self.assertEqual(self.alert.currency_id, self.home)
        self.env.cr.execute(
            "SELECT won_back_amount::text FROM runwell_churn_alert WHERE id = %s", [self.alert.id],
        )
        self.assertEqual(self.env.cr.fetchone(), ("333.33",))

    def test_the_first_of_several_orders_counts(self):
        first = self.ordered(100.0, days_before(-1))
        self.ordered(900.0)
        self.refresh()
        self.assertEqual(self.alert.won_back_order_id, first)
        self.assertEqual(str(self.alert.closed_on), days_before(-1))

    def test_by_an_invoice(self):
        self.scoring.purchase_source = "invoice"
        self.alert._as_machine().unlink()
        for ago in range(30):
            self.invoice(self.buyer, days_before(7 * ago, "2024-02-01"))
        self.alert = self.raised()
        move = self.invoice(self.buyer, LATER, 80.0)
        self.refresh()
        self.assertEqual((self.alert.state, self.alert.won_back_move_id), ("won_back", move))
        self.assertFalse(self.alert.won_back_order_id)
        self.assertEqual(self.alert.won_back_amount, 80.0)
        self.assertEqual(self.alert.action_open_won_back()["res_model"], "account.move")
        move.button_draft()
        self.refresh()
        self.assertEqual(self.alert.state, "warning")
        self.assertFalse(self.alert.won_back_move_id)

    def test_a_contact_of_the_customer_orders(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        order = self.order(contact, LATER, 70.0, state="draft")
        order.action_confirm()
        self.refresh()
        self.assertEqual(self.alert.won_back_order_id, order)

    def test_a_proposed_loss_is_withdrawn(self):
        self.tried(self.alert)
        self.alert.reason = "Gone"
        self.alert.with_user(self.manager).action_propose_lost()
        self.ordered()
        self.refresh()
        self.assertEqual(self.alert.state, "won_back")
        self.assertFalse(self.alert.loss_proposed_by_id)
        self.assertFalse(self.alert.activity_ids)

    def test_held_back_and_snoozed_ones_too(self):
        self.alert._as_machine().write({"is_held_back": True, "snoozed_until": "2100-01-01"})
        self.ordered()
        self.refresh()
        self.assertEqual((self.alert.state, self.alert.is_held_back), ("won_back", True))

    def test_what_was_given_up_stays_so(self):
        self.closed(self.alert, "confirm_lost", LATER)
        self.ordered()
        self.refresh()
        self.assertEqual(self.alert.state, "lost")

    def test_a_cancelled_order_reopens(self):
        for state in ("warning", "suspended"):
            with self.subTest(state=state):
                if state == "suspended":
                    self.tried(self.alert)
                order = self.ordered()
                self.refresh()
                self.assertEqual(self.alert.state, "won_back")
                count = self.alert.reopen_count
                order._action_cancel()
                self.refresh()
                self.assertEqual(self.alert.state, state)
                self.assertEqual(self.alert.reopen_count, count + 1)
                self.assertFalse(
                    self.alert.won_back_order_id or self.alert.closed_on
                    or self.alert.won_back_amount
                )
                self.assertTrue(self.alert.activity_ids)
                self.assertGreaterEqual(str(self.alert.deadline), LATER)

    def test_an_order_deleted_before_the_next_pass_reopens_too(self):
        order = self.ordered()
        self.refresh()
        self.assertEqual(self.alert.state, "won_back")
        order._action_cancel()
        order.unlink()
        self.refresh()
        self.assertEqual(self.alert.state, "warning")
        self.assertIs(self.alert.won_back_amount, False)

    def test_a_later_order_takes_the_place_of_the_cancelled_one(self):
        first = self.ordered(100.0, days_before(-1))
        self.refresh()
        second = self.ordered(900.0)
        first._action_cancel()
        self.refresh()
        self.assertEqual((self.alert.state, self.alert.won_back_order_id), ("won_back", second))
        self.assertEqual(self.alert.won_back_amount, 900.0)

    def test_with_a_newer_alert_the_old_one_stays_closed(self):
        order = self.ordered(day=days_before(-1))
        self.refresh()
        with self.at(f"{days_before(-150)} 12:00:00"):
            self.run_scoring(days_before(-150))
            self.assertEqual(self.raise_alerts(), 1)
            order._action_cancel()
            self.refresh()
        self.assertEqual(self.alert.state, "won_back")
        self.assertEqual(len(self.alerts(self.buyer)), 2)

    def test_what_it_cost(self):
        self.tried(self.alert, cost=40.0)
        self.tried(self.alert, cost=2.5)
        self.ordered()
        self.refresh()
        self.assertEqual(sum(self.alert.measure_ids.mapped("cost")), 42.5)
        self.assertEqual(self.alert.measure_ids.currency_id, self.home)
        self.assertEqual(str(self.alert.worked_on), LATER)

    def test_another_company_is_not_touched(self):
        other = self.make_company("Runwell Other", self.home)
        order = self.order(self.buyer, LATER, state="draft", company=other)
        order.action_confirm()
        self.refresh()
        self.assertEqual(self.alert.state, "warning")

    def test_nothing_before_the_warning(self):
        """An order that is entered late, for a day before the last one, wins nobody back."""
        self.orders(self.buyer, "2024-01-15")
        self.run_scoring(AS_OF)
        self.raise_alerts()
        self.assertEqual(self.alert.state, "warning")
