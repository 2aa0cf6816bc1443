import re

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .suggestion_common import SuggestionCase


class SuggestionPortalCase(HttpCase, SuggestionCase):
    """A customer, a rival, and a quotation that was sent to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.be")
        cls.rival = cls.customer("Rival", email="rival@example.com")
        cls.ours, cls.theirs = (
            new_test_user(
                cls.env, f"rwn_{partner.name}", "base.group_portal", partner_id=partner.id,
                company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
                name=partner.name,
            )
            for partner in (cls.buyer, cls.rival)
        )

    def setUp(self):
        super().setUp()
        self.quote = self.quotation_of()
        self.quote.state = "sent"
        self.token = self.quote._portal_ensure_token()

    def page(self, order, token=None):
        query = f"?access_token={token}" if token else ""
        answer = self.url_open(f"/my/orders/{order.id}{query}")
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        return answer.text

    def offers(self, text):
        found = re.search(r'<section id="runwell_offers".*?</section>', text, re.S)
        return found[0] if found else ""

    def ask(self, order, product, token=""):
        return self.post(order, product, token, "interest")

    def post(self, order, product, token, action):
        found = self.url_open("/my/home").text if self.session.uid else (
            self.url_open("/web/login").text
        )
        answer = self.url_open(f"/my/orders/{order.id}/{action}", data={
            "csrf_token": re.search(r'csrf_token: "([^"]+)"', found)[1],
            "product_id": product.id, "access_token": token,
        }, allow_redirects=False)
        self.env.invalidate_all()
        return answer


@tagged("post_install", "-at_install")
class TestSuggestionPortal(SuggestionPortalCase):
    """What a customer sees of the own orders: how far they came, and what goes together."""

    def test_often_bought_together(self):
        self.authenticate(self.ours.login, self.ours.login)
        section = self.offers(self.page(self.quote))
        self.assertIn("Often bought together", section)
        self.assertIn("Cups", section)
        self.assertIn("Honey", section)
        self.assertIn("31 of 80 customers with Tea also buy it", section)
        # The price is for the salesperson to make.
        self.assertNotIn("100.00", section)
        self.assertNotIn("/add_product", section)
        self.assertEqual(set(self.log().mapped("place")), {"portal"})

    def test_so_few_that_they_could_be_recognised(self):
        """Of fewer than five customers nothing is told but the product."""
        self.together(self.tea, self.milk, 4, 80, 0.9)
        self.together(self.tea, self.make_product("Sugar"), 5, 80, 0.8)
        self.authenticate(self.ours.login, self.ours.login)
        section = self.offers(self.page(self.quote))
        self.assertIn("Milk", section)
        self.assertNotIn("4 of 80", section)
        self.assertIn("5 of 80 customers", section)

    def test_asked_for(self):
        self.authenticate(self.ours.login, self.ours.login)
        self.page(self.quote)
        before = (self.quote.order_line, self.quote.amount_total)
        for _twice in range(2):
            answer = self.ask(self.quote, self.cups)
            self.assertIn(f"/my/orders/{self.quote.id}", answer.headers["Location"])
        self.assertEqual((self.quote.order_line, self.quote.amount_total), before)
        said = self.quote.message_ids.filtered(lambda message: "Cups" in message.body)
        self.assertEqual((len(said), said.author_id), (1, self.buyer))
        activity = self.quote.activity_ids
        self.assertEqual((activity.summary, activity.user_id), ("Interested in Cups", self.seller))
        log = self.log(product_id=self.cups.id)
        self.assertEqual((log.state, log.hit), ("accepted", 1))
        section = self.offers(self.page(self.quote))
        self.assertIn("Asked for", section)
        self.assertEqual(section.count("Cups"), 1)
        self.assertEqual(len(self.log(product_id=self.cups.id)), 1)

    def test_in_the_language_of_who_answers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.cups.with_context(lang="fr_FR").name = "Tasses"
        self.buyer.lang = self.ours.lang = "fr_FR"
        self.authenticate(self.ours.login, self.ours.login)
        self.assertIn("Tasses", self.offers(self.page(self.quote)))
        self.ask(self.quote, self.cups)
        self.assertEqual(self.quote.activity_ids.summary, "Interested in Cups")
        said = self.quote.message_ids.filtered(lambda message: "Cups" in message.body)
        self.assertIn("I am interested in Cups", said.body)

    def test_where_the_salesperson_cannot_answer(self):
        """Who left, or may not see the quotation, is given no work: the supervisor is."""
        self.env["runwell.retention.policy"]._of(self.company).supervisor_id = self.supervisor
        self.quote.user_id = False
        self.authenticate(self.ours.login, self.ours.login)
        self.page(self.quote)
        self.ask(self.quote, self.cups)
        self.assertEqual(self.quote.activity_ids.user_id, self.supervisor)
        self.quote.user_id = self.seller
        self.seller.active = False
        self.ask(self.quote, self.honey)
        self.assertEqual(self.quote.activity_ids.user_id, self.supervisor)
        self.assertEqual(len(self.quote.activity_ids), 2)

    def test_by_the_link_of_the_mail(self):
        self.authenticate(None, None)
        self.assertIn("Cups", self.offers(self.page(self.quote, self.token)))
        self.ask(self.quote, self.cups, self.token)
        said = self.quote.message_ids.filtered(lambda message: "Cups" in message.body)
        self.assertEqual(said.author_id, self.buyer)

    def test_what_was_not_shown_is_not_asked_for(self):
        self.authenticate(self.ours.login, self.ours.login)
        self.page(self.quote)
        talk = self.quote.message_ids
        for product in (self.milk, self.tea):
            self.ask(self.quote, product)
        self.assertEqual(self.quote.message_ids, talk)
        self.assertFalse(self.log(state="accepted"))

    def test_what_is_sold_no_longer_is_not_asked_for(self):
        self.authenticate(self.ours.login, self.ours.login)
        self.page(self.quote)
        said = len(self.quote.message_ids)
        self.cups.sale_ok, self.honey.active = False, False
        for product in (self.cups, self.honey):
            self.assertEqual(self.ask(self.quote, product).status_code, 303)
        self.assertFalse(self.log(state="accepted"))
        self.assertEqual(len(self.quote.message_ids), said)

    def test_a_quotation_that_is_past(self):
        self.authenticate(self.ours.login, self.ours.login)
        self.page(self.quote)
        for values in (
            {"state": "sale"}, {"state": "cancel"},
            {"state": "sent", "validity_date": "2024-06-01"},
        ):
            self.quote.write(values)
            self.assertFalse(self.offers(self.page(self.quote)))
            self.ask(self.quote, self.cups)
        self.assertFalse(self.log(state="accepted"))
        self.assertFalse(self.quote.activity_ids)

    def test_none_for_customers_left_out(self):
        with self.quiet_queue():
            self.buyer.runwell_exclusion = "blocked"
        self.authenticate(self.ours.login, self.ours.login)
        self.assertFalse(self.offers(self.page(self.quote)))

    def test_not_sold_is_not_shown(self):
        self.cups.sale_ok = False
        self.honey.active = False
        self.authenticate(self.ours.login, self.ours.login)
        self.assertFalse(self.offers(self.page(self.quote)))

    def test_what_we_look_at_was_not_shown(self):
        self.authenticate(self.supervisor.login, self.supervisor.login)
        self.page(self.quote, self.token)
        self.assertFalse(self.log())
        self.ask(self.quote, self.cups, self.token)
        self.assertFalse(self.quote.activity_ids)

    def test_another_customer(self):
        self.authenticate(self.theirs.login, self.theirs.login)
        self.assertNotIn(self.quote.name, self.page(self.quote))
        own = self.quotation_of(self.rival, self.milk)
        own.state = "sent"
        self.assertFalse(self.offers(self.page(own)))
        self.assertFalse(self.log())

    # How far orders came

    def test_the_line_of_an_order(self):
        order = self.order(self.buyer, "2024-06-10", amount=70)
        move = order._create_invoices()
        self.authenticate(self.ours.login, self.ours.login)
        text = self.page(order)
        self.assertIn("Confirmed", text)
        self.assertIn("Not invoiced yet", text)
        self.assertNotIn("Draft invoice", text)
        self.assertNotIn("Not recorded", text)
        move.write({"invoice_date": "2024-06-12", "invoice_date_due": "2024-07-12"})
        move.action_post()
        line = self.line(self.page(order))
        self.assertEqual(line["invoice"], "done")
        self.assertEqual(line["payment"], "waiting")

    def line(self, text):
        """Return the state of each stage on a page."""
        found = re.findall(r'o_runwell_stage_(\w+)[^>]*data-stage="(\w+)"', text)
        return {stage: state for state, stage in found}

    def test_the_list_of_orders(self):
        orders = self.env["sale.order"].union(*(
            self.order(self.buyer, f"2024-06-{day:02}") for day in range(1, 4)
        ))
        rivals = self.order(self.rival, "2024-06-05")
        orders[0]._create_invoices().write({"invoice_date": "2024-06-12"})
        orders[0].invoice_ids.action_post()
        self.authenticate(self.ours.login, self.ours.login)
        text = self.url_open("/my/orders").text
        for order in orders:
            self.assertIn(order.name, text)
        self.assertNotIn(rivals.name, text)
        # The three, and the one that the customer bought tea with.
        self.assertEqual(text.count("o_runwell_portal_tracking"), 4)
        self.assertEqual(text.count('data-stage="order"'), 4)

    def test_the_list_of_quotations(self):
        self.authenticate(self.ours.login, self.ours.login)
        text = self.url_open("/my/quotes").text
        self.assertIn(self.quote.name, text)
        self.assertEqual(text.count("o_runwell_portal_tracking"), 1)
        self.assertEqual(self.line(text), {"quotation": "waiting", "order": "waiting"})
