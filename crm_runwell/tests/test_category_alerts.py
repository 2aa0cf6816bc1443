import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..scoring.churn import Parameters
from .common import AS_OF, STATED, days_before
from .test_alerts import AlertCase


class CategoryCase(AlertCase):
    """A customer who bought tea and cups every week, and for a while no more cups.

    Tea: 40 weeks up to two days ago. Cups: 20 weeks up to 142 days ago, for 50 each.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea, cls.cups = cls.env["product.category"].create([{"name": "Tea"}, {"name": "Cups"}])
        cls.leaf = cls.make_product("Leaf", categ_id=cls.tea.id)
        cls.cup = cls.make_product("Cup", categ_id=cls.cups.id)
        cls.half = cls.customer("Half", user_id=cls.manager.id)
        with cls.quiet_queue():
            for week in range(40):
                cls.sell(cls.half, days_before(2 + 7 * week), *(
                    (cls.leaf, cls.cup) if week >= 20 else (cls.leaf,)
                ))

    @classmethod
    def sell(cls, customer, day, *products, company=None, amount=50.0):
        return cls.order(customer, day, company=company, lines=[
            {"product_id": product.id, "price_unit": amount} for product in products
        ])

    def category_alerts(self, customer=None):
        return self.alerts(customer or self.half).filtered(lambda alert: alert.kind == "category")

    def warned(self, as_of=AS_OF):
        """Score, raise, and return the alerts of the category."""
        self.run_scoring(as_of)
        self.raise_alerts()
        return self.category_alerts()


@tagged("post_install", "-at_install")
class TestCategoryAlerts(CategoryCase):
    """Still buys tea, stopped cups."""

    def test_worked_example(self):
        alert = self.warned()
        self.assertEqual(len(alert), 1)
        self.assertEqual((alert.category_id, alert.still_category_id), (self.cups, self.tea))
        self.assertEqual((alert.rule, alert.cause), ("category", "category"))
        self.assertEqual(alert.state, "warning")
        self.assertEqual(alert.user_id, self.manager)
        self.assertTrue(alert.activity_ids)
        # Bought every 7 days, last 142 days ago.
        self.assertEqual(alert.last_order_date, Date.to_date(days_before(142)))
        self.assertEqual((alert.days_between_orders, alert.silence_days), (7.0, 142))
        # 20 days with cups, all within twelve months, for 50 each.
        self.assertEqual(alert.revenue_12m, 1000.0)
        model = Parameters(**STATED)
        alive = model.p_alive(19, 19 * 7, 19 * 7 + 142)
        stays = alive * (1 - ((21 + 275) / (21 + 275 + 90)) ** (0.7 + 19))
        self.assertAlmostEqual(alert.churn_probability, 1 - stays, 5)
        self.assertAlmostEqual(alert.revenue_at_risk, (1 - stays) * 1000, 2)
        self.assertIn("Still buys Tea, stopped Cups", alert.evidence)
        self.assertIn("usually every 7 days", alert.evidence)
        # The customer as a whole is not warned about.
        self.assertEqual(self.score(self.half).lifecycle, "active")
        self.assertEqual(self.alerts(self.half), alert)

    def test_not_twice(self):
        alert = self.warned()
        self.assertEqual(self.raise_alerts(), 0)
        self.assertEqual(self.warned(), alert)

    def test_too_early(self):
        """Not before three own gaps are over, or those that the rule says."""
        last = Date.to_date(days_before(142))
        rule = self.rule()
        self.assertFalse(self.warned(Date.add(last, days=21)))
        rule.bound = 5
        self.assertFalse(self.warned(Date.add(last, days=35)))
        self.assertTrue(self.warned(Date.add(last, days=36)))

    def rule(self):
        rules = self.env["runwell.alert.rule"]._of(self.company)
        return rules.filtered(lambda rule: rule.code == "category").with_env(self.env)

    def test_the_rule(self):
        rule = self.rule()
        self.assertTrue(rule.is_on)
        rule.is_on = False
        self.assertFalse(self.warned())
        with self.assertRaises(ValidationError):
            rule.bound = 2
        rule.write({"is_on": True, "bound": 20.0})
        self.assertTrue(self.warned())
        # Twenty own gaps are 140 days; the two other rules warn of whole customers alone.
        self.assertEqual(rule.action_open_alerts()["domain"][0], ("rule", "=", "category"))

    def test_support(self):
        """Three order days say too little, and a small part of the sales is not worth it."""
        few, small = self.customer("Few"), self.customer("Small")
        with self.quiet_queue():
            for week in range(20):
                for customer, often in ((few, 3), (small, 10)):
                    self.sell(customer, days_before(2 + 7 * week), self.leaf, amount=500.0)
                    if customer == small and week >= 20 - often:
                        self.sell(customer, days_before(2 + 7 * week), self.cup, amount=10.0)
                    if customer == few and week >= 20 - often:
                        self.sell(customer, days_before(2 + 7 * week), self.cup, amount=500.0)
        self.warned()
        self.assertFalse(self.category_alerts(few) + self.category_alerts(small))

    def test_bought_again(self):
        alert = self.warned()
        order = self.sell(self.half, days_before(-3), self.cup, self.leaf)
        self.warned(days_before(-4))
        self.assertEqual((alert.state, alert.won_back_order_id), ("won_back", order))
        # What was bought of the category, not the whole order.
        self.assertEqual(alert.won_back_amount, 50.0)
        self.assertFalse(alert.activity_ids)
        order.write({"state": "cancel"})
        self.raise_alerts()
        self.assertEqual((alert.state, alert.reopen_count), ("warning", 1))

    def test_other_purchases_win_nothing_back(self):
        alert = self.warned()
        self.sell(self.half, days_before(-3), self.leaf)
        self.warned(days_before(-4))
        self.assertEqual(alert.state, "warning")

    def test_customer_alert_takes_over(self):
        alert = self.warned()
        self.warned(days_before(-120))
        whole = self.alerts(self.half) - alert
        self.assertEqual(whole.kind, "customer")
        self.assertEqual((alert.state, alert.taken_over_by_id), ("false_alarm", whole))
        self.assertTrue(alert.is_left_out)
        self.assertFalse(alert.activity_ids)
        self.assertIn("takes over", alert.message_ids[:1].body)
        # While it is open, none is raised about a category.
        self.assertEqual(self.raise_alerts(), 0)

    def test_a_bought_category_is_not_the_silence_of_all(self):
        """Whoever stopped everything has no stopped category: the other alert says it."""
        self.run_scoring()
        self.raise_alerts()
        self.assertFalse(self.category_alerts(self.buyer))

    def test_cool_down(self):
        alert = self.warned()
        with self.at(f"{AS_OF} 12:00:00"):
            alert.reason = "Season"
            alert.action_false_alarm()
        self.assertEqual(self.warned(), alert)
        # The same silence is not warned about again, however long it gets.
        self.assertEqual(self.warned(days_before(-8)), alert)

    def test_a_category_that_is_sold_no_longer(self):
        """Nobody can win it back; what is open already is left to people."""
        for change, back in (
            ({"active": False}, {"active": True}), ({"sale_ok": False}, {"sale_ok": True}),
        ):
            self.cup.product_tmpl_id.write(change)
            self.assertFalse(self.warned(), change)
            self.cup.product_tmpl_id.write(back)
        alert = self.warned()
        self.cup.product_tmpl_id.active = False
        self.assertEqual(self.warned(days_before(-7)), alert)
        self.assertEqual(alert.state, "warning")

    def test_a_fee_is_no_purchase_of_its_category(self):
        sold = self.make_product("Saucer", categ_id=self.cups.id)
        # Neither what a customer stopped, nor what one still buys, nor what wins back.
        for fee in (self.cup, self.leaf):
            self.company.sudo().sale_discount_product_id = fee
            self.assertFalse(self.warned(), fee.name)
        self.company.sudo().sale_discount_product_id = sold
        alert = self.warned()
        self.sell(self.half, days_before(-3), sold, self.leaf)
        self.warned(days_before(-4))
        self.assertEqual(alert.state, "warning")

    def test_what_was_given_back_brought_nothing(self):
        orders = self.half.sale_order_ids.filtered(lambda o: self.cup in o.order_line.product_id)
        for order in orders:
            move = order._create_invoices()
            move.write({"invoice_date": order.date_order, "date": order.date_order})
            move.action_post()
        moves = orders.invoice_ids

        def give_back(some):
            for move in some:
                credit = self.refund(move, move.invoice_date, post=False)
                credit.invoice_line_ids.filtered(lambda l: l.product_id != self.cup).unlink()
                credit.action_post()

        with self.quiet_queue():
            give_back(moves[:15])
        alert = self.warned()
        self.assertEqual(alert.revenue_12m, 250.0)
        self.env.cr.execute("DELETE FROM runwell_churn_alert WHERE id = %s", [alert.id])
        self.env.invalidate_all()
        with self.quiet_queue():
            give_back(moves[15:])
        self.assertFalse(self.warned())

    def test_invoices_as_purchases(self):
        """Credit notes lower what the category brought, and win nothing back."""
        self.scoring._as_machine().purchase_source = "invoice"
        buyer = self.customer("Invoiced")
        lines = [{"product_id": sold.id, "price_unit": 50.0} for sold in (self.leaf, self.cup)]
        with self.quiet_queue():
            for week in range(40):
                self.invoice(
                    buyer, days_before(2 + 7 * week), lines=lines if week >= 20 else lines[:1],
                )
            self.invoice(buyer, days_before(150), lines=lines[1:], move_type="out_refund")
        self.warned()
        alert = self.category_alerts(buyer)
        self.assertEqual((alert.category_id, alert.revenue_12m), (self.cups, 950.0))
        self.invoice(buyer, days_before(-3), lines=lines[1:], move_type="out_refund")
        self.warned(days_before(-4))
        self.assertEqual(alert.state, "warning")
        bought = self.invoice(buyer, days_before(-5), lines=lines[1:])
        self.warned(days_before(-6))
        self.assertEqual((alert.state, alert.won_back_move_id), ("won_back", bought))

    def test_muted_customer(self):
        with self.quiet_queue():
            self.env["runwell.override"].create({
                "partner_id": self.half.id, "company_id": self.company.id, "reason": "Agreed",
                "is_muted": True, "until": "2100-01-01",
            })
        self.assertFalse(self.warned())

    def test_companies(self):
        other = self.make_company("Runwell Other", self.home)
        self.make_scoring_model(other)
        with self.quiet_queue():
            for week in range(20):
                self.sell(self.half, days_before(2 + 7 * week), self.cup, company=other)
        # Cups are bought there still; here they are not, and the other way round nothing is.
        self.assertEqual(len(self.warned()), 1)
        self.run_scoring(company=other)
        self.env["runwell.churn.alert"]._raise_alerts(other)
        self.assertFalse(self.alerts(self.half).filtered(lambda a: a.company_id == other))
        self.assertEqual(self.category_alerts().state, "warning")

    def test_nothing_of_later_enters(self):
        """As of a past day, the alert is the one of that day."""
        day = days_before(60)
        first = self.warned(day)
        figures = self.kept(first)
        self.env.cr.execute("DELETE FROM runwell_churn_alert WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.sell(self.half, days_before(30), self.cup)
        self.assertEqual(self.kept(self.warned(day)), figures)

    def kept(self, alert):
        return alert.read([
            "category_id", "last_order_date", "days_between_orders", "revenue_12m",
            "churn_probability", "revenue_at_risk", "deadline",
        ], load=None)[0] | {"id": 0}

    def test_settled(self):
        """Once the horizon is over it is known whether the warning was right."""
        alert = self.warned()
        self.sell(self.half, days_before(-30), self.leaf)
        with self.at(f"{days_before(-91)} 12:00:00"):
            self.env["runwell.churn.alert"]._settle(self.company)
        self.assertEqual((alert.orders_after, alert.revenue_after), (0, 0.0))
        rule = self.rule()
        self.assertEqual((rule.decided_count, rule.right_count), (1, 1))
        row = self.env["runwell.churn.ledger"].search([("alert_id", "=", alert.id)])
        self.assertEqual((row.kind, row.verdict), ("category", "right"))
        # The page of the ledger is about whole customers.
        page = self.env["runwell.churn.ledger"].with_company(self.company).get_page(0)
        self.assertNotIn("category", [row["key"] for row in page["rules"]])

    def test_evidence_opens_the_orders_of_the_category(self):
        alert = self.warned()
        action = alert.with_user(self.manager).action_open_purchases()
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(len(orders), 20)
        self.assertEqual(orders.order_line.product_id, self.leaf + self.cup)

    def test_a_deleted_category(self):
        """The alerts stay, with its name and what became of them."""
        alert = self.warned()
        won_back = self.customer("Won back")
        with self.quiet_queue():
            for week in range(40):
                self.sell(won_back, days_before(2 + 7 * week), self.leaf)
                if week >= 20:
                    self.sell(won_back, days_before(2 + 7 * week), self.cup)
        self.warned()
        self.sell(won_back, days_before(-3), self.cup)
        self.warned(days_before(-4))
        closed = self.category_alerts(won_back)
        with self.at(f"{days_before(-5)} 12:00:00"):
            alert._settle(self.company)
        self.assertEqual((closed.state, closed.kept_revenue), ("won_back", 50.0))
        self.cups.parent_id = self.env["product.category"].create({"name": "Crockery"})
        # Its parent takes it along.
        self.cups.parent_id.unlink()
        self.assertEqual((alert.state, alert.category_id.id), ("warning", False))
        self.assertEqual(alert.category_name, "Cups")
        self.assertIn("Still buys Tea, stopped Cups", alert.evidence)
        action = alert.with_user(self.manager).action_open_purchases()
        self.assertEqual(self.env["sale.order"].search_count(action["domain"]), 40)
        # Nobody knows any more whether it was bought within the horizon.
        with self.at(f"{days_before(-100)} 12:00:00"):
            alert._settle(self.company)
        self.assertIs(alert.orders_after, False)
        self.assertEqual((closed.state, closed.kept_revenue), ("won_back", 50.0))
        self.assertEqual((self.rule().decided_count, self.rule().right_count), (1, 0))

    def test_play_by_cause(self):
        alert = self.warned()
        self.assertEqual(alert.suggested_plan_id.runwell_cause, "category")

    def test_people_do_not_write_it(self):
        alert = self.warned().with_user(self.manager)
        with self.assertRaises(AccessError):
            alert.write({"category_id": self.tea.id})


@tagged("post_install", "-at_install")
class TestCategoryIndex(CategoryCase):
    """One open alert a customer, company and category; several categories side by side."""

    def insert(self, category):
        self.env.cr.execute(SQL(
            """INSERT INTO runwell_churn_alert (partner_id, company_id, currency_id, kind, state,
                      rule, cause, priority, raised_on, category_id)
               VALUES (%s, %s, %s, 'category', 'warning', 'category', 'category', '0', %s, %s)""",
            self.half.id, self.company.id, self.home.id, AS_OF, category.id,
        ))

    def test_once_a_category(self):
        self.insert(self.tea)
        self.insert(self.cups)
        with (
            mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.insert(self.cups)
