from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import runwell_sla_watch
from .sla_common import SlaCase


@tagged("post_install", "-at_install")
class TestSlaWatch(SlaCase):
    """Who is told of a deadline: the agent before it, the leader when it has passed, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What else the database holds is not told of here.
        cls.env.cr.execute(SQL(
            """UPDATE runwell_sla_status SET warned_on = now(), passed_on = now()
                WHERE company_id <> %s""", cls.company.id,
        ))
        cls.activity_type = cls.env.ref("crm_runwell.activity_sla_first_answer")

    def watch(self, moment):
        """Let the cron run at a moment, without its commits."""
        with self.at(moment), patch.object(
            self.env.registry["ir.cron"], "_commit_progress",
            lambda cron, processed=0, **values: 3_600.0,
        ):
            self.Status._cron_watch()
        self.env.invalidate_all()

    def told(self, request):
        """Return (login, summary) of each activity about a deadline."""
        return [
            (activity.user_id.login, activity.summary)
            for activity in request.activity_ids.sorted("id")
            if "sla" in (activity.activity_type_id.get_external_id().popitem()[1] or "")
        ]

    def test_the_agent_is_warned_once(self):
        request = self.came()
        self.watch("2024-07-01 13:11:00")
        self.assertEqual(self.told(request), [])
        self.watch("2024-07-01 13:15:00")
        warning = [("rws_agent", "First answer due on 2024-07-01 14:00")]
        self.assertEqual(self.told(request), warning)
        self.assertEqual(
            str(self.clock(request, "first_answer").warned_on), "2024-07-01 13:15:00"
        )
        self.watch("2024-07-01 13:30:00")
        self.assertEqual(self.told(request), warning)

    def test_done_with_the_warning_it_does_not_come_again(self):
        request = self.came()
        self.watch("2024-07-01 13:15:00")
        request.activity_ids.action_done()
        self.watch("2024-07-01 13:30:00")
        self.assertEqual(self.told(request), [])

    def test_the_leader_is_told_of_the_breach_once(self):
        request = self.came()
        self.watch("2024-07-01 13:15:00")
        self.watch("2024-07-01 14:15:00")
        clock = self.clock(request, "first_answer")
        self.assertEqual((clock.state, clock.in_time), ("failed", 0))
        self.assertEqual(str(clock.passed_on), "2024-07-01 14:15:00")
        told = [
            ("rws_agent", "First answer due on 2024-07-01 14:00"),
            ("rws_manager", "First answer overdue since 2024-07-01 14:00"),
        ]
        self.assertEqual(self.told(request), told)
        self.watch("2024-07-01 14:30:00")
        self.assertEqual(self.told(request), told)

    def test_without_agent_the_leader_is_warned(self):
        request = self.came(agent=False)
        self.watch("2024-07-01 13:15:00")
        self.assertEqual([login for login, _words in self.told(request)], ["rws_manager"])

    def test_with_nobody_to_tell_it_waits(self):
        self.team.leader_id = False
        request = self.came(agent=False)
        self.watch("2024-07-01 13:15:00")
        self.assertFalse(request.sla_status_ids.filtered("warned_on"))
        with self.at("2024-07-01 13:20:00"):
            request._assign(self.agent)
        self.watch("2024-07-01 13:30:00")
        self.assertEqual([login for login, _words in self.told(request)], ["rws_agent"])

    def test_an_agent_who_left_is_not_told(self):
        request = self.came()
        self.agent.active = False
        self.watch("2024-07-01 13:15:00")
        self.assertEqual([login for login, _words in self.told(request)], ["rws_manager"])

    def test_nobody_is_told_while_the_customer_is_waited_for(self):
        request = self.came()
        with self.at("2024-07-01 11:00:00"):
            request.with_user(self.agent).action_wait()
        self.watch("2024-07-04 11:00:00")
        self.assertEqual(self.told(request), [])

    def test_two_policies_one_activity(self):
        request = self.came()
        with self.at("2024-07-01 09:30:00"):
            self.Policy.create({"name": "Same", "first_answer_hours": 4})
        self.watch("2024-07-01 13:15:00")
        self.assertEqual(len(self.told(request)), 1)
        self.assertEqual(len(request.sla_status_ids.filtered("warned_on")), 2)

    def test_an_answer_takes_the_warning_away(self):
        request = self.came()
        self.watch("2024-07-01 13:15:00")
        own = request.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id, summary="Ask the factory",
        )
        self.answer(request, "2024-07-01 13:20:00")
        self.assertEqual(request.activity_ids, own)

    def test_processing_takes_all_away(self):
        request = self.came()
        self.watch("2024-07-03 14:15:00")
        self.assertEqual(len(self.told(request)), 4)
        self.process(request, "2024-07-03 15:00:00")
        self.assertEqual(self.told(request), [])

    def test_words_are_of_the_reader(self):
        """Time zone and day are those of who reads the activity."""
        self.agent.tz = "Asia/Shanghai"
        request = self.came()
        self.watch("2024-07-03 08:00:00")
        activity = request.activity_ids.filtered(
            lambda a: a.user_id == self.agent and a.activity_type_id != self.activity_type
        )
        self.assertEqual(activity.summary, "Resolution due on 2024-07-03 17:00")

    def test_many_in_batches(self):
        requests = self.env["runwell.request"].union(*(self.came() for _i in range(5)))
        with patch.object(runwell_sla_watch, "BATCH", 2):
            self.watch("2024-07-01 13:15:00")
        self.assertEqual([len(self.told(request)) for request in requests], [1] * 5)

    def test_telling_costs_the_same_queries_for_more(self):
        """What is selected and stamped is a set; only the mails to the agents grow with it."""
        self.env.registry["mail.activity"]
        counts = []
        for count in (1, 10):
            for _i in range(count):
                self.came()
            self.env.flush_all()
            self.env.invalidate_all()
            with self.at("2024-07-01 13:15:00"), patch.object(
                self.env.registry["runwell.sla.status"], "_make_activities",
            ):
                before = self.cr.sql_log_count
                self.assertEqual(self.Status._warn(), count)
                counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
