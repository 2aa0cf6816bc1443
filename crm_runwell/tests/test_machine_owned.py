from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import AS_OF, RunwellCase

#: Models of which every row belongs to the scoring.
WHOLE = ("runwell.score", "runwell.score.history", "runwell.score.refresh")
#: Models of which some fields do.
PARTS = ("runwell.churn.alert", "runwell.scoring.model")


@tagged("post_install", "-at_install")
class TestMachineOwned(RunwellCase):
    """Figures are written by the scoring alone, whichever way one comes in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "rw_admin", "base.group_system,sales_team.group_sale_manager",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)],
        )
        buyer = cls.customer("Buyer", user_id=cls.admin.id)
        cls.orders(buyer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        cls.env["runwell.score"]._run_scoring(cls.company, AS_OF)
        cls.env["runwell.churn.alert"]._raise_alerts(cls.company)
        cls.env["runwell.score.refresh"]._ask(cls.env["sale.order"].search(
            [("partner_id", "=", buyer.id)], limit=1,
        ))
        cls.buyer = buyer

    def row(self, model):
        """Return the one row of the test company."""
        row = self.env[model].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(row), 1, model)
        return row

    def refused(self, call, *args, **kwargs):
        with self.assertRaises(AccessError) as error:
            call(*args, **kwargs)
        self.assertIn("kept by the scoring alone", str(error.exception))

    def test_not_even_the_superuser(self):
        self.assertTrue(self.env.su)
        for model in (*WHOLE, *PARTS):
            with self.subTest(model=model):
                row = self.row(model)
                self.refused(row.create, {"partner_id": self.buyer.id})
                self.refused(row.unlink)
                self.refused(row.copy)
        for model in WHOLE:
            with self.subTest(model=model):
                row = self.row(model)
                self.refused(row.write, {"partner_id": self.buyer.id})
                self.refused(row.write, {})

    def test_every_machine_field(self):
        for model in PARTS:
            row = self.row(model)
            for name in sorted(row._machine_fields):
                with self.subTest(model=model, field=name):
                    self.assertIn(name, row._fields)
                    self.refused(row.write, {name: row[name]})

    def test_a_context_does_not_help(self):
        for key in (True, 1, "machine", object()):
            row = self.row("runwell.score").with_context(runwell_machine=key)
            self.refused(row.write, {"churn_probability": 0.1})
            self.refused(row.unlink)

    def test_over_rpc(self):
        env = self.env(user=self.admin, su=False)
        machine = {"runwell_machine": True, "allowed_company_ids": self.company.ids}
        ids = self.row("runwell.churn.alert").ids
        for context in ({}, machine):
            for method, args in (
                ("write", [ids, {"revenue_at_risk": 0}]),
                ("create", [{"partner_id": self.buyer.id}]),
                ("unlink", [ids]),
                ("web_save", [ids, {"state": "won_back"}]),
            ):
                kwargs = {"context": context}
                if method == "web_save":
                    kwargs["specification"] = {}
                with self.assertRaises(AccessError, msg=method):
                    call_kw(env["runwell.churn.alert"], method, args, kwargs)
        self.assertEqual(self.row("runwell.churn.alert").state, "warning")

    def test_the_machine_itself_is_out_of_reach(self):
        env = self.env(user=self.admin, su=False)
        for model, method in (
            ("runwell.score", "_run_scoring"), ("runwell.score", "_score_company"),
            ("runwell.score", "_as_machine"), ("runwell.score", "_refresh_batch"),
            ("runwell.churn.alert", "_raise_alerts"), ("runwell.scoring.model", "_fit"),
            ("runwell.score.refresh", "_ask"),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                call_kw(env[model], method, [[]], {})

    def test_by_import(self):
        for model, name, value in (
            ("runwell.score", "churn_probability", "0.1"),
            ("runwell.churn.alert", "state", "Won back"),
            ("runwell.scoring.model", "alpha", "1.0"),
        ):
            row = self.row(model)
            before = row[name]
            with self.subTest(model=model):
                result = row.load([".id", name], [[str(row.id), value]])
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])
                row.invalidate_recordset()
                self.assertEqual(row[name], before)
        new = self.env["runwell.score"].load(
            ["partner_id/.id", "company_id/.id", "lifecycle"],
            [[str(self.customer().id), str(self.company.id), "Active"]],
        )
        self.assertFalse(new["ids"])

    def test_what_people_may_write(self):
        alert = self.row("runwell.churn.alert").with_user(self.admin)
        alert.reason = "Closed their shop"
        settings = self.row("runwell.scoring.model").with_user(self.admin)
        settings.alert_threshold = 0.6
        self.assertEqual((alert.reason, settings.alert_threshold), ("Closed their shop", 0.6))

    def test_a_setting_and_a_fact_together_are_refused(self):
        settings = self.row("runwell.scoring.model")
        self.refused(settings.write, {"alert_threshold": 0.6, "alpha": 1.0})
        self.assertEqual(settings.alert_threshold, 0.7)

    def test_the_row_of_a_customer_is_one(self):
        row = self.row("runwell.score")
        self.refused(row.copy, {"partner_id": self.customer().id})
        self.assertEqual(self.run_scoring(), 1)
        self.assertEqual(self.row("runwell.score"), row)
