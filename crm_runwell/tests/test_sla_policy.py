from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.working_time import days_off
from .sla_common import SlaCase

NINE = datetime(2024, 7, 1, 9)


@tagged("post_install", "-at_install")
class TestSlaPolicy(SlaCase):
    """Which policies apply to a request, and what changes when they, or the hours, do."""

    def class_of(self, customer, value_class, model=None):
        """Put a customer into a value class, in the company of the scoring model."""
        model = model or self.scoring
        self.env["runwell.score"]._as_machine().create([{
            "partner_id": customer.id, "company_id": model.company_id.id,
            "currency_id": model.company_id.currency_id.id, "model_id": model.id,
            "as_of": "2024-06-30", "lifecycle": "active", "sufficiency": "enough",
            "value_class": value_class,
        }])

    def applying(self, request, kind="resolution"):
        return request.sla_status_ids.filtered(lambda s: s.kind == kind).policy_id - self.policy

    def fits(self, request, **values):
        """Return whether a policy of these values applies to the request."""
        with self.at("2024-07-01 10:00:00"):
            policy = self.Policy.create({"name": "P", "resolution_hours": 1, **values})
            found = policy in self.applying(request)
            policy.active = False
            self.assertNotIn(policy, self.applying(request))
        return found

    def test_what_a_policy_is_for(self):
        request = self.came(request_type="complaint", priority="2")
        other_team = self.env["runwell.service.team"].create({"name": "Other"})
        for values, expected in (
            ({}, True),
            ({"for_complaint": False}, False),
            ({"for_enquiry": False, "for_suggestion": False}, True),
            ({"min_priority": "2"}, True),
            ({"min_priority": "3"}, False),
            ({"team_id": self.team.id}, True),
            ({"team_id": other_team.id}, False),
            ({"value_class": "high"}, False),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.fits(request, **values), expected)

    def test_value_class_is_that_of_the_company_of_the_customer_here(self):
        request = self.came(partner_id=self.contact.id)
        elsewhere = self.make_company("Elsewhere", self.foreign)
        self.class_of(self.buyer, "potential")
        self.class_of(self.buyer, "high", self.make_scoring_model(elsewhere))
        self.assertTrue(self.fits(request, value_class="potential"))
        self.assertFalse(self.fits(request, value_class="high"))
        unknown = self.came(partner_id=False, email_from="who@example.com")
        self.assertFalse(self.fits(unknown, value_class="potential"))
        self.assertTrue(self.fits(unknown))

    def test_other_companies_policies_do_not_apply(self):
        elsewhere = self.make_company("Elsewhere", self.foreign)
        request = self.came()
        self.assertFalse(self.fits(request, company_id=elsewhere.id))

    def test_the_strictest_sets_the_deadline(self):
        request = self.came()
        with self.at("2024-07-01 09:10:00"):
            strict = self.Policy.create({"name": "S", "resolution_hours": 2})
            lax = self.Policy.create({"name": "L", "resolution_hours": 80})
        self.assertEqual(self.applying(request), strict + lax)
        self.assertEqual((request.deadline, request.sla_kind),
                         (datetime(2024, 7, 1, 11), "resolution"))

    def test_changes_of_the_request(self):
        """Priority, type, customer and team move the open deadlines, at once."""
        request = self.came()
        self.answer(request, "2024-07-01 09:30:00")
        kept = ["deadline", "reached_on", "state", "used_seconds", "allowed_seconds"]
        answered = self.clock(request, "first_answer").read(kept)
        rich = self.customer("Rich")
        self.class_of(rich, "high")
        shanghai = self.env["runwell.service.team"].create({
            "name": "Shanghai", "resource_calendar_id": self.working_hours("Asia/Shanghai").id,
        })
        with self.at("2024-07-01 10:00:00"):
            self.Policy.create([
                {"name": "1", "resolution_hours": 8, "min_priority": "1"},
                {"name": "2", "resolution_hours": 6, "for_enquiry": False,
                 "for_suggestion": False},
                {"name": "3", "resolution_hours": 5, "value_class": "high"},
            ])
            self.assertEqual(request.deadline, datetime(2024, 7, 3, 9))
            for values, deadline in (
                ({"priority": "1"}, datetime(2024, 7, 2, 9)),
                ({"request_type": "complaint"}, datetime(2024, 7, 1, 16)),
                ({"partner_id": rich.id}, datetime(2024, 7, 1, 15)),
                ({"partner_id": self.buyer.id, "request_type": "enquiry", "priority": "0"},
                 datetime(2024, 7, 3, 9)),
            ):
                request.write(values)
                self.assertEqual(request.deadline, deadline, values)
            request._hand_over(self.colleague, "They know", shanghai)
            # 9:00 UTC is after work in Shanghai: 16 hours end there on Wednesday at 17:00.
            self.assertEqual(request.deadline, datetime(2024, 7, 3, 9))
            request.priority = "1"
            self.assertEqual(request.deadline, datetime(2024, 7, 2, 9))
        self.assertEqual(self.clock(request, "first_answer").read(kept), answered,
                         "only open ones")

    def test_changes_of_the_policy(self):
        request, done = self.came(), self.came()
        self.process(done, "2024-07-01 09:30:00")
        before = done.sla_status_ids.read()
        with self.at("2024-07-01 10:00:00"):
            self.policy.first_answer_hours = 2
            self.assertDeadlines(request, "2024-07-01 11:00:00", "2024-07-03 09:00:00")
            self.policy.first_answer_hours = 0
            self.assertFalse(self.clock(request, "first_answer"))
            self.policy.warn_percent = 50
            self.assertEqual(self.clock(request, "resolution").warn_at, datetime(2024, 7, 2, 9))
        self.assertEqual(done.sla_status_ids.read(), before)

    def test_a_missed_goal_may_come_back_with_more_time(self):
        request = self.came()
        with self.at("2024-07-01 15:00:00"):
            self.Status._fail_overdue()
            clock = self.clock(request, "first_answer")
            self.assertEqual((clock.state, clock.in_time), ("failed", 0))
            self.policy.first_answer_hours = 8
            self.assertEqual((clock.state, clock.in_time), ("running", False))

    def test_changes_of_the_hours(self):
        """Hours, days off and time zone count from the next look on, or by the button at once."""
        request = self.came()
        Team = self.env["runwell.service.team"]
        Team._sla_follow_hours()
        with self.at("2024-07-01 10:00:00"):
            self.assertNotIn(self.team, Team._sla_follow_hours())
            for change, deadline in (
                (lambda: self.env["resource.calendar.leaves"].create({
                    "name": "Off", "calendar_id": self.calendar.id,
                    "date_from": "2024-07-02 00:00:00", "date_to": "2024-07-02 23:59:59",
                }), "2024-07-04 09:00:00"),
                (lambda: self.calendar.attendance_ids.filtered(
                    lambda a: a.hour_from == 13
                ).write({"hour_to": 15}), "2024-07-04 14:00:00"),
                (lambda: self.calendar.write({"tz": "Asia/Shanghai"}), "2024-07-05 04:00:00"),
            ):
                change()
                self.assertIn(self.team, Team._sla_follow_hours())
                self.assertEqual(
                    self.clock(request, "resolution").deadline,
                    self.calendar.plan_hours(
                        16, NINE, compute_leaves=True, domain=days_off(self.company)),
                )
                self.assertEqual(str(self.clock(request, "resolution").deadline), deadline)
            self.calendar.tz = "UTC"
            notice = self.policy.with_user(self.manager).action_recompute()
            self.assertIn("1", notice["params"]["message"])
            self.assertEqual(str(request.deadline), "2024-07-01 14:00:00")

    def test_which_calendar(self):
        """The team's, else the company's, else around the clock."""
        request = self.came()
        self.company.resource_calendar_id = self.working_hours("Asia/Shanghai")
        with self.at("2024-07-01 09:30:00"):
            self.team.resource_calendar_id = False
            # From 17:00 in Shanghai: Tuesday 8:00 to 12:00 there.
            self.assertEqual(str(request.deadline), "2024-07-02 04:00:00")
            self.company.resource_calendar_id = False
            request._sla_refresh()
            self.assertEqual(str(request.deadline), "2024-07-01 13:00:00")

    def test_no_working_hours_at_all(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            self.calendar.attendance_ids = [Command.clear()]
            self.assertIs(self.calendar.plan_hours(4, NINE, compute_leaves=True), False)
            self.policy.action_recompute()
            self.assertDeadlines(request)
            self.assertFalse(request.deadline or request.is_overdue)
            self.assertEqual(request.first_answer_clock, "No working hours in sight")
        self.answer(request, "2024-07-01 11:00:00")
        self.assertEqual(self.clock(request, "first_answer").state, "reached")

    def test_a_policy_needs_goals_and_types(self):
        for values in (
            {"first_answer_hours": 0, "resolution_hours": 0}, {"resolution_hours": -1},
            {"warn_percent": 0}, {"warn_percent": 101},
        ):
            with self.subTest(values=values), mute_logger("odoo.sql_db"), \
                    self.assertRaises(CheckViolation):
                self.Policy.create({"name": "x", "resolution_hours": 8, **values})
        with self.assertRaises(ValidationError):
            self.policy.write({
                "for_enquiry": False, "for_complaint": False, "for_suggestion": False,
            })

    def test_a_policy_that_measured_stays(self):
        self.came()
        with self.assertRaisesRegex(UserError, "archive it"):
            self.policy.unlink()
        self.Policy.create({"name": "x", "resolution_hours": 1, "min_priority": "3"}).unlink()

    def test_each_company_begins_with_policies(self):
        self.assertEqual(len(self.defaults), 4)
        late = self.make_company("Late", self.foreign)
        found = self.Policy.search([("company_id", "=", late.id)])
        self.assertEqual(found.mapped("name"), [
            "Urgent", "High-value customers", "Complaints", "All requests",
        ])
        self.Policy._make_defaults(late)
        self.assertEqual(self.Policy.search([("company_id", "=", late.id)]), found)

    def test_who_edits(self):
        for role in ("agent", "account manager", "finance", "executive"):
            policy = self.as_(role, self.policy)
            policy.read(["name"])
            with self.assertRaises(AccessError):
                policy.name = "Mine"
            with self.assertRaises(AccessError):
                policy.action_recompute()
        self.as_("manager", self.policy).name = "Ours"

    def test_clocks_are_read_by_who_reads_the_request(self):
        request = self.came()
        for role, user in self.users.items():
            mine = self.as_(role, request)
            status = self.as_(role, request.sla_status_ids[:1])
            with self.subTest(role=role):
                self.assertEqual(
                    status.has_access("read"),
                    mine.has_access("read") and user._is_internal(),
                )
                self.assertFalse(status.has_access("write"))

    def test_never_the_customer(self):
        """The portal shows requests, but not our goals for them."""
        shown = self.env["runwell.request"].with_user(self.users["portal"]).fields_get()
        self.assertFalse({"deadline", "sla_kind", "sla_pauses", "sla_status_ids", "is_overdue",
                          "sla_alarm", "first_answer_clock", "resolution_clock"} & set(shown))

    def test_recomputing_many_changes_nothing_that_is_right(self):
        """The way of the many and the way of one agree."""
        for hour in range(9, 17):
            self.came(f"2024-07-01 {hour:02}:30:00", priority=str(hour % 4))
        self.env.flush_all()
        query = SQL("SELECT * FROM runwell_sla_status WHERE company_id = %s ORDER BY id",
                    self.company.id)
        with self.at("2024-07-01 17:00:00"):
            self.Policy._recompute(self.company)
            once = self.env.execute_query(query)
            self.env["runwell.request"].search([
                ("company_id", "=", self.company.id)
            ])._sla_refresh()
            self.assertEqual(self.env.execute_query(query), once)
            self.assertEqual(self.Policy._recompute(self.company), 0)
