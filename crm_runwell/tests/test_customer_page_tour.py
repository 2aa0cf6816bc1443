from odoo import Command
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestCustomerPageTour(HttpCase):
    """The 360° page in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        cls.customer = cls.env["res.partner"].create({
            "name": "Tour Mill", "is_company": True, "ref": "TOUR-360", "user_id": admin.id,
        })
        cls.env["res.partner"].create({
            "name": "Tour Bakery", "is_company": True, "ref": "TOUR-361",
        })
        product = cls.env["product.product"].create({"name": "Flour", "list_price": 10})
        order = cls.env["sale.order"].create({
            "partner_id": cls.customer.id,
            "order_line": [Command.create({"product_id": product.id})],
        })
        order.action_confirm()
        cls.customer.message_post(
            body="Your offer", message_type="comment", subtype_xmlid="mail.mt_comment",
        )
        cls.customer.activity_schedule(
            "mail.mail_activity_data_call", summary="Ask for the forecast", user_id=admin.id,
        )

    def test_from_the_menu_to_a_record_and_back(self):
        self.start_tour("/odoo", "runwell_customer_page", login="admin")

    def test_from_the_partner(self):
        self.start_tour(
            f"/odoo/contacts/{self.customer.id}", "runwell_partner_to_page", login="admin",
        )
