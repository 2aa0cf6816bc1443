from datetime import date, timedelta
from random import Random

from odoo import fields
from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.crm_runwell.demo import companies
from odoo.addons.crm_runwell.demo.behaviours import BEHAVIOURS, TWO_YEARS, occasions
from odoo.addons.crm_runwell.demo.customer_table import CITIES, CUSTOMERS
from odoo.addons.crm_runwell.demo.product_table import PRODUCTS, PROFILES


@tagged("post_install", "-at_install")
class TestDemoTables(BaseCase):
    """The declared customers and their order days, without a database."""

    def test_rows_name_what_exists(self):
        codes = {product.code for product in PRODUCTS}
        for customer in CUSTOMERS:
            self.assertIn(customer.city, CITIES, customer.name)
            self.assertIn(customer.behaviour, BEHAVIOURS, customer.name)
            self.assertIn(customer.profile, PROFILES, customer.name)
            self.assertIn(customer.company, ("main", "second", "both"), customer.name)
        for _industry, shares in PROFILES.values():
            self.assertLessEqual(set(shares), codes)

    def test_enough_customers_and_behaviours(self):
        self.assertGreaterEqual(len(CUSTOMERS), 60)
        used = {customer.behaviour for customer in CUSTOMERS}
        self.assertEqual(used, set(BEHAVIOURS))
        self.assertGreaterEqual(len(used), 6)

    def test_order_days_on_any_day(self):
        """A leap day, a new year's day, weekends: always two years, never the future."""
        leap_day = date(2028, 2, 29)
        for today in (leap_day, date(2027, 1, 1), *(leap_day + timedelta(d) for d in range(7))):
            for customer in CUSTOMERS:
                ages = [o.age for o in occasions(customer, today, Random(customer.ref))]
                self.assertEqual(ages, sorted(ages, reverse=True), customer.name)
                self.assertTrue(all(1 <= age <= TWO_YEARS + 2 for age in ages), customer.name)
                if customer.behaviour == "stopped":
                    self.assertGreaterEqual(min(ages), 60, customer.name)
                if customer.behaviour == "prospect":
                    self.assertFalse(ages, customer.name)

    def test_same_day_gives_the_same_history(self):
        today = date(2027, 6, 15)
        for customer in CUSTOMERS:
            self.assertEqual(
                occasions(customer, today, Random(customer.ref)),
                occasions(customer, today, Random(customer.ref)),
            )


@tagged("post_install", "-at_install")
class TestDemoLoaded(TransactionCase):
    """The demo in the database, scored. Loads it unless the database was made with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["runwell.demo"]._load(invoice_count=20)
        cls.main = cls.env.ref("base.main_company")
        cls.second = companies.find_second(cls.env)
        cls.partners = {
            customer: cls.env["res.partner"].search([("ref", "=", customer.ref)])
            for customer in CUSTOMERS
        }
        cls.everyone = cls.env["res.partner"].concat(*cls.partners.values())
        cls.orders = cls.env["sale.order"].search([("partner_id", "child_of", cls.everyone.ids)])
        cls.scores = cls.env["runwell.score"].search([("partner_id", "in", cls.everyone.ids)])

    def _of(self, behaviour):
        """Return the partners that buy in one way."""
        return self.everyone.concat().filtered(
            lambda partner: (
                partner in [self.partners[c] for c in CUSTOMERS if c.behaviour == behaviour]
            )
        )

    def test_each_customer_is_there_once(self):
        for customer, partner in self.partners.items():
            self.assertEqual(len(partner), 1, customer.name)

    def test_no_order_in_the_future(self):
        now = fields.Datetime.now()
        self.assertFalse(self.orders.filtered(lambda order: order.date_order > now))
        self.assertTrue(self.orders.filtered(lambda order: order.state == "cancel"))
        self.assertTrue(self.orders.filtered(lambda order: order.state in ("draft", "sent")))

    def test_both_companies_and_currencies(self):
        self.assertNotEqual(self.main.currency_id, self.second.currency_id)
        self.assertEqual(self.scores.company_id, self.main | self.second)
        foreign = self.orders.filtered(
            lambda order: (
                order.company_id == self.main and order.currency_id == self.second.currency_id
            )
        )
        self.assertTrue(foreign)
        self.assertNotIn(1.0, foreign.mapped("currency_rate"))
        for customer, partner in self.partners.items():
            scores = self.scores.filtered(lambda score, p=partner: score.partner_id == p)
            self.assertEqual(len(scores), 2 if customer.company == "both" else 1, customer.name)

    def test_contacts_count_for_their_company(self):
        by_contact = self.orders.filtered(
            lambda order: order.partner_id.parent_id and order.state == "sale"
        )
        self.assertTrue(by_contact)
        contacts = by_contact.partner_id
        self.assertFalse(
            self.env["runwell.score"].search_count([("partner_id", "in", contacts.ids)])
        )
        partner = by_contact[0].partner_id.commercial_partner_id
        company = by_contact[0].company_id
        orders = self.orders.filtered(
            lambda order: (
                order.partner_id.commercial_partner_id == partner
                and order.company_id == company
                and order.state == "sale"
            )
        )
        score = self.scores.filtered(
            lambda score: score.partner_id == partner and score.company_id == company
        )
        self.assertEqual(score.order_count, len(orders))

    def test_warnings_arise(self):
        alerts = self.env["runwell.churn.alert"].search(
            [
                ("partner_id", "in", self.everyone.ids),
                ("state", "in", ("warning", "suspended", "lost")),
            ]
        )
        self.assertGreaterEqual(len(alerts), 5)
        stopped = alerts.filtered(lambda alert: alert.partner_id in self._of("stopped"))
        self.assertGreaterEqual(len(stopped), 8)
        self.assertEqual(stopped.company_id, self.main | self.second)
        self.assertTrue(all(alert.revenue_at_risk > 0 for alert in stopped))
        self.assertFalse(alerts.filtered(lambda alert: alert.partner_id in self._of("growing")))

    def test_what_became_of_the_alerts(self):
        """Alerts in every state, and every figure with what stands behind it."""
        alerts = self.env["runwell.churn.alert"].search([("partner_id", "in", self.everyone.ids)])
        states = {state for state, _label in alerts._fields["state"].selection}
        self.assertEqual(set(alerts.mapped("state")), states)
        today = fields.Date.today()
        for alert in alerts.filtered(lambda alert: alert.state == "won_back"):
            order = alert.won_back_order_id
            self.assertGreater(order.date_order.date(), alert.raised_on)
            self.assertEqual(alert.closed_on, order.date_order.date())
            self.assertAlmostEqual(
                alert.won_back_amount, order.amount_untaxed / order.currency_rate, places=2,
            )
        worked = alerts.filtered("measure_ids")
        self.assertGreaterEqual(len(worked), 8)
        for alert in alerts:
            last = alert.closed_on or today
            days = [measure.date.date() for measure in alert.measure_ids]
            self.assertFalse([day for day in days if not alert.raised_on <= day <= last])
            self.assertEqual(alert.worked_on, min(days, default=False))
        self.assertTrue(alerts.filtered("loss_proposed_by_id"))
        self.assertTrue(alerts.filtered("snoozed_until"))
        self.assertTrue(all(
            alert.reason_id for alert in alerts if alert.state in ("lost", "false_alarm")
        ))
        rescued = alerts.filtered(lambda alert: alert.partner_id in self._of("rescued"))
        self.assertEqual(set(rescued.mapped("state")), {"won_back"})
        said = self.scores.filtered("computed_lifecycle")
        self.assertTrue(said)
        self.assertNotEqual(said.lifecycle, said.computed_lifecycle)

    def test_lifecycles(self):
        lifecycles = dict(
            self.env["runwell.score"]._read_group(
                [("partner_id", "in", self.everyone.ids)], ["lifecycle"], ["__count"]
            )
        )
        for lifecycle in ("prospect", "new", "active", "at_risk", "lost"):
            self.assertTrue(lifecycles.get(lifecycle), lifecycle)
        prospects = self.scores.filtered(lambda score: score.partner_id in self._of("prospect"))
        self.assertEqual(set(prospects.mapped("lifecycle")), {"prospect"})

    def test_invoices(self):
        if not self.main.chart_template:
            self.skipTest("the main company has no chart of accounts")
        moves = self.env["account.move"].search(
            [("partner_id", "child_of", self.everyone.ids), ("state", "=", "posted")]
        )
        invoices = moves.filtered(lambda move: move.move_type == "out_invoice")
        self.assertEqual(invoices.company_id, self.main | self.second)
        self.assertIn("paid", invoices.mapped("payment_state"))
        self.assertTrue(moves.filtered(lambda move: move.move_type == "out_refund"))
        today = fields.Date.today()
        self.assertTrue(
            invoices.filtered(
                lambda move: move.payment_state == "not_paid" and move.invoice_date_due < today
            )
        )
        self.assertLessEqual(max(invoices.mapped("invoice_date")), today)

    def test_loading_twice_adds_nothing(self):
        models = (
            "sale.order", "runwell.churn.alert", "runwell.churn.measure", "runwell.override",
        )
        before = [self.env[model].search_count([]) for model in models]
        self.env["runwell.demo"]._load()
        self.assertEqual([self.env[model].search_count([]) for model in models], before)

    def test_leaves_no_external_ids(self):
        """What an uninstall could not delete must not belong to the module."""
        owned = self.env["ir.model.data"].search_count(
            [
                ("module", "=", "crm_runwell"),
                ("model", "in", ("res.partner", "res.users", "sale.order", "account.move")),
            ]
        )
        self.assertEqual(owned, 0)
