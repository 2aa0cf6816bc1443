from odoo import fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestFiveStepsTour(HttpCase):
    """From knowing the customers to a tag and activities, in a real browser."""

    def test_five_steps(self):
        customer = self.env["res.partner"].create({
            "name": "Five Steps Teahouse", "is_company": True,
            "user_id": self.env.ref("base.user_admin").id,
        })
        company = self.env.company
        model = self.env["runwell.scoring.model"]._active_of(company)
        self.env["runwell.score"]._as_machine().create({
            "partner_id": customer.id, "company_id": company.id, "model_id": model.id,
            "currency_id": company.currency_id.id, "as_of": fields.Date.today(),
            "lifecycle": "active", "sufficiency": "enough", "revenue_12m": 1000,
            "margin_12m": 300, "value_class": "high", "churn_probability": 0.1,
        })
        settings = self.env["res.users.settings"]._find_or_create_for_user(
            self.env.ref("base.user_admin"),
        )
        settings.runwell_five_steps = False
        self.start_tour("/odoo/five-steps", "runwell_five_steps", login="admin")
        self.assertTrue(customer.category_id)
        self.assertTrue(customer.activity_ids)
