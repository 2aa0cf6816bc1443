from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from ..scoring.churn import Parameters
from .common import AS_OF, STATED, RunwellCase, days_before


@tagged("post_install", "-at_install")
class TestCourse(RunwellCase):
    """Running again changes nothing; what changes is noted once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")
        cls.orders(cls.buyer, *(days_before(10 * i, "2024-03-01") for i in range(20)))

    def course(self):
        """Return the rows noted of the buyer, oldest first."""
        return self.env["runwell.score.history"].search(
            [("partner_id", "=", self.buyer.id)], order="id",
        )

    def test_again_is_the_same(self):
        for i in range(5):
            self.orders(self.customer(str(i)), *(days_before(20 * j + i) for j in range(i)))
        self.quotation(self.customer("Prospect"))
        self.run_scoring()
        before = self.figures(without=())
        self.run_scoring()
        self.run_scoring()
        self.assertEqual(self.figures(without=()), before)
        notes = self.env["runwell.score.history"].search_count(
            [("company_id", "=", self.company.id)],
        )
        self.assertEqual(notes, len(before))

    def test_the_first_note(self):
        self.run_scoring()
        score, note = self.score(self.buyer), self.course()
        self.assertEqual(len(note), 1)
        for name in ("lifecycle", "value_class", "churn_probability", "health_score",
                     "revenue_12m", "retention_points", "trend_points", "payment_points",
                     "as_of", "model_id", "currency_id", "company_id"):
            self.assertEqual(note[name], score[name], name)
        self.assertFalse(note.former_lifecycle)
        self.assertIs(note.former_health, False)

    def test_notes_of_a_growing_silence(self):
        """A tenth of risk since the last note, however slowly, or another lifecycle."""
        mbg, noted, expected = Parameters(**STATED), None, []
        first, last = Date.to_date(days_before(190, "2024-03-01")), Date.to_date("2024-03-01")
        for silence in range(0, 100, 3):
            day = last + timedelta(days=silence)
            risk = mbg.p_no_order(19, 190, (day - first).days, 90)
            state = "at_risk" if risk >= 0.7 and silence >= 30 else "active"
            if noted is None or abs(risk - noted[0]) >= 0.1 or state != noted[1]:
                expected.append((day, state, noted[1] if noted else False))
                noted = risk, state
            self.run_scoring(str(day))
        self.assertGreater(len(expected), 5)
        self.assertEqual(
            [(note.as_of, note.lifecycle, note.former_lifecycle) for note in self.course()],
            expected,
        )

    def test_a_fall_of_health_is_noted(self):
        """Half of the payment's 20 points goes: health moves by ten, the risk not at all."""
        self.run_scoring()
        health = self.score(self.buyer).health_score
        revenue = self.score(self.buyer).revenue_12m
        self.invoice(self.buyer, "2024-05-01", revenue / 8 - 1, due="2024-05-02")
        self.run_scoring()
        self.assertEqual(len(self.course()), 1)
        self.invoice(self.buyer, "2024-05-01", 1.0, due="2024-05-02")
        self.run_scoring()
        self.assertEqual(len(self.course()), 2)
        note = self.course()[-1]
        self.assertEqual(note.payment_points, 10.0)
        self.assertEqual(note.former_health, health)
        self.run_scoring()
        self.assertEqual(len(self.course()), 2)

    def test_another_value_class_is_noted(self):
        self.scoring.write({"current_value_threshold": 1e9, "potential_value_threshold": 1e9})
        self.run_scoring()
        self.scoring.current_value_threshold = 1.0
        self.run_scoring()
        self.assertEqual(self.course().mapped("value_class"), ["low", "secondary"])

    def test_from_one_order_to_two_is_noted(self):
        customer = self.customer()
        self.orders(customer, "2024-01-01")
        self.run_scoring()
        self.orders(customer, "2024-06-01")
        self.run_scoring()
        notes = self.env["runwell.score.history"].search(
            [("partner_id", "=", customer.id)], order="id",
        )
        self.assertEqual(len(notes), 2)
        self.assertIs(notes[0].churn_probability, False)
        self.assertGreater(notes[1].churn_probability, 0)


@tagged("post_install", "-at_install")
class TestAsOf(RunwellCase):
    """A score of a past day knows nothing that came later."""

    def base(self):
        """Return customers of several kinds, with a history up to the day."""
        self.steady, self.single, self.prospect, self.debtor, self.lost = (
            self.customer(name) for name in ("Steady", "Single", "Prospect", "Debtor", "Lost")
        )
        self.orders(self.steady, *(days_before(30 * i + 5) for i in range(12)))
        self.orders(self.single, days_before(200))
        self.orders(self.debtor, *(days_before(20 * i + 1) for i in range(5)))
        self.orders(self.lost, *(days_before(7 * i + 100) for i in range(20)))
        self.quotation(self.prospect, days_before(10))
        self.order(self.steady, AS_OF)
        self.refundable = self.invoice_order(
            self.order(self.debtor, days_before(40), 500.0), days_before(39),
        )
        self.invoice(self.debtor, days_before(60), 80.0, due=days_before(30))

    def later(self):
        """Add all that may happen after the day."""
        after = [days_before(-days) for days in (1, 2, 40, 400)]
        for customer in (self.steady, self.single, self.prospect, self.debtor, self.lost):
            self.orders(customer, *after, amount=777.0)
        newcomer = self.customer("Newcomer")
        self.orders(newcomer, *after)
        self.opportunity(self.customer("Later prospect"), after[0])
        self.refund(self.refundable, after[0])
        self.invoice(self.steady, after[0], 55.0, move_type="out_refund")
        self.invoice(self.debtor, after[0], 60.0, due=after[1])
        self.run_scoring(days_before(-1))
        self.env.cr.execute(
            """INSERT INTO runwell_churn_alert (partner_id, company_id, currency_id, kind, state,
                   rule, cause, priority, raised_on, closed_on, last_order_date)
               VALUES (%s, %s, %s, 'customer', 'lost', 'risk', 'silence', '0', %s, %s, %s)""",
            [self.lost.id, self.company.id, self.home.id, after[0], after[0], AS_OF],
        )

    def assertNoLeak(self):
        self.run_scoring()
        before = self.figures()
        self.later()
        self.env.cr.execute("DELETE FROM runwell_score WHERE company_id = %s", [self.company.id])
        self.run_scoring()
        after = self.figures()
        self.assertEqual(set(after), set(before))
        for partner_id, row in before.items():
            self.assertEqual(after[partner_id], row)
        self.assertEqual(len(before), self.rows)

    def test_orders(self):
        self.rows = 5
        self.base()
        self.assertNoLeak()

    def test_invoices(self):
        self.rows = 3  # Steady, Debtor and the prospect have documents that count
        self.scoring.purchase_source = "invoice"
        self.base()
        self.invoice(self.steady, days_before(40), 70.0)
        self.assertNoLeak()

    def test_the_fit(self):
        self.base()
        self.scoring._as_machine().fit_date = False
        model = self.env["runwell.scoring.model"]._fit(self.company, AS_OF)
        before = (model.alpha, model.fit_customers)
        self.later()
        model = self.env["runwell.scoring.model"]._fit(self.company, AS_OF)
        self.assertEqual((model.alpha, model.fit_customers), before)
        self.assertEqual(model.fit_customers, 4)

    def test_another_day_is_another_score(self):
        """The test above can fail: one day later things differ."""
        self.base()
        self.run_scoring()
        before = self.figures()
        self.later()
        self.run_scoring(days_before(-1))
        self.assertNotEqual(self.figures(), before)
