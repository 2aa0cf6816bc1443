from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AS_OF, days_before
from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestWhatChanged(AlertCase):
    """What changed since the health was noted before, in points that add up."""

    def noted(self, day):
        self.run_scoring(day)
        return self.score(self.buyer)

    def parts(self, change):
        return {part["part"]: part for part in change["parts"]}

    def test_the_first_note_has_nothing_to_compare(self):
        self.assertIs(self.noted(AS_OF).get_change(), False)

    def test_a_silence(self):
        before = self.noted("2024-02-08")
        start = {name: before[name] for name in (
            "health_score", "retention_points", "trend_points", "payment_points",
        )}
        score = self.noted("2024-06-30")
        change = score.get_change()
        self.assertEqual(
            (change["from"], change["to"]),
            (round(start["health_score"]), round(score.health_score)),
        )
        self.assertEqual((change["from_day"], change["to_day"]), ("2024-02-08", "2024-06-30"))
        self.assertEqual(
            sum(part["points"] for part in change["parts"]), change["to"] - change["from"],
        )
        part = self.parts(change)["retention"]
        self.assertAlmostEqual(
            part["points"], score.retention_points - start["retention_points"], delta=1,
        )
        late = (score.as_of - score.expected_order_date).days
        self.assertEqual(part["text"], f"order {late} days late")
        self.assertNotIn("payment", self.parts(change))

    def test_money(self):
        self.noted("2024-02-08")
        self.invoice(self.buyer, "2024-03-01", 500.0, due="2024-03-31")
        change = self.noted("2024-06-30").get_change()
        part = self.parts(change)["payment"]
        self.assertLess(part["points"], 0)
        self.assertIn("500", part["text"])
        self.assertIn("overdue", part["text"])

    def test_a_return(self):
        self.noted("2024-02-08")
        self.noted("2024-06-20")
        self.orders(self.buyer, "2024-06-25", amount=300.0)
        change = self.noted("2024-06-30").get_change()
        self.assertGreater(change["to"], change["from"])
        self.assertEqual(change["from_day"], "2024-06-20")
        part = self.parts(change)["retention"]
        self.assertGreater(part["points"], 0)
        self.assertIn("order of", part["text"])

    def test_the_link_opens_the_course(self):
        self.noted("2024-02-08")
        change = self.noted("2024-06-30").get_change()
        rows = self.env[change["action"]["res_model"]].search(change["action"]["domain"])
        self.assertEqual(rows.partner_id, self.buyer)
        self.assertEqual(len(rows), 2)

    def test_one_query(self):
        steady = self.silent("Other", last="2024-06-28")
        self.noted("2024-02-08")
        self.noted("2024-06-30")
        scores = self.score(self.buyer) + self.score(steady)
        self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        for records in (scores[:1], scores):
            records.invalidate_recordset()
            records.read(["health_score", "as_of", "currency_id", "lifecycle"])
            records.partner_id.mapped("display_name")
            records._notes()
            with self.assertQueryCount(1):
                records._notes()

    def test_on_the_alert_as_of_its_day(self):
        self.noted("2024-02-08")
        alert = self.raised()
        change = alert.change
        self.assertEqual(change["to_day"], AS_OF)
        self.assertEqual(
            sum(part["points"] for part in change["parts"]), change["to"] - change["from"],
        )
        self.orders(self.buyer, days_before(-3))
        self.noted(days_before(-5))
        alert.invalidate_recordset()
        self.assertEqual(alert.change, change)

    def test_readers_only(self):
        self.noted("2024-02-08")
        score = self.noted("2024-06-30")
        self.assertTrue(score.with_user(self.manager).get_change())
        with self.assertRaises(AccessError):
            score.with_user(self.colleague).get_change()
