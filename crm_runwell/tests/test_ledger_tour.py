from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestLedgerTour(HttpCase):
    """From a figure of the retention ledger to the alert behind it, in a real browser."""

    def test_from_a_figure_to_the_alert(self):
        customer = self.env["res.partner"].create({
            "name": "Ledger Teahouse", "is_company": True,
            "user_id": self.env.ref("base.user_admin").id,
        })
        product = self.env["product.product"].create({"name": "Tea", "list_price": 1000})
        today = fields.Datetime.now().replace(hour=12)
        self.env["sale.order"].create([
            {
                "partner_id": customer.id, "state": "sale",
                "date_order": today - timedelta(days=120 + 10 * number),
                "order_line": [Command.create({
                    "product_id": product.id, "price_unit": 1_000_000, "tax_ids": False,
                })],
            }
            for number in range(25)
        ]).flush_recordset()
        company = self.env.company
        self.env["runwell.retention.policy"]._of(company).hold_back_share = 0
        rules = self.env["runwell.alert.rule"]._of(company)
        plain = rules.filtered(lambda rule: rule.code == "silence")
        plain.is_on = False
        self.env["runwell.score"]._run_scoring(company)
        self.env["runwell.churn.alert"]._raise_alerts(company)
        self.start_tour("/odoo/churn-ledger", "runwell_ledger", login="admin")
        self.assertTrue(plain.is_on)
