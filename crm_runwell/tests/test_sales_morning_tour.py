from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSalesMorningTour(HttpCase):
    """A salesperson's morning, in a real browser."""

    def test_from_due_to_logged(self):
        seller = new_test_user(
            self.env, "rw_morning", "sales_team.group_sale_salesman,base.group_partner_manager",
            context={"no_reset_password": True},
        )
        proactive = self.env.ref("crm_runwell.relationship_proactive")
        oolong = self.env["product.product"].create({"name": "Oolong", "list_price": 90.0})
        customers = self.env["res.partner"]
        for name in ("Tour Teahouse", "Tour Bakery"):
            customer = self.env["res.partner"].create({
                "name": name, "is_company": True, "user_id": seller.id,
                "runwell_relationship_type_id": proactive.id,
            })
            self.env["sale.order"].create({
                "partner_id": customer.id, "state": "sale",
                "date_order": fields.Datetime.now() - timedelta(days=80),
                "order_line": [Command.create({"product_id": oolong.id})],
            })
            customers |= customer
        self.env.flush_all()
        self.env["runwell.score"]._run_scoring(self.env.company)
        for customer, days in zip(customers, (75, 50), strict=True):
            self.env["runwell.interaction"].create({
                "partner_id": customer.id, "name": "First talk", "user_id": seller.id,
                "channel_id": self.env.ref("crm_runwell.channel_visit").id,
                "date": fields.Datetime.now() - timedelta(days=days),
            })
        teahouse = customers[0]
        teahouse.activity_schedule(
            "mail.mail_activity_data_call", summary="Ask about the order", user_id=seller.id,
        )
        self.start_tour("/odoo", "runwell_sales_morning", login=seller.login)
        rows = self.env["runwell.interaction"].search([("partner_id", "=", teahouse.id)])
        self.assertEqual(
            set(rows.mapped("name")),
            {"First talk", "They liked the oolong", "Ask about the order"},
        )
        self.assertEqual(rows.user_id, seller)
        relation = self.env["runwell.relation"].search([("partner_id", "=", teahouse.id)])
        self.assertEqual(relation.touch_overdue_days, 0)
