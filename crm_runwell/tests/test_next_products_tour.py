from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestNextProductsTour(HttpCase):
    """A suggested product on a quotation, added with one click, in a real browser."""

    def test_add_with_one_click(self):
        customer = self.env["res.partner"].create({
            "name": "Tour Teahouse", "is_company": True,
            "user_id": self.env.ref("base.user_admin").id,
        })
        tea, cups, honey = self.env["product.product"].create([
            {"name": name, "type": "consu", "list_price": 100}
            for name in ("Tour tea", "Tour cups", "Tour honey")
        ])
        company = self.env.company
        self.env["runwell.product.affinity"]._as_machine().create([
            {
                "company_id": company.id, "product_id": tea.id, "other_product_id": other.id,
                "basket_count": both, "product_count": 80, "other_count": both,
                "customer_count": both, "product_customer_count": 80, "similarity": both / 80,
                "kind": "together", "as_of": fields.Date.today(),
            }
            for other, both in ((cups, 31), (honey, 12))
        ])
        order = self.env["sale.order"].create({
            "partner_id": customer.id,
            "order_line": [Command.create({"product_id": tea.id})],
        })
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}", "runwell_next_products",
            login="admin",
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.product_id, tea + cups)
        log = self.env["runwell.suggestion"].search([("partner_id", "=", customer.id)])
        self.assertEqual(
            {row.product_id: row.state for row in log}, {cups: "accepted", honey: "dismissed"},
        )
