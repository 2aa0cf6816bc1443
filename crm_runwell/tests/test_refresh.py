from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import runwell_score_run
from .common import AS_OF, RunwellCase, days_before


@tagged("post_install", "-at_install")
class TestRefresh(RunwellCase):
    """A changed customer is asked for at once and scored soon, alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_runwell.ir_cron_refresh")
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)]).unlink()
        cls.buyer = cls.customer("Buyer")

    def asked(self):
        """Return the partners asked for, and forget them."""
        queue = self.env["runwell.score.refresh"].search([("company_id", "=", self.company.id)])
        partners = queue.mapped("partner_id")
        queue._as_machine().unlink()
        return partners

    def triggers(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])

    def refresh(self):
        with self.at(f"{AS_OF} 12:00:00"):
            return self.env["runwell.score"]._refresh_batch(self.company)

    def test_confirming_an_order_asks(self):
        order = self.order(self.buyer, "2024-06-01", state="draft")
        self.assertFalse(self.asked())
        order.action_confirm()
        self.assertEqual(self.asked(), self.buyer)
        self.assertEqual(self.triggers(), 1)

    def test_confirming_many_asks_in_one_query_and_triggers_once(self):
        others = [self.customer(str(i)) for i in range(3)]
        orders = self.env["sale.order"].union(*(
            self.order(customer, "2024-06-01", state="draft")
            for customer in (*others, self.buyer, self.buyer)
        ))
        orders.action_confirm()
        self.order(self.buyer, "2024-06-02", state="draft").action_confirm()
        self.assertEqual(len(self.asked()), 4)
        self.assertEqual(self.triggers(), 1)

    def test_cancelling_asks_if_it_counted(self):
        order = self.order(self.buyer, "2024-06-01")
        draft = self.order(self.buyer, "2024-06-01", state="draft")
        draft._action_cancel()
        self.assertFalse(self.asked())
        order._action_cancel()
        self.assertEqual(self.asked(), self.buyer)
        self.assertEqual(self.triggers(), 1)

    def test_posting_and_resetting_an_invoice_asks(self):
        for move_type in ("out_invoice", "out_refund"):
            move = self.invoice(self.buyer, "2024-06-01", post=False, move_type=move_type)
            self.assertFalse(self.asked())
            move.action_post()
            self.assertEqual(self.asked(), self.buyer)
            move.button_draft()
            self.assertEqual(self.asked(), self.buyer)
            move.button_cancel()
            self.assertFalse(self.asked())
        self.assertEqual(self.triggers(), 1)

    def test_other_entries_do_not_ask(self):
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")],
        )
        accounts = self.env["account.account"].search([("company_ids", "in", self.company.ids)])
        self.env["account.move"].create({
            "journal_id": journal.id, "partner_id": self.buyer.id, "line_ids": [
                (0, 0, {"account_id": accounts[0].id, "debit": 5, "partner_id": self.buyer.id}),
                (0, 0, {"account_id": accounts[1].id, "credit": 5, "partner_id": self.buyer.id}),
            ],
        }).action_post()
        self.assertFalse(self.asked())

    def test_a_trigger_in_the_future_is_not_enough(self):
        self.cron._trigger(self.env.cr.now().replace(year=2090))
        self.order(self.buyer, "2024-06-01", state="draft").action_confirm()
        self.assertEqual(self.triggers(), 2)

    def test_a_closed_alert_asks(self):
        self.orders(self.buyer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        alert = self.alerts(self.buyer)
        alert.reason = "Holidays"
        alert.action_false_alarm()
        self.assertEqual(self.asked(), self.buyer)

    def test_exactly_the_changed_are_scored(self):
        other = self.customer("Other")
        child = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        self.orders(self.buyer, "2024-05-01")
        self.orders(other, "2024-05-01")
        self.run_scoring()
        self.env.cr.execute(
            "UPDATE runwell_score SET silence_days = 999 WHERE company_id = %s", [self.company.id],
        )
        order = self.order(child, "2024-06-01", state="draft")
        order.action_confirm()
        order.date_order = "2024-06-01 12:00:00"
        self.assertEqual(self.refresh(), 1)
        self.assertEqual(self.score(self.buyer).silence_days, 29)
        self.assertEqual(self.score(self.buyer).order_count, 2)
        self.assertEqual(self.score(other).silence_days, 999)
        self.assertFalse(self.score(child))
        self.assertFalse(self.asked())
        self.assertEqual(self.refresh(), 0)

    def test_a_refresh_says_what_a_full_pass_says(self):
        customers = [self.customer(str(i)) for i in range(8)]
        for i, customer in enumerate(customers):
            self.orders(customer, *(days_before(17 * j + 3 * i) for j in range(i + 1)),
                        amount=50.0 + i)
        self.order(customers[2], "2024-04-01", 30.0)
        self.invoice(customers[3], "2024-05-01", 20.0, due="2024-05-20")
        self.invoice(customers[4], "2024-05-01", 20.0, move_type="out_refund")
        self.orders(self.buyer, *(days_before(200 + 10 * i) for i in range(10)))
        prospect = self.customer("Prospect")
        self.quotation(prospect)
        self.run_scoring()
        full = self.figures()
        self.assertEqual(len(full), 10)
        # All at once, then a few: they are graded among all customers, not among themselves.
        for changed in ((*customers, self.buyer, prospect), customers[5:7], [prospect]):
            self.env.cr.execute(
                "DELETE FROM runwell_score WHERE company_id = %s AND partner_id = ANY(%s)",
                [self.company.id, [customer.id for customer in changed]],
            )
            self.asked()
            self.ask(*changed)
            self.assertEqual(self.refresh(), len(changed))
            self.assertEqual(self.figures(), full)

    def ask(self, *customers):
        for customer in customers:
            self.env.cr.execute(SQL(
                "INSERT INTO runwell_score_refresh (partner_id, company_id) VALUES (%s, %s)",
                customer.id, self.company.id,
            ))

    def test_batch_by_batch(self):
        customers = [self.customer(str(i)) for i in range(3)]
        for customer in customers:
            self.orders(customer, "2024-06-01")
        self.run_scoring("2024-05-01")
        self.ask(*customers)
        with patch.object(runwell_score_run, "REFRESH_BATCH", 2):
            self.assertEqual([self.refresh() for _batch in range(3)], [2, 1, 0])
        self.assertEqual(len(self.figures()), 3)

    def test_who_is_no_longer_scored_goes(self):
        self.orders(self.buyer, "2024-06-01")
        other = self.customer("Other")
        self.orders(other, "2024-06-01")
        self.run_scoring()
        self.buyer.active = False
        self.ask(self.buyer)
        self.refresh()
        self.assertFalse(self.score(self.buyer))
        self.assertTrue(self.score(other))

    def test_the_first_pass_is_a_full_one(self):
        other = self.customer("Other")
        self.orders(self.buyer, "2024-06-01")
        self.orders(other, "2024-06-01")
        self.ask(self.buyer)
        self.assertEqual(self.refresh(), 1)
        self.assertTrue(self.score(other))

    def test_a_refresh_raises_and_closes_alerts(self):
        self.orders(self.buyer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.ask(self.buyer)
        self.refresh()
        alert = self.alerts(self.buyer)
        self.assertEqual(alert.state, "warning")
        self.orders(self.buyer, "2024-06-29")
        self.ask(self.buyer)
        self.refresh()
        self.assertEqual(alert.state, "won_back")

    def test_the_crons(self):
        self.orders(self.buyer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        with (
            self.at(f"{AS_OF} 12:00:00"),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=60.0),
        ):
            self.env["runwell.score"]._cron_scoring()
            self.assertEqual(str(self.score(self.buyer).as_of), AS_OF)
            self.assertEqual(self.alerts(self.buyer).state, "warning")
            self.orders(self.buyer, "2024-06-29")
            self.ask(self.buyer)
            self.env["runwell.score"]._cron_refresh()
            self.assertEqual(self.score(self.buyer).silence_days, 1)
            self.assertFalse(self.asked())
            self.env["runwell.scoring.model"]._cron_fit()
            model = self.env["runwell.scoring.model"]._active_of(self.company)
            self.assertEqual((model.refusal, model.fit_customers), ("buyers", 1))

    def test_a_cron_whose_time_is_up_stops(self):
        customers = [self.customer(str(i)) for i in range(3)]
        self.run_scoring()
        # What other companies ask for would come first.
        self.env.cr.execute("DELETE FROM runwell_score_refresh")
        self.ask(*customers)
        with (
            self.at(f"{AS_OF} 12:00:00"),
            patch.object(runwell_score_run, "REFRESH_BATCH", 1),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=0.0),
        ):
            self.env["runwell.score"]._cron_refresh()
        left = self.env["runwell.score.refresh"].search_count(
            [("company_id", "=", self.company.id)],
        )
        self.assertEqual(left, 2)
