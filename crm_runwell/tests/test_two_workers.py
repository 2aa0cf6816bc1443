import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.fields import Date
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import AS_OF, RunwellCase


@tagged("post_install", "-at_install")
class TestTwoWorkers(BaseCase):
    """Two transactions at once: one scores a company, the other leaves it alone."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.cursors = [self.open() for _worker in range(3)]
        setup, *workers = (api.Environment(cr, SUPERUSER_ID, {}) for cr in self.cursors)
        company = setup.ref("base.main_company")
        had = setup["runwell.scoring.model"].search_count([("company_id", "=", company.id)])
        self.model_id = setup["runwell.scoring.model"]._active_of(company).id
        # Both workers need to see the model.
        setup.cr.commit()
        if not had:
            self.addCleanup(self.forget)
        self.first, self.second = workers
        self.company_id = company.id

    def open(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return cr

    def forget(self):
        for cr in self.cursors:
            cr.rollback()
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM runwell_scoring_model WHERE id = %s", [self.model_id])

    def score(self, env):
        return env["runwell.score"]._score_company(
            env["res.company"].browse(self.company_id), Date.to_date(AS_OF),
        )

    def test_one_is_at_work(self):
        self.assertTrue(self.first["runwell.scoring.model"].browse(self.model_id)._lock())
        self.second.cr.execute("SELECT count(*) FROM runwell_score_history")
        [before] = self.second.cr.fetchone()
        self.assertIsNone(self.score(self.second))
        self.second.cr.execute("SELECT count(*) FROM runwell_score_history")
        self.assertEqual(self.second.cr.fetchone(), (before,))
        self.second.cr.execute("SELECT to_regclass('pg_temp.runwell_feature_pass')")
        self.assertEqual(self.second.cr.fetchone(), (None,))
        queue = self.second["runwell.score"]._refresh_batch(
            self.second["res.company"].browse(self.company_id),
        )
        self.assertEqual(queue, 0)
        self.first.cr.rollback()

    def test_one_after_the_other(self):
        self.assertIsNotNone(self.score(self.first))
        self.assertIsNone(self.score(self.second))
        self.first.cr.rollback()
        self.assertIsNotNone(self.score(self.second))
        self.second.cr.rollback()

    def test_the_other_finished_since_we_began(self):
        """Its rows are newer than what we read; ours would be refused anyway."""
        self.second.cr.execute("SELECT 1 FROM res_company")
        self.first.cr.execute(
            "UPDATE runwell_scoring_model SET scored_count = scored_count WHERE id = %s",
            [self.model_id],
        )
        self.first.cr.commit()
        with mute_logger("odoo.sql_db"):
            self.assertIsNone(self.score(self.second))
        # The transaction is still of use.
        self.second.cr.execute("SELECT 1")
        self.second.cr.rollback()


@tagged("post_install", "-at_install")
class TestOneOpenAlert(RunwellCase):
    """Whoever raises alerts, and however often, a customer has one that is open."""

    def test_the_database_keeps_it(self):
        buyer = self.customer("Buyer")
        self.orders(buyer, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.assertEqual(self.raise_alerts(), 1)
        columns = "partner_id, company_id, currency_id, kind, rule, cause, priority, raised_on"
        copy = f"INSERT INTO runwell_churn_alert ({columns}, state) SELECT {columns}, %s " \
            "FROM runwell_churn_alert WHERE partner_id = %s AND state = 'warning'"
        for state in ("warning", "suspended"):
            with (
                mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(copy, [state, buyer.id])
        self.env.cr.execute(copy, ["won_back", buyer.id])
        self.env.cr.execute(copy, ["won_back", buyer.id])
        self.assertEqual(len(self.alerts(buyer)), 3)
        self.assertEqual(self.raise_alerts(), 0)
