from odoo.tests import tagged

from .sla_common import SlaCase
from .test_plays import PlayCase


@tagged("post_install", "-at_install")
class TestPlaysByGrade(PlayCase):
    """The suggested play goes by the customer's grade as well as by cause and value class."""

    def setUp(self):
        super().setUp()
        self.env["mail.activity.plan"].search(
            [("res_model", "=", "runwell.churn.alert")]
        ).active = False
        self.major = self.env.ref("crm_runwell.grade_major")
        self.customer_ = self.silent("Graded")
        self.run_scoring()
        self.raise_alerts()
        self.alert = self.alerts(self.customer_)
        self.alert._as_machine().write({"cause": "silence", "value_class": "high"})

    def suggested(self):
        self.alert.invalidate_recordset(["suggested_plan_id"])
        return self.alert.suggested_plan_id

    def test_the_grade_decides_between_cause_and_value_class(self):
        any_ = self.play("any")
        by_class = self.play("class", runwell_value_class="high")
        by_grade = self.play("grade", runwell_grade_id=self.major.id)
        self.assertEqual(self.suggested(), by_class)
        self.customer_.runwell_grade_id = self.major
        self.assertEqual(self.alert.suggested_plan_id, by_grade)
        both = self.play("both", runwell_grade_id=self.major.id, runwell_value_class="high")
        self.assertEqual(self.suggested(), both)
        by_cause = self.play("cause", runwell_cause="silence")
        self.assertEqual(self.suggested(), by_cause)
        all_ = self.play("all", runwell_cause="silence", runwell_grade_id=self.major.id)
        self.assertEqual(self.suggested(), all_)
        self.customer_.runwell_grade_id = self.env.ref("crm_runwell.grade_ordinary")
        (by_cause | by_class).active = False
        self.assertEqual(self.suggested(), any_)

    def test_the_grade_of_the_company_of_the_alert(self):
        other = self.make_company("Runwell Other", self.home)
        by_grade = self.play("grade", runwell_grade_id=self.major.id)
        self.customer_.with_company(other).runwell_grade_id = self.major
        self.assertFalse(self.suggested())
        self.customer_.runwell_grade_id = self.major
        self.assertEqual(self.suggested(), by_grade)

    def test_it_starts_by_itself(self):
        play = self.play("grade", runwell_grade_id=self.major.id, runwell_is_automatic=True)
        graded = self.silent("New", runwell_grade_id=self.major.id)
        plain = self.silent("Plain")
        self.run_scoring()
        self.raise_alerts()
        self.assertEqual(self.alerts(graded).running_plan_id, play)
        self.assertFalse(self.alerts(plain).running_plan_id)


@tagged("post_install", "-at_install")
class TestSlaByGrade(SlaCase):
    """A policy for a grade applies to the customers of the grade, from the moment they have it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.major = cls.env.ref("crm_runwell.grade_major")
        cls.for_major = cls.Policy.create({
            "name": "Major", "grade_id": cls.major.id, "resolution_hours": 2,
        })

    def policies(self, request):
        return request.sla_status_ids.policy_id

    def test_it_applies_to_the_grade_alone(self):
        graded = self.customer("Graded", runwell_grade_id=self.major.id)
        self.assertEqual(self.policies(self.came()), self.policy)
        request = self.came(partner_id=graded.id)
        self.assertEqual(self.policies(request), self.policy | self.for_major)
        self.assertEqual(str(request.deadline), "2024-07-01 11:00:00")

    def test_open_requests_follow_the_grade(self):
        with self.at("2024-07-01 09:10:00"):
            mine, done = self.came(partner_id=self.contact.id), self.came()
            self.process(done, "2024-07-01 09:05:00")
            self.buyer.runwell_grade_id = self.major
            self.assertIn(self.for_major, self.policies(mine))
            self.assertNotIn(self.for_major, self.policies(done))
            self.buyer.runwell_grade_id = False
            self.assertNotIn(self.for_major, self.policies(mine))

    def test_the_grade_of_another_company_says_nothing(self):
        other = self.make_company("Runwell Other", self.home)
        self.buyer.with_company(other).runwell_grade_id = self.major
        self.assertEqual(self.policies(self.came()), self.policy)

    def test_a_new_policy_counts_for_open_requests(self):
        self.buyer.runwell_grade_id = self.major
        self.for_major.grade_id = self.env.ref("crm_runwell.grade_ordinary")
        request = self.came()
        self.assertEqual(self.policies(request), self.policy)
        self.for_major.grade_id = self.major
        self.assertIn(self.for_major, self.policies(request))

    def test_grading_costs_nothing_without_such_a_policy(self):
        self.for_major.active = False
        with self.assertQueryCount(1):
            self.env["runwell.request"]._sla_follow_grade(self.buyer, self.company)
