from odoo.exceptions import AccessError
from odoo.fields import Command, Date
from odoo.tests import new_test_user, tagged

from .common import AS_OF, RunwellCase
from .role_matrix import (
    CREATORS,
    CUSTOMER,
    DELETERS,
    MAKERS,
    MARGIN,
    MATRIX,
    OF_COMPANY,
    OF_OTHERS,
    ROLES,
    SHARED,
)
from .role_rows import OF_COMPANY as MADE_OF_COMPANY
from .role_rows import OF_CUSTOMER as MADE_OF_CUSTOMER


@tagged("post_install", "-at_install")
class TestRoles(RunwellCase):
    """Role × model × operation, as DOMAIN.md has them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_company("Runwell Other", cls.foreign)
        cls.set_rate(cls.foreign, 1.0)
        cls.users = {
            role: cls.user(role.replace(" ", "_"), groups) for role, groups in ROLES.items()
        }
        customers = {
            role: cls.silent(role, cls.company, user_id=user.id) for role, user in cls.users.items()
        }
        customers["nobody"] = cls.silent("nobody", cls.company)
        customers["elsewhere"] = cls.silent("elsewhere", cls.other)
        companies = cls.company + cls.other
        cls.env["runwell.score"]._run_scoring(companies, AS_OF)
        cls.env["runwell.churn.alert"]._raise_alerts(companies)
        for company in companies:
            model = cls.env["runwell.scoring.model"]._active_of(company)
            cls.env["runwell.prediction"]._keep(model, Date.to_date(AS_OF))
        for whose, customer in customers.items():
            company = cls.other if whose == "elsewhere" else cls.company
            cls.env["runwell.churn.measure"].create({
                "description": "Called", "alert_id": cls.env["runwell.churn.alert"].search([
                    ("partner_id", "=", customer.id), ("company_id", "=", company.id),
                ]).id,
            })
            with cls.quiet_queue():
                cls.env["runwell.override"].create({
                    "partner_id": customer.id, "company_id": company.id, "reason": "Agreed",
                    "until": "2100-01-01",
                })
        policies = cls.make_policies()
        cls.make_requests(customers)
        for make in MADE_OF_CUSTOMER.values():
            for whose, customer in customers.items():
                make(cls.env, customer, cls.other if whose == "elsewhere" else cls.company)
        # What stands for each customer, by the account manager's role.
        cls.rows = {
            model: {
                whose: cls.env[model].search([
                    (CUSTOMER.get(model, "partner_id"), "=", customer.id),
                ])
                for whose, customer in customers.items()
            }
            for model in MATRIX if model not in OF_COMPANY
        }
        cls.rows["runwell.scoring.model"] = {
            "nobody": cls.scoring,
            "elsewhere": cls.env["runwell.scoring.model"]._active_of(cls.other),
        }
        cls.rows["runwell.churn.reason"] = {
            whose: cls.env["runwell.churn.reason"].create({
                "name": "Moved", "company_id": company.id,
            })
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        for model, make in MADE_OF_COMPANY.items():
            cls.rows[model] = {
                whose: make(cls.env, company)
                for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
            }
        cls.rows["runwell.alert.rule"] = {}
        for whose, company in (("nobody", cls.company), ("elsewhere", cls.other)):
            rules = cls.env["runwell.alert.rule"]._of(company)
            rules[1:].unlink()
            cls.rows["runwell.alert.rule"][whose] = rules[:1].with_env(cls.env)
        cls.rows["runwell.retention.policy"] = {
            whose: cls.env["runwell.retention.policy"]._of(company).with_env(cls.env)
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        cls.rows["runwell.service.team"] = {
            whose: cls.env["runwell.service.team"]._default_of(company)
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        cls.rows["runwell.request.tag"] = {
            whose: cls.env["runwell.request.tag"].create({
                "name": "Delivery", "company_id": company.id,
            })
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        cls.rows["runwell.sla.policy"] = policies
        cls.rows["runwell.canned.answer"] = {
            whose: cls.env["runwell.canned.answer"].create({
                "name": "Sorry", "body": "<p>Sorry</p>", "company_id": company.id,
            })
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        tests = {
            whose: cls.env["runwell.backtest"].create({
                "company_id": company.id, "result_ids": [Command.create({"as_of": AS_OF})],
            })
            for whose, company in (("nobody", cls.company), ("elsewhere", cls.other))
        }
        cls.rows["runwell.backtest"] = tests
        cls.rows["runwell.backtest.result"] = {
            whose: test.result_ids for whose, test in tests.items()
        }

    @classmethod
    def user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, f"rw_{login}", groups, company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def make_policies(cls):
        """Leave each company one policy with one goal: one clock a request."""
        Policy = cls.env["runwell.sla.policy"]
        companies = {"nobody": cls.company, "elsewhere": cls.other}
        Policy.search([("company_id", "in", [c.id for c in companies.values()])]).unlink()
        return {
            whose: Policy.create({
                "name": "All", "company_id": company.id, "resolution_hours": 8,
            })
            for whose, company in companies.items()
        }

    @classmethod
    def make_requests(cls, customers):
        """Make a request of each customer; an agent's own customer's is given to that agent."""
        colleague = cls.user("colleague", "crm_runwell.group_service_user")
        for whose, customer in customers.items():
            company = cls.other if whose == "elsewhere" else cls.company
            request = cls.env["runwell.request"].create({
                "name": whose, "partner_id": customer.id, "company_id": company.id,
            })
            if whose.startswith("service"):
                request._assign(cls.users[whose])
            elif whose != "elsewhere":
                request._assign(colleague)

    @classmethod
    def silent(cls, name, company, **values):
        """Return a customer at risk who is asked for to be scored again."""
        customer = cls.customer(name, **values)
        cls.orders(customer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01",
                   company=company)
        cls.env["runwell.score.refresh"]._ask(cls.env["sale.order"].search(
            [("partner_id", "=", customer.id)], limit=1,
        ))
        return customer

    def reachable(self, model, user, mode):
        """Return whose rows the user may read or write, by account manager."""
        rows = self.rows[model]
        env_rows = {
            whose: row.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for whose, row in rows.items()
        }
        return {whose for whose, row in env_rows.items() if row.has_access(mode)}

    def test_every_model_is_in_the_matrix(self):
        ours = {
            name for name, model in self.env.registry.items()
            if name.startswith("runwell.") and not model._abstract and not model._transient
        }
        self.assertEqual(ours - OF_OTHERS, set(MATRIX))

    def test_rows_are_there_to_be_seen(self):
        for model, rows in self.rows.items():
            for whose, row in rows.items():
                self.assertEqual(len(row), 1, (model, whose))

    def test_read_and_write(self):
        for model, by_role in MATRIX.items():
            names = set(self.rows[model]) - {"elsewhere"}
            for role, user in self.users.items():
                for mode, reach in zip(("read", "write"), by_role.get(role, ("", "")), strict=True):
                    with self.subTest(model=model, role=role, mode=mode):
                        expected = {"own": {role}, "all": names}.get(reach, set())
                        self.assertEqual(self.reachable(model, user, mode), expected)

    def test_search_finds_what_may_be_read(self):
        for model, by_role in MATRIX.items():
            for role, user in self.users.items():
                reach = by_role.get(role, ("", ""))[0]
                found = self.env[model].with_user(user).with_context(
                    allowed_company_ids=self.company.ids,
                )
                with self.subTest(model=model, role=role):
                    if not reach:
                        with self.assertRaises(AccessError):
                            found.search([])
                        continue
                    if reach == "none":
                        self.assertFalse(found.search([]))
                        continue
                    rows = self.rows[model]
                    expected = (
                        rows[role] if reach == "own"
                        else self.env[model].union(
                            *(row for whose, row in rows.items() if whose != "elsewhere")
                        )
                    )
                    domain = [("company_id", "!=", False)] if model in SHARED else []
                    self.assertEqual(set(found.search(domain).ids), set(expected.ids))

    def test_who_creates_and_deletes(self):
        for model in MATRIX:
            for role, user in self.users.items():
                for mode in ("create", "unlink"):
                    with self.subTest(model=model, role=role, mode=mode):
                        allowed = MAKERS.get(model, ())
                        if mode == "unlink":
                            allowed = DELETERS.get(model, allowed)
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(mode),
                            role in allowed
                            or mode == "create" and role in CREATORS.get(model, ()),
                        )

    def test_margin(self):
        score = self.rows["runwell.score"]
        for role, (reach, _write) in MATRIX["runwell.score"].items():
            row = score[role].with_user(self.users[role])
            with self.subTest(role=role):
                self.assertTrue(reach)
                self.assertTrue(row.read(["revenue_12m"]))
                self.assertEqual("margin_12m" in row.fields_get(), role in MARGIN)
                if role in MARGIN:
                    self.assertIn("margin_12m", row.read(["margin_12m"])[0])
                    continue
                for call in (
                    lambda row=row: row.read(["margin_12m"]),
                    lambda row=row: row.search([("margin_12m", ">", 0)]),
                    lambda row=row: row._read_group([], [], ["margin_12m:sum"]),
                    lambda row=row: row.search([], order="margin_12m"),
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_companies_both_ways(self):
        ours = self.user("ours", "sales_team.group_sale_manager,account.group_account_invoice")
        theirs = self.user(
            "theirs", "sales_team.group_sale_manager,account.group_account_invoice", self.other,
        )
        for model in MATRIX:
            if model == "runwell.score.refresh":
                continue
            names = set(self.rows[model]) - {"elsewhere"}
            with self.subTest(model=model):
                self.assertEqual(self.reachable(model, ours, "read"), names)
                self.assertEqual(self.reachable(model, theirs, "read"), {"elsewhere"})

    def test_a_user_of_both_sees_the_company_of_the_moment(self):
        both = self.user("both", "sales_team.group_sale_manager")
        both.company_ids += self.other
        scores = self.env["runwell.score"].with_user(both)
        for companies in (self.company, self.other, self.company + self.other):
            found = scores.with_context(allowed_company_ids=companies.ids).search([])
            self.assertEqual(found.company_id, companies)

    def test_two_roles_add_up(self):
        """Finance reads all alerts, an account manager works on own ones: both, no more."""
        both = self.user("sales_and_finance",
                         "sales_team.group_sale_salesman,account.group_account_invoice")
        names = set(self.rows["runwell.churn.alert"]) - {"elsewhere"}
        self.assertEqual(self.reachable("runwell.churn.alert", both, "read"), names)
        self.assertEqual(self.reachable("runwell.churn.alert", both, "write"), set())
        self.rows["runwell.churn.alert"]["nobody"].user_id = both
        self.assertEqual(self.reachable("runwell.churn.alert", both, "write"), {"nobody"})

    def test_the_partner_shows_its_score_to_readers_only(self):
        partners = {
            whose: row.partner_id for whose, row in self.rows["runwell.score"].items()
        }
        for role, user in self.users.items():
            if role == "portal":
                continue
            reach = MATRIX["runwell.score"].get(role, ("", ""))[0]
            with self.subTest(role=role):
                own, others = (
                    bool(partners[whose].with_user(user).runwell_score_id)
                    for whose in (role, "nobody")
                )
                self.assertEqual((own, others), (reach in ("own", "all"), reach == "all"))

    def test_evidence_is_for_readers(self):
        score = self.rows["runwell.score"]["nobody"]
        self.assertEqual(
            len(score.with_user(self.users["executive"]).get_evidence()["orders"]), 4,
        )
        with self.assertRaises(AccessError):
            score.with_user(self.users["account manager"]).get_evidence()
        own = self.rows["runwell.score"]["account manager"]
        self.assertTrue(own.with_user(self.users["account manager"]).get_evidence()["orders"])

    def test_who_computes(self):
        Score = self.env["runwell.score"]
        for role, user in self.users.items():
            mine = Score.with_user(user)
            with self.subTest(role=role), self.at(f"{AS_OF} 12:00:00"):
                if role == "supervisor":
                    self.assertEqual(mine.compute_now(self.company.id, "fit")["is_fitted"], False)
                    self.assertEqual(
                        mine.compute_now(self.company.id, "score"), {"scored": len(ROLES) + 1},
                    )
                    self.assertEqual(mine.compute_now(self.company.id, "alert"), {"raised": 0})
                    with self.assertRaises(AccessError):
                        mine.compute_now(self.other.id, "score")
                else:
                    with self.assertRaises(AccessError):
                        mine.compute_now(self.company.id, "score")
