from odoo.tests import tagged

from .test_suggestion_portal import SuggestionPortalCase


@tagged("post_install", "-at_install")
class TestSuggestionAdd(SuggestionPortalCase):
    """A customer adds a suggested product to the own quotation, where the company lets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company)
        cls.policy.customers_add_products = True

    def setUp(self):
        super().setUp()
        self.quote.pricelist_id = self.env["product.pricelist"].create({
            "name": "Half", "currency_id": self.home.id, "company_id": self.company.id,
            "item_ids": [(0, 0, {
                "applied_on": "3_global", "compute_price": "percentage", "percent_price": 50,
            })],
        })
        self.authenticate(self.ours.login, self.ours.login)

    def add(self, product, token="", order=None):
        return self.post(order or self.quote, product, token, "add_product")

    def test_shown_with_the_price_of_the_quotation(self):
        section = self.offers(self.page(self.quote))
        self.assertIn(f"/my/orders/{self.quote.id}/add_product", section)
        self.assertNotIn("/interest", section)
        self.assertIn("50.00", section)

    def test_added_at_that_price(self):
        self.page(self.quote)
        talk = self.quote.message_ids
        for _twice in range(2):
            answer = self.add(self.cups)
            self.assertIn(f"/my/orders/{self.quote.id}", answer.headers["Location"])
        line = self.quote.order_line.filtered(lambda line: line.product_id == self.cups)
        self.assertEqual((len(line), line.product_uom_qty, line.price_subtotal), (1, 1, 50))
        said = (self.quote.message_ids - talk).filtered(lambda one: one.author_id == self.buyer)
        self.assertEqual(len(said), 1)
        self.assertIn("Cups", said.body)
        self.assertIn("50.00", said.body)
        self.assertIn(self.seller.partner_id, said.notified_partner_ids)
        log = self.log(product_id=self.cups.id)
        self.assertEqual((log.state, log.hit, log.order_id), ("accepted", 1, self.quote))
        section = self.offers(self.page(self.quote))
        self.assertNotIn("Cups", section)
        self.assertIn("Honey", section)

    def test_by_the_link_of_the_mail(self):
        self.authenticate(None, None)
        self.page(self.quote, self.token)
        self.add(self.cups, self.token)
        self.assertIn(self.cups, self.quote.order_line.product_id)

    def test_what_has_no_price_is_asked_for(self):
        self.cups.list_price = 0
        section = self.offers(self.page(self.quote))
        self.assertIn("/interest", section)
        self.assertIn("/add_product", section)
        self.refused(self.cups)

    def test_only_until_the_customer_said_yes(self):
        self.page(self.quote)
        provider = self.env["payment.provider"].create({
            "name": "Runwell", "company_id": self.company.id,
        })
        paid = self.env["payment.transaction"].create({
            "provider_id": provider.id, "amount": 100, "currency_id": self.home.id,
            "payment_method_id": self.env["payment.method"].create(
                {"name": "Runwell", "code": "runwell"}
            ).id,
            "partner_id": self.buyer.id, "reference": "RW-1", "state": "draft",
            "sale_order_ids": self.quote.ids,
        })
        for record, values in (
            (self.quote, {"state": "draft"}), (self.quote, {"state": "sale"}),
            (self.quote, {"state": "cancel"}), (self.quote, {"validity_date": "2024-06-01"}),
            (self.quote, {"locked": True}), (self.quote, {"signed_on": "2024-06-30 10:00:00"}),
            (paid, {"state": "pending"}), (paid, {"state": "done"}),
            (self.policy, {"customers_add_products": False}),
        ):
            before = {name: record[name] for name in values}
            record.write(values)
            with self.subTest(values):
                self.assertNotIn("/add_product", self.offers(self.page(self.quote)))
                self.refused(self.cups)
            record.write(before)
        self.add(self.cups)
        self.assertIn(self.cups, self.quote.order_line.product_id)

    def test_only_what_was_shown_and_is_sold(self):
        self.page(self.quote)
        self.honey.sale_ok = False
        for product in (self.milk, self.honey):
            self.refused(product)
        with self.quiet_queue():
            self.buyer.runwell_exclusion = "blocked"
        self.refused(self.cups)

    def test_not_by_us(self):
        self.page(self.quote)
        self.authenticate(self.supervisor.login, self.supervisor.login)
        self.refused(self.cups, self.token)

    def test_not_without_the_token_of_the_form(self):
        self.page(self.quote)
        answer = self.url_open(
            f"/my/orders/{self.quote.id}/add_product", data={"product_id": self.cups.id},
        )
        self.assertEqual(answer.status_code, 400)
        self.env.invalidate_all()
        self.assertNotIn(self.cups, self.quote.order_line.product_id)

    def refused(self, product, token=""):
        lines, talk = self.quote.order_line, self.quote.message_ids
        self.assertEqual(self.add(product, token).status_code, 303)
        self.assertEqual((self.quote.order_line, self.quote.message_ids), (lines, talk))
        self.assertFalse(self.log(state="accepted"))
