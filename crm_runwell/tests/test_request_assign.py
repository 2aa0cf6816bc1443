from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .service_common import ServiceCase

#: A Tuesday at ten, when everyone is at work, and that night.
WORK, NIGHT = "2026-03-03 10:00:00", "2026-03-03 23:00:00"


@tagged("post_install", "-at_install")
class TestRequestAssign(ServiceCase):
    """Who gets a new request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.users["stranger"]
        cls.team.member_ids += cls.third
        cls.team.assignment_method = "round_robin"
        cls.calendar = cls.team.resource_calendar_id
        cls.calendar.tz = "UTC"
        cls.order_of_turn = (cls.agent + cls.colleague + cls.third).sorted("id")

    def resource(self, user, **values):
        return self.env["resource.resource"].create({
            "name": user.name, "user_id": user.id, "company_id": self.company.id,
            "calendar_id": self.calendar.id, "tz": "UTC", **values,
        })

    def leave(self, resource, first="2026-03-03 00:00:00", last="2026-03-03 23:59:59"):
        return self.env["resource.calendar.leaves"].create({
            "name": "Away", "resource_id": resource.id, "calendar_id": self.calendar.id,
            "company_id": self.company.id, "date_from": first, "date_to": last,
        })

    def given(self, count=1, now=WORK, customer=False, **values):
        """Return the agents of so many new requests, each of a customer of its own."""
        with self.at(now):
            requests = self.env["runwell.request"].create([
                {
                    "name": f"Request {i}", **values,
                    "partner_id": (customer or self.customer(f"Customer {i}")).id,
                } for i in range(count)
            ])
        return requests.mapped(lambda request: request.user_id.name or None)

    def names(self, *users):
        return [user.name for user in users]

    def test_by_hand_nobody_gets_it(self):
        self.team.assignment_method = "manual"
        self.assertEqual(self.given(3), [None] * 3)

    def test_in_turn(self):
        one, two, three = self.order_of_turn
        self.assertEqual(self.given(4), self.names(one, two, three, one))
        self.assertEqual(self.given(1), self.names(two))
        self.assertEqual(self.team.last_assigned_id, two)
        request = self.env["runwell.request"].search([("user_id", "=", two.id)], limit=1)
        self.assertEqual(request.state, "assigned")
        self.assertTrue(request.assigned_on)
        self.assertFalse(request.assigned_by_id)

    def test_in_turn_without_who_left_the_team(self):
        one, two, three = self.order_of_turn
        self.given(2)
        self.team.member_ids -= two
        self.assertEqual(self.given(2), self.names(three, one))

    def test_the_least_loaded(self):
        one, two, three = self.order_of_turn
        self.team.assignment_method = "least_loaded"
        for _i in range(2):
            self.assigned_by_hand(one)
        self.assigned_by_hand(two)
        self.assertEqual(self.given(3), self.names(three, two, three))
        # What is answered is no load.
        done = self.env["runwell.request"].search([("user_id", "=", one.id)])
        done.write({"answer": "<p>Done</p>"})
        done._process()
        self.assertEqual(self.given(2), self.names(one, one))

    def assigned_by_hand(self, user):
        method, self.team.assignment_method = self.team.assignment_method, "manual"
        request = self.request(partner_id=self.customer().id)
        self.team.assignment_method = method
        request._assign(user)
        return request

    def test_the_usual_agent_first(self):
        one, two, three = self.order_of_turn
        self.assigned_by_hand(three).partner_id = self.buyer
        self.assertEqual(self.given(2, customer=self.buyer), self.names(three, three))
        # For the contacts of the customer, and without taking a turn.
        self.assertEqual(self.given(1, customer=self.contact), self.names(three))
        self.assertEqual(self.given(1), self.names(one))
        self.leave(self.resource(three))
        self.assertEqual(self.given(1, customer=self.buyer), self.names(two))
        self.team.usual_agent_first = False
        self.assertEqual(self.given(1, customer=self.buyer), self.names(one))

    def test_who_is_on_leave_gets_nothing(self):
        one, two, three = self.order_of_turn
        self.leave(self.resource(two))
        self.assertEqual(self.given(3), self.names(one, three, one))
        self.assertEqual(
            self.given(2, now="2026-03-04 10:00:00"), self.names(two, three),
        )

    def test_out_of_office_by_ones_own_word(self):
        one, two, three = self.order_of_turn
        two.write({
            "out_of_office_from": "2026-03-01 00:00:00", "out_of_office_to": "2026-03-03 12:00:00",
        })
        self.assertEqual(self.given(2), self.names(one, three))
        self.assertEqual(self.given(2, now="2026-03-03 13:00:00"), self.names(one, two))

    def test_working_hours_of_ones_own(self):
        one, two, three = self.order_of_turn
        late = self.env["resource.calendar"].create({
            "name": "Late", "company_id": self.company.id, "tz": "UTC",
            "attendance_ids": [Command.clear(), Command.create({
                "name": "Tuesday", "dayofweek": "1", "hour_from": 20, "hour_to": 24,
            })],
        })
        self.resource(three, calendar_id=late.id)
        self.assertEqual(self.given(3), self.names(one, two, one))
        self.assertEqual(self.given(2, now=NIGHT), self.names(three, three))

    def test_the_hours_are_those_of_the_time_zone(self):
        one, two, three = self.order_of_turn
        east = self.calendar.copy({"name": "East", "tz": "Asia/Shanghai"})
        self.resource(three, calendar_id=east.id, tz="Asia/Shanghai")
        # 16:30 in Shanghai, 8:30 here; then 10 and 18 o'clock.
        self.assertEqual(
            self.given(3, now="2026-03-03 08:30:00"), self.names(one, two, three),
        )
        self.assertEqual(self.given(3), self.names(one, two, one))

    def test_at_night_it_waits_for_the_morning_of_an_agent(self):
        one, two, three = self.order_of_turn
        self.leave(self.resource(two))
        self.assertEqual(self.given(3, now=NIGHT), self.names(one, three, one))

    def test_nobody_is_there(self):
        self.team.leader_id = self.manager
        for user in self.order_of_turn:
            self.leave(self.resource(user))
        self.assertEqual(self.given(1), [None])
        request = self.env["runwell.request"].search([("team_id", "=", self.team.id)], limit=1)
        self.assertEqual(request.state, "new")
        self.assertEqual(request.activity_ids.user_id, self.manager)
        self.cron(WORK)
        self.assertEqual(len(request.activity_ids), 1)
        self.assertFalse(request.user_id)
        self.cron("2026-03-04 10:00:00")
        self.assertEqual(request.user_id, self.order_of_turn[0])

    def cron(self, now):
        with self.at(now), patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ):
            self.env["runwell.request"]._cron_assign()

    def test_a_public_holiday_is_nobodys_day(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": self.calendar.id, "company_id": self.company.id,
            "date_from": "2026-03-03 00:00:00", "date_to": "2026-03-03 23:59:59",
        })
        self.assertEqual(self.given(1), [None])

    def test_who_is_no_agent_any_more(self):
        one, two, three = self.order_of_turn
        two.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        three.active = False
        self.assertEqual(self.given(2), self.names(one, one))

    def test_a_team_without_hours(self):
        one, two, _three = self.order_of_turn
        self.team.resource_calendar_id = False
        self.assertEqual(self.given(2, now=NIGHT), self.names(one, two))

    def test_the_cron_gives_the_urgent_ones_first(self):
        one, two, three = self.order_of_turn
        self.team.assignment_method = "manual"
        normal, urgent = self.request(), self.request(
            priority="3", partner_id=self.customer().id,
        )
        self.team.assignment_method = "round_robin"
        self.cron(WORK)
        self.assertEqual((urgent.user_id, normal.user_id), (one, two))

    def test_many_take_as_many_queries_as_few(self):
        """Sets, not loops: what is counted is beyond making and tracking the requests."""
        self.team.usual_agent_first = True
        customers = [self.customer(f"Customer {i}") for i in range(20)]
        self.team.assignment_method = "manual"
        requests = self.env["runwell.request"].create([
            {"name": "Request", "partner_id": customer.id} for customer in customers
        ])
        self.team.assignment_method = "least_loaded"
        agents = self.team._present()
        self.team._share_out(requests[:1], agents)
        counts = []
        for share in (requests[:3], requests):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.team._share_out(share, agents)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestServiceTeam(ServiceCase):
    """Teams and what they take."""

    def test_a_company_begins_with_a_team(self):
        self.assertEqual((self.team.is_default, self.team.company_id), (True, self.company))
        ours = [("company_id", "=", self.company.id)]
        self.assertEqual(self.env["runwell.service.team"].search(ours), self.team)
        self.team.unlink()
        made = self.env["runwell.service.team"]._default_of(self.company)
        self.assertTrue(made.is_default)
        self.assertEqual(self.env["runwell.service.team"]._default_of(self.company), made)

    def test_one_default_a_company(self):
        other = self.team.copy({"name": "Second level"})
        self.assertFalse(other.is_default)
        other.is_default = True
        self.assertFalse(self.team.is_default)
        third = self.env["runwell.service.team"].create({
            "name": "Third", "company_id": self.company.id, "is_default": True,
        })
        self.assertFalse(other.is_default)
        self.assertEqual(self.request().team_id, third)

    def test_the_team_of_a_type(self):
        complaints = self.env["runwell.service.team"].create({
            "name": "Complaints", "company_id": self.company.id, "handles_enquiry": False,
            "handles_suggestion": False,
        })
        self.assertEqual(self.request(request_type="complaint").team_id, self.team)
        self.team.handles_complaint = False
        self.assertEqual(self.request(request_type="complaint").team_id, complaints)
        self.assertEqual(self.request().team_id, self.team)
        complaints.write({"handles_complaint": False, "handles_enquiry": True})
        self.assertEqual(self.request(request_type="complaint").team_id, self.team)

    def test_a_team_takes_something(self):
        with self.assertRaises(ValidationError):
            self.team.write({
                "handles_enquiry": False, "handles_complaint": False, "handles_suggestion": False,
            })

    def test_a_team_has_an_address(self):
        team = self.as_("manager", self.env["runwell.service.team"]).create({
            "name": "Pumps", "alias_name": "pumps", "company_id": self.company.id,
        }).sudo()
        self.assertEqual(team.alias_id.alias_model_id.model, "runwell.request")
        self.assertIn(str(team.id), team.alias_id.alias_defaults)
