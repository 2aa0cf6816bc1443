from odoo.tests import tagged

from .common import RunwellCase


@tagged("post_install", "-at_install")
class TestPurchaseDays(RunwellCase):
    """On which day a purchase falls, and which days a figure covers."""

    def set_timezone(self, tz):
        self.company.resource_calendar_id.tz = tz

    def test_midnight_in_shanghai(self):
        self.set_timezone("Asia/Shanghai")
        customer = self.customer()
        self.order(customer, "2024-05-01 15:59:59")
        self.order(customer, "2024-05-01 23:30:00")
        score = self.scored(customer)
        self.assertEqual(str(score.first_order_date), "2024-05-01")
        self.assertEqual(str(score.last_order_date), "2024-05-02")
        self.assertEqual(score.occasion_count, 2)

    def test_the_day_of_the_score_ends_at_local_midnight(self):
        self.set_timezone("Asia/Shanghai")
        customer = self.customer()
        self.order(customer, "2024-05-01 10:00:00", 1.0)
        self.order(customer, "2024-05-01 15:59:59", 10.0)
        self.order(customer, "2024-05-01 16:00:00", 100.0)
        self.assertEqual(self.scored(customer, "2024-05-01").revenue_total, 11.0)
        self.assertEqual(self.scored(customer, "2024-05-02").revenue_total, 111.0)

    def test_west_of_greenwich(self):
        self.set_timezone("America/Los_Angeles")
        customer = self.customer()
        self.order(customer, "2024-05-02 06:59:00")
        self.assertEqual(str(self.scored(customer).last_order_date), "2024-05-01")
        self.assertEqual(str(self.scored(customer, "2024-05-01").last_order_date), "2024-05-01")

    def test_a_day_of_25_hours(self):
        """Clocks went back on 3 November 2024 in New York: the day ends at 05:00 UTC."""
        self.set_timezone("America/New_York")
        customer = self.customer()
        self.order(customer, "2024-11-03 16:00:00", 1.0)
        self.order(customer, "2024-11-04 04:30:00", 10.0)
        self.order(customer, "2024-11-04 05:00:00", 100.0)
        self.assertEqual(self.scored(customer, "2024-11-03").revenue_total, 11.0)

    def test_a_day_of_23_hours(self):
        """Clocks went forward on 10 March 2024 in New York: the day ends at 04:00 UTC."""
        self.set_timezone("America/New_York")
        customer = self.customer()
        self.order(customer, "2024-03-10 16:00:00", 1.0)
        self.order(customer, "2024-03-11 03:59:00", 10.0)
        self.order(customer, "2024-03-11 04:30:00", 100.0)
        score = self.scored(customer, "2024-03-10")
        self.assertEqual(score.revenue_total, 11.0)
        self.assertEqual(score.silence_days, 0)

    def test_today_is_that_of_the_company(self):
        model = self.scoring
        with self.at("2024-05-01 23:30:00"):
            self.assertEqual(str(model._today()), "2024-05-01")
            self.set_timezone("Asia/Shanghai")
            self.assertEqual(str(model._today()), "2024-05-02")
            customer = self.customer()
            self.order(customer, "2024-05-01 23:30:00")
            score = self.scored(customer, None)
        self.assertEqual(str(score.as_of), "2024-05-02")
        self.assertEqual(score.silence_days, 0)

    def test_twelve_months_before_a_leap_day(self):
        customer = self.customer()
        for day, amount in (
            ("2022-02-28", 1.0), ("2022-03-01", 10.0), ("2023-02-28", 100.0),
            ("2023-03-01", 1000.0), ("2024-02-29", 10000.0), ("2024-03-01", 1e6),
        ):
            self.order(customer, day, amount)
        score = self.scored(customer, "2024-02-29")
        self.assertEqual(score.revenue_12m, 11000.0)
        self.assertEqual(score.revenue_prior_12m, 110.0)
        self.assertEqual(score.revenue_total, 11111.0)
        self.assertEqual(score.silence_days, 0)

    def test_twelve_months_after_a_leap_day(self):
        customer = self.customer()
        self.order(customer, "2024-02-28", 1.0)
        self.order(customer, "2024-02-29", 10.0)
        self.order(customer, "2025-02-28", 100.0)
        score = self.scored(customer, "2025-02-28")
        self.assertEqual(score.revenue_12m, 110.0)
        self.assertEqual(score.revenue_prior_12m, 1.0)

    def test_the_first_and_the_last_day_of_the_year(self):
        customer = self.customer()
        self.order(customer, "2022-06-30", 1.0)
        self.order(customer, "2022-07-01", 10.0)
        self.order(customer, "2023-06-30", 100.0)
        self.order(customer, "2023-07-01", 1000.0)
        score = self.scored(customer)
        self.assertEqual((score.revenue_12m, score.revenue_prior_12m), (1000.0, 110.0))


@tagged("post_install", "-at_install")
class TestCompanies(RunwellCase):
    """A customer of two companies has two scores that know nothing of each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_company("Runwell Other", cls.foreign)
        cls.make_scoring_model(cls.other)
        cls.set_rate(cls.foreign, 4.0)

    def test_two_scores_in_their_own_currency(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0)
        self.order(customer, "2024-06-01", 50.0, company=self.other)
        self.order(customer, "2024-06-02", 30.0, company=self.other)
        counts = self.env["runwell.score"]._run_scoring(self.company | self.other, "2024-06-30")
        self.assertEqual(counts, {self.company.id: 1, self.other.id: 1})
        ours, theirs = self.score(customer), self.score(customer, self.other)
        self.assertEqual((ours.revenue_total, ours.order_count), (100.0, 1))
        self.assertEqual(ours.currency_id, self.home)
        self.assertEqual((theirs.revenue_total, theirs.order_count), (80.0, 2))
        self.assertEqual(theirs.currency_id, self.foreign)

    def test_no_invoice_or_credit_of_another_company(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0)
        self.invoice(customer, "2024-05-02", 40.0, company=self.other, move_type="out_refund")
        self.invoice(customer, "2024-05-02", 70.0, company=self.other, due="2024-05-03")
        score = self.scored(customer)
        self.assertEqual((score.revenue_total, score.overdue_amount), (100.0, 0.0))
        self.scoring.purchase_source = "invoice"
        self.assertFalse(self.scored(customer))

    def test_a_run_leaves_other_companies_alone(self):
        customer = self.customer()
        self.order(customer, "2024-05-01", 100.0, company=self.other)
        self.run_scoring(company=self.other)
        before = self.score(customer, self.other).as_of
        self.assertEqual(self.run_scoring("2024-07-31"), 0)
        after = self.score(customer, self.other)
        self.assertTrue(after)
        self.assertEqual(after.as_of, before)

    def test_the_cost_is_that_of_the_company(self):
        product = self.make_product("Costly", cost=6.0)
        product.with_company(self.other).standard_price = 9.0
        customer = self.customer()
        for company in (self.company, self.other):
            self.order(customer, "2024-05-01", company=company,
                       lines=[{"product_id": product.id, "price_unit": 10.0}])
            self.run_scoring(company=company)
        self.assertEqual(self.score(customer).margin_12m, 4.0)
        self.assertEqual(self.score(customer, self.other).margin_12m, 1.0)
