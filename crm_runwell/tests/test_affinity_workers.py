from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestAffinityWorkers(BaseCase):
    """Two workers at once: one builds a company, the other leaves it alone."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env.ref("base.main_company")
            settings = env["runwell.scoring.model"].search([("company_id", "=", company.id)])
            env["runwell.scoring.model"]._active_of(company)
        if not settings:
            self.addCleanup(self.forget_settings, company.id)

    def forget_settings(self, company_id):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM runwell_scoring_model WHERE company_id = %s", [company_id])

    def open(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def build(self, env):
        company = env.ref("base.main_company")
        return env["runwell.product.affinity"]._build(company, "2001-01-01")[company.id]

    def test_one_waits_for_nobody(self):
        first, second = self.open(), self.open()
        self.assertEqual(self.build(first), 0)
        self.assertIsNone(self.build(second))
        first.cr.rollback()
        second.cr.rollback()
        self.assertEqual(self.build(second), 0)
        second.cr.rollback()

    def test_late_comer_leaves_what_is_newer(self):
        """Whoever began to read before the other's commit writes nothing, and breaks nothing."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env.ref("base.main_company")
            product = env["product.product"].create({"name": "Runwell Worker"})
            cr.execute(
                "INSERT INTO runwell_product_demand (company_id, product_id, as_of)"
                " VALUES (%s, %s, '2000-01-01')", [company.id, product.id],
            )
        self.addCleanup(self.take_away, product.id)
        first, second = self.open(), self.open()
        for env in (first, second):
            env.cr.execute("SELECT count(*) FROM runwell_product_demand")
        self.assertEqual(self.build(first), 0)
        first.cr.commit()
        with mute_logger("odoo.sql_db"):
            self.assertIsNone(self.build(second))
        second.cr.execute("SELECT 1")
        second.cr.rollback()

    def take_away(self, product_id):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["product.product"].browse(product_id).unlink()
