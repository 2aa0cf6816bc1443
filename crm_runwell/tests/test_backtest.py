import random
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..scoring import tally
from ..scoring.backtest import Outcome
from .common import RunwellCase
from .test_backtest_tally import ROWS

TODAY = "2024-06-30"
DAYS = ("2023-09-30", "2023-12-31", "2024-03-31")


class BacktestCase(RunwellCase):
    """A company of 150 customers who order by a rhythm of their own until they drop out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_history()
        cls.supervisor = new_test_user(
            cls.env, "rw_supervisor", "sales_team.group_sale_manager",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )
        cls.Backtest = cls.env["runwell.backtest"]

    @classmethod
    def make_history(cls):
        chance = random.Random(7)
        customers = cls.env["res.partner"].create([
            {"name": f"Customer {number}", "is_company": True} for number in range(150)
        ])
        rows = []
        for customer in customers:
            rhythm = chance.choice([12, 30, 60, 120])
            day = date(2022, 6, 1) + timedelta(days=chance.randrange(200))
            while day <= date(2024, 6, 30):
                rows.append((customer.id, day))
                if chance.random() < 0.12:
                    break
                day += timedelta(days=1 + round(chance.expovariate(1 / rhythm)))
        cls.env.flush_all()
        cls.env.cr.execute(SQL(
            """INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
                   company_id, currency_id, currency_rate, state, date_order, create_date,
                   amount_untaxed, amount_total)
               SELECT 'RW', partner, partner, partner, %(company)s, %(currency)s, 1, 'sale',
                      day + interval '12 hours', day, 100, 100
                 FROM unnest(%(partners)s, %(days)s::timestamp[]) AS bought(partner, day)""",
            company=cls.company.id, currency=cls.company.currency_id.id,
            partners=[partner for partner, _day in rows], days=[day for _partner, day in rows],
        ))

    def setUp(self):
        super().setUp()
        self.enterContext(self.at(f"{TODAY} 12:00:00"))
        self.enterContext(patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ))

    def plan(self, days=DAYS, **values):
        return self.Backtest.with_user(self.supervisor).create({
            "company_id": self.company.id,
            "result_ids": [Command.create({"as_of": day}) for day in days], **values,
        })

    def happened(self, rows=ROWS):
        """Let ``rows`` be what happened on any day, in a with statement."""
        return patch.object(
            self.env.registry["runwell.scoring.model"], "_evaluate", return_value=(rows, None),
        )

    def run_all(self, test):
        test.action_run()
        self.Backtest._cron_run()
        test.invalidate_recordset()
        return test

    def concluded(self, rows=ROWS * 20, **values):
        """Return a back-test of one day on which ``rows`` happened."""
        test = self.plan(DAYS[:1], **values)
        with self.happened(rows):
            return self.run_all(test)


@tagged("post_install", "-at_install")
class TestBacktest(BacktestCase):
    def test_days_that_are_proposed(self):
        proposed = self.Backtest.with_company(self.company).create({}).result_ids
        self.assertEqual([str(day) for day in proposed.mapped("as_of")],
                         ["2023-07-01", "2023-10-01", "2024-01-01", "2024-04-01"])
        # A history that ended long ago is tested up to its end.
        with self.at("2026-01-01 12:00:00"):
            last = self.Backtest._last_known_day(self.company)
            self.assertLess(last, date(2024, 7, 1))
            form = self.Backtest.new({"company_id": self.company.id, "horizon_days": 30})
            form._onchange_plan()
            self.assertEqual(max(form.result_ids.mapped("as_of")), last - timedelta(days=30))

    def test_the_whole(self):
        test = self.run_all(self.plan())
        self.assertEqual((test.state, test.progress, test.error), ("done", 100, False))
        self.assertEqual(test.model_id, self.scoring)
        self.assertEqual(set(test.result_ids.mapped("state")), {"done"})
        self.assertEqual(test.n, sum(test.result_ids.mapped("n")))
        self.assertAlmostEqual(test.auc, sum(test.result_ids.mapped("auc")) / 3, 3)
        self.assertGreater(test.auc, 0.7)
        self.assertAlmostEqual(test.auc_shuffled, 0.5, delta=0.1)
        self.assertIn(test.grade, ("clear", "better", "same", "worse"))
        self.assertTrue(test.verdict)
        self.assertEqual(len(test.summary["curve"]), 50)
        self.assertEqual(sum(bin_["count"] for bin_ in test.summary["calibration"]), test.n)
        self.assertEqual(sum(part["count"] for part in test.summary["classes"]), test.n)
        self.assertIn(test.best_rule_days, tally.RULES)
        self.assertGreaterEqual(test.auc_best_rule, test.auc_rule - 0.01)

    def test_what_is_not_known_is_empty(self):
        test = self.plan(DAYS[:1])
        self.assertIs(test.auc, False)
        self.assertIs(test.result_ids.auc, False)
        test = self.run_all(self.plan(["2022-01-01"]))
        self.assertEqual((test.state, test.n, test.grade), ("done", 0, "few"))
        self.assertIs(test.auc, False)
        self.assertIs(test.days_earlier, False)
        self.assertIn("Too few customers", test.verdict)

    def test_grades_in_words(self):
        clear = self.concluded([
            Outcome(row.risk, row.risk, 100, "low", 1.0, row.left) for row in ROWS * 20
        ])
        self.assertEqual(clear.grade, "clear")
        self.assertIn("92 times in 100, the best count of days 50 times", clear.verdict)
        worse = self.concluded()
        # The days of silence rank 23 of 24 pairs right.
        self.assertEqual((worse.grade, worse.best_rule_days), ("worse", 90))
        self.assertIn("warn after 90 days without an order", worse.verdict)
        same = self.concluded([
            Outcome(row.silence / 500, 0.5, row.silence, "low", 1.0, row.left)
            for row in ROWS * 20
        ])
        self.assertEqual(same.grade, "same")
        self.assertIn("The plain rule is as good on your history", same.verdict)

    def test_early_warning_is_kept(self):
        test = self.plan(DAYS[:2])
        answers = iter([(ROWS, {"days": 40.0}), (ROWS, None)])
        with patch.object(
            self.env.registry["runwell.scoring.model"], "_evaluate",
            lambda *_args: next(answers),
        ):
            self.run_all(test)
        self.assertEqual(test.result_ids.mapped("days_earlier"), [40.0, False])
        self.assertEqual(test.days_earlier, 40.0)

    def test_plans_that_cannot_be_run(self):
        late = self.plan(["2024-04-02"])
        with self.assertRaisesRegex(UserError, "up to 2024-04-01"):
            late.action_run()
        with self.assertRaisesRegex(UserError, "Choose 1 to 24 days"):
            self.plan([]).action_run()
        with self.assertRaises(ValidationError):
            self.plan(horizon_days=6)

    def test_nothing_is_planned_once_it_ran(self):
        test = self.concluded()
        for change in (
            lambda: test.write({"horizon_days": 30}),
            lambda: test.write({"result_ids": [Command.create({"as_of": "2023-01-01"})]}),
            lambda: test.result_ids.write({"as_of": "2023-01-01"}),
            lambda: test.result_ids.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        test.unlink()

    def test_figures_are_the_machine_s(self):
        test = self.plan()
        day = test.result_ids[0]
        for change in (
            lambda: test.write({"auc": 0.99}),
            lambda: test.write({"state": "done"}),
            lambda: self.plan(grade="clear"),
            lambda: day.write({"auc": 0.99}),
            lambda: test.write({"result_ids": [Command.update(day.id, {"auc": 0.99})]}),
            lambda: self.plan(result_ids=[Command.create({"as_of": DAYS[0], "auc": 0.99})]),
        ):
            with self.assertRaisesRegex(AccessError, "kept by the scoring alone"):
                change()
        forged = self.Backtest.with_user(self.supervisor).with_context(
            default_auc=0.99, default_state="done",
        ).create({"result_ids": [Command.create({"as_of": DAYS[0]})]})
        self.assertEqual((forged.state, forged.auc), ("draft", False))
        self.assertEqual((forged.result_ids.state, forged.result_ids.auc), ("planned", False))


@tagged("post_install", "-at_install")
class TestBacktestRuns(BacktestCase):
    """Queued by a person, run by a cron, broken off and taken up again."""

    def setUp(self):
        super().setUp()
        self.evaluate = self.enterContext(self.happened())

    def test_states(self):
        cron = self.env.ref("crm_runwell.ir_cron_backtest")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        test = self.plan(DAYS[:2])
        self.assertEqual(test.state, "draft")
        test.action_run()
        self.assertEqual((test.state, test.progress), ("queued", 0))
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)
        with self.assertRaisesRegex(UserError, "runs already"):
            test.action_run()
        self.assertTrue(test._start())
        self.assertEqual(test.state, "running")
        with self.assertRaisesRegex(UserError, "running"):
            test.unlink()
        self.assertTrue(test._step())
        self.assertEqual((test.state, test.progress), ("running", 50))
        self.assertFalse(test._step())
        self.assertEqual((test.state, test.progress), ("done", 100))
        self.assertFalse(test._step())

    def test_what_was_broken_off_goes_on(self):
        test = self.plan()
        test.action_run()
        test._start()
        test._step()
        first = test.result_ids[0]
        figures = first.read()
        self.scoring.alert_threshold = 0.5
        # Whoever held it is gone; the next cron finds it running.
        self.evaluate.reset_mock()
        self.Backtest._cron_run()
        self.assertEqual([str(call.args[0]) for call in self.evaluate.call_args_list],
                         list(DAYS[1:]))
        self.assertEqual(test.state, "done")
        self.assertEqual(first.read(), figures)
        # One threshold for all days, the one that was in force at the start.
        self.assertEqual(test.threshold, 0.7)

    def test_a_cron_whose_time_is_up_stops(self):
        test = self.plan()
        test.action_run()
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=0.0,
        ):
            self.Backtest._cron_run()
        self.assertEqual((test.state, test.progress), ("running", 33))
        self.Backtest._cron_run()
        self.assertEqual((test.state, test.progress), ("done", 100))

    def test_a_failure_is_told_and_what_is_done_kept(self):
        test = self.plan(DAYS[:2])
        answers = iter([(ROWS, None)])

        def fail(*_args):
            if answer := next(answers, None):
                return answer
            raise ZeroDivisionError("by nought\nand more")

        with (
            patch.object(self.env.registry["runwell.scoring.model"], "_evaluate", fail),
            mute_logger("odoo.addons.crm_runwell.models.runwell_backtest"),
        ):
            self.run_all(test)
        self.assertEqual((test.state, test.error), ("failed", "by nought"))
        self.assertEqual(test.result_ids.mapped("state"), ["done", "planned"])
        with self.happened() as evaluate:
            self.run_all(test)
        self.assertEqual(evaluate.call_count, 1)
        self.assertEqual((test.state, test.error, test.n), ("done", False, 20))

    def test_run_again_begins_anew(self):
        test = self.concluded()
        test.action_run()
        self.assertEqual((test.state, test.progress), ("queued", 0))
        self.assertEqual((test.result_ids.state, test.result_ids.auc), ("planned", False))

    def test_held_by_another_worker(self):
        test = self.plan(DAYS[:1])
        test.action_run()
        with patch.object(
            self.env.registry["runwell.backtest"], "try_lock_for_update",
            return_value=self.Backtest,
        ):
            self.Backtest._cron_run()
        self.assertEqual(test.state, "queued")


@tagged("post_install", "-at_install")
class TestBacktestThreshold(BacktestCase):
    """From a back-test to the threshold that the scoring warns from."""

    def setUp(self):
        super().setUp()
        self.test = self.concluded(ROWS * 20)

    def test_by_precision(self):
        # Of the seven silent for 30 days or more: .72 upwards 3 of 4 right, .74 all three.
        for wanted, threshold in ((0.5, 0.02), (0.6, 0.32), (0.75, 0.62), (1.0, 0.74)):
            with self.subTest(wanted):
                found = self.test.find_threshold("precision", wanted)
                self.assertEqual(found["threshold"], threshold)
                self.assertGreaterEqual(found["precision"], wanted)

    def test_by_warnings_a_week(self):
        # Twenty times the two of the fullest 13 weeks.
        self.assertEqual(self.test.find_threshold("weekly", 40 / 13)["threshold"], 0.02)
        self.assertEqual(self.test.find_threshold("weekly", 3)["threshold"], 0.42)

    def test_what_cannot_be(self):
        for by, value, text in (
            ("precision", 1.01, "No threshold was right"), ("weekly", 0.5, "Even the highest"),
            ("weekly", 0, "above 0"), ("precision", "x", "above 0"),
            ("precision", float("nan"), "above 0"), ("luck", 1, "by precision or"),
        ):
            with self.subTest(by=by, value=value), self.assertRaisesRegex(UserError, text):
                self.test.find_threshold(by, value)
        with self.assertRaisesRegex(UserError, "Run the back-test first"):
            self.plan().find_threshold("precision", 0.5)
        with self.assertRaisesRegex(UserError, "Too few customers"):
            self.concluded(ROWS).find_threshold("precision", 0.5)

    def test_it_is_set_and_said(self):
        self.test.with_user(self.supervisor).set_threshold(0.74)
        self.assertEqual(self.scoring.alert_threshold, 0.74)
        message = self.scoring.message_ids[0]
        self.assertIn("Warn from 74 %, before from 70 %", message.body)
        self.assertIn("100 % of the warnings were right", message.body)
        self.assertEqual(message.author_id, self.supervisor.partner_id)
        self.assertEqual(self.test.threshold_in_force, 0.74)

    def test_it_is_one_of_the_back_test_s(self):
        for threshold in (0.735, 1.0, 7, None, "x"):
            with self.subTest(threshold), self.assertRaisesRegex(UserError, "nothing to say"):
                self.test.set_threshold(threshold)
        self.scoring.horizon_days = 60
        with self.assertRaisesRegex(UserError, "looked 90 days ahead, the scoring looks 60"):
            self.test.set_threshold(0.74)
        self.assertEqual(self.scoring.alert_threshold, 0.7)

    def test_supervisors_alone(self):
        other = self.make_company("Runwell Other", self.home)
        for groups, company in (
            ("sales_team.group_sale_salesman", self.company),
            ("sales_team.group_sale_salesman_all_leads", self.company),
            ("crm_runwell.group_executive", self.company),
            ("sales_team.group_sale_manager", other),
        ):
            user = new_test_user(
                self.env, f"rw_{groups}_{company.id}", groups, company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            test = self.test.with_user(user).with_company(company)
            for call in (
                lambda test=test: test.set_threshold(0.74), lambda test=test: test.action_run(),
                lambda test=test: test.create({"company_id": self.company.id}),
            ):
                with self.subTest(groups), self.assertRaises(AccessError):
                    call()
            if "executive" in groups:
                self.assertEqual(test.find_threshold("precision", 1.0)["threshold"], 0.74)
        self.assertEqual(self.scoring.alert_threshold, 0.7)
