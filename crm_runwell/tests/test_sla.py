from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import SQL

from .sla_common import MONDAY, SlaCase


@tagged("post_install", "-at_install")
class TestSla(SlaCase):
    """Clocks of requests: from arrival over waiting and answer to a reopening."""

    def test_a_request_gets_its_clocks(self):
        request = self.came()
        self.assertEqual(len(request.sla_status_ids), 2)
        self.assertDeadlines(request, "2024-07-01 14:00:00", "2024-07-03 09:00:00")
        self.assertEqual(request.deadline, datetime(2024, 7, 1, 14))
        self.assertEqual(request.sla_kind, "first_answer")
        clock = self.clock(request, "first_answer")
        self.assertEqual((clock.state, clock.in_time), ("running", False))
        # 80 % of four hours are 3 h 12 min, an hour of lunch between.
        self.assertEqual(clock.warn_at, datetime(2024, 7, 1, 13, 12))

    def test_first_answer_in_time(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).message_post(body="Who knows this pump?")
        self.assertFalse(self.clock(request, "first_answer").reached_on, "an internal note")
        self.answer(request, "2024-07-01 13:30:00")
        clock = self.clock(request, "first_answer")
        self.assertEqual(clock.reached_on, datetime(2024, 7, 1, 13, 30))
        self.assertEqual((clock.state, clock.in_time), ("reached", 1))
        self.assertEqual(clock.used_hours, 3.5)
        self.assertEqual(request.deadline, datetime(2024, 7, 3, 9))
        self.assertEqual(request.sla_kind, "resolution")

    def test_late_answer(self):
        request = self.came()
        self.answer(request, "2024-07-02 09:00:00")
        clock = self.clock(request, "first_answer")
        self.assertEqual((clock.state, clock.in_time, clock.used_hours), ("failed", 0, 8))
        self.assertEqual(clock.deadline, datetime(2024, 7, 1, 14))

    def test_on_the_minute_is_in_time(self):
        request = self.came()
        self.answer(request, "2024-07-01 14:00:00")
        self.assertEqual(self.clock(request, "first_answer").state, "reached")

    def test_processing_ends_both(self):
        request = self.came()
        self.process(request, "2024-07-02 10:00:00")
        self.assertFalse(request.deadline or request.sla_kind)
        self.assertEqual(
            [(s.kind, s.state) for s in request.sla_status_ids.sorted("kind")],
            [("first_answer", "failed"), ("resolution", "reached")],
        )

    def test_waiting_stops_the_clock(self):
        request = self.came()
        with self.at("2024-07-01 11:00:00"):
            request.with_user(self.agent).action_wait()
            self.assertFalse(request.deadline)
            self.assertDeadlines(request)
            clock = self.clock(request, "first_answer")
            self.assertEqual((clock.state, clock.used_hours), ("paused", 2))
            self.assertEqual(request.first_answer_clock, "Stands still, 2 h 0 min of work left")
        with self.at("2024-07-03 08:30:00"):
            request.with_user(self.agent).action_resume()
        # Two of four hours, and 14 of 16, are left from Wednesday 8:30.
        self.assertDeadlines(request, "2024-07-03 10:30:00", "2024-07-04 15:30:00")
        self.assertEqual(clock.state, "running")
        self.assertEqual(clock.paused_seconds, 45.5 * 3600)

    def test_two_pauses_one_at_night(self):
        request = self.came()
        for begin, end in (
            ("2024-07-01 11:00:00", "2024-07-01 13:30:00"),
            ("2024-07-01 20:00:00", "2024-07-02 07:00:00"),
        ):
            with self.at(begin):
                request.with_user(self.agent).action_wait()
            with self.at(end):
                request.with_user(self.agent).action_resume()
        self.assertDeadlines(request, "2024-07-01 15:30:00", "2024-07-03 10:30:00")

    def test_the_customer_lets_it_run_again(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).action_wait()
        with self.at("2024-07-01 11:00:00"):
            request.message_post(
                body="It is the blue one.", message_type="email",
                subtype_xmlid="mail.mt_comment", author_id=self.contact.id,
            )
        self.assertDeadlines(request, "2024-07-01 15:00:00", "2024-07-03 10:00:00")

    def test_answered_while_it_waits(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).action_wait()
        self.answer(request, "2024-07-01 16:00:00")
        clock = self.clock(request, "first_answer")
        self.assertEqual((clock.state, clock.used_hours), ("reached", 1))
        self.assertEqual(self.clock(request, "resolution").state, "paused")

    def test_waiting_does_not_undo_a_breach(self):
        request = self.came()
        with self.at("2024-07-01 16:00:00"):
            request.with_user(self.agent).action_wait()
            clock = self.clock(request, "first_answer")
            self.assertEqual((clock.state, clock.deadline), ("failed", datetime(2024, 7, 1, 14)))
            self.assertTrue(request.is_overdue)

    def test_processed_while_waiting(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).action_wait()
        self.process(request, "2024-07-08 10:00:00")
        self.assertEqual(set(request.sla_status_ids.mapped("state")), {"reached"})
        self.assertEqual(self.clock(request, "resolution").used_hours, 1)

    def test_reopening_restarts_the_resolution_and_keeps_the_old_row(self):
        request = self.came()
        self.process(request, "2024-07-04 10:00:00")
        with self.at("2024-07-05 09:00:00"):
            request._reopen("It leaks again")
        old, new = (self.clock(request, "resolution", turn=turn) for turn in (0, 1))
        self.assertEqual((old.state, old.reached_on), ("failed", datetime(2024, 7, 4, 10)))
        self.assertEqual(new.started_on, datetime(2024, 7, 5, 9))
        self.assertEqual(new.deadline, datetime(2024, 7, 9, 9))
        self.assertEqual(request.deadline, new.deadline)
        self.assertEqual(len(request.sla_status_ids), 3, "the first answer stays the first")
        self.process(request, "2024-07-05 16:00:00")
        self.assertEqual((old.state, new.state), ("failed", "reached"))

    def test_pauses_of_the_first_turn_do_not_lengthen_the_second(self):
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).action_wait()
        self.process(request, "2024-07-02 10:00:00")
        with self.at("2024-07-03 09:00:00"):
            request._reopen("Again")
        new = self.clock(request, "resolution", turn=1)
        self.assertEqual((new.deadline, new.paused_seconds), (datetime(2024, 7, 5, 9), 0))

    def test_low_satisfaction_restarts_too(self):
        request = self.came()
        self.process(request, "2024-07-02 10:00:00")
        with self.at("2024-07-02 11:00:00"):
            request._record_feedback(1, "No")
        self.assertEqual(self.clock(request, "resolution", turn=1).state, "running")

    def test_a_duplicate_runs_no_longer(self):
        request, twin = self.came(), self.came()
        request._merge(twin)
        self.assertFalse(twin.sla_status_ids or twin.deadline)
        self.assertTrue(request.deadline)

    def test_an_archived_request_runs_no_longer(self):
        request = self.came()
        request.active = False
        self.assertFalse(request.deadline or request.sla_status_ids)
        with self.at("2024-07-01 10:00:00"):
            request.active = True
        self.assertDeadlines(request, "2024-07-01 14:00:00", "2024-07-03 09:00:00")

    def test_a_handover_changes_nothing(self):
        request = self.came()
        before = request.sla_status_ids.read(["deadline", "started_on", "state"])
        with self.at("2024-07-01 10:00:00"):
            request._hand_over(self.colleague, "Knows pumps")
        self.assertEqual(request.sla_status_ids.read(["deadline", "started_on", "state"]), before)

    def test_no_policy_no_clock(self):
        self.policy.active = False
        request = self.came()
        self.assertFalse(request.sla_status_ids or request.deadline or request.resolution_clock)

    def test_words(self):
        request = self.came()
        self.answer(request, "2024-07-01 10:00:00")
        for moment, mood, words in (
            ("2024-07-01 10:00:00", "running", "47 h 0 min left"),
            ("2024-07-03 08:20:00", "running", "40 min left"),
            ("2024-07-03 11:05:00", "overdue", "Overdue by 2 h 5 min"),
            ("2024-07-09 10:00:00", "overdue", "Overdue by 6 days"),
        ):
            with self.at(moment):
                request.invalidate_recordset()
                self.assertEqual((request.resolution_mood, request.resolution_clock),
                                 (mood, words))
                self.assertEqual(request.first_answer_mood, "reached")

    def test_red_only_for_who_can_act(self):
        request = self.came()
        with self.at("2024-07-02 10:00:00"):
            alarmed = {
                role for role in ("agent", "colleague", "manager", "account manager", "executive")
                if self.as_(role, request).sla_alarm
            }
            self.assertEqual(alarmed, {"agent", "manager"})
            self.assertTrue(self.as_("account manager", request).is_overdue)

    def test_overdue_is_a_search(self):
        """Nothing runs in between: the clock alone makes a request overdue."""
        request = self.came()
        Request = self.env["runwell.request"]
        for moment, overdue, today in (
            ("2024-07-01 13:59:00", False, True), ("2024-07-01 14:01:00", True, False),
        ):
            with self.at(moment):
                for domain, expected in (
                    ([("deadline", "<", "now")], overdue),
                    ([("is_overdue", "=", True)], overdue),
                    ([("deadline", ">=", "now"), ("deadline", "<", "now +1d =0H")], today),
                    (["|", ("deadline", "<", "now"),
                      ("sla_status_ids.state", "=", "failed")], overdue),
                ):
                    found = Request.search([("id", "=", request.id), *domain])
                    self.assertEqual(bool(found), expected, (moment, domain))
                self.assertEqual(
                    bool(self.Status.search([("request_id", "=", request.id),
                                             ("is_overdue", "=", True)])), overdue,
                )

    def test_sorting_by_the_next_deadline(self):
        later, sooner = self.came("2024-07-02 09:00:00"), self.came()
        done = self.came()
        self.process(done, "2024-07-01 09:30:00")
        self.assertEqual(
            self.env["runwell.request"].search(
                [("id", "in", (later + sooner + done).ids)], order="deadline",
            ), sooner + later + done,
        )

    def test_the_report_counts_shares(self):
        for moment in ("2024-07-01 10:00:00", "2024-07-01 11:00:00", "2024-07-02 10:00:00"):
            self.answer(self.came(), moment)
        self.came()
        rows = self.Status._read_group(
            [("company_id", "=", self.company.id), ("kind", "=", "first_answer")],
            ["policy_id", "user_id", "request_type"], ["in_time:avg", "__count"],
        )
        self.assertEqual(len(rows), 1)
        self.assertAlmostEqual(rows[0][3], 2 / 3)
        self.assertEqual(rows[0][4], 4)

    def test_nobody_writes_clocks(self):
        request = self.came()
        for user in (self.manager, self.env.ref("base.user_admin")):
            status = request.sla_status_ids[:1].with_user(user)
            for refused in (
                lambda s=status: s.write({"deadline": "2030-01-01 00:00:00"}),
                lambda s=status: s.unlink(),
                lambda s=status, u=user: request.with_user(u).write(
                    {"deadline": "2030-01-01 00:00:00"}
                ),
                lambda s=status, u=user: request.with_user(u).write({"sla_pauses": []}),
            ):
                with self.assertRaises(AccessError):
                    refused()

    def test_policies_and_requests_cost_no_queries_each(self):
        """As many queries for one request and one policy as for twenty and ten."""
        counts = []
        for policies in (0, 9):
            self.Policy.create([
                {"name": f"P{i}", "first_answer_hours": i + 1, "resolution_hours": 9 + i}
                for i in range(policies)
            ])
            one, twenty = (self.env["runwell.request"].create([
                {"name": "x", "partner_id": self.buyer.id} for _i in range(count)
            ]) for count in (1, 20))
            one._sla_refresh()
            counts += [self.queries(one._sla_refresh), self.queries(twenty._sla_refresh)]
            self.assertEqual(len(one.sla_status_ids), 2 * (policies + 1))
        self.assertEqual(len(set(counts)), 1, counts)
        self.assertLessEqual(counts[0], 8)

    def test_started_where_the_request_began(self):
        """A policy that comes to apply later counts from the beginning, pauses taken off."""
        request = self.came()
        with self.at("2024-07-01 10:00:00"):
            request.with_user(self.agent).action_wait()
        with self.at("2024-07-01 11:00:00"):
            request.with_user(self.agent).action_resume()
        with self.at("2024-07-01 11:30:00"):
            strict = self.Policy.create({
                "name": "High", "min_priority": "2", "first_answer_hours": 3,
            })
            self.assertFalse(self.clock(request, "first_answer", strict))
            request.priority = "3"
        clock = self.clock(request, "first_answer", strict)
        self.assertEqual(clock.started_on, Datetime.to_datetime(MONDAY))
        self.assertEqual(clock.deadline, datetime(2024, 7, 1, 14))
        self.env.cr.execute(SQL("SELECT sla_pauses FROM runwell_request WHERE id = %s", request.id))
        self.assertEqual(
            self.env.cr.fetchone(), ([["2024-07-01 10:00:00", "2024-07-01 11:00:00"]],),
        )
