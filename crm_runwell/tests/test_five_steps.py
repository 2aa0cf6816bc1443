import json
from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .relation_common import NOON, RelationCase


@tagged("post_install", "-at_install")
class TestFiveSteps(RelationCase):
    """The guided page: its figures, its choice, and what it ends in."""

    def of(self, user):
        return self.env["runwell.five.steps"].with_user(user)

    def rated(self, name, value_class, risk, revenue=100, **values):
        return self.worth(name, revenue, values.pop("margin", 10), score={
            "value_class": value_class, "churn_probability": risk,
        }, **values)

    def count(self, user, domain, model="runwell.score"):
        return self.env[model].with_user(user).search_count(domain)

    def test_first_step_counts_and_what_is_missing(self):
        self.worth("Known", 100, user_id=self.seller.id, email="a@example.com")
        self.worth("Prospect", 0, score={"lifecycle": "prospect"})
        know = self.of(self.supervisor).get_page()["know"]
        self.assertEqual(know["total"], 2)
        self.assertEqual(
            {row["key"]: row["count"] for row in know["lifecycles"] if row["count"]},
            {"active": 1, "prospect": 1},
        )
        missing = {row["key"]: row["count"] for row in know["missing"]}
        self.assertEqual(missing, {
            "manager": 1, "industry": 2, "turnover": 2, "reach": 1, "contact": 2,
            "relationship": 2,
        })
        # 10 of 2 × 6 are missing.
        self.assertAlmostEqual(know["known"], 1 / 6)
        for row in know["missing"] + know["lifecycles"]:
            self.assertEqual(self.count(self.supervisor, row["domain"]), row["count"])

    def test_second_step_by_hand(self):
        """Margins 60, 20, 10, 8, 2, 0 and -5: 100 is earned, the best half (4) bring 98."""
        for i, margin in enumerate((60, 20, 10, 8, 2, 0, -5)):
            self.worth(f"Customer {i}", 100 + i, margin, user_id=self.seller.id)
        earn = self.of(self.supervisor).get_page()["earn"]
        self.assertEqual((earn["basis"], earn["count"], earn["total"]), ("margin", 7, 100))
        tops = {top["percent"]: (top["count"], top["value"]) for top in earn["tops"]}
        self.assertEqual(tops, {5: (1, 60), 10: (1, 60), 20: (2, 80), 50: (4, 98)})
        self.assertEqual(earn["most"]["count"], 2)
        self.assertEqual((earn["losses"]["count"], earn["losses"]["value"]), (1, -5))
        self.assertEqual([row["value"] for row in earn["best"]], [60, 20, 10, 8, 2])
        for top in earn["tops"]:
            self.assertEqual(self.count(self.supervisor, top["domain"]), top["count"])
        self.assertEqual(self.count(self.supervisor, earn["losses"]["domain"]), 1)
        # A salesperson sees revenue, and never a margin.
        earn = self.of(self.seller).get_page()["earn"]
        self.assertEqual((earn["basis"], earn["total"], earn["losses"]["count"]),
                         ("revenue", 721, 0))

    def test_second_step_opens_what_it_counts(self):
        """Of 60, 20 twice and -5, and three of unknown cost, the best fifth and half."""
        for i, margin in enumerate((60, 20, 20, -5, None, None, None)):
            self.worth(f"Customer {i}", 100 + i, margin)
        earn = self.of(self.supervisor).get_page()["earn"]
        self.assertEqual(earn["count"], 4)
        self.assertEqual(self.count(self.supervisor, earn["domain"]), 4)
        tops = {top["percent"]: (top["count"], top["value"]) for top in earn["tops"]}
        # Two are equally good: the best half has both.
        self.assertEqual(tops, {5: (1, 60), 10: (1, 60), 20: (1, 60), 50: (3, 100)})
        for top in [*earn["tops"], earn["losses"]]:
            self.assertEqual(self.count(self.supervisor, top["domain"]), top["count"])

    def test_second_step_where_the_best_half_loses_money(self):
        for i, margin in enumerate((60, -1, -2, -5, None, None, None)):
            self.worth(f"Customer {i}", 100 + i, margin)
        earn = self.of(self.supervisor).get_page()["earn"]
        best = earn["tops"][-1]
        self.assertEqual((best["percent"], best["count"]), (50, 2))
        self.assertEqual(self.count(self.supervisor, best["domain"]), 2)

    def test_third_step_the_grid_and_the_choice(self):
        self.rated("Keep", "high", 0.5, 500)
        self.rated("Safe", "high", 0.1, 400)
        self.rated("Attract", "potential", 0.2, 300)
        low = self.rated("Low share", "low", 0.1, 50)
        self.estimate(low, 1000)
        self.refresh()
        steps = self.of(self.supervisor)
        page = steps.get_page()
        cells = {
            cell["key"]: (cell["count"], cell["revenue"], cell["choice"])
            for row in page["choose"]["rows"] for cell in row["cells"] if cell["count"]
        }
        self.assertEqual(cells, {
            "high:watch": (1, 500, "keep"), "high:safe": (1, 400, ""),
            "potential:safe": (1, 300, "attract"), "low:safe": (1, 50, ""),
        })
        self.assertEqual(page["choose"]["low_share"]["count"], 1)
        self.assertEqual(
            {kind: page["influence"][kind]["count"] for kind in ("keep", "attract")},
            {"keep": 1, "attract": 2},
        )
        page = steps.choose("keep", "high:safe")
        self.assertEqual(page["influence"]["keep"]["count"], 2)
        # What is kept is not attracted.
        page = steps.choose("keep", "potential:safe")
        self.assertEqual(
            {kind: page["influence"][kind]["count"] for kind in ("keep", "attract")},
            {"keep": 3, "attract": 1},
        )
        page = steps.choose("attract", "low_share")
        self.assertEqual(page["influence"]["attract"]["count"], 0)
        for call in (("keep", "low_share"), ("lose", "high:safe"), ("keep", "high")):
            with self.assertRaises(UserError):
                steps.choose(*call)

    def test_too_little_history_is_no_small_risk(self):
        """One order, scored as every night: no risk is told, and nobody is safe for that."""
        with self.at(NOON):
            single, rhythm = self.customer("One order"), self.customer("Every month")
            self.order(single, "2024-06-01", 700)
            for month in range(1, 7):
                self.order(rhythm, f"2024-0{month}-03", 100)
            self.run_scoring()
        self.assertFalse(self.score(single).churn_probability)
        grid = {
            cell["key"]: cell
            for row in self.of(self.supervisor).get_page()["choose"]["rows"]
            for cell in row["cells"] if cell["count"]
        }
        found = {
            key: self.env["runwell.score"].search(cell["domain"]).partner_id
            for key, cell in grid.items()
        }
        value = self.score(single).value_class
        self.assertEqual(found.pop(f"{value}:unknown"), single)
        self.assertEqual(list(found.values()), [rhythm])
        # Nobody whose risk is not known is chosen unless a person does.
        self.assertFalse(grid[f"{value}:unknown"]["choice"])
        page = self.of(self.supervisor).choose("attract", f"{value}:unknown")
        self.assertIn(single, self.env["runwell.score"].search(
            page["influence"]["attract"]["domain"]).partner_id)

    def test_a_risk_of_nothing_is_known(self):
        self.rated("Surely stays", "potential", 0.0)
        cells = {
            cell["key"]: cell["count"]
            for row in self.of(self.supervisor).get_page()["choose"]["rows"]
            for cell in row["cells"] if cell["count"]
        }
        self.assertEqual(cells, {"potential:safe": 1})

    def test_prospects_are_attracted_when_chosen(self):
        prospect = self.worth("Prospect", 0, score={"lifecycle": "prospect"})
        steps = self.of(self.supervisor)
        page = steps.get_page()
        self.assertEqual(page["choose"]["prospects"]["count"], 1)
        self.assertFalse(page["choose"]["prospects"]["is_chosen"])
        self.assertEqual(page["influence"]["attract"]["count"], 0)
        page = steps.choose("attract", "prospects")
        self.assertTrue(page["choose"]["prospects"]["is_chosen"])
        self.assertEqual(self.plan(self.supervisor, "attract").partner_ids, prospect)
        self.assertEqual(
            self.count(self.supervisor, page["choose"]["prospects"]["domain"]), 1,
        )
        with self.assertRaises(UserError):
            steps.choose("keep", "prospects")

    def test_a_low_share_of_archived_customers_is_left_out(self):
        gone = self.rated("Gone", "low", 0.1, 50)
        self.estimate(gone, 1000)
        self.refresh()
        self.assertEqual(
            self.of(self.supervisor).get_page()["choose"]["low_share"]["count"], 1,
        )
        gone.active = False
        self.assertEqual(
            self.of(self.supervisor).get_page()["choose"]["low_share"]["count"], 0,
        )

    def test_everything_can_be_sent_to_the_browser(self):
        self.rated("Keep", "high", 0.5)
        page = self.of(self.supervisor).get_page()
        self.assertTrue(json.dumps(page))
        for kind in ("keep", "attract"):
            self.assertEqual(
                self.count(self.supervisor, json.loads(
                    json.dumps(page["influence"][kind]["domain"]))),
                page["influence"][kind]["count"],
            )

    def test_fourth_step_opens_whose_decider_is_unknown(self):
        keep = self.rated("Keep", "high", 0.5)
        influence = self.of(self.supervisor).get_page()["influence"]["keep"]
        self.assertEqual((influence["count"], influence["unknown"]), (1, 1))
        action = self.of(self.supervisor).action_open_undecided("keep")
        self.assertEqual(self.env["res.partner"].search(action["domain"]), keep)
        with self.assertRaises(UserError):
            self.of(self.supervisor).action_open_undecided("lose")

    def test_progress_is_ones_own(self):
        self.assertEqual(self.of(self.supervisor).set_done(2, True), [2])
        self.assertEqual(self.of(self.supervisor).set_done(1, True), [1, 2])
        self.assertEqual(self.of(self.supervisor).set_done(2, False), [1])
        self.assertEqual(self.of(self.supervisor).get_page()["done"], [1])
        self.assertEqual(self.of(self.seller).get_page()["done"], [])
        with self.assertRaises(UserError):
            self.of(self.seller).set_done(6, True)

    def test_salespeople_see_their_own(self):
        self.rated("Own", "high", 0.5, user_id=self.seller.id)
        self.rated("Others'", "high", 0.5)
        self.assertEqual(self.of(self.seller).get_page()["know"]["total"], 1)
        self.assertEqual(self.of(self.supervisor).get_page()["know"]["total"], 2)
        employee = self.user("employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.of(employee).get_page()

    def plan(self, user, kind="keep", **values):
        return self.env["runwell.high.value.plan"].with_user(user).create({
            "kind": kind, **values,
        })

    def activities(self, *customers):
        return self.env["mail.activity"].search([
            ("res_model", "=", "res.partner"),
            ("res_id", "in", [customer.id for customer in customers]),
        ])

    def test_it_ends_in_a_tag_and_activities_once(self):
        own = self.rated("Own", "high", 0.5, user_id=self.seller.id)
        alone = self.rated("Nobody's", "high", 0.9)
        safe = self.rated("Safe", "high", 0.1)
        with self.at(NOON):
            plan = self.plan(self.supervisor)
            self.assertEqual((plan.partner_count, plan.activity_count), (2, 2))
            self.assertIn(f"{self.seller.name}: 1", plan.manager_text)
            self.assertFalse(self.activities(own, alone, safe))
            plan.action_apply()
        self.assertEqual((plan.state, plan.made_count), ("done", 2))
        activities = self.activities(own, alone, safe)
        self.assertEqual(
            {activity.res_id: activity.user_id for activity in activities},
            {own.id: self.seller, alone.id: self.supervisor},
        )
        tag = own.category_id
        # Tags are every company's: this one says whose it is.
        self.assertEqual(tag.name, "High-value: keep 2024-06, Runwell Test")
        self.assertEqual((alone.category_id, safe.category_id.ids), (tag, []))
        favorites = [("name", "=", tag.name), ("user_ids", "in", self.supervisor.id)]
        self.assertEqual(self.env["ir.filters"].search_count(favorites), 1)
        # Again: nothing is made twice.
        with self.at(NOON):
            again = self.plan(self.supervisor)
            self.assertEqual((again.activity_count, again.planned_count), (0, 2))
            again.action_apply()
        self.assertEqual(self.activities(own, alone, safe), activities)
        self.assertEqual(own.category_id, tag)
        self.assertEqual(self.env["res.partner.category"].search_count(
            [("name", "=", tag.name)]), 1)
        self.assertEqual(self.env["ir.filters"].search_count(favorites), 1)

    def test_a_salesperson_plans_for_own_customers(self):
        own = self.rated("Own", "high", 0.5, user_id=self.seller.id)
        others = self.rated("Others'", "high", 0.5)
        self.plan(self.seller).action_apply()
        self.assertEqual(len(self.activities(own, others)), 1)
        self.assertFalse(others.category_id)
        # Another's customer with the tag is not in the own list; the supervisor's has all.
        others.category_id = own.category_id
        self.plan(self.supervisor).action_apply()
        for user, found in ((self.seller, own), (self.supervisor, own | others)):
            favorite = self.env["ir.filters"].search([
                ("name", "=", own.category_id.name), ("user_ids", "in", user.id),
            ])
            self.assertEqual(
                self.env["res.partner"].search(literal_eval(favorite.domain)), found,
            )

    def test_a_tag_alone(self):
        own = self.rated("Own", "high", 0.5)
        plan = self.plan(self.supervisor, with_activities=False, with_favorite=False)
        plan.action_apply()
        self.assertTrue(own.category_id)
        self.assertFalse(self.activities(own))
        with self.assertRaises(UserError):
            self.plan(self.supervisor, "attract").action_apply()

    def test_executives_look_and_do_not_plan(self):
        executive = self.user("executive", "crm_runwell.group_executive")
        self.assertFalse(self.of(executive).get_page()["may_plan"])
        self.assertTrue(self.of(self.seller).get_page()["may_plan"])

    def test_as_many_queries_for_many(self):
        self.rated("One", "high", 0.5)
        self.refresh()
        steps = self.of(self.supervisor)
        self.queries(steps.get_page)
        few = self.queries(steps.get_page)
        for i in range(10):
            self.rated(f"Customer {i}", "high", 0.5, 100 + i)
        self.refresh()
        self.assertEqual(self.queries(steps.get_page), few)
        self.assertLessEqual(few, 30)
