from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .suggestion_common import TODAY, SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestion(SuggestionCase):
    """Next products on an order and on the customer, and their log."""

    def test_on_a_quotation(self):
        order = self.quotation_of()
        offers = self.offered(order)
        self.assertEqual(list(offers), [self.cups.id, self.honey.id])
        cups = offers[self.cups.id]
        self.assertEqual(cups["name"], "Cups")
        self.assertEqual(cups["text"], "31 of 80 customers with Tea also buy it")
        self.assertIn("100.00", cups["price"])
        log = self.log(product_id=self.cups.id)
        self.assertEqual(
            (log.partner_id, log.place, log.kind, log.state, log.order_id, log.user_id),
            (self.buyer, "order", "new", "shown", order, self.seller),
        )
        self.assertEqual(log.because_product_id, self.tea)
        self.assertIs(log.hit, False)

    def test_the_price_of_the_orders_price_list(self):
        pricelist = self.env["product.pricelist"].create({
            "name": "Half", "currency_id": self.home.id, "company_id": self.company.id,
            "item_ids": [(0, 0, {
                "applied_on": "3_global", "compute_price": "percentage", "percent_price": 50,
            })],
        })
        order = self.quotation_of(pricelist_id=pricelist.id)
        self.assertIn("50.00", self.offered(order)[self.cups.id]["price"])
        line = self.env["sale.order.line"].browse(
            order.with_user(self.seller).action_add_runwell_product(self.cups.id)
        )
        self.assertEqual(line.price_subtotal, 50)

    def test_of_an_order_that_is_not_saved(self):
        Order = self.env["sale.order"].with_user(self.seller)
        new = self.customer("New customer")
        found = Order.get_runwell_next_products(False, new.id, [])
        self.assertEqual(found, {"new": [], "again": []})
        found = Order.get_runwell_next_products(False, new.id, [self.tea.id])
        self.assertEqual([offer["product_id"] for offer in found["new"]],
                         [self.cups.id, self.honey.id])
        self.assertFalse(self.log(partner_id=new.id).order_id)

    def test_what_is_on_the_order_is_not_offered(self):
        order = self.quotation_of()
        order.with_user(self.seller).action_add_runwell_product(self.cups.id)
        self.assertEqual(list(self.offered(order)), [self.honey.id])

    def test_a_day_counts_once(self):
        order = self.quotation_of()
        for _turn in range(3):
            self.offered(order)
        self.assertEqual(self.log().mapped("shown_count"), [1, 1])
        with self.at("2024-07-02 12:00:00"):
            self.offered(order)
            self.offered(order)
        log = self.log(product_id=self.cups.id)
        self.assertEqual(
            (log.shown_count, str(log.first_shown_on), str(log.last_shown_on)),
            (2, TODAY, "2024-07-02"),
        )

    def test_added_with_one_click(self):
        order = self.quotation_of()
        self.offered(order)
        line_id = order.with_user(self.seller).action_add_runwell_product(self.cups.id)
        self.assertEqual(order.order_line.product_id, self.tea + self.cups)
        # A second click adds no second line.
        self.assertEqual(
            order.with_user(self.seller).action_add_runwell_product(self.cups.id), line_id,
        )
        self.assertEqual(len(order.order_line), 2)
        log = self.log(product_id=self.cups.id)
        self.assertEqual(
            (log.state, log.hit, log.done_by_id, str(log.decided_on)),
            ("accepted", 1, self.seller, TODAY),
        )
        self.assertEqual(self.log(product_id=self.honey.id).state, "shown")

    def test_not_on_a_confirmed_or_locked_order(self):
        order = self.quotation_of()
        for values in ({"state": "sale"}, {"state": "cancel"}, {"state": "draft", "locked": True}):
            order.write(values)
            self.assertFalse(self.offered(order))
            with self.assertRaises(UserError):
                order.with_user(self.seller).action_add_runwell_product(self.cups.id)
        self.assertEqual(order.order_line.product_id, self.tea)
        self.assertFalse(self.log())

    def test_what_is_not_sold(self):
        order = self.quotation_of()
        other = self.make_company("Runwell Other", self.foreign)
        for values in ({"sale_ok": False}, {"active": False}, {"company_id": other.id}):
            before = {name: self.cups[name] for name in values}
            self.cups.write(values)
            self.assertNotIn(self.cups.id, self.offered(order))
            with self.assertRaises(UserError):
                order.with_user(self.seller).action_add_runwell_product(self.cups.id)
            self.cups.write(before)
        self.assertIn(self.cups.id, self.offered(order))

    def test_of_a_colleagues_order(self):
        order = self.quotation_of()
        for call in (
            lambda: self.offered(order, self.stranger),
            lambda: order.with_user(self.stranger).action_add_runwell_product(self.cups.id),
            lambda: order.with_user(self.stranger).dismiss_runwell_product(
                order.id, self.buyer.id, self.cups.id,
            ),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_put_aside_for_180_days(self):
        order = self.quotation_of()
        self.offered(order)
        self.env["sale.order"].with_user(self.seller).dismiss_runwell_product(
            order.id, self.buyer.id, self.cups.id,
        )
        log = self.log(product_id=self.cups.id)
        self.assertEqual((log.state, log.hit, log.done_by_id), ("dismissed", 0, self.seller))
        self.assertEqual(str(log.dismissed_until), "2024-12-27")
        self.assertNotIn(self.cups.id, self.offered(order))
        page = self.buyer.with_user(self.seller).get_runwell_next_products()
        self.assertEqual([offer["product_id"] for offer in page["offers"]], [self.honey.id])
        with self.at("2024-12-27 12:00:00"):
            self.assertNotIn(self.cups.id, self.offered(order))
        with self.at("2024-12-28 12:00:00"):
            self.assertIn(self.cups.id, self.offered(order))

    def test_offered_again(self):
        self.buyer.with_user(self.seller).dismiss_runwell_product(self.cups.id)
        order = self.quotation_of()
        self.assertNotIn(self.cups.id, self.offered(order))
        log = self.log(product_id=self.cups.id)
        with self.assertRaises(AccessError):
            log.with_user(self.stranger).action_offer_again()
        log.with_user(self.seller).action_offer_again()
        self.assertIn(self.cups.id, self.offered(order))

    def test_offered_again_wherever_it_was_put_aside(self):
        """Two people who see it at two places put it aside at both."""
        order = self.quotation_of()
        self.offered(order)
        buyer = self.buyer.with_user(self.seller)
        buyer.get_runwell_next_products()
        buyer.dismiss_runwell_product(self.cups.id)
        self.env["sale.order"].with_user(self.seller).dismiss_runwell_product(
            order.id, self.buyer.id, self.cups.id,
        )
        log = self.log(product_id=self.cups.id)
        self.assertEqual(log.mapped("state"), ["dismissed", "dismissed"])
        log[0].with_user(self.seller).action_offer_again()
        self.assertFalse(any(log.mapped("dismissed_until")))
        self.assertIn(self.cups.id, self.offered(order))

    def test_put_aside_decides_of_one_place(self):
        """What was put aside on an order was not refused by the customer on the portal."""
        buyer = self.buyer.with_user(self.seller)
        buyer.get_runwell_next_products()
        order = self.quotation_of()
        self.offered(order)
        self.env["sale.order"].with_user(self.seller).dismiss_runwell_product(
            order.id, self.buyer.id, self.cups.id,
        )
        states = {row.place: row.state for row in self.log(product_id=self.cups.id)}
        self.assertEqual(states, {"order": "dismissed", "customer": "shown"})
        # It rests at both.
        page = buyer.get_runwell_next_products()
        self.assertEqual([offer["product_id"] for offer in page["offers"]], [self.honey.id])

    def test_what_is_quoted_is_not_offered(self):
        """Until the quotation is confirmed, cancelled or past."""
        buyer = self.buyer.with_user(self.seller)

        def offered():
            return [one["product_id"] for one in buyer.get_runwell_next_products()["offers"]]

        self.assertEqual(offered(), [self.cups.id, self.honey.id])
        action = buyer.action_runwell_quotation([self.cups.id])
        self.assertEqual(offered(), [self.honey.id])
        self.assertEqual(len(self.log(product_id=self.cups.id)), 1)
        self.assertNotIn(self.cups.id, self.offered(self.quotation_of()))
        order = self.env["sale.order"].browse(action["res_id"])
        order.state = "sent"
        self.assertEqual(offered(), [self.honey.id])
        order.validity_date = "2024-06-29"
        self.assertEqual(offered(), [self.cups.id, self.honey.id])
        order.write({"validity_date": False, "state": "cancel"})
        self.assertEqual(offered(), [self.cups.id, self.honey.id])

    def test_a_quotation_of_another_company_does_not_count(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        self.order(
            self.buyer, TODAY, state="draft", company=other,
            lines=[{"product_id": self.cups.id}],
        )
        self.assertIn(self.cups.id, self.offered(self.quotation_of()))

    def test_customers_left_out_get_none(self):
        order = self.quotation_of()
        with self.quiet_queue():
            self.buyer.runwell_exclusion = "blocked"
        self.assertFalse(self.offered(order))
        page = self.buyer.with_user(self.seller).get_runwell_next_products()
        self.assertEqual(page["offers"], [])
        self.assertIn("left out of the scoring", page["left_out"])
        self.assertFalse(self.log())

    def test_on_the_customer(self):
        page = self.buyer.with_user(self.seller).get_runwell_next_products()
        self.assertEqual(
            [offer["product_id"] for offer in page["offers"]], [self.cups.id, self.honey.id],
        )
        self.assertTrue(page["may_quote"])
        action = self.buyer.with_user(self.seller).action_runwell_quotation(
            [self.cups.id, self.honey.id]
        )
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(
            (order.partner_id, order.state, order.order_line.product_id),
            (self.buyer, "draft", self.cups + self.honey),
        )
        self.assertEqual(self.log(place="customer").mapped("state"), ["accepted"] * 2)
        for products in ([], [0], "1", [self.cups.id] * 21):
            with self.assertRaises(UserError):
                self.buyer.with_user(self.seller).action_runwell_quotation(products)

    def test_pairs_are_not_lost_to_what_many_buy(self):
        """Where pairs alone are wanted, popular products take no place of theirs."""
        popular = [self.make_product(f"Popular {number}") for number in range(30)]
        self.env["runwell.product.demand"]._as_machine().create([
            {
                "company_id": self.company.id, "product_id": product.id, "as_of": TODAY,
                "customer_count": 50, "basket_count": 90, "recent_count": 40, "popularity": 1.0,
            }
            for product in popular
        ])
        for number in range(6):
            self.together(self.tea, self.make_product(f"Rare {number}"), 5, 80, 0.01)
        offers = self.offered(self.quotation_of()).values()
        self.assertEqual(len(offers), 5)
        for offer in offers:
            self.assertIn("customers with Tea also buy it", offer["text"])

    def test_what_many_buy(self):
        """Popular alone is not bought together: on the customer, not on an order."""
        self.env["runwell.product.demand"]._as_machine().create({
            "company_id": self.company.id, "product_id": self.milk.id, "as_of": TODAY,
            "customer_count": 50, "basket_count": 90, "recent_count": 40, "popularity": 1.0,
        })
        self.assertNotIn(self.milk.id, self.offered(self.quotation_of()))
        page = self.buyer.with_user(self.seller).get_runwell_next_products()
        text = {offer["product_id"]: offer["text"] for offer in page["offers"]}
        self.assertEqual(text[self.milk.id], "Bought by many customers")

    def test_who_only_looks_shows_nothing(self):
        executive = self.seller_named("rwn_executive", "crm_runwell.group_executive")
        page = self.buyer.with_user(executive).get_runwell_next_products()
        self.assertEqual(len(page["offers"]), 2)
        self.assertFalse(page["may_quote"])
        self.assertFalse(self.log())
        with self.assertRaises(AccessError):
            self.buyer.with_user(executive).dismiss_runwell_product(self.cups.id)
        with self.assertRaises(AccessError):
            self.buyer.with_user(executive).action_runwell_quotation([self.cups.id])
        agent = self.seller_named("rwn_agent", "crm_runwell.group_service_user")
        self.assertEqual(self.buyer.with_user(agent).get_runwell_next_products()["offers"], [])

    def test_a_colleagues_customer_is_not_told(self):
        """A suggestion tells what a customer buys: it goes by who reads its score."""
        self.order(self.buyer, "2024-05-01", lines=[{"product_id": self.tea.id}])
        self.env["runwell.score"]._run_scoring(self.company, TODAY)
        for user, offers in ((self.seller, 2), (self.stranger, 0), (self.supervisor, 2)):
            found = self.buyer.with_user(user).get_runwell_next_products()
            self.assertEqual(len(found["offers"]), offers, user.login)

    def test_another_company_sees_nothing(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        self.offered(self.quotation_of())
        theirs = self.seller_named("rwn_theirs", "sales_team.group_sale_manager", other)
        buyer = self.buyer.with_context(allowed_company_ids=other.ids).with_user(theirs)
        self.assertFalse(buyer.env["runwell.suggestion"].search([]))
        page = buyer.get_runwell_next_products()
        self.assertEqual(page["offers"], [])

    def test_nobody_writes_the_log(self):
        self.offered(self.quotation_of())
        log = self.log()[:1]
        for call in (
            lambda: log.write({"state": "bought"}), lambda: log.unlink(),
            lambda: log.create({"partner_id": self.buyer.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_merged_customers(self):
        twin = self.customer("Twin", user_id=self.seller.id)
        self.offered(self.quotation_of())
        self.offered(self.quotation_of(twin))
        self.assertEqual(len(self.log(product_id=self.cups.id)), 2)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.buyer + twin).ids, self.buyer,
        )
        self.assertEqual(self.log(product_id=self.cups.id).partner_id, self.buyer)
        self.assertEqual(len(self.log(product_id=self.cups.id)), 1)
