from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import AS_OF, RunwellCase, days_before


@tagged("post_install", "-at_install")
class TestOnTheRecords(RunwellCase):
    """What the forms of Odoo show of a score."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.silent, cls.steady = cls.customer("Silent"), cls.customer("Steady")
        cls.orders(cls.silent, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        cls.orders(cls.steady, *(days_before(30 * i + 2) for i in range(6)))
        cls.env["runwell.score"]._run_scoring(cls.company, AS_OF)

    def test_the_partner_and_its_contacts(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.silent.id})
        nobody = self.customer("Nobody")
        score = self.score(self.silent)
        for partner in (self.silent, contact):
            self.assertEqual(partner.runwell_score_id, score)
            self.assertEqual(partner.runwell_lifecycle, "at_risk")
            self.assertEqual(partner.runwell_churn_probability, score.churn_probability)
            self.assertEqual(partner.runwell_expected_order_date, score.expected_order_date)
            self.assertEqual(partner.runwell_summary["lifecycle"], "at_risk")
            self.assertEqual(partner.runwell_summary["id"], score.id)
        self.assertFalse(nobody.runwell_score_id or nobody.runwell_lifecycle)
        self.assertFalse(nobody.runwell_summary)

    def test_in_another_company_another_score(self):
        other = self.make_company("Runwell Other", self.home)
        self.assertTrue(self.silent.runwell_score_id)
        self.assertFalse(self.silent.with_company(other).runwell_score_id)

    def test_search_by_lifecycle(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.silent.id})
        Partner = self.env["res.partner"]
        self.assertEqual(
            Partner.search([("runwell_lifecycle", "=", "at_risk")]), self.silent + contact,
        )
        self.assertEqual(
            Partner.search([("runwell_lifecycle", "in", ["active", "at_risk"])]),
            self.silent + contact + self.steady,
        )
        self.assertNotIn(self.silent, Partner.search([("runwell_lifecycle", "!=", "at_risk")]))
        self.assertIn(self.steady, Partner.search([("runwell_lifecycle", "!=", "at_risk")]))

    def test_search_for_those_without_a_score(self):
        nobody = self.customer("Nobody")
        found = self.env["res.partner"].search([("runwell_lifecycle", "=", False)])
        self.assertIn(nobody, found)
        self.assertNotIn(self.silent, found)

    def test_the_line_on_the_order(self):
        order = self.order(self.silent, "2024-06-30", state="draft")
        self.assertIn("silent for 212 days", order.runwell_risk_note)
        self.assertIn("orders every 30", order.runwell_risk_note)
        self.assertFalse(self.order(self.steady, "2024-06-30", state="draft").runwell_risk_note)
        self.assertFalse(self.env["sale.order"].new({}).runwell_risk_note)

    def test_without_access_nothing_breaks(self):
        user = new_test_user(
            self.env, "rw_employee", "base.group_user", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        partner = self.silent.with_user(user)
        self.assertFalse(partner.runwell_score_id)
        self.assertFalse(partner.runwell_summary)
        self.assertTrue(partner.read(["name", "runwell_lifecycle"]))

    def test_late_orders(self):
        with self.at("2024-06-30 12:00:00"):
            scores = self.env["runwell.score"].search([("company_id", "=", self.company.id)])
            late = scores.filtered("is_order_late")
            self.assertEqual(late.partner_id, self.silent)
            self.assertEqual(scores.search([
                ("company_id", "=", self.company.id), ("is_order_late", "=", True),
            ]), late)
            self.assertEqual(scores.search([
                ("company_id", "=", self.company.id), ("is_order_late", "=", False),
            ]), scores - late)

    def test_documents_behind_the_figures(self):
        score = self.score(self.silent)
        action = score.action_open_purchases()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual((action["res_model"], len(found)), ("sale.order", 4))
        invoice = self.invoice(self.silent, "2024-05-01", 10.0, due="2024-05-02")
        action = score.action_open_overdue()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), invoice)
        self.scoring.purchase_source = "invoice"
        action = score.action_open_purchases()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), invoice)


@tagged("post_install", "-at_install")
class TestEvidence(RunwellCase):
    """What a figure rests on, for the page of the customer."""

    def test_orders_gaps_and_months(self):
        customer = self.customer()
        order = self.order(customer, "2024-06-20", 30.0)
        self.order(customer, "2024-05-01", 20.0)
        self.order(customer, "2024-05-01", 5.0)
        self.order(customer, "2024-04-21", 10.0)
        self.order(customer, "2022-06-01", 1000.0)
        self.order(customer, "2024-07-01", 99.0)
        self.invoice(customer, "2024-05-15", 4.0, move_type="out_refund")
        evidence = self.scored(customer).get_evidence()
        self.assertEqual(evidence["model"], "sale.order")
        self.assertEqual(
            [(row["day"], row["amount"]) for row in evidence["orders"]],
            [("2024-06-20", 30.0), ("2024-05-01", 5.0), ("2024-05-01", 20.0),
             ("2024-04-21", 10.0), ("2022-06-01", 1000.0)],
        )
        self.assertEqual(evidence["orders"][0]["id"], order.id)
        self.assertEqual(evidence["orders"][0]["name"], order.name)
        self.assertEqual([gap["days"] for gap in evidence["gaps"]], [690, 10, 50])
        months = {row["month"]: row["amount"] for row in evidence["months"]}
        self.assertEqual(len(months), 24)
        self.assertEqual(min(months), "2022-07-01")
        self.assertEqual(
            {month: amount for month, amount in months.items() if amount},
            {"2024-04-01": 10.0, "2024-05-01": 21.0, "2024-06-01": 30.0},
        )
        self.assertEqual([part["of"] for part in evidence["health"]], [60, 20, 20])
        self.assertEqual((evidence["is_fitted"], evidence["horizon"]), (False, 90))

    def test_not_more_than_asked_for(self):
        customer = self.customer()
        self.orders(customer, *(days_before(i) for i in range(15)))
        score = self.scored(customer)
        self.assertEqual(len(score.get_evidence()["orders"]), 10)
        self.assertEqual(len(score.get_evidence(3)["orders"]), 3)
        for limit in (0, -1, 101, "1", None, 1.5):
            with self.assertRaises(UserError, msg=limit):
                score.get_evidence(limit)

    def test_invoices(self):
        self.scoring.purchase_source = "invoice"
        customer = self.customer()
        invoice = self.invoice(customer, "2024-05-01", 20.0)
        evidence = self.scored(customer).get_evidence()
        self.assertEqual(evidence["model"], "account.move")
        self.assertEqual([row["id"] for row in evidence["orders"]], invoice.ids)


@tagged("post_install", "-at_install")
class TestSettings(RunwellCase):
    """The rules of a company."""

    def test_bounds(self):
        for name, bad, good in (
            ("horizon_days", (0, 6, 731), (7, 730)),
            ("new_days", (0, 731), (1, 730)),
            ("min_silence_days", (-1, 731), (0, 730)),
            ("alert_threshold", (0, -0.1, 1.01), (0.01, 1)),
            ("current_value_threshold", (-1,), (0, 1e6)),
            ("potential_value_threshold", (-1,), (0, 1e6)),
        ):
            for value in bad:
                with self.subTest(name=name, value=value), self.assertRaises(ValidationError):
                    self.scoring[name] = value
                    self.scoring.flush_recordset()
            for value in good:
                self.scoring[name] = value

    def test_one_active_model_a_company(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_scoring_model(self.company, version=2)

    def test_made_when_it_is_asked_for(self):
        other = self.make_company("Runwell Other", self.home)
        Model = self.env["runwell.scoring.model"]
        self.assertFalse(Model.search_count([("company_id", "=", other.id)]))
        model = Model._active_of(other)
        self.assertEqual((model.company_id, model.version, model.state), (other, 1, "active"))
        self.assertEqual(Model._active_of(other), model)
        self.assertEqual((model.horizon_days, model.alert_threshold), (90, 0.7))
        self.assertEqual((model.new_days, model.min_silence_days), (90, 30))
        self.assertEqual(model.purchase_source, "sale")
        self.assertFalse(model.is_fitted)

    def test_what_a_pass_leaves(self):
        self.orders(self.customer(), "2024-06-01")
        with self.at("2024-06-30 12:00:00"):
            self.run_scoring(None)
        self.assertEqual(str(self.scoring.scored_on), AS_OF)
        self.assertEqual(str(self.scoring.scored_at), "2024-06-30 12:00:00")
        self.assertEqual(self.scoring.scored_count, 1)
