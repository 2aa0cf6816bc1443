from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestRetentionTour(HttpCase):
    """From a warning to a customer won back, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({
            "name": "Tour Roastery", "is_company": True,
            "user_id": cls.env.ref("base.user_admin").id,
        })
        cls.product = cls.env["product.product"].create({"name": "Coffee", "list_price": 1000})
        now = fields.Datetime.now()
        for number in range(25):
            cls.order("sale", now - timedelta(days=120 + 10 * number), 1_000_000)
        cls.env.flush_all()
        cls.env["runwell.score"]._run_scoring(cls.env.company)
        cls.env["runwell.churn.alert"]._raise_alerts(cls.env.company)
        cls.alert = cls.env["runwell.churn.alert"].search([
            ("partner_id", "=", cls.customer.id),
        ])

    @classmethod
    def order(cls, state, moment, amount):
        return cls.env["sale.order"].create({
            "partner_id": cls.customer.id, "state": state, "date_order": moment,
            "order_line": [Command.create({
                "product_id": cls.product.id, "price_unit": amount, "tax_ids": False,
            })],
        })

    def test_from_warning_to_won_back(self):
        self.assertEqual(self.alert.state, "warning")
        self.start_tour("/odoo", "runwell_from_warning_to_measure", login="admin")
        self.assertEqual(self.alert.state, "suspended")
        self.assertEqual(self.alert.measure_ids.kind, "offer")
        order = self.order("draft", fields.Datetime.now(), 1234.0)
        order.action_confirm()
        with self.enter_registry_test_mode():
            self.env.ref("crm_runwell.ir_cron_refresh").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.alert.won_back_order_id, order)
        self.start_tour("/odoo/churn-alerts", "runwell_won_back", login="admin")
