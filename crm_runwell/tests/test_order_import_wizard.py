"""The two doors to the import: the wizard and the command line."""

import base64
import tempfile
import unittest
from datetime import date, timedelta
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.modules.module import load_script
from odoo.tests import Form, new_test_user, tagged

from .test_order_import import HEADER, OrderHistoryCase


@tagged("post_install", "-at_install")
class TestOrderImportWizard(OrderHistoryCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "runwell_manager", "sales_team.group_sale_manager,base.group_multi_company",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])
        cls.salesman = new_test_user(
            cls.env, "runwell_salesman", "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def upload(self, rows, user=None, **values):
        wizard = self.env["runwell.order.import"].with_user(user or self.manager)
        return wizard.with_company(self.company).create({
            "file": base64.b64encode((HEADER + rows).encode()), "file_name": "my.csv", **values})

    def test_import_and_result(self):
        wizard = self.upload("A,2024-01-01,1,p,1,5\nA,bad,1,p,1,5\nB,2024-01-01,2,p,-1,-5\n")
        action = wizard.action_import()
        self.assertEqual((action["res_id"], wizard.state), (wizard.id, "done"))
        self.assertIn("Lines loaded", wizard.summary)
        listed = base64.b64decode(wizard.rejected_file).decode()
        self.assertIn("3,", listed)
        self.assertIn('"A,bad,1,p,1,5"', listed)
        self.assertEqual(wizard.rejected_name, "my.csv.rejected.csv")
        orders = self.env["sale.order"].with_user(self.manager).search(
            wizard.action_open_orders()["domain"])
        self.assertEqual(orders, self.orders())
        partners = self.env["res.partner"].with_user(self.manager).search(
            wizard.action_open_customers()["domain"])
        self.assertEqual(partners, orders.partner_id)

    def test_no_list_without_rejected_rows(self):
        wizard = self.upload("A,2024-01-01,1,p,1,5\n")
        wizard.action_import()
        self.assertFalse(wizard.rejected_file)

    def test_the_form(self):
        wizard = self.env["runwell.order.import"].with_user(self.manager)
        form = Form(wizard.with_company(self.company))
        form.file = base64.b64encode((HEADER + "A,2024-01-01,1,p,1,5\n").encode())
        saved = form.save()
        self.assertEqual(saved.company_id, self.company)
        saved.action_import()
        self.assertEqual(len(self.orders()), 1)

    def test_a_bad_file(self):
        wizard = self.upload("")
        wizard.file = base64.b64encode(b"nonsense")
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertEqual(wizard.state, "upload")

    def test_only_sales_managers(self):
        with self.assertRaises(AccessError):
            self.upload("A,2024-01-01,1,p,1,5\n", user=self.salesman)
        wizard = self.upload("A,2024-01-01,1,p,1,5\n")
        with self.assertRaises(AccessError):
            wizard.with_user(self.salesman).action_import()

    def test_not_into_a_company_of_others(self):
        other = self.env["res.company"].create({"name": "Others"})
        wizard = self.upload("A,2024-01-01,1,p,1,5\n")
        wizard.sudo().company_id = other
        with self.assertRaises(AccessError):
            wizard.action_import()
        self.assertFalse(self.orders(company=other))

    def test_scores_on_request(self):
        if "runwell.score" not in self.env:
            raise unittest.SkipTest("there is no model runwell.score")
        wizard = self.upload("A,2024-01-01,1,p,1,5\n")
        wizard.action_import()
        action = wizard.action_compute_scores()
        self.assertEqual(action["tag"], "runwell_compute_now")
        for company_id in action["params"]["company_ids"]:
            wizard.env["runwell.score"].compute_now(company_id, "score")
        score = self.env["runwell.score"].search(
            [("partner_id", "=", self.orders().partner_id.id)])
        self.assertEqual(score.revenue_total, 5)


@tagged("post_install", "-at_install")
class TestOrderImportCommand(OrderHistoryCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.command = load_script(
            "crm_runwell/cli/import_orders.py", "odoo.cli.import_orders")

    def test_companies(self):
        find = self.command._find_company
        self.assertEqual(find(self.env, "Importers"), self.company)
        self.assertEqual(find(self.env, str(self.company.id)), self.company)
        self.assertEqual(find(self.env, None), self.env.ref("base.main_company"))
        with self.assertRaisesRegex(self.command.Failure, "Importers"):
            find(self.env, "Nobody")

    def test_list_of_rejected_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "x.csv.gz")
            path = Path(folder, "x.csv.gz.rejected.csv")
            path.write_text("of an earlier import")
            rejected = self.command.RejectedList(source)
            self.assertFalse(path.exists())
            self.assertIsNone(rejected.path)
            for text in ("first try", "second"):
                rejected.open().write(text)
            rejected.close()
            self.assertEqual((rejected.path, path.read_text()), (path, "second"))

    def test_list_where_the_folder_cannot_be_written(self):
        with tempfile.TemporaryDirectory() as folder:
            rejected = self.command.RejectedList(Path(folder, "none", "x.csv"))
            rejected._folders = (Path(folder, "none"), Path(folder))
            rejected.open()
            rejected.close()
            self.assertEqual(rejected.path, Path(folder, "x.csv.rejected.csv"))

    def test_no_such_database(self):
        with self.assertRaisesRegex(self.command.Failure, "runwell_no_such"), \
                self.assertLogs("odoo.sql_db"):
            self.command._check_database("runwell_no_such_database")

    def test_yesterday_is_no_future(self):
        day = date.today() - timedelta(days=1)
        self.assertEqual(self.load(f"A,{day},1,p,1,5\n").loaded, 1)
