from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AS_OF, days_before
from .test_alerts import AlertCase

#: Within the horizon of 90 days, its last day, and after it.
SOON, LAST, LATER = days_before(-20), days_before(-90), days_before(-91)


class LedgerCase(AlertCase):
    """The buyer's alert, and what becomes of it from one day to another."""

    def setUp(self):
        super().setUp()
        self.alert = self.raised()

    def settle(self, day):
        """Let the night of ``day`` pass: score, raise and close, settle."""
        with self.at(f"{day} 01:30:00"):
            self.run_scoring(day)
            self.raise_alerts()
            self.env["runwell.churn.alert"]._settle(self.company)

    def row(self, alert=None):
        alert = alert or self.alert
        return self.env["runwell.churn.ledger"].search([("alert_id", "=", alert.id)])

    def worked(self, day):
        with self.at(f"{day} 12:00:00"):
            self.tried(self.alert, cost=12.5)

    def verdict(self):
        """Return True (right), False (wrong) or None (undecided, or not counted)."""
        self.env.invalidate_all()
        row = self.row()
        self.assertEqual(row.precision is False, not row.decided_count)
        self.assertEqual(row.precision or 0, row.right_count)
        verdict = {"right": True, "wrong": False, False: None}[row.verdict]
        self.assertEqual(verdict, bool(row.right_count) if row.decided_count else None)
        return verdict

    def set(self, **values):
        self.alert._as_machine().write(values)


@tagged("post_install", "-at_install")
class TestVerdict(LedgerCase):
    """Whether a warning was right: the table of docs/model.md, line by line."""

    def test_the_horizon_is_that_of_the_day(self):
        self.assertEqual(str(self.alert.due_on), LAST)
        self.scoring.horizon_days = 30
        self.assertEqual(str(self.alert.due_on), LAST)

    def test_open_within_the_horizon(self):
        self.settle(LAST)
        self.assertIsNone(self.verdict())
        self.assertFalse(self.alert.orders_after)
        self.assertIs(self.alert.revenue_after, False)

    def test_open_and_silent_to_the_end(self):
        self.settle(LATER)
        self.assertEqual((self.alert.orders_after, self.alert.revenue_after), (0, 0.0))
        self.assertIs(self.alert.orders_after is False, False)
        self.assertTrue(self.verdict())

    def test_suspended_and_silent_to_the_end(self):
        self.worked(AS_OF)
        self.settle(LATER)
        self.assertEqual(self.alert.state, "suspended")
        self.assertTrue(self.verdict())

    def test_lost(self):
        self.closed(self.alert, "confirm_lost")
        self.assertTrue(self.verdict())

    def test_false_alarm(self):
        self.closed(self.alert, "false_alarm")
        self.assertFalse(self.verdict())
        self.assertIsNotNone(self.verdict())

    def test_a_false_alarm_stays_wrong_whatever_follows(self):
        self.closed(self.alert, "false_alarm")
        self.settle(LATER)
        self.assertIs(self.verdict(), False)

    def test_won_back_after_a_measure(self):
        self.worked(AS_OF)
        self.orders(self.buyer, SOON)
        self.settle(SOON)
        self.assertEqual(self.alert.state, "won_back")
        self.assertIs(self.verdict(), True)

    def test_a_measure_on_the_day_of_the_order(self):
        self.worked(SOON)
        self.orders(self.buyer, SOON)
        self.settle(SOON)
        self.assertIs(self.verdict(), True)

    def test_ordered_again_without_a_measure(self):
        self.orders(self.buyer, SOON)
        self.settle(SOON)
        self.assertIs(self.verdict(), False)

    def test_ordered_on_the_last_day_without_a_measure(self):
        self.orders(self.buyer, LAST)
        self.settle(LATER)
        self.assertIs(self.verdict(), False)
        self.assertEqual(self.alert.orders_after, 1)

    def test_ordered_after_the_horizon_without_a_measure(self):
        self.orders(self.buyer, LATER)
        self.settle(LATER)
        self.assertEqual(self.alert.state, "won_back")
        self.assertIs(self.verdict(), True)

    def test_ordered_on_the_day_of_the_warning(self):
        """In the morning the warning, at noon the order."""
        self.orders(self.buyer, AS_OF)
        self.settle(SOON)
        self.assertIs(self.verdict(), False)
        self.settle(LATER)
        self.assertEqual((self.alert.orders_after, self.alert.revenue_after), (1, 100.0))

    def test_left_out_by_a_person(self):
        self.buyer.runwell_exclusion = "closed"
        self.settle(SOON)
        self.assertEqual(self.alert.state, "false_alarm")
        self.assertIsNone(self.verdict())
        self.settle(LATER)
        self.assertIsNone(self.verdict())

    def test_held_back_and_silent(self):
        self.set(is_held_back=True)
        self.settle(LAST)
        self.assertIsNone(self.verdict())
        self.settle(LATER)
        self.assertIs(self.verdict(), True)

    def test_held_back_and_ordered(self):
        self.set(is_held_back=True)
        self.orders(self.buyer, SOON)
        self.settle(SOON)
        self.assertIs(self.verdict(), False)
        self.settle(LATER)
        self.assertIs(self.verdict(), False)

    def test_held_back_is_judged_by_silence_whatever_is_said(self):
        self.set(is_held_back=True)
        self.closed(self.alert, "false_alarm")
        self.assertIsNone(self.verdict())
        self.settle(LATER)
        self.assertIs(self.verdict(), True)

    def test_a_cancelled_order_is_not_remembered(self):
        order = self.order(self.buyer, LAST)
        self.settle(LATER)
        self.assertIs(self.verdict(), False)
        with self.quiet_queue():
            order._action_cancel()
        self.settle(LATER)
        self.assertEqual((self.alert.state, self.alert.orders_after), ("warning", 0))
        self.assertIs(self.verdict(), True)


@tagged("post_install", "-at_install")
class TestMoney(LedgerCase):
    """Money kept and lost, as facts."""

    def test_kept_from_the_win_back_on(self):
        self.orders(self.buyer, SOON, amount=300.0)
        self.settle(SOON)
        self.assertEqual(self.alert.kept_revenue, 300.0)
        self.orders(self.buyer, days_before(-40), amount=50.0)
        self.refund(self.invoice(self.buyer, days_before(-41), 20.0), days_before(-41))
        self.settle(days_before(-45))
        # A credit note of an invoice that came from no order takes nothing back.
        self.assertEqual(self.alert.kept_revenue, 350.0)
        self.orders(self.buyer, days_before(-41), amount=-30.0)
        self.settle(days_before(-45))
        self.assertEqual(self.alert.kept_revenue, 320.0)

    def test_kept_for_twelve_months(self):
        self.orders(self.buyer, SOON, days_before(364, days_before(-20 - 2 * 364)), amount=100.0)
        self.orders(self.buyer, days_before(-20 - 365), amount=1000.0)
        self.settle(days_before(-20 - 366))
        self.assertEqual(self.alert.kept_revenue, 200.0)

    def test_nothing_kept_while_open_or_lost(self):
        self.settle(LATER)
        self.assertIs(self.alert.kept_revenue, False)
        self.assertIs(self.row().kept_revenue, False)
        self.closed(self.alert, "confirm_lost", LATER)
        self.settle(LATER)
        self.assertIs(self.alert.kept_revenue, False)
        self.assertEqual(self.row().revenue_lost, self.alert.revenue_12m)

    def test_a_lost_customer_who_comes_back_is_a_win_back(self):
        self.worked(SOON)
        self.closed(self.alert, "confirm_lost", SOON)
        self.settle(LAST)
        self.assertEqual((self.row().lost_count, self.row().won_back_count), (1, 0))
        self.orders(self.buyer, LATER, amount=70.0)
        self.settle(days_before(-95))
        self.env.invalidate_all()
        self.assertEqual((self.alert.state, str(self.alert.returned_on)), ("lost", LATER))
        row = self.row()
        self.assertEqual((row.lost_count, row.won_back_count), (1, 1))
        self.assertEqual((row.kept_revenue, row.days_to_win_back), (70.0, 91))
        self.assertTrue(self.verdict())

    def test_revenue_within_the_horizon_is_net(self):
        self.orders(self.buyer, SOON, LAST, LATER, amount=100.0)
        self.orders(self.buyer, days_before(-30), amount=-40.0)
        self.settle(LATER)
        self.assertEqual((self.alert.revenue_after, self.alert.orders_after), (160.0, 2))

    def test_nobody_writes_the_facts(self):
        for name, value in (
            ("kept_revenue", 1.0), ("revenue_after", 1.0), ("orders_after", 1),
            ("due_on", AS_OF), ("is_left_out", True), ("released_on", AS_OF),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.alert.write({name: value})

    def test_the_measures_of_a_row(self):
        self.worked(days_before(-4))
        self.worked(days_before(-6))
        self.orders(self.buyer, SOON, amount=70.0)
        self.settle(SOON)
        row = self.row()
        self.assertEqual(
            (row.raised_count, row.worked_count, row.won_back_count, row.lost_count,
             row.false_alarm_count, row.open_count),
            (1, 1, 1, 0, 0, 0),
        )
        self.assertEqual(
            (row.kept_revenue, row.measure_cost, row.days_to_action, row.days_to_win_back),
            (70.0, 25.0, 4.0, 20.0),
        )
        self.assertEqual(row.user_id, self.manager)
        self.assertEqual(row.action_open_alert()["res_id"], self.alert.id)

    def test_sums_and_means_over_a_rule(self):
        self.closed(self.alert, "false_alarm")
        other = self.silent("Other", user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        self.closed(self.alerts(other), "confirm_lost")
        third = self.silent("Third", user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        self.assertTrue(self.alerts(third))
        [(rule, raised, decided, right, precision)] = self.env["runwell.churn.ledger"]._read_group(
            [("company_id", "=", self.company.id)], ["rule"],
            ["raised_count:sum", "decided_count:sum", "right_count:sum", "precision:avg"],
        )
        self.assertEqual((rule, raised, decided, right, precision), ("risk", 3, 2, 1, 0.5))


@tagged("post_install", "-at_install")
class TestPage(LedgerCase):
    """The one call behind the page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.silent("Theirs", user_id=cls.colleague.id)

    def page(self, user=None, days=0):
        with self.at(f"{LATER} 12:00:00"):
            ledger = self.env["runwell.churn.ledger"]
            return ledger.with_user(user or self.supervisor).get_page(days)

    def test_the_figures(self):
        self.worked(AS_OF)
        self.orders(self.buyer, SOON, amount=70.0)
        self.settle(SOON)
        page = self.page()
        total = page["total"]
        self.assertEqual((total["raised_count"], total["won_back_count"]), (2, 1))
        self.assertEqual((total["kept_revenue"], total["days_to_action"]), (70.0, 0.0))
        self.assertFalse(page["is_own"])
        rules = {row["key"]: row for row in page["rules"]}
        self.assertEqual(list(rules), ["risk", "rhythm", "silence"])
        self.assertEqual((rules["risk"]["right_count"], rules["risk"]["decided_count"]), (1, 1))
        self.assertEqual((rules["risk"]["is_on"], rules["rhythm"]["is_on"]), (True, False))
        self.assertEqual(
            [(row["label"], row["raised_count"]) for row in page["managers"]],
            [(self.manager.name, 1), (self.colleague.name, 1)],
        )
        self.assertEqual([row["key"] for row in page["months"]], [f"{AS_OF[:7]}-01"])
        self.assertEqual(
            self.env["runwell.churn.ledger"].search_count(page["domain"]),
            total["raised_count"],
        )

    def test_the_period(self):
        for days, raised in ((90, 0), (365, 2), (0, 2)):
            with self.subTest(days=days):
                page = self.page(days=days)
                self.assertEqual(page["total"]["raised_count"], raised)
                self.assertEqual(
                    self.env["runwell.churn.ledger"].search_count(page["domain"]), raised,
                )
        with self.assertRaises(UserError):
            self.page(days=7)

    def test_an_account_manager_sees_own(self):
        page = self.page(self.manager)
        self.assertTrue(page["is_own"])
        self.assertEqual(page["total"]["raised_count"], 1)
        self.assertFalse(page["may_set"])

    def test_readers_only(self):
        agent = new_test_user(
            self.env, "rw_agent", "crm_runwell.group_service_user", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.page(agent)

    def test_a_company_of_its_own(self):
        other = self.make_company("Runwell Other", self.home)
        self.make_scoring_model(other)
        self.env["runwell.alert.rule"]._of(other)
        self.supervisor.company_ids += other
        ledger = self.env["runwell.churn.ledger"].with_user(self.supervisor)
        page = ledger.with_context(allowed_company_ids=(other + self.company).ids).get_page(0)
        self.assertEqual(page["total"]["raised_count"], 0)

    def test_few_queries_whatever_the_number(self):
        counts = []
        for _turn in range(2):
            for _warm_up in range(2):
                self.page()
                self.env.flush_all()
                self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.page()
            counts.append(self.cr.sql_log_count - before)
            for number in range(3):
                self.silent(f"More {counts} {number}", user_id=self.manager.id)
            self.run_scoring()
            self.raise_alerts()
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 8)
