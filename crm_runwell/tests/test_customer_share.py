from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .relation_common import NOON, RelationCase


@tagged("post_install", "-at_install")
class TestCustomerShare(RelationCase):
    """Our sales ÷ estimated spending, by hand or from peers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cafes, cls.hotels = cls.env["res.partner.industry"].create([
            {"name": "Cafés"}, {"name": "Hotels"},
        ])

    def told(self, customer):
        row = self.refresh(customer)
        return row.spend, row.spend_source, row.share

    def peer(self, name, turnover, spend, revenue=100, industry=None):
        customer = self.worth(name, revenue, runwell_annual_turnover=turnover,
                              industry_id=(industry or self.cafes).id)
        if spend:
            self.estimate(customer, spend)
        return customer

    def test_share_by_hand_and_its_trend(self):
        customer = self.worth("Teahouse", 250, prior=400)
        self.assertEqual(self.told(customer), (False, False, False))
        self.estimate(customer, 800, "2023-01-15")
        self.estimate(customer, 1000, "2024-01-15")
        row = self.refresh(customer)
        self.assertEqual((row.spend, row.spend_source, row.share), (1000, "hand", 0.25))
        # A year before, the older estimate was in force: 400 of 800.
        self.assertEqual((row.spend_prior, row.share_prior, row.share_change), (800, 0.5, -0.25))
        self.assertEqual(row.spend_to_win, 750)
        self.assertFalse(row.is_estimate_low)

    def test_no_trend_without_an_estimate_of_then(self):
        customer = self.worth("Teahouse", 250, prior=400)
        self.estimate(customer, 1000, "2024-01-15")
        row = self.refresh(customer)
        self.assertIs(row.share_prior, False)
        self.assertIs(row.share_change, False)

    def test_the_newest_day_counts_not_the_last_entered(self):
        customer = self.worth("Teahouse", 250)
        self.estimate(customer, 1000, "2024-01-15")
        self.estimate(customer, 500, "2023-01-15")
        self.assertEqual(self.relation(customer).spend, 1000)

    def test_sales_above_the_estimate(self):
        customer = self.worth("Teahouse", 1500)
        self.estimate(customer, 1000)
        row = self.refresh(customer)
        self.assertEqual((row.share, row.spend_to_win, row.is_estimate_low), (1, 0, True))
        self.assertIn("too low", row.share_text)

    def test_credits_are_no_negative_share(self):
        customer = self.worth("Teahouse", -20)
        self.estimate(customer, 1000)
        self.assertEqual(self.told(customer), (1000, "hand", 0))
        self.assertEqual(self.relation(customer).spend_to_win, 1000)

    def test_from_peers_by_turnover(self):
        """Ratios 10, 20, 30, 40 and 90 %: the median is 30 %, of 5,000 that is 1,500."""
        for i, spend in enumerate((100, 400, 900, 1600, 4500), 1):
            self.peer(f"Peer {i}", 1000 * i, spend)
        customer = self.worth(
            "Teahouse", 300, runwell_annual_turnover=5000, industry_id=self.cafes.id,
        )
        row = self.refresh(customer)
        self.assertEqual((row.spend, row.spend_source, row.peer_count, row.peer_basis),
                         (1500, "peers", 5, "turnover"))
        self.assertAlmostEqual(row.share, 0.2)
        # An estimate of its own overrules them at once.
        self.estimate(customer, 3000)
        self.assertEqual((self.relation(customer).spend, self.relation(customer).share),
                         (3000, 0.1))

    def test_too_few_peers(self):
        for i in range(4):
            self.peer(f"Peer {i}", 2000, 500)
        # Of another industry, another size and without an estimate: no peers.
        self.peer("Hotel", 2000, 500, industry=self.hotels)
        self.peer("Chain", 20000, 500, revenue=100000)
        self.peer("Unknown", 2000, None)
        customer = self.worth(
            "Teahouse", 1, runwell_annual_turnover=5000, industry_id=self.cafes.id,
        )
        row = self.refresh(customer)
        self.assertEqual((row.spend, row.share, row.peer_count), (False, False, 4))
        self.assertIn("Too few peers: an estimate exists for 4", row.share_text)

    def test_from_peers_by_our_sales(self):
        """Without a turnover, the median spending of those who buy as much: 300."""
        for i, spend in enumerate((100, 200, 300, 400, 900)):
            self.peer(f"Peer {i}", 0, spend)
        customer = self.worth("Teahouse", 100, industry_id=self.cafes.id)
        row = self.refresh(customer)
        self.assertEqual((row.spend, row.peer_count, row.peer_basis), (300, 5, "sales"))
        self.assertIn("5 customers", row.share_text)

    def test_a_turnover_in_another_currency(self):
        """4 of the foreign currency are 1 of the company's."""
        self.set_rate(self.foreign, 4.0)
        for i in range(5):
            self.peer(f"Peer {i}", 2000, 500)
        customer = self.worth(
            "Teahouse", 10, runwell_annual_turnover=8000, runwell_currency_id=self.foreign.id,
            industry_id=self.cafes.id,
        )
        self.assertEqual(self.refresh(customer).spend, 500)

    def test_large_and_low_share(self):
        """Five estimates: the top fifth is the largest alone."""
        customers = [self.worth(f"Customer {i}", 100) for i in range(5)]
        for i, customer in enumerate(customers):
            self.estimate(customer, 1000 * (i + 1))
        self.refresh()
        domain = [("company_id", "=", self.company.id), ("is_large_spend", "=", True),
                  ("share", "<", 0.3333)]
        found = self.env["runwell.relation"].search(domain)
        self.assertEqual(found.partner_id, customers[4])
        self.assertEqual(found.spend_to_win, 4900)
        estimates = found.action_open_estimates()
        self.assertEqual(
            self.env["runwell.spend.estimate"].search(estimates["domain"]).amount, 5000,
        )
        self.assertEqual(found.action_open_purchases()["res_model"], "sale.order")

    def test_of_one_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        customer = self.worth("Teahouse", 250)
        self.estimate(customer, 1000, company_id=other.id)
        self.assertEqual(self.told(customer), (False, False, False))

    def test_an_estimate_has_its_source(self):
        customer = self.worth("Teahouse", 250)
        for values in ({"source": " "}, {"date": "2024-07-02"}):
            with self.assertRaises(ValidationError):
                self.estimate(customer, 1000, **values)

    def test_an_estimate_of_today_counts_at_once(self):
        """It is the 1st of July for a user in Auckland, and still the 30th for the company."""
        customer = self.worth("Teahouse", 250, user_id=self.seller.id)
        self.seller.tz = "Pacific/Auckland"
        Estimate = self.env["runwell.spend.estimate"].with_user(self.seller).with_context(
            tz="Pacific/Auckland"
        )
        values = {"partner_id": customer.id, "amount": 1000, "source": "The buyer"}
        with self.at("2024-06-30 20:00:00"):
            estimate = Estimate.create(values)
            self.assertEqual(str(estimate.date), "2024-06-30")
            self.assertEqual(self.relation(customer).spend, 1000)
            with self.assertRaises(ValidationError):
                Estimate.create(values | {"date": "2024-07-01"})

    def test_an_estimate_is_of_a_customer_of_the_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        theirs = self.worth("Theirs", 250)
        theirs.company_id = other
        with self.assertRaises(UserError):
            self.estimate(theirs, 1000)
        with self.assertRaisesRegex(ValidationError, "whose"):
            self.env["runwell.spend.estimate"].create({"amount": 1000, "source": "The buyer"})

    def test_a_supervisor_archives_by_a_write_too(self):
        estimate = self.estimate(self.worth("Teahouse", 250), 1000)
        estimate.with_user(self.supervisor).write({"active": False})
        self.assertFalse(estimate.active)
        estimate.with_user(self.supervisor).action_unarchive()
        self.assertTrue(estimate.active)
        with self.assertRaises(AccessError):
            estimate.with_user(self.supervisor).write({"active": False, "amount": 5})

    def test_estimates_stay_and_a_supervisor_archives(self):
        customer = self.worth("Teahouse", 250, user_id=self.seller.id)
        others = self.worth("Others'", 250)
        Estimate = self.env["runwell.spend.estimate"]
        values = {"amount": 1000, "source": "The buyer", "date": "2024-01-01",
                  "company_id": self.company.id}
        estimate = Estimate.with_user(self.seller).create(
            {**values, "partner_id": customer.id, "user_id": self.supervisor.id},
        )
        self.assertEqual(estimate.user_id, self.seller)
        with self.assertRaises(AccessError):
            Estimate.with_user(self.seller).create({**values, "partner_id": others.id})
        for user in (self.seller, self.supervisor):
            with self.assertRaises(AccessError):
                estimate.with_user(user).write({"amount": 5})
            with self.assertRaises(AccessError):
                estimate.with_user(user).unlink()
        self.assertEqual(self.told(customer)[0], 1000)
        with self.assertRaises(AccessError):
            estimate.with_user(self.seller).action_archive()
        with self.at(NOON):
            estimate.with_user(self.supervisor).action_archive()
        self.assertFalse(estimate.active)
        self.assertFalse(self.relation(customer).spend)

    def test_a_contact_speaks_for_its_company(self):
        customer = self.worth("Teahouse", 250)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": customer.id})
        self.assertEqual(self.estimate(contact, 1000).partner_id, customer)
