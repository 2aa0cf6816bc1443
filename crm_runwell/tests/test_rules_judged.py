from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import AS_OF, days_before
from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestRulesJudged(AlertCase):
    """A rule is muted by its own record, never by few warnings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["runwell.alert.rule"]._of(cls.company)
        cls.rule = cls.rules.filtered(lambda rule: rule.code == "risk").with_env(cls.env)
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company).with_env(cls.env)
        cls.policy.write({
            "precision_min_alerts": 10, "precision_floor": 0.3, "supervisor_id": cls.supervisor.id,
        })

    def decided(self, right, wrong, day=AS_OF, **values):
        """Put alerts with a known outcome into the table."""
        values = {"rule": "risk", "company_id": self.company.id, **values}
        for state, count in (("lost", right), ("false_alarm", wrong)):
            partners = self.env["res.partner"].create(
                [{"name": f"{state} {number}"} for number in range(count)]
            )
            self.env["runwell.churn.alert"]._as_machine().create([
                {
                    "partner_id": partner.id, "state": state, "raised_on": day, "due_on": day,
                    "currency_id": self.home.id, "last_order_date": day, **values,
                }
                for partner in partners
            ])

    def judge(self, day=AS_OF):
        with self.at(f"{day} 12:00:00"):
            self.env["runwell.alert.rule"]._judge(self.company)
        self.env.invalidate_all()

    def activities(self):
        return self.env["mail.activity"].search([
            ("res_model", "=", "runwell.alert.rule"), ("res_id", "in", self.rules.ids),
        ])

    def test_its_record(self):
        self.decided(3, 2)
        self.judge()
        self.assertEqual((self.rule.decided_count, self.rule.right_count), (5, 3))
        self.assertAlmostEqual(self.rule.precision, 0.6)
        other = self.rules - self.rule
        self.assertEqual(other.mapped("decided_count"), [0, 0, 0])
        self.assertIs(other[0].precision, False)

    def test_muted_under_the_floor(self):
        self.decided(2, 8)
        self.judge()
        self.assertTrue(self.rule.is_muted)
        self.assertEqual(str(self.rule.muted_on), AS_OF)
        activity = self.activities()
        self.assertEqual(activity.user_id, self.supervisor)
        for text in (activity.note, self.rule.message_ids[0].body):
            self.assertIn("2 of 10 warnings were right (20 %)", text)
            self.assertIn("floor of 30 %", text)

    def test_not_by_few(self):
        self.decided(0, 9)
        self.judge()
        self.assertFalse(self.rule.is_muted)
        self.decided(0, 1)
        self.judge()
        self.assertTrue(self.rule.is_muted)

    def test_not_at_the_floor(self):
        self.decided(3, 7)
        self.judge()
        self.assertFalse(self.rule.is_muted)

    def test_said_once(self):
        self.decided(0, 10)
        self.judge()
        notes = len(self.rule.message_ids)
        self.judge(days_before(-1))
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(len(self.rule.message_ids), notes)
        self.assertEqual(str(self.rule.muted_on), AS_OF)

    def test_a_muted_rule_raises_nothing(self):
        self.decided(0, 10)
        self.judge()
        self.assertFalse(self.raised())

    def test_unmuted_it_is_judged_anew(self):
        self.decided(0, 10)
        self.judge()
        later = days_before(-10)
        with self.at(f"{later} 12:00:00"):
            self.rule.with_user(self.supervisor).action_unmute()
        self.assertEqual(str(self.rule.judged_from), later)
        self.assertFalse(self.activities())
        self.judge(later)
        self.assertEqual((self.rule.is_muted, self.rule.decided_count), (False, 0))
        self.decided(0, 10, later)
        self.judge(later)
        self.assertTrue(self.rule.is_muted)

    def test_who_unmutes(self):
        self.decided(0, 10)
        self.judge()
        with self.assertRaises(AccessError):
            self.rule.with_user(self.manager).action_unmute()
        with self.assertRaises(AccessError):
            self.rule.with_user(self.supervisor).write({"is_muted": False})
        with self.assertRaises(AccessError):
            self.rule.with_user(self.supervisor).write({"judged_from": AS_OF})

    def test_off_is_left_alone(self):
        self.rule.is_on = False
        self.decided(0, 10)
        self.judge()
        self.assertEqual((self.rule.is_muted, self.rule.decided_count), (False, 10))

    def test_what_does_not_count(self):
        self.decided(0, 10, is_left_out=True)
        self.judge()
        self.assertEqual(self.rule.decided_count, 0)

    def test_companies_apart(self):
        other = self.make_company("Runwell Other", self.home)
        self.decided(0, 10, company_id=other.id)
        self.judge()
        self.assertEqual(self.rule.decided_count, 0)

    def test_by_night(self):
        """The nightly cron's part settles and judges with as many statements for many."""
        self.decided(0, 10)
        with self.at(f"{AS_OF} 01:30:00"):
            self.env["runwell.churn.alert"]._settle(self.company)
        self.assertTrue(self.rule.is_muted)
        counts = []
        for _turn in range(2):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env["runwell.churn.alert"]._settle(self.company)
            counts.append(self.cr.sql_log_count - before)
            self.env.cr.execute(SQL(
                """INSERT INTO runwell_churn_alert (partner_id, company_id, currency_id, kind,
                          state, rule, cause, priority, raised_on, due_on, closed_on,
                          last_order_date)
                   SELECT partner_id, company_id, currency_id, kind, 'won_back', rule, cause,
                          priority, raised_on, due_on, raised_on, last_order_date
                     FROM runwell_churn_alert WHERE company_id = %s""",
                self.company.id,
            ))
        self.assertEqual(counts[0], counts[1])
