from odoo.tests import tagged

from ..scoring.churn import Parameters
from .common import AS_OF, STATED, RunwellCase, days_before

#: What is said of a customer only where there is a history to say it from.
NEEDS_HISTORY = (
    "churn_probability", "p_alive", "health_score", "revenue_at_risk", "lifetime_value",
    "retention_points", "trend_points", "payment_points",
)


@tagged("post_install", "-at_install")
class TestHistory(RunwellCase):
    """How much history there is, the rhythm it shows, and what is left unsaid without it."""

    def kept(self, customer, *columns):
        return [self.figures()[customer.id][column] for column in columns]

    def test_sufficiency(self):
        expected = {}
        for count, word in enumerate(("none", "single", "few", "enough", "enough")):
            customer = self.customer(word)
            self.orders(customer, *(days_before(100 - 10 * i) for i in range(count)))
            self.quotation(customer)
            expected[customer] = word
        self.run_scoring()
        for customer, word in expected.items():
            self.assertEqual(self.score(customer).sufficiency, word)

    def test_two_orders_of_one_day_are_no_second_occasion(self):
        customer = self.customer()
        self.orders(customer, "2024-05-01", "2024-05-01", "2024-05-01")
        score = self.scored(customer)
        self.assertEqual((score.order_count, score.sufficiency), (3, "single"))

    def test_one_order_is_not_scored(self):
        customer = self.customer()
        self.orders(customer, "2023-05-01")
        score = self.scored(customer)
        for name in NEEDS_HISTORY:
            self.assertIs(score[name], False, name)
        self.assertEqual(self.kept(customer, *NEEDS_HISTORY), [None] * len(NEEDS_HISTORY))
        self.assertEqual(score.silence_days, 426)

    def test_none_is_not_zero_in_an_average(self):
        single, few = self.customer("Single"), self.customer("Few")
        self.orders(single, "2024-05-01")
        self.orders(few, "2024-05-01", "2024-05-31")
        self.run_scoring()
        [[average]] = self.env["runwell.score"]._read_group(
            [("company_id", "=", self.company.id)], [], ["churn_probability:avg"],
        )
        self.assertAlmostEqual(average, self.score(few).churn_probability)

    def test_a_prospect_has_no_figures(self):
        customer = self.customer()
        self.quotation(customer)
        score = self.scored(customer)
        self.assertEqual(score.lifecycle, "prospect")
        self.assertEqual((score.order_count, score.revenue_total), (0, 0.0))
        empty = (
            "first_order_date", "last_order_date", "silence_days", "days_between_orders",
            "lateness", "expected_order_date", "recency_score", "frequency_score",
            "monetary_score", "rfm_segment", "value_class", *NEEDS_HISTORY,
        )
        self.assertEqual(self.kept(customer, *empty), [None] * len(empty))

    def test_own_rhythm_expected_order_and_lateness(self):
        customer = self.customer()
        self.orders(customer, "2024-01-01", "2024-01-11", "2024-01-31")
        score = self.scored(customer, "2024-02-20")
        self.assertEqual(score.days_between_orders, 15.0)
        self.assertEqual(str(score.expected_order_date), "2024-02-15")
        self.assertEqual(score.silence_days, 20)
        self.assertAlmostEqual(score.lateness, 20 / 15, 1)

    def test_the_rhythm_of_the_company_stands_in(self):
        """Own gaps 10, 20 and 60: the median is 20."""
        for gap in (10, 20, 60):
            self.orders(
                self.customer(str(gap)), *(days_before(gap * i + 20) for i in range(4))
            )
        single, few = self.customer("Single"), self.customer("Few")
        self.orders(single, "2024-06-20")
        self.orders(few, "2024-06-15", "2024-06-20")
        self.run_scoring()
        for customer in (single, few):
            score = self.score(customer)
            self.assertEqual(score.days_between_orders, 20.0)
            self.assertEqual(str(score.expected_order_date), "2024-07-10")
            self.assertAlmostEqual(score.lateness, 0.5)

    def test_a_declared_rhythm_stands_in_where_nobody_shows_one(self):
        customer = self.customer()
        self.orders(customer, "2024-06-20")
        self.assertEqual(self.scored(customer).days_between_orders, 30.0)
        self.scoring.purchase_rhythm = "quarterly"
        score = self.scored(customer)
        self.assertEqual(score.days_between_orders, 91.0)
        self.assertEqual(str(score.expected_order_date), "2024-09-19")

    def test_probabilities_are_those_of_the_model(self):
        customer = self.customer()
        self.orders(customer, "2024-01-01", "2024-02-01", "2024-03-01", amount=200.0)
        score = self.scored(customer)
        mbg = Parameters(**STATED)
        alive, risk = mbg.p_alive(2, 60, 181), mbg.p_no_order(2, 60, 181, 90)
        self.assertAlmostEqual(score.p_alive, alive, 12)
        self.assertAlmostEqual(score.churn_probability, risk, 12)
        self.assertEqual(score.revenue_at_risk, round(600 * risk, 2))
        self.assertEqual(score.lifetime_value, round(600 * alive, 2))

    def test_nothing_is_at_risk_where_credits_exceed_purchases(self):
        customer = self.customer()
        self.orders(customer, "2024-01-01", "2024-02-01", amount=10.0)
        self.invoice(customer, "2024-03-01", 50.0, move_type="out_refund")
        score = self.scored(customer)
        self.assertEqual(score.revenue_12m, -30.0)
        self.assertEqual((score.revenue_at_risk, score.lifetime_value), (0.0, 0.0))


@tagged("post_install", "-at_install")
class TestHealth(RunwellCase):
    """60 points for staying, 20 for the trend, 20 for paying."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")
        cls.orders(cls.buyer, "2023-01-10", "2023-05-20", amount=50.0)
        cls.orders(cls.buyer, "2023-10-10", "2024-03-10", "2024-06-10", amount=100.0)
        risk = Parameters(**STATED).p_no_order(4, 517, 537, 90)
        cls.retention = 60 * (1 - risk)

    def owe(self, amount, due):
        return self.invoice(self.buyer, "2024-05-01", amount, due=due)

    def pay(self, invoice, amount, day):
        """Pay a part of an invoice on ``day``."""
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        bank = self.env["account.account"].create({
            "name": "Bank", "code": "RW100", "account_type": "asset_current",
            "company_ids": self.company.ids,
        })
        payment = self.env["account.move"].create({
            "date": day, "company_id": self.company.id, "line_ids": [
                (0, 0, {"account_id": bank.id, "debit": amount}),
                (0, 0, {"account_id": receivable.account_id.id, "credit": amount,
                        "partner_id": self.buyer.id}),
            ],
        })
        payment.action_post()
        (payment.line_ids.filtered("credit") + receivable).reconcile()

    def assertHealth(self, trend, payment):
        score = self.scored(self.buyer)
        self.assertAlmostEqual(score.retention_points, self.retention)
        self.assertAlmostEqual(score.trend_points, trend)
        self.assertAlmostEqual(score.payment_points, payment)
        health = self.figures()[self.buyer.id]["health_score"]
        self.assertAlmostEqual(float(health), self.retention + trend + payment)

    def test_the_parts_sum_up(self):
        """300 this year after 100 the year before: three quarters of the trend's 20."""
        self.assertHealth(trend=15.0, payment=20.0)

    def test_no_year_before_is_half_the_trend(self):
        self.env.cr.execute(
            "DELETE FROM sale_order WHERE partner_id = %s AND date_order < '2023-07-01'",
            [self.buyer.id],
        )
        self.assertAlmostEqual(self.scored(self.buyer).trend_points, 10.0)

    def test_overdue_against_a_quarter_s_revenue(self):
        self.owe(15.0, "2024-06-29")  # 15 of 75
        self.assertHealth(trend=15.0, payment=16.0)
        self.assertEqual(self.score(self.buyer).overdue_amount, 15.0)

    def test_overdue_beyond_a_quarter_s_revenue(self):
        self.owe(500.0, "2024-05-02")
        self.assertHealth(trend=15.0, payment=0.0)

    def test_due_today_is_not_overdue(self):
        self.owe(15.0, AS_OF)
        self.assertHealth(trend=15.0, payment=20.0)

    def test_what_was_paid_later_was_overdue_then(self):
        invoice = self.owe(40.0, "2024-06-10")
        self.pay(invoice, 40.0, "2024-06-20")
        self.assertEqual(self.scored(self.buyer, "2024-06-10").overdue_amount, 0.0)
        self.assertEqual(self.scored(self.buyer, "2024-06-11").overdue_amount, 40.0)
        self.assertEqual(self.scored(self.buyer, "2024-06-19").overdue_amount, 40.0)
        self.assertEqual(self.scored(self.buyer, "2024-06-20").overdue_amount, 0.0)

    def test_a_part_paid_and_a_credit(self):
        invoice = self.owe(40.0, "2024-06-10")
        self.pay(invoice, 10.0, "2024-06-20")
        self.assertEqual(self.scored(self.buyer).overdue_amount, 30.0)
        self.invoice(self.buyer, "2024-06-21", 100.0, move_type="out_refund")
        self.assertEqual(self.scored(self.buyer).overdue_amount, 0.0)
