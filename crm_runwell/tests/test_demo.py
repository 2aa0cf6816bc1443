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

    def test_customer_records(self):
        """Grades of each company, bare records, other kinds, and one customer twice."""
        graded = self.everyone.with_company(self.main).filtered("runwell_grade_id")
        self.assertEqual(len(graded.runwell_grade_id), 5)
        self.assertTrue(self.everyone.with_company(self.second).filtered("runwell_grade_id"))
        shares = self.everyone.mapped("runwell_completeness")
        self.assertTrue([share for share in shares if share < 80])
        self.assertTrue([share for share in shares if share >= 80])
        for kind in ("competitor", "supplier", "authority"):
            others = self.env["res.partner"].search([("runwell_partner_kind", "=", kind)])
            self.assertTrue(others)
            self.assertFalse(others & self.scores.partner_id)
        pairs = self.env["runwell.duplicate"].search([("partner_id", "in", self.everyone.ids)])
        self.assertIn("Cedar & Pine Hotels", pairs.mapped("partner_id.name"))
        self.assertLess(len(pairs), 4)

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
                ("partner_id", "in", self.everyone.ids), ("kind", "=", "customer"),
                ("state", "in", ("warning", "suspended", "lost")),
            ]
        )
        self.assertGreaterEqual(len(alerts), 5)
        stopped = alerts.filtered(lambda alert: alert.partner_id in self._of("stopped"))
        self.assertGreaterEqual(len(stopped), 8)
        self.assertEqual(stopped.company_id, self.main | self.second)
        self.assertTrue(all(alert.revenue_at_risk > 0 for alert in stopped))
        self.assertFalse(alerts.filtered(lambda alert: alert.partner_id in self._of("growing")))

    def test_prospects_in_every_state(self):
        """Some with plans half done, failed ones with their reason, assigned by a supervisor."""
        leads = self.env["crm.lead"].with_context(active_test=False).search([
            ("company_id", "in", (self.main | self.second).ids),
            ("team_id.name", "=", "Wholesale"),
        ])
        states = {state for state, _label in leads._fields["runwell_development_state"].selection}
        self.assertEqual(set(leads.mapped("runwell_development_state")), states)
        failed = leads.filtered(lambda lead: lead.runwell_development_state == "failed")
        self.assertTrue(all(lead.lost_reason_id for lead in failed))
        given = leads.filtered("user_id")
        self.assertEqual(given.runwell_assigned_by_id.login, "nora.sales")
        self.assertTrue(all(lead.runwell_assigned_on >= lead.create_date for lead in given))
        done = leads.runwell_plan_item_ids.filtered("feedback")
        self.assertGreaterEqual(len(done), 5)
        self.assertFalse(done.filtered("active"))
        self.assertTrue(leads.runwell_plan_item_ids - done)

    def test_what_became_of_the_alerts(self):
        """Alerts in every state, and every figure with what stands behind it."""
        alerts = self.env["runwell.churn.alert"].search([
            ("partner_id", "in", self.everyone.ids), ("kind", "=", "customer"),
        ])
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
            "runwell.request", "runwell.canned.answer", "res.users",
        )
        before = [self.env[model].search_count([]) for model in models]
        self.env["runwell.demo"]._load()
        self.assertEqual([self.env[model].search_count([]) for model in models], before)

    def test_leaves_no_external_ids(self):
        """What an uninstall could not delete must not belong to the module."""
        owned = self.env["ir.model.data"].search_count(
            [
                ("module", "=", "crm_runwell"),
                ("model", "in", (
                    "res.partner", "res.users", "sale.order", "account.move", "runwell.request",
                )),
            ]
        )
        self.assertEqual(owned, 0)


@tagged("post_install", "-at_install")
class TestDemoService(TransactionCase):
    """The requests of the demo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["runwell.demo"]._load(invoice_count=20)
        cls.companies = cls.env.ref("base.main_company") | companies.find_second(cls.env)
        cls.requests = cls.env["runwell.request"].search([("company_id", "in", cls.companies.ids)])

    def _of(self, name):
        return self.requests.filtered(
            lambda request: request.commercial_partner_id.name == name
        )

    def test_agents_and_teams(self):
        for company in self.companies:
            team = self.env["runwell.service.team"]._default_of(company)
            self.assertEqual(len(team.member_ids), 2)
            self.assertTrue(team.leader_id.has_group("crm_runwell.group_service_manager"))
            for agent in team.member_ids:
                self.assertTrue(agent.has_group("crm_runwell.group_service_user"))
                self.assertFalse(agent.has_group("crm_runwell.group_service_manager"))

    def test_every_state_type_and_end(self):
        """A request rests in all states but feedback, which is passed through."""
        self.assertGreaterEqual(len(self.requests), 60)
        self.assertEqual(
            set(self.requests.mapped("state")), {"new", "assigned", "processed", "archived"}
        )
        self.assertEqual(
            set(self.requests.mapped("request_type")), {"enquiry", "complaint", "suggestion"}
        )
        self.assertGreaterEqual(len(set(self.requests.mapped("channel"))), 8)
        self.assertEqual(
            set(self.requests.mapped("archived_as")),
            {False, "feedback", "no_feedback", "duplicate"},
        )
        self.assertEqual(self.requests.company_id, self.companies)
        unknown = self.requests.filtered(lambda request: not request.partner_id)
        self.assertTrue(unknown.email_from)

    def test_steps_are_in_order(self):
        now = fields.Datetime.now()
        for request in self.requests:
            steps = [
                request.create_date, request.assigned_on, request.processed_on,
                request.feedback_on, request.archived_on,
            ]
            if request.reopen_count:
                steps = [request.create_date, request.feedback_on, request.reopened_on]
            steps = [step for step in steps if step]
            with self.subTest(request=request.display_name):
                self.assertEqual(steps, sorted(steps))
                self.assertLessEqual(steps[-1], now)
                self.assertEqual(bool(request.user_id), request.state != "new")
                if request.processed_on:
                    self.assertTrue(request.answer)

    def test_a_customer_at_risk_complains(self):
        [open_one] = self._of("Hill Country Hospitality").filtered(
            lambda request: request.state == "assigned"
        )
        self.assertEqual((open_one.request_type, open_one.satisfaction), ("complaint", 1))
        score = self.env["runwell.score"].search([
            ("partner_id", "=", open_one.commercial_partner_id.id),
            ("company_id", "=", open_one.company_id.id),
        ])
        self.assertEqual(score.lifecycle, "at_risk")
        unhappy = self.requests.filtered(lambda request: 1 <= request.satisfaction < 3)
        self.assertEqual(len(unhappy.commercial_partner_id), 2)
        self.assertEqual(set(unhappy.mapped("reopen_count")), {1})

    def test_ratings_stand_beside_the_stars(self):
        rated = self.requests.filtered("satisfaction")
        ratings = self.env["rating.rating"].search([
            ("res_model", "=", "runwell.request"), ("res_id", "in", self.requests.ids),
        ])
        self.assertEqual(
            {rating.res_id: rating.rating for rating in ratings},
            {request.id: request.satisfaction for request in rated},
        )

    def test_one_duplicate_pair(self):
        [duplicate] = self.requests.filtered("duplicate_of_id")
        self.assertEqual(duplicate.partner_id, duplicate.duplicate_of_id.partner_id)
        self.assertEqual(duplicate.duplicate_of_id.state, "assigned")

    def test_deadlines_met_missed_and_due(self):
        states = set(self.requests.sla_status_ids.mapped("state"))
        self.assertEqual(states, {"running", "paused", "reached", "failed"})
        self.assertTrue(self.requests.filtered("is_overdue"))
        finished = self.requests.filtered(lambda request: request.state == "archived")
        self.assertFalse(finished.filtered("deadline"))

    def test_help_is_at_hand(self):
        request = self._of("Cedar & Pine Hotels").filtered(
            lambda request: request.state == "assigned"
        )
        found = request.with_user(request.user_id).get_help()
        self.assertIn("machine", found["similar"][0]["name"])
        self.assertEqual(found["canned"][0]["name"], "Leak: change the gasket")
        self.assertTrue(found["former"])

    def test_a_customer_on_the_portal(self):
        user = self.env["res.users"].search([("login", "=", "portal.demo")])
        self.assertTrue(user._is_portal())
        self.assertIn(
            user.partner_id, self._of("Cedar & Pine Hotels").partner_id,
        )
