from dataclasses import replace

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.runwell_score_explain import percent
from ..scoring import explain, facts
from ..scoring.churn import Parameters
from ..scoring.learning import Learned
from ..scoring.opinion import FEATURES
from .common import AS_OF, STATED, RunwellCase, days_before
from .test_explanation_rules import OPINION, TODAY


@tagged("post_install", "-at_install")
class TestExplanation(RunwellCase):
    """What the page of a customer gets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steady, cls.silent = cls.customer("Steady"), cls.customer("Silent")
        cls.orders(cls.steady, *(days_before(30 * i + 5) for i in range(30)))
        cls.orders(cls.silent, *(days_before(20 * i + 120) for i in range(20)))

    def teach(self, opinion=OPINION):
        """Let the model know an opinion, as a fit would."""
        stated = Parameters(**STATED)
        learned = Learned(stated, stated, opinion=opinion)
        self.scoring._as_machine().write({"learned": learned.as_json() | {"horizon": 90}})

    def explanation(self, customer):
        return self.scored(customer).get_explanation()

    def reason(self, explanation, kind):
        [found] = [reason for reason in explanation["reasons"] if reason["kind"] == kind]
        return found

    def assertOpens(self, reason, records):
        """The link finds exactly the records."""
        action = reason["action"]
        self.assertEqual(action["res_model"], records._name)
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), records)

    def assertParts(self, explanation):
        self.assertFalse(explanation["note"])
        self.assertAlmostEqual(
            sum(part["end"] - part["start"] for part in explanation["parts"]),
            explanation["risk"] - explanation["average"], delta=1e-9,
        )

    def test_the_model_alone(self):
        explanation = self.explanation(self.silent)
        self.assertParts(explanation)
        self.assertEqual([part["name"] for part in explanation["parts"]], ["rhythm", "silence"])
        risks = [self.score(c).churn_probability for c in (self.steady, self.silent)]
        self.assertAlmostEqual(explanation["average"], sum(risks) / 2)
        self.assertAlmostEqual(explanation["course"]["weeks"][-1]["risk"], risks[1], delta=1e-9)

    def test_with_the_second_opinion(self):
        self.teach()
        self.run_scoring()
        anchor = self.scoring._statistics().anchor
        for customer in (self.steady, self.silent):
            score = self.score(customer)
            explanation = score.get_explanation()
            self.assertParts(explanation)
            self.assertEqual(explanation["average"], anchor.mean_risk)
            self.assertEqual(
                [part["name"] for part in explanation["parts"]], list(explain.PARTS),
            )
            # Worked out again in Python, it is what SQL said.
            account = score._explained_account()
            self.assertAlmostEqual(
                score._explained_prediction(account).risk, score.churn_probability, delta=1e-9,
            )
            self.assertEqual(self.reason(explanation, "order_value")["used_in"], "risk")
            self.assertTrue(explanation["course"]["has_opinion"])

    def test_an_order_today_lowers_the_risk(self):
        score = self.scored(self.silent)
        prediction = score._explained_prediction(score._explained_account())
        told = prediction.with_order_today()
        self.assertLess(told, score.churn_probability)
        self.assertGreater(prediction.after(30), score.churn_probability)
        kinds = [change["kind"] for change in score.get_explanation()["changes"]]
        self.assertEqual(kinds, ["order", "wait"])
        self.orders(self.silent, AS_OF)
        self.assertAlmostEqual(self.scored(self.silent).churn_probability, told, delta=1e-9)
        kinds = [change["kind"] for change in self.score(self.silent).get_explanation()["changes"]]
        self.assertNotIn("order", kinds)

    def test_an_order_today_with_the_second_opinion(self):
        """What is foretold comes true, but for the means of all, which the order moves too."""
        self.teach()
        score = self.scored(self.silent)
        prediction = score._explained_prediction(score._explained_account())
        told = prediction.with_order_today()
        self.orders(self.silent, AS_OF)
        self.env["runwell.score"]._score_company(self.company, TODAY, self.silent.ids)
        self.assertAlmostEqual(self.score(self.silent).churn_probability, told, delta=1e-9)

    def test_paying_is_said_to_raise_the_health(self):
        owing = self.invoice(self.silent, "2024-03-01", 150.0, due="2024-04-01")
        self.invoice(self.silent, "2024-06-20", 70.0, due="2024-07-20")
        explanation = self.explanation(self.silent)
        self.assertEqual(explanation["changes"][-1]["kind"], "pay")
        reason = self.reason(explanation, "overdue")
        self.assertEqual((reason["direction"], reason["used_in"]), ("worse", "health"))
        self.assertIn("90", reason["text"])
        self.assertOpens(reason, owing)

    def test_paying_where_the_risk_looks_at_it(self):
        """What is foretold of paying comes true, and the reason says that it is in the risk."""
        self.teach()
        invoice = self.invoice(self.silent, "2024-03-01", 150.0, due="2024-04-01")
        explanation = self.explanation(self.silent)
        score = self.score(self.silent)
        told = score._explained_prediction(score._explained_account()).if_paid()
        self.assertLess(told, score.churn_probability - 0.01)
        pay = explanation["changes"][-1]
        self.assertEqual(pay["kind"], "pay")
        self.assertIn(f"and the risk from {percent(score.churn_probability)} to {percent(told)}",
                      pay["text"])
        reason = self.reason(explanation, "overdue")
        self.assertEqual((reason["direction"], reason["used_in"]), ("worse", "risk"))
        invoice.button_draft()
        self.env["runwell.score"]._score_company(self.company, TODAY, self.silent.ids)
        self.assertAlmostEqual(self.score(self.silent).churn_probability, told, delta=1e-9)

    def test_paying_where_the_opinion_learnt_nothing_of_it(self):
        """No invoices when it was learnt: coefficients of 0, the risk does not look at them."""
        number = len(FEATURES) - len(facts.FEATURES)
        self.teach(replace(OPINION, coefficients=(
            *OPINION.coefficients[:number], *[0.0] * len(facts.FEATURES),
        )))
        self.invoice(self.silent, "2024-03-01", 150.0, due="2024-04-01")
        explanation = self.explanation(self.silent)
        self.assertIn("does not look at payments", explanation["changes"][-1]["text"])
        self.assertEqual(self.reason(explanation, "overdue")["used_in"], "health")

    def test_too_little_history(self):
        single, never = self.customer("Single"), self.customer("Never")
        self.orders(single, days_before(50))
        self.quotation(never)
        self.run_scoring()
        for customer, word in ((single, "Too little history"), (never, "Never bought")):
            explanation = self.score(customer).get_explanation()
            self.assertIn(word, explanation["note"])
            self.assertFalse(explanation["parts"] or explanation["changes"])
            self.assertFalse(explanation["reasons"] or explanation["course"])
            self.assertIs(explanation["risk"], False)

    def test_documents_that_have_changed(self):
        """A risk that is no longer that of the documents is not explained by them."""
        score = self.scored(self.silent)
        self.orders(self.silent, days_before(3))
        explanation = score.get_explanation()
        self.assertIn("have changed", explanation["note"])
        self.assertFalse(explanation["parts"] or explanation["course"])

    def test_another_horizon(self):
        score = self.scored(self.silent)
        self.scoring.horizon_days = 180
        self.assertIn("have changed", score.get_explanation()["note"])

    def test_the_course_noted(self):
        self.run_scoring(days_before(60))
        explanation = self.explanation(self.silent)
        noted = explanation["course"]["noted"]
        self.assertEqual([row["day"] for row in noted], [days_before(60), AS_OF])
        self.assertEqual(noted[-1]["risk"], explanation["risk"])
        self.assertEqual(len(explanation["course"]["weeks"]), 52)
        self.assertEqual(explanation["course"]["orders"][-1], days_before(120))

    def test_links_to_orders(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        buyer = self.customer("Buyer")
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": buyer.id})
        branch = self.customer("Branch", parent_id=buyer.id)
        self.orders(buyer, days_before(460), days_before(800))
        before = self.order(contact, days_before(400), 100.0)
        # In Shanghai the last is of the day after, the last day that counts.
        now = self.order(buyer, f"{days_before(90)} 17:00:00", 100.0)
        last = self.order(buyer, f"{days_before(1)} 17:00:00", 40.0)
        self.order(buyer, f"{days_before(90)} 15:00:00", 100.0)
        self.order(buyer, f"{AS_OF} 17:00:00", 100.0)
        self.order(buyer, days_before(20), 100.0, state="draft")
        self.order(buyer, days_before(21), 0.0)
        self.order(branch, days_before(22), 100.0)
        back = self.order(buyer, days_before(10), -30.0)
        contact.active = False
        explanation = self.explanation(buyer)
        orders = self.reason(explanation, "orders_90")
        self.assertOpens(orders, last + now + before)
        self.assertIn(": 2;", orders["text"])
        self.assertOpens(self.reason(explanation, "order_value"), last)
        returns = self.reason(explanation, "returns")
        self.assertOpens(returns, back)
        self.assertIn("30", returns["text"])
        self.assertEqual(
            len(self.env["sale.order"].search(
                self.reason(explanation, "silence")["action"]["domain"]
            )), 6,
        )

    def test_links_to_invoices_and_credits(self):
        self.scoring.purchase_source = "invoice"
        buyer = self.customer("Buyer")
        invoices = [self.invoice(buyer, days_before(i)) for i in (500, 400, 50, 5)]
        credit = self.invoice(buyer, days_before(30), 20.0, move_type="out_refund")
        explanation = self.explanation(buyer)
        self.assertOpens(
            self.reason(explanation, "orders_90"), invoices[3] + invoices[2] + invoices[1],
        )
        self.assertOpens(self.reason(explanation, "order_value"), invoices[3])
        self.assertOpens(self.reason(explanation, "returns"), credit)

    def test_credit_notes_of_orders(self):
        order = self.order(self.steady, days_before(40), 100.0)
        credit = self.refund(self.invoice_order(order, days_before(39)), days_before(30))
        reason = self.reason(self.explanation(self.steady), "credits")
        self.assertOpens(reason, credit)
        self.assertIn("100", reason["text"])

    def test_a_category_that_stopped(self):
        cups, beans = (
            self.env["product.category"].create({"name": name}) for name in ("Cups", "Beans")
        )
        cup, bean = (self.make_product(c.name, categ_id=c.id) for c in (cups, beans))
        buyer = self.customer("Buyer")
        for i in range(10):
            self.order(buyer, days_before(10 * i), lines=[{"product_id": bean.id}])
        with_cups = self.env["sale.order"].union(*(
            self.order(buyer, days_before(i), lines=[{"product_id": cup.id}])
            for i in (205, 215, 225)
        ))
        reason = self.reason(self.explanation(buyer), "stopped")
        self.assertIn("Still buys Beans, not Cups", reason["text"])
        self.assertOpens(reason, with_cups)

    def test_no_margin(self):
        score = self.scored(self.silent)
        before = score.get_explanation()
        self.env.cr.execute("UPDATE runwell_score SET margin_12m = 98765 WHERE id = %s", score.ids)
        score.invalidate_recordset()
        self.assertEqual(score.get_explanation(), before)

    def test_rights(self):
        users = {
            name: new_test_user(
                self.env, f"rw_why_{name}", groups, company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            for name, groups in (
                ("own", "sales_team.group_sale_salesman"),
                ("other", "sales_team.group_sale_salesman"),
                ("boss", "sales_team.group_sale_manager"),
                ("portal", "base.group_portal"), ("employee", "base.group_user"),
            )
        }
        self.silent.user_id = users["own"]
        self.invoice(self.silent, "2024-03-01", 150.0, due="2024-04-01")
        score = self.scored(self.silent)
        whole = score.get_explanation()
        for name in ("own", "boss"):
            self.assertEqual(score.with_user(users[name]).get_explanation(), whole, name)
        for name in ("other", "portal", "employee"):
            with self.assertRaises(AccessError, msg=name):
                score.with_user(users[name]).get_explanation()

    def test_it_asks_little(self):
        score = self.scored(self.silent)
        score.get_explanation()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            score.get_explanation()
