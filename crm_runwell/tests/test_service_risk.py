import math

from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import SQL

from ..scoring import service
from .common import AS_OF, days_before
from .sla_common import SlaCase
from .test_alerts import AlertCase
from .test_facts import FactsCase, ago


class ComplaintCase(AlertCase):
    """The buyer who is at risk, and what it writes to service."""

    def complain(self, day=AS_OF, **values):
        """Return a complaint of the buyer, made on a day."""
        return self.made_on(self.env["runwell.request"].create({
            "name": "Broken", "request_type": "complaint", "partner_id": self.buyer.id,
            "company_id": self.company.id, **values,
        }), day)

    def answered(self, request, day):
        request._move({"state": "processed", "first_processed_on": f"{day} 12:00:00"})


@tagged("post_install", "-at_install")
class TestFactsOfService(FactsCase, ComplaintCase):
    """Complaints, missed deadlines and unhappy ratings, as one knew them on a day."""

    def known(self, day):
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT open_complaints, complaints, recent_complaints, breaches, unhappy
                 FROM (%s) known WHERE partner_id = %s""",
            service.known(service.events(self.scope()), day), self.buyer.id,
        ))
        return rows[0] if rows else None

    def test_open_until_the_first_answer(self):
        request = self.complain(days_before(20))
        self.answered(request, days_before(5))
        self.assertIsNone(self.known(ago(21)))
        self.assertEqual(self.known(ago(20))[:3], (1, 1, 1))
        self.assertEqual(self.known(ago(6))[:3], (1, 1, 1))
        self.assertEqual(self.known(ago(5))[:3], (0, 1, 1))
        # A reopening changes nothing of what was known before.
        request._move({"state": "assigned", "processed_on": False})
        self.assertEqual(self.known(ago(5))[:3], (0, 1, 1))

    def test_old_ones_are_forgotten(self):
        self.answered(self.complain(days_before(150)), days_before(149))
        self.assertEqual(self.known(ago(0))[:3], (0, 1, 0))
        self.answered(self.complain(days_before(190)), days_before(189))
        self.assertEqual(self.known(ago(0))[:3], (0, 1, 0))

    def test_an_enquiry_is_no_complaint(self):
        self.complain(request_type="enquiry")
        self.assertIsNone(self.known(ago(0)))

    def test_unhappy_ratings_and_missed_deadlines(self):
        request = self.complain(days_before(30))
        for stars, day in ((1, 10), (2, 9), (3, 8)):
            self.made_on(self.env["rating.rating"].create({
                "res_model_id": self.env["ir.model"]._get_id("runwell.request"),
                "res_id": request.id, "rating": stars, "consumed": True,
            }), days_before(day))
        self.env["runwell.sla.status"].search([("request_id", "=", request.id)])._as_machine(
        ).unlink()
        policy = self.env["runwell.sla.policy"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["runwell.sla.status"]._as_machine().create([
            {
                "request_id": request.id, "company_id": self.company.id,
                "policy_id": policy.id, "kind": kind, "turn": 7,
                "state": "failed", "started_on": f"{days_before(30)} 08:00:00",
                "deadline": f"{days_before(29)} 08:00:00", "reached_on": reached,
            }
            for kind, reached in (
                ("first_answer", f"{days_before(29)} 07:00:00"),
                ("resolution", f"{days_before(20)} 08:00:00"),
            )
        ])
        self.assertEqual(self.known(ago(0))[3:], (1, 2))
        self.assertEqual(self.known(ago(29))[3:], (1, 0))
        self.assertEqual(self.known(ago(30))[3:], (0, 0))

    def test_the_features(self):
        self.complain(days_before(100))
        self.complain(days_before(10))
        row = self.told(ago(0))[self.buyer.id]
        self.assertAlmostEqual(row["open_complaints"], math.log(3))
        self.assertAlmostEqual(row["complaints"], math.log(3))
        self.assertAlmostEqual(row["complaint_trend"], 0.0)
        self.assertEqual(row["let_down"], 0.0)
        self.assertEqual(self.told(ago(101))[self.buyer.id]["complaints"], 0.0)

    def test_another_company_knows_nothing(self):
        other = self.make_company("Runwell Other", self.home)
        self.complain(company_id=other.id)
        self.assertIsNone(self.known(ago(0)))


@tagged("post_install", "-at_install")
class TestComplaintAndAlert(ComplaintCase):
    """A complaint of a customer at risk: first on the board, first in the play."""

    def test_the_main_cause(self):
        self.complain()
        alert = self.raised()
        self.assertEqual((alert.cause, alert.priority), ("complaint", "1"))
        self.assertEqual(str(alert.deadline), days_before(-1))
        self.assertEqual(
            alert.suggested_plan_id, self.env.ref("crm_runwell.play_complaint"),
        )

    def test_before_more_money(self):
        self.silent("Big", 10_000.0)
        self.complain()
        self.raised()
        self.assertEqual(self.alerts()[0].partner_id, self.buyer)

    def test_on_an_open_alert(self):
        with self.at(f"{AS_OF} 12:00:00"):
            alert = self.raised()
            self.assertEqual((alert.cause, alert.priority), ("silence", "0"))
            request = self.complain()
            self.assertEqual(self.env["runwell.score"]._refresh_batch(self.company), 1)
            self.assertEqual((alert.cause, alert.priority), ("complaint", "1"))
            self.assertLessEqual(str(alert.deadline), days_before(-1))
            self.assertTrue(any("complained" in body for body in alert.message_ids.mapped("body")))
            play = self.env.ref("crm_runwell.play_complaint")
            self.assertEqual(alert.running_plan_id, play)
            # Nothing of what was to be done before stays.
            self.assertEqual(alert.activity_ids.runwell_plan_id, play)
            self.assertEqual(len(alert.activity_ids), len(play.template_ids))
            self.answered(request, AS_OF)
            self.raise_alerts()
            self.assertEqual((alert.cause, alert.priority), ("complaint", "0"))

    def test_another_play_gives_way(self):
        with self.at(f"{AS_OF} 12:00:00"):
            alert = self.raised()
            alert._start_play(self.env.ref("crm_runwell.play_call"))
            self.complain()
            self.env["runwell.score"]._refresh_batch(self.company)
            self.assertEqual(alert.running_plan_id, self.env.ref("crm_runwell.play_complaint"))

    def test_the_digest_tells_of_it(self):
        with self.at(f"{AS_OF} 12:00:00"):
            alert = self.raised()
            alert._as_machine().assigned_at = f"{days_before(9)} 12:00:00"
            self.complain()
            self.env["runwell.score"]._refresh_batch(self.company)
            self.assertGreater(str(alert.assigned_at), days_before(9))

    def test_what_was_opened_again_waits_again(self):
        request = self.complain(days_before(12))
        self.answered(request, days_before(5))
        kinds = {r["kind"] for r in self.scored(self.buyer).get_explanation()["reasons"]}
        self.assertNotIn("complaints", kinds)
        request._move({"state": "assigned"})
        [reason] = [
            r for r in self.score(self.buyer).get_explanation()["reasons"]
            if r["kind"] == "complaints"
        ]
        self.assertEqual(
            self.env["runwell.request"].search(reason["action"]["domain"]), request,
        )

    def test_the_reasons_open_the_requests(self):
        self.complain(days_before(12))
        explanation = self.scored(self.buyer).get_explanation()
        [reason] = [r for r in explanation["reasons"] if r["kind"] == "complaints"]
        self.assertIn("Open complaints: 1", reason["text"])
        self.assertIn("12 days", reason["text"])
        self.assertEqual(reason["direction"], "worse")
        found = self.env["runwell.request"].search(reason["action"]["domain"])
        self.assertEqual(found.partner_id, self.buyer)

    def test_nothing_is_said_without_requests(self):
        kinds = {r["kind"] for r in self.scored(self.buyer).get_explanation()["reasons"]}
        self.assertFalse(kinds & {"complaints", "let_down"})

    def test_a_first_answer_is_stamped_once(self):
        request = self.complain()
        request._move({"state": "assigned", "user_id": self.env.uid})
        request.answer = "<p>Sorry</p>"
        with self.at("2024-07-01 10:00:00"):
            request._process()
        request._record_feedback(1)
        request._move({"state": "assigned", "user_id": self.env.uid})
        request.answer = "<p>Sorry again</p>"
        with self.at("2024-07-03 10:00:00"):
            request._process()
        self.assertEqual(request.first_processed_on, Datetime.to_datetime("2024-07-01 10:00:00"))


@tagged("post_install", "-at_install")
class TestServiceAsksForAScore(SlaCase):
    """What lets a customer down is scored soon, whatever the type of the request."""

    def asked(self):
        """Return the partners asked for, and forget them."""
        queue = self.env["runwell.score.refresh"].search([("company_id", "=", self.company.id)])
        partners = queue.partner_id
        queue._as_machine().unlink()
        return partners

    def test_few_stars(self):
        for kind in ("enquiry", "suggestion", "complaint"):
            for stars in (1, 2):
                request = self.processed(request_type=kind, partner_id=self.contact.id)
                self.asked()
                request._record_feedback(stars)
                with self.subTest(kind=kind, stars=stars):
                    self.assertEqual(self.asked(), self.contact)

    def test_enough_stars(self):
        for stars in (3, 5):
            request = self.processed(request_type="enquiry")
            request._record_feedback(stars)
            self.assertFalse(self.asked())

    def test_nobody_to_score(self):
        request = self.processed(partner_id=False, email_from="who@example.com")
        request._record_feedback(1)
        self.assertFalse(self.asked())

    def test_they_reach_the_score(self):
        self.orders(self.buyer, *(days_before(7 * i) for i in range(1, 10)))
        with self.at(f"{AS_OF} 12:00:00"):
            self.run_scoring(days_before(1))
            self.assertNotIn("let_down", self.reasons())
            request = self.processed(request_type="enquiry")
            self.asked()
            request._record_feedback(1)
            self.made_on(self.env["rating.rating"].search([
                ("res_model", "=", request._name), ("res_id", "=", request.id),
            ]), AS_OF)
            self.assertEqual(self.env["runwell.score"]._refresh_batch(self.company), 1)
            self.assertEqual(str(self.score(self.buyer).as_of), AS_OF)
            self.assertIn("let_down", self.reasons())

    def reasons(self):
        return {reason["kind"] for reason in self.score(self.buyer).get_explanation()["reasons"]}

    def test_a_missed_deadline_asks_once(self):
        self.came(request_type="enquiry")
        self.asked()
        for moment, expected in (
            ("2024-07-01 13:59:00", self.env["res.partner"]),
            ("2024-07-01 14:01:00", self.buyer),
            ("2024-07-01 14:06:00", self.env["res.partner"]),
        ):
            with self.at(moment), self.subTest(moment=moment):
                self.Status._fail_overdue()
                self.assertEqual(self.asked(), expected)
