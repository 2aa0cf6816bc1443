from odoo.tests import tagged

from .suggestion_common import TODAY, SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionBranch(SuggestionCase):
    """A branch sells its parent's products to its parent's customers, and is offered as much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls.company
        cls.branch = cls.env["res.company"].create({
            "name": "Runwell Branch", "parent_id": cls.parent.id,
            "currency_id": cls.parent.currency_id.id,
        })
        cls.env.user.company_ids += cls.branch
        (cls.tea + cls.cups + cls.honey).company_id = cls.parent
        cls.buyer.company_id = cls.parent
        cls.make_scoring_model(cls.branch)
        cls.together(cls.tea, cls.cups, 31, 80, 0.5, company=cls.branch)
        cls.clerk = cls.seller_named("rwn_clerk", company=cls.branch)
        cls.buyer.user_id = cls.clerk

    def here(self, record):
        return record.with_user(self.clerk).with_context(allowed_company_ids=self.branch.ids)

    def test_on_a_quotation_of_the_branch(self):
        order = self.order(
            self.buyer, f"{TODAY} 10:00:00", state="draft", user_id=self.clerk.id,
            company=self.branch, lines=[{"product_id": self.tea.id}],
        )
        found = self.here(order.env["sale.order"]).get_runwell_next_products(
            order.id, self.buyer.id, self.tea.ids,
        )
        self.assertEqual([offer["product_id"] for offer in found["new"]], [self.cups.id])
        self.here(order).action_add_runwell_product(self.cups.id)
        self.assertEqual(order.order_line.product_id, self.tea + self.cups)

    def test_on_the_customer_of_the_parent(self):
        self.order(
            self.buyer, "2024-06-01", company=self.branch, lines=[{"product_id": self.tea.id}],
        )
        page = self.here(self.buyer).get_runwell_next_products()
        self.assertEqual(
            ([offer["product_id"] for offer in page["offers"]], page["left_out"]),
            ([self.cups.id], ""),
        )

    def test_the_parent_does_not_sell_the_branchs(self):
        own = self.make_product("Own", company_id=self.branch.id)
        self.together(self.tea, own, 40, 80, 0.9)
        self.assertNotIn(own.id, self.offered(self.quotation_of()))

    def test_a_customer_of_another_company(self):
        """It is said that it is another company's, not that it is left out of the scoring."""
        other = self.make_company("Runwell Other", self.foreign)
        theirs = self.customer("Theirs", company_id=other.id)
        page = theirs.get_runwell_next_products()
        self.assertEqual(page["offers"], [])
        self.assertIn("another company's customer", page["left_out"])
