from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestNextProductsTour(HttpCase):
    """A suggested product on a quotation and on the customer, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env["res.partner"].create({
            "name": "Tour Teahouse", "is_company": True,
            "user_id": cls.env.ref("base.user_admin").id,
        })
        cls.tea, cls.cups, cls.honey = cls.env["product.product"].create([
            {"name": name, "type": "consu", "list_price": 100}
            for name in ("Tour tea", "Tour cups", "Tour honey")
        ])
        cls.env["runwell.product.affinity"]._as_machine().create([
            {
                "company_id": cls.env.company.id, "product_id": cls.tea.id,
                "other_product_id": other.id, "basket_count": both, "product_count": 80,
                "other_count": both, "customer_count": both, "product_customer_count": 80,
                "similarity": both / 80, "kind": "together", "as_of": fields.Date.today(),
            }
            for other, both in ((cls.cups, 31), (cls.honey, 12))
        ])

    def order_of_tea(self):
        return self.env["sale.order"].create({
            "partner_id": self.buyer.id,
            "order_line": [Command.create({"product_id": self.tea.id})],
        })

    def test_add_with_one_click(self):
        order = self.order_of_tea()
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}", "runwell_next_products",
            login="admin",
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.product_id, self.tea + self.cups)
        log = self.env["runwell.suggestion"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(
            {row.product_id: row.state for row in log},
            {self.cups: "accepted", self.honey: "dismissed"},
        )

    def test_a_second_click_makes_no_second_quotation(self):
        order = self.order_of_tea()
        order.action_confirm()
        self.start_tour(
            f"/odoo/contacts/{self.buyer.id}", "runwell_quotation_with_these", login="admin",
        )
        self.env.invalidate_all()
        quotation = self.buyer.sale_order_ids - order
        self.assertEqual(len(quotation), 1)
        self.assertEqual(quotation.order_line.product_id, self.cups)
