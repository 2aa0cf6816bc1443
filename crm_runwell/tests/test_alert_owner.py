from odoo.tests import new_test_user, tagged

from .common import AS_OF, days_before
from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestOwner(AlertCase):
    """Account manager, else leader of the team of the last order, else the supervisor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company)
        cls.policy.supervisor_id = cls.supervisor
        cls.leader, cls.former_leader = (
            new_test_user(
                cls.env, f"rw_{login}", "sales_team.group_sale_salesman",
                company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)],
            )
            for login in ("leader", "former_leader")
        )
        cls.team, cls.former_team = cls.env["crm.team"].create([
            {"name": user.name, "user_id": user.id, "company_id": cls.company.id}
            for user in (cls.leader, cls.former_leader)
        ])

    def sold_by(self, team, *days):
        """Say that the buyer's orders of these days were the team's."""
        orders = self.env["sale.order"].search([("partner_id", "=", self.buyer.id)])
        found = orders.filtered(lambda order: str(order.date_order.date()) in days)
        self.assertEqual(len(found), len(days))
        found.team_id = team

    def owner(self):
        alert = self.raised()
        self.assertEqual(len(alert), 1)
        return alert.user_id

    def test_the_account_manager(self):
        self.sold_by(self.team, "2024-02-01")
        self.assertEqual(self.owner(), self.manager)

    def test_without_one_the_leader_of_the_team_of_the_last_order(self):
        self.buyer.user_id = False
        self.sold_by(self.former_team, "2024-01-18", "2024-01-25")
        self.sold_by(self.team, "2024-02-01")
        self.assertEqual(self.owner(), self.leader)

    def test_an_archived_account_manager_counts_as_none(self):
        self.manager.active = False
        self.sold_by(self.team, "2024-02-01")
        self.assertEqual(self.buyer.user_id, self.manager)
        self.assertEqual(self.owner(), self.leader)

    def test_an_account_manager_of_another_company_counts_as_none(self):
        other = self.make_company("Runwell Other", self.home)
        self.manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.sold_by(self.team, "2024-02-01")
        self.assertEqual(self.owner(), self.leader)

    def test_only_confirmed_orders_say_which_team(self):
        self.buyer.user_id = False
        self.sold_by(self.team, "2024-02-01")
        self.order(self.buyer, "2024-06-01", state="cancel", team_id=self.former_team.id)
        self.assertEqual(self.owner(), self.leader)

    def test_else_the_supervisor(self):
        for case in ("no team", "no leader", "archived leader"):
            with self.subTest(case=case):
                self.buyer = self.silent(case)
                if case != "no team":
                    self.sold_by(self.team, "2024-02-01")
                if case == "no leader":
                    self.team.user_id = False
                if case == "archived leader":
                    self.team.user_id = self.leader
                    self.leader.active = False
                self.assertEqual(self.owner(), self.supervisor)

    def test_an_archived_account_manager_without_a_team_leaves_it_to_the_supervisor(self):
        self.manager.active = False
        self.assertEqual(self.owner(), self.supervisor)


@tagged("post_install", "-at_install")
class TestDeadline(AlertCase):
    """Days to act by the value class; half of them, rounded up, from the urgent risk on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company)
        cls.run_scoring(cls)
        cls.row = cls.env["runwell.score"].search([("partner_id", "=", cls.buyer.id)])

    def days(self, value_class, risk):
        """Return after how many days an alert of such a customer is due."""
        self.row._as_machine().write({"value_class": value_class, "churn_probability": risk})
        self.alerts().sudo()._as_machine().unlink()
        self.assertEqual(self.raise_alerts(), 1)
        alert = self.alerts()
        self.assertEqual((str(alert.raised_on), alert.value_class), (AS_OF, value_class))
        return (alert.deadline - alert.raised_on).days

    def test_by_value_class(self):
        expected = {"high": 2, "potential": 3, "secondary": 5, "low": 10, False: 10}
        self.assertEqual({name: self.days(name, 0.8) for name in expected}, expected)

    def test_half_as_long_when_urgent(self):
        expected = {"high": 1, "potential": 2, "secondary": 3, "low": 5, False: 5}
        self.assertEqual({name: self.days(name, 0.95) for name in expected}, expected)

    def test_from_the_urgent_risk_on(self):
        self.assertEqual(self.policy.urgent_risk, 0.9)
        self.assertEqual(
            [self.days("low", risk) for risk in (0.8999, 0.9, 0.9001, 1.0)], [10, 5, 5, 5],
        )

    def test_as_the_policy_says(self):
        self.policy.write({
            "deadline_high": 7, "deadline_potential": 8, "deadline_secondary": 20,
            "deadline_low": 31, "urgent_risk": 0.85,
        })
        names = ("high", "potential", "secondary", "low")
        self.assertEqual([self.days(name, 0.84) for name in names], [7, 8, 20, 31])
        self.assertEqual([self.days(name, 0.85) for name in names], [4, 4, 10, 16])

    def test_the_day_itself(self):
        self.days("low", 0.8)
        self.assertEqual(str(self.alerts().deadline), "2024-07-10")
        self.assertEqual(days_before(-10), "2024-07-10")
