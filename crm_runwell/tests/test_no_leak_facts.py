import random
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..scoring.opinion import FEATURES
from .histories import sell, two_seasons, write_debts, write_orders
from .test_no_leak import END, LeakCase


@tagged("post_install", "-at_install")
class TestNoLeakOfFacts(LeakCase):
    """The same with invoices, payments and product categories, each of its own season.

    Everyone pays ten days late now and then; the last bill mostly stays unpaid.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders_made = two_seasons(400, END)
        cls.ids = write_orders(cls, cls.orders_made)
        skis, swimwear, wax = (
            cls.make_product(name, categ_id=cls.env["product.category"].create({"name": name}).id)
            for name in ("Skis", "Swimwear", "Wax")
        )
        for number, product in enumerate((skis, swimwear)):
            sell(cls, product, [cls.ids[n] for n in cls.ids if n % 2 == number])
        cls.env.cr.execute(SQL(
            """UPDATE sale_order_line SET product_id = %s
                WHERE order_id %% 4 = 0 AND order_id IN (
                    SELECT id FROM sale_order WHERE company_id = %s)""",
            wax.id, cls.company.id,
        ))
        write_debts(cls, cls.ids, cls.debts())

    @classmethod
    def debts(cls):
        chance, debts = random.Random(6), []
        last = {number: day for number, day, _amount, _lines in cls.orders_made}
        for number, day, amount, _lines in cls.orders_made:
            due = day + timedelta(days=14)
            paid = due + timedelta(days=chance.choice((-5, -1, 10)))
            if day == last[number] and chance.random() < 0.7 or paid > END:
                paid = None
            debts.append((number, day, due, amount, paid))
        return [row for row in debts if row[1] <= END]

    def forget_after(self, day):
        """Take back the orders, the invoices and the payments after a day."""
        result = super().forget_after(day)
        for query in (
            """UPDATE account_move_line SET reconciled = FALSE
                WHERE company_id = %(company)s AND id IN (
                    SELECT debit_move_id FROM account_partial_reconcile
                     WHERE max_date > %(day)s)""",
            "DELETE FROM account_partial_reconcile"
            " WHERE company_id = %(company)s AND max_date > %(day)s",
            "DELETE FROM account_move WHERE company_id = %(company)s AND date > %(day)s",
        ):
            self.env.cr.execute(SQL(query, company=self.company.id, day=day))
            self.assertTrue(self.env.cr.rowcount)
        return result

    def test_to_the_byte(self):
        learned = self.assertNoLeak(END - timedelta(days=130), END)
        self.assertGreaterEqual(len(learned.season.categories), 2)
        coefficients = dict(zip(FEATURES, learned.opinion.coefficients, strict=True))
        # Who owes leaves: that much is learnt, and with the right sign.
        self.assertGreater(coefficients["overdue"] + coefficients["overdue_days"], 0.1)
        self.assertNotEqual(coefficients["stopped"], 0.0)
        # Everyone returned the same: nothing.
        self.assertEqual(coefficients["returns"], 0.0)
