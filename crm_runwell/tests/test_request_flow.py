from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .service_common import ServiceCase


@tagged("post_install", "-at_install")
class TestRequestFlow(ServiceCase):
    """Each step: what it needs, what it stamps, what it says when it is the wrong one."""

    def refused(self, words, call, *args):
        with self.assertRaises(UserError) as error:
            call(*args)
        self.assertIn(words, str(error.exception))

    def test_how_it_begins(self):
        with self.at("2026-03-01 10:00:00"):
            request = self.as_("agent", self.request())
        self.assertRegex(request.number, r"^REQ/2026/\d{5}$")
        self.assertEqual((request.state, request.team_id), ("new", self.team))
        self.assertFalse(request.user_id or request.assigned_on or request.satisfaction)
        self.assertEqual(request.email_from, "buyer@example.com")
        self.assertEqual(request.phone, "+32 470 12 34 56")
        self.assertEqual(request.display_name, f"{request.number} The pump leaks")
        self.assertEqual(request.access_url, f"/my/requests/{request.id}")

    def test_numbers_are_counted_by_company_and_year(self):
        other = self.make_company("Runwell Other", self.home)
        with self.at("2026-12-31 10:00:00"):
            first, second = self.request(), self.request()
            theirs = self.request(company_id=other.id)
        with self.at("2027-01-01 10:00:00"):
            third = self.request()
        counts = [int(request.number.rsplit("/")[-1]) for request in (first, second, third)]
        self.assertEqual(counts, [counts[0], counts[0] + 1, 1])
        self.assertTrue(third.number.startswith("REQ/2027/"))
        self.assertEqual(theirs.number, "REQ/2026/00001")
        self.assertEqual(theirs.team_id.company_id, other)

    def test_from_new_to_archive(self):
        request = self.request()
        with self.at("2026-03-02 08:00:00"):
            self.as_("agent", request).action_claim()
        self.assertEqual(request.state, "assigned")
        self.assertEqual(
            (request.user_id, request.assigned_by_id, str(request.assigned_on)),
            (self.agent, self.agent, "2026-03-02 08:00:00"),
        )
        request.answer = "<p>Tighten the ring.</p>"
        with self.at("2026-03-03 08:00:00"):
            self.as_("agent", request).action_process()
        self.assertEqual(
            (request.state, request.processed_by_id, str(request.processed_on)),
            ("processed", self.agent, "2026-03-03 08:00:00"),
        )
        [answer] = self.mails_of(request)
        self.assertIn("Tighten the ring.", answer.body)
        self.assertEqual(answer.author_id, self.agent.partner_id)
        self.assertIn(self.buyer, answer.notified_partner_ids)
        self.assertEqual(str(request.first_answer_on), "2026-03-03 08:00:00")
        with self.at("2026-03-04 08:00:00"):
            request.with_user(self.users["portal"]).sudo()._record_feedback(3, "Fine")
        self.assertEqual((request.state, request.archived_as), ("archived", "feedback"))
        self.assertEqual((request.satisfaction, request.rating_comment), (3, "Fine"))
        portal = self.users["portal"]
        self.assertEqual((request.feedback_by_id, request.archived_by_id), (portal, portal))
        self.assertEqual(str(request.feedback_on), "2026-03-04 08:00:00")
        self.assertEqual(str(request.archived_on), "2026-03-04 08:00:00")

    def test_who_is_not_satisfied_goes_on(self):
        for satisfaction in (1, 2):
            request = self.processed()
            request._record_feedback(satisfaction, "Still leaks")
            self.assertEqual((request.state, request.user_id), ("assigned", self.agent))
            self.assertEqual((request.satisfaction, request.reopen_count), (satisfaction, 1))
            self.assertTrue(request.feedback_on and request.reopened_on)
            self.assertFalse(request.archived_on)

    def test_the_limits_of_satisfaction(self):
        for satisfaction, state in ((1, "assigned"), (3, "archived"), (5, "archived")):
            request = self.processed()
            request._record_feedback(satisfaction)
            self.assertEqual(request.state, state)
        for wrong in (0, 6, -1, None, "5", 2.5):
            with self.subTest(satisfaction=wrong):
                self.refused("from 1 to 5", self.processed()._record_feedback, wrong)

    def test_no_answer_no_end(self):
        request = self.assigned()
        for empty in (False, "", "<p><br></p>", "<p> </p>"):
            request.answer = empty
            self.refused(
                "Write the answer to the customer first", self.as_("agent", request).action_process,
            )
        self.assertEqual(request.state, "assigned")
        self.assertFalse(self.mails_of(request))

    def test_every_wrong_step_says_why(self):
        steps = {
            "_assign": (lambda r: r._assign(self.agent), "Only a new request is assigned"),
            "_hand_over": (lambda r: r._hand_over(self.colleague, "Away"), "is handed over"),
            "_process": (lambda r: r._process(), "must be assigned before"),
            "_record_feedback": (lambda r: r._record_feedback(4), "given on the answer, once"),
            "_close": (lambda r: r._close("no_feedback"), "archived after it was answered"),
            "_reopen": (lambda r: r._reopen("Again"), "was answered can be reopened"),
            "action_wait": (lambda r: r.action_wait(), "Only an assigned request can wait"),
        }
        allowed = {
            "new": {"_assign"}, "assigned": {"_hand_over", "_process", "action_wait"},
            "processed": {"_record_feedback", "_close", "_reopen"}, "archived": {"_reopen"},
        }
        for state, mine in allowed.items():
            for name, (step, words) in steps.items():
                with self.subTest(state=state, step=name):
                    request = self.in_state(state)
                    if name not in mine:
                        self.refused(words, step, request)
                        self.assertEqual(request.state, state)
                        continue
                    if name == "_process":
                        request.answer = "<p>Done</p>"
                    step(request)

    def test_handover(self):
        request = self.assigned()
        self.refused("Write the reason", request._hand_over, self.colleague, "  ")
        self.refused("already", request._hand_over, self.agent, "Away")
        with self.at("2026-03-05 08:00:00"):
            self.as_("agent", request)._hand_over(self.colleague, "Knows pumps")
        self.assertEqual((request.state, request.user_id), ("assigned", self.colleague))
        self.assertEqual(request.assigned_by_id, self.agent)
        self.assertEqual(str(request.assigned_on), "2026-03-05 08:00:00")
        note = request.message_ids.filtered(lambda m: "Knows pumps" in (m.body or ""))
        self.assertTrue(note.subtype_id.internal)
        self.assertIn("Agent", note.body)
        self.assertFalse(self.mails_of(request))

    def test_handover_to_a_team(self):
        other = self.team.copy({"name": "Second level", "member_ids": self.colleague.ids})
        request = self.assigned()
        request._hand_over(self.env["res.users"], "Beyond us", other)
        self.assertEqual((request.state, request.team_id), ("new", other))
        self.assertFalse(request.user_id or request.assigned_on)
        other.assignment_method = "round_robin"
        request = self.assigned()
        with self.at("2026-03-04 10:00:00"):
            request._hand_over(self.env["res.users"], "Beyond us", other)
        self.assertEqual((request.state, request.user_id), ("assigned", self.colleague))

    def test_only_agents_of_the_company_are_given_requests(self):
        request = self.request()
        self.refused("is no service agent", request._assign, self.users["employee"])
        self.agent.active = False
        self.refused("is no service agent", request._assign, self.agent)
        self.agent.active = True
        other = self.make_company("Runwell Other", self.home)
        theirs = self.request(company_id=other.id)
        self.refused("does not work in Runwell Other", theirs._assign, self.agent)

    def test_waiting_for_the_customer(self):
        request = self.assigned()
        with self.at("2026-03-02 08:00:00"):
            self.as_("agent", request).action_wait()
        self.assertTrue(request.waiting_customer)
        self.assertEqual(
            (request.waiting_by_id, str(request.waiting_since)),
            (self.agent, "2026-03-02 08:00:00"),
        )
        self.as_("agent", request).action_resume()
        self.assertFalse(request.waiting_customer or request.waiting_since)
        self.as_("agent", request).action_wait()
        request.answer = "<p>Done</p>"
        self.as_("agent", request).action_process()
        self.assertFalse(request.waiting_customer)

    def test_reopened(self):
        request = self.processed()
        self.refused("Write why", request._reopen, " ")
        request._reopen("The customer wrote again")
        self.assertEqual((request.state, request.reopen_count), ("assigned", 1))
        self.assertEqual(request.user_id, self.agent)
        # What was sent is in the chatter; it is not sent twice.
        self.assertFalse(request.answer)
        self.refused("Write the answer", self.as_("agent", request).action_process)
        request.answer = "<p>Now it is tight.</p>"
        self.as_("agent", request).action_process()
        request._record_feedback(5)
        request._reopen("Again")
        self.assertEqual((request.state, request.reopen_count), ("assigned", 2))
        self.assertFalse(request.archived_on or request.archived_as or request.archived_by_id)

    def test_reopened_within_the_days_of_the_team(self):
        self.team.reopen_days = 10
        request = self.processed()
        with self.at("2026-03-01 08:00:00"):
            request._record_feedback(5)
        for now, may in (("2026-03-11 08:00:00", True), ("2026-03-11 08:00:01", False)):
            with self.subTest(now=now), self.at(now):
                self.assertEqual(request._may_reopen(), may)
        with self.at("2026-03-12 08:00:00"):
            self.refused("more than 10 days ago", request._reopen, "Again")

    def test_the_agent_has_left(self):
        request = self.processed()
        self.agent.active = False
        request._reopen("Again")
        self.assertEqual((request.state, request.user_id.id), ("new", False))
        self.as_("colleague", request).action_claim()
        self.assertEqual(request.user_id, self.colleague)

    def test_archived_without_feedback(self):
        self.team.archive_days = 7
        with self.at("2026-03-01 08:00:00"):
            request, young = self.processed(), self.processed()
        never = self.team.copy({"name": "Never", "archive_days": 0})
        young.sudo()._move({"processed_on": "2026-03-05 08:00:00"})
        with self.at("2026-03-01 07:00:00"):
            kept = self.processed(team_id=never.id)
        self.env.flush_all()
        with self.at("2026-03-09 08:00:00"), patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ):
            self.env["runwell.request"].with_user(self.env.ref("base.user_root"))._cron_archive()
        self.assertEqual((request.state, request.archived_as), ("archived", "no_feedback"))
        self.assertFalse(request.satisfaction)
        self.assertEqual((young + kept).mapped("state"), ["processed", "processed"])

    def test_the_answer_stays_as_it_was_sent(self):
        request = self.processed()
        self.refused("stays as it is", request.write, {"answer": "<p>Other</p>"})
        request._reopen("Again")
        request.answer = "<p>Other</p>"

    def test_a_team_is_changed_by_handover(self):
        other = self.team.copy({"name": "Second level"})
        request = self.request()
        request.team_id = other
        request._assign(self.agent)
        self.refused("Use Hand over", request.write, {"team_id": self.team.id})

    def test_documents_of_another_customer(self):
        other = self.customer("Other")
        order, invoice = self.order(other, "2026-01-01"), self.invoice(other, "2026-01-01")
        for values in ({"sale_order_id": order.id}, {"invoice_id": invoice.id}):
            with self.assertRaises(ValidationError) as error:
                self.request(**values)
            self.assertIn("belongs to Other, but the request is of Buyer", str(error.exception))
        mine = self.order(self.contact, "2026-01-01")
        request = self.request(sale_order_id=mine.id)
        with self.assertRaises(ValidationError):
            request.partner_id = other

    def test_documents_of_another_company(self):
        other = self.make_company("Runwell Other", self.home)
        order = self.order(self.buyer, "2026-01-01", company=other)
        with self.assertRaises(UserError):
            self.request(sale_order_id=order.id)
