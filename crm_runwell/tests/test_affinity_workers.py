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
        first, second = self.open(), self.open()
        company = first.ref("base.main_company")
        product = first["product.product"].search([], limit=1)
        first.cr.execute(
            "SELECT count(*) FROM runwell_product_demand WHERE company_id = %s", [company.id],
        )
        if first.cr.fetchone()[0] or not product:
            self.skipTest("the main company has pairs of its own, or there is no product")
        with self.registry.cursor() as cr:
            cr.execute(
                "INSERT INTO runwell_product_demand (company_id, product_id, as_of)"
                " VALUES (%s, %s, '2000-01-01') RETURNING id", [company.id, product.id],
            )
            [row_id] = cr.fetchone()
        self.addCleanup(self.take_away, row_id)
        first.cr.rollback()
        for env in (first, second):
            env.cr.execute("SELECT count(*) FROM runwell_product_demand")
        self.assertEqual(self.build(first), 0)
        first.cr.commit()
        with mute_logger("odoo.sql_db"):
            self.assertIsNone(self.build(second))
        second.cr.execute("SELECT 1")
        second.cr.rollback()

    def take_away(self, row_id):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM runwell_product_demand WHERE id = %s", [row_id])
