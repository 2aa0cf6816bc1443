from unittest.mock import patch

import psycopg2

from odoo.fields import Datetime
from odoo.tests import tagged

from .common import AS_OF, days_before
from .sla_common import SlaCase

#: Deadlines of a request that came on Monday at 9:00: 2 working hours, or 16 of the standard.
SOON, STANDARD = "2024-07-01 11:00:00", "2024-07-03 09:00:00"


@tagged("post_install", "-at_install")
class TestSlaValueClass(SlaCase):
    """The clocks of open requests follow the value class that the scoring gives the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scoring.write({"current_value_threshold": 100, "potential_value_threshold": 100})
        cls.orders(cls.buyer, AS_OF, amount=50.0)
        cls.high = cls.Policy.create({
            "name": "High", "value_class": "high", "resolution_hours": 2,
        })

    def setUp(self):
        super().setUp()
        self.env["runwell.score"]._run_scoring(self.company, AS_OF)
        self.low = self.score(self.buyer)
        self.assertEqual(self.low.value_class, "low")

    def due(self, request):
        clock = request.sla_status_ids.filtered(
            lambda s: s.kind == "resolution" and not s.reached_on
        ).sorted("deadline")[:1]
        return str(clock.deadline), clock.policy_id

    def score_on_monday(self, **values):
        with self.at("2024-07-01 09:30:00"):
            self.env["runwell.score"]._score_company(
                self.company, Datetime.to_datetime(AS_OF).date(), **values,
            )

    def refreshed(self, score):
        """Return the requests whose clocks were reckoned again while scoring."""
        seen = []
        cls = self.env.registry["runwell.request"]
        run = cls._sla_run

        def watched(requests, scope, many):
            seen.append((requests.ids, many))
            return run(requests, scope, many)

        with patch.object(cls, "_sla_run", watched):
            score()
        return seen

    def test_up_and_down(self):
        request = self.came(partner_id=self.contact.id)
        self.assertEqual(self.due(request), (STANDARD, self.policy))
        more = self.order(self.buyer, AS_OF, 1000.0)
        self.score_on_monday()
        self.assertEqual(self.score(self.buyer).value_class, "high")
        self.assertEqual(self.due(request), (SOON, self.high))
        more.with_context(disable_cancel_warning=True)._action_cancel()
        self.score_on_monday()
        self.assertEqual(self.score(self.buyer).value_class, "low")
        self.assertEqual(self.due(request), (STANDARD, self.policy))
        self.assertFalse(self.clock(request, "resolution", self.high))

    def test_a_refresh_too_and_of_its_customers_alone(self):
        other, steady = self.customer("Other"), self.customer("Steady")
        self.orders(other, AS_OF, amount=50.0)
        self.orders(steady, AS_OF, amount=1000.0)
        self.score_on_monday()
        self.came(partner_id=steady.id)
        mine, theirs = self.came(), self.came(partner_id=other.id)
        for customer in (self.buyer, other):
            self.orders(customer, AS_OF, amount=1000.0)
        self.assertEqual(self.refreshed(
            lambda: self.score_on_monday(partner_ids=self.buyer.ids)
        ), [(mine.ids, False)])
        self.assertEqual(self.due(mine), (SOON, self.high))
        self.assertEqual(self.due(theirs), (STANDARD, self.policy))
        self.env["runwell.score.refresh"]._ask(theirs)
        with self.at("2024-07-01 09:40:00"):
            self.env["runwell.score"]._refresh_batch(self.company)
        self.assertEqual(self.due(theirs), (SOON, self.high))

    def test_the_first_score_and_the_last(self):
        newcomer = self.customer("Newcomer")
        request = self.came(partner_id=newcomer.id)
        self.orders(newcomer, AS_OF, amount=1000.0)
        self.score_on_monday()
        self.assertEqual(self.due(request), (SOON, self.high))
        newcomer.active = False
        self.score_on_monday()
        self.assertFalse(self.score(newcomer))
        self.assertEqual(self.due(request), (STANDARD, self.policy))

    def test_only_the_open_requests_of_those_who_changed(self):
        other = self.customer("Other")
        self.orders(other, AS_OF, amount=50.0)
        self.score_on_monday()
        mine, done = self.came(), self.came()
        self.came(partner_id=other.id)
        self.process(done, "2024-07-01 09:20:00")
        self.orders(self.buyer, AS_OF, amount=1000.0)
        self.assertEqual(self.refreshed(self.score_on_monday), [(mine.ids, False)])
        self.assertFalse(self.clock(done, "resolution", self.high))
        # Nobody changed since.
        self.assertEqual(self.refreshed(self.score_on_monday), [])

    def test_nothing_where_no_policy_is_for_a_class_concerned(self):
        self.came()
        self.high.value_class = "potential"
        self.orders(self.buyer, AS_OF, amount=1000.0)
        self.assertEqual(self.refreshed(self.score_on_monday), [])
        self.assertEqual(self.score(self.buyer).value_class, "high")

    def test_what_it_costs(self):
        """One query without such a policy, one more without open requests."""
        for active, expected in ((True, 2), (False, 1)):
            self.high.active = active
            with self.subTest(active=active):
                self.env.flush_all()
                with self.assertQueryCount(expected):
                    self.env["runwell.request"]._of_new_value_class(
                        self.company, "runwell_scored_pass",
                    )._sla_follow_class()

    def test_many_at_once(self):
        customers = [self.customer(str(i)) for i in range(3)]
        requests = self.env["runwell.request"].union(*(
            self.came(partner_id=customer.id) for customer in customers
        ))
        for customer in customers:
            self.orders(customer, days_before(1), amount=1000.0)
        [(reckoned, _many)] = self.refreshed(self.score_on_monday)
        self.assertEqual(set(reckoned), set(requests.ids))
        self.assertEqual({self.due(request) for request in requests}, {(SOON, self.high)})

    def test_a_conflict_leaves_it_to_the_watch(self):
        """The scores stay; a real conflict would need requests that other cursors see."""
        request = self.came()
        self.env["runwell.service.team"]._sla_follow_hours()
        self.orders(self.buyer, AS_OF, amount=1000.0)
        with patch.object(
            self.env.registry["runwell.request"], "_sla_run",
            side_effect=psycopg2.errors.SerializationFailure,
        ):
            self.score_on_monday()
        self.assertEqual(self.score(self.buyer).value_class, "high")
        self.assertEqual(self.due(request), (STANDARD, self.policy))
        with self.at("2024-07-01 09:35:00"):
            self.assertIn(self.team, self.env["runwell.service.team"]._sla_follow_hours())
            self.env.invalidate_all()
        self.assertEqual(self.due(request), (SOON, self.high))
