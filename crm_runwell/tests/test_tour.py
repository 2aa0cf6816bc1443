from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestTour(HttpCase):
    """The way of a salesperson from the menu to the work, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Tour Teahouse", "is_company": True,
                "user_id": cls.env.ref("base.user_admin").id,
            }
        )
        product = cls.env["product.product"].create({"name": "Tea", "list_price": 1000})
        today = fields.Datetime.now().replace(hour=12)
        orders = cls.env["sale.order"].create([
            {
                "partner_id": cls.customer.id, "state": "sale",
                "date_order": today - timedelta(days=120 + 10 * number),
                "order_line": [Command.create({
                    "product_id": product.id, "price_unit": 1_000_000, "tax_ids": False,
                })],
            }
            for number in range(25)
        ])
        orders.flush_recordset()
        cls.env["runwell.score"]._run_scoring(cls.env.company)
        cls.env["runwell.churn.alert"]._raise_alerts(cls.env.company)

    def test_from_menu_to_activity(self):
        self.start_tour("/odoo", "runwell_from_menu_to_activity", login="admin")
        alert = self.env["runwell.churn.alert"].search([("partner_id", "=", self.customer.id)])
        self.assertIn("Call the Teahouse", alert.activity_ids.mapped("summary"))
