from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import new_test_user, tagged

from ..models.learner import Learner
from ..scoring.churn import Parameters
from ..scoring.learning import Learned
from .common import AS_OF, RunwellCase


@tagged("post_install", "-at_install")
class TestPrediction(RunwellCase):
    """Risks are kept as they were told, once a month, and judged when their horizon is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stays, cls.leaves = cls.customer("Stays"), cls.customer("Leaves")
        for customer in (cls.stays, cls.leaves):
            for day in ("2024-02-01", "2024-03-01", "2024-04-01"):
                cls.order(customer, day)
        cls.order(cls.customer("Once"), "2024-05-01")
        cls.Prediction = cls.env["runwell.prediction"]

    def keep(self, day):
        self.env["runwell.score"]._run_scoring(self.company, day)
        self.Prediction._keep(self.scoring, Date.to_date(day))
        return self.Prediction.search([("company_id", "=", self.company.id)])

    def test_kept_as_told(self):
        told = self.keep(AS_OF)
        self.assertEqual(told.partner_id, self.stays | self.leaves)
        self.assertEqual(set(told.mapped("due_on")), {Date.to_date("2024-09-28")})
        scores = self.env["runwell.score"].search([("partner_id", "=", self.stays.id)])
        self.assertEqual(
            told.filtered(lambda row: row.partner_id == self.stays).churn_probability,
            scores.churn_probability,
        )

    def test_once_a_month(self):
        self.keep("2024-06-01")
        self.assertEqual(len(self.keep("2024-06-30")), 2)
        self.assertEqual(len(self.keep("2024-07-02")), 4)

    def test_too_old_is_forgotten(self):
        self.keep("2022-05-01")
        self.assertEqual(len(self.keep(AS_OF)), 2)

    def test_judged_when_due(self):
        told = self.keep(AS_OF)
        self.order(self.stays, "2024-09-28")
        self.order(self.leaves, "2024-09-29")
        self.env.flush_all()
        self.Prediction._settle(self.scoring, Date.to_date("2024-09-28"))
        self.assertEqual(told.mapped("outcome"), [False, False])
        self.Prediction._settle(self.scoring, Date.to_date("2024-09-29"))
        outcomes = {row.partner_id: row.outcome for row in told}
        self.assertEqual(outcomes, {self.stays: "stayed", self.leaves: "left"})
        [row] = self.Prediction._calibration(self.company)
        self.assertEqual((row["count"], row["left"]), (2, 0.5))
        self.scoring.invalidate_recordset(["came_true_text"])
        self.assertIn("Of 2 told", self.scoring.came_true_text)
        self.assertIn("1 left", self.scoring.came_true_text)

    def test_nobody_writes_them(self):
        told = self.keep(AS_OF)
        with self.assertRaises(AccessError):
            told.sudo().write({"churn_probability": 0.0})


@tagged("post_install", "-at_install")
class TestVersions(RunwellCase):
    """A worse fit is not taken over, and an administrator can go back."""

    def learn(self, learned, brier, former_brier):
        """Fit with a learner that returns this; Brier scores of the new and the old."""
        def judged(_learner, other):
            return brier if other == learned else former_brier

        with patch.object(Learner, "learn", lambda _self: learned), \
                patch.object(Learner, "brier", judged):
            return self.env["runwell.scoring.model"]._fit(self.company, AS_OF)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = Parameters(1.0, 50.0, 0.5, 5.0)

    def versions(self):
        return self.env["runwell.scoring.model"].search(
            [("company_id", "=", self.company.id)], order="version"
        )

    def test_a_better_fit_is_taken_over(self):
        model = self.learn(Learned(self.other, self.other, is_fitted=True), 0.18, 0.2)
        self.assertEqual(self.versions().mapped("state"), ["retired", "active"])
        self.assertEqual((model.version, model.alpha, model.brier), (2, 50.0, 0.18))

    def test_a_worse_fit_is_kept_but_not_taken_over(self):
        model = self.learn(Learned(self.other, self.other, is_fitted=True), 0.21, 0.2)
        self.assertEqual(model, self.scoring)
        self.assertEqual(self.versions().mapped("state"), ["active", "refused"])
        self.assertIn("0.2100 against 0.2000", self.versions()[1].verdict)

    def test_defaults_never_replace_a_fit(self):
        fitted = self.learn(Learned(self.other, self.other, is_fitted=True), 0.18, 0.2)
        default = Parameters(0.7, 7.0, 0.5, 4.0)
        model = self.learn(Learned(default, default, refusal="converge"), None, None)
        self.assertEqual(model, fitted)
        self.assertEqual(self.versions()[2].state, "refused")

    def test_roll_back(self):
        self.learn(Learned(self.other, self.other, is_fitted=True), 0.18, 0.2)
        first, second = self.versions()
        supervisor = new_test_user(
            self.env, "versions_supervisor", "sales_team.group_sale_manager",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            first.with_user(supervisor).action_activate()
        with self.assertRaises(UserError):
            second.action_activate()
        first.action_activate()
        self.assertEqual((first.state, second.state), ("active", "retired"))


@tagged("post_install", "-at_install")
class TestLeftOut(RunwellCase):
    """Customers whom a person leaves out are neither scored nor warned about."""

    def test_left_out(self):
        customer = self.customer("Internal use")
        self.orders(customer, *[f"2023-{month:02}-01" for month in range(1, 12)])
        self.scoring.alert_threshold = 0.5
        self.env["runwell.score"]._run_scoring(self.company, "2024-03-31")
        self.env["runwell.churn.alert"]._raise_alerts(self.company)
        alert = self.env["runwell.churn.alert"].search([("partner_id", "=", customer.id)])
        self.assertEqual(alert.state, "warning")
        customer.runwell_exclusion = "internal"
        waiting = self.env["runwell.score.refresh"].sudo().search(
            [("partner_id", "=", customer.id)]
        )
        self.assertEqual(waiting.company_id, self.company)
        self.env["runwell.score"]._run_scoring(self.company, "2024-03-31")
        self.env["runwell.churn.alert"]._raise_alerts(self.company)
        self.assertFalse(self.env["runwell.score"].search([("partner_id", "=", customer.id)]))
        self.assertEqual(alert.state, "false_alarm")
