from odoo.tests import tagged

from .suggestion_common import TODAY, SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionAgain(SuggestionCase):
    """What to buy again: what is due first, then what the customer usually buys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bread = cls.make_product("Bread")
        for day in ("2024-02-20", "2024-03-20", "2024-04-20", "2024-05-20"):
            cls.buy(day, cls.milk)
        # Bought often, and again just now: usual, not due.
        for day in ("2024-05-02", "2024-05-12", "2024-05-22", "2024-06-01", "2024-06-28"):
            cls.buy(day, cls.bread)

    @classmethod
    def buy(cls, day, product):
        return cls.order(cls.buyer, day, lines=[{"product_id": product.id}])

    def again(self):
        return self.buyer.with_user(self.seller).get_runwell_again_products()["offers"]

    def test_due_first_then_the_usual(self):
        found = self.offered(self.quotation_of(product=self.honey), kind="again")
        self.assertEqual(list(found), [self.milk.id, self.bread.id, self.tea.id])
        self.assertEqual(
            [offer["kind"] for offer in found.values()], ["due", "usual", "usual"],
        )
        self.assertEqual(found[self.milk.id]["text"], "Last on 05/20/2024, usually every 30 days")
        self.assertEqual(found[self.bread.id]["text"], "Bought on 5 days, last on 06/28/2024")
        self.assertEqual(found[self.tea.id]["text"], "Bought on 06/01/2024")
        self.assertIn("100.00", found[self.bread.id]["price"])
        kinds = {row.product_id: row.kind for row in self.log(place="order")}
        self.assertEqual(
            (kinds[self.milk], kinds[self.bread], kinds[self.tea]), ("due", "usual", "usual"),
        )

    def test_on_the_customer(self):
        self.assertEqual(
            [(offer["product_id"], offer["kind"]) for offer in self.again()],
            [(self.milk.id, "due"), (self.bread.id, "usual"), (self.tea.id, "usual")],
        )

    def test_not_what_is_on_the_order_or_quoted(self):
        order = self.quotation_of(product=self.bread)
        self.assertNotIn(self.bread.id, self.offered(order, kind="again"))
        self.assertNotIn(self.bread.id, [offer["product_id"] for offer in self.again()])

    def test_not_what_was_put_aside_or_is_not_sold(self):
        self.buyer.with_user(self.seller).dismiss_runwell_product(self.bread.id)
        self.tea.sale_ok = False
        self.assertEqual([offer["product_id"] for offer in self.again()], [self.milk.id])

    def test_not_what_was_given_back(self):
        self.order(self.buyer, "2024-06-05", lines=[
            {"product_id": self.tea.id, "price_unit": -100},
            {"product_id": self.bread.id, "price_unit": 500},
        ])
        self.assertNotIn(self.tea.id, [offer["product_id"] for offer in self.again()])

    def test_at_most_ten_of_which_five_are_due(self):
        for number in range(8):
            product = self.make_product(f"Due {number}")
            for day in ("2024-02-20", "2024-03-20", "2024-04-20", "2024-05-20"):
                self.buy(day, product)
        kinds = [offer["kind"] for offer in self.again()]
        self.assertEqual(kinds, ["due"] * 5 + ["usual"] * 5)

    def test_a_colleagues_customer_is_not_told(self):
        found = self.buyer.with_user(self.stranger).get_runwell_again_products()
        self.assertEqual(found["offers"], [])

    def test_added_with_one_click(self):
        order = self.quotation_of(product=self.honey)
        self.offered(order)
        order.with_user(self.seller).action_add_runwell_product(self.bread.id)
        log = self.log(product_id=self.bread.id)
        self.assertEqual((log.kind, log.state, log.hit), ("usual", "accepted", 1))
        rates = self.env["runwell.suggestion"].with_user(self.supervisor).get_hit_rates(3)
        self.assertIn("Usual product", [row["kind"] for row in rates["rows"]])

    def test_as_many_queries_for_many(self):
        def cost(count):
            for number in range(count):
                self.buy("2024-06-10", self.make_product(f"{count} {number}"))
            order = self.quotation_of(product=self.honey)
            self.offered(order)
            return self.queries(lambda: self.offered(order))

        cost(1)
        self.assertEqual(cost(1), cost(8))

    def test_what_is_new_and_due_is_told_once(self):
        """All of it was given back: it is not owned, but was bought in a rhythm."""
        self.order(self.buyer, "2024-06-02", lines=[
            {"product_id": self.milk.id, "price_unit": -1000},
            {"product_id": self.bread.id, "price_unit": 5000},
        ])
        self.together(self.tea, self.milk, 40, 80, 0.6)
        order = self.quotation_of()
        self.assertIn(self.milk.id, self.offered(order))
        self.assertNotIn(self.milk.id, self.offered(order, kind="again"))
        self.assertEqual(TODAY, str(self.log(product_id=self.milk.id).first_shown_on))
