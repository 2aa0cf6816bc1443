import threading

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import SQL, mute_logger

from .common import AS_OF, days_before
from .pool_common import PoolCase


@tagged("post_install", "-at_install")
class TestPoolClaim(PoolCase):
    """Claiming from the pool: who may, how many, and what comes with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.free = [cls.held(f"Free {number}", user_id=False) for number in range(4)]

    def claim(self, customers, user=None, company=None):
        rows = self.env["runwell.pool"].search([
            ("partner_id", "in", [customer.id for customer in customers]),
            ("company_id", "=", (company or self.company).id),
        ])
        user = user or self.manager
        return rows.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        ).action_claim()

    def test_claim(self):
        customer = self.free[0]
        with self.at(f"{AS_OF} 12:00:00"):
            self.claim([customer])
        self.assertEqual(customer.user_id, self.manager)
        handover = self.Handover.search([("partner_id", "=", customer.id)])
        self.assertEqual(
            (handover.kind, handover.new_user_id, handover.user_id, handover.previous_user_id.id),
            ("claimed", self.manager, self.manager, False),
        )
        activity = customer.activity_ids
        self.assertEqual(
            (activity.activity_type_id, activity.user_id, str(activity.date_deadline)),
            (self.env.ref("crm_runwell.mail_activity_type_first_contact"), self.manager,
             days_before(-3)),
        )
        self.assertFalse(self.in_pool(customer))

    def test_a_shared_customer_in_two_companies_is_claimed_once(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.manager.company_ids |= other
        shared = self.held("Shared", user_id=False, company_id=False)
        for company in (self.company, other):
            self.orders(shared, days_before(300), company=company)
            self.run_scoring(company=company)
        self.env["runwell.pool.policy"]._of(other).claim_limit = 1
        theirs = self.held("Theirs", user_id=False, company=other)
        rows = self.env["runwell.pool"].search([("partner_id", "in", (shared | theirs).ids)])
        self.assertEqual(len(rows), 3)
        rows.with_user(self.manager).with_context(
            allowed_company_ids=(self.company | other).ids
        ).action_claim()
        self.assertEqual((shared | theirs).user_id, self.manager)
        self.assertEqual(
            self.Handover.search_count([("partner_id", "in", (shared | theirs).ids)]), 2,
        )
        self.assertEqual([len(customer.activity_ids) for customer in (shared, theirs)], [1, 1])

    def test_whoever_comes_second_reads_who_was_first(self):
        customer = self.free[0]
        row = self.in_pool(customer)
        self.claim([customer])
        with self.assertRaisesRegex(UserError, f"claimed by {self.manager.name}"):
            row.with_user(self.colleague).action_claim()
        self.assertEqual(customer.user_id, self.manager)

    def test_all_or_none(self):
        rows = self.env["runwell.pool"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows), 4)
        self.claim([self.free[0]], self.colleague)
        with self.assertRaises(UserError):
            rows.with_user(self.manager).action_claim()
        self.assertFalse(self.free[1].user_id)

    def test_limit_of_claims(self):
        self.policy.claim_limit = 2
        self.claim(self.free[:2])
        with self.assertRaisesRegex(UserError, "2 of 2"):
            self.claim([self.free[2]])
        self.claim([self.free[2]], self.colleague)
        with self.assertRaisesRegex(UserError, "1 of 2"):
            self.claim([self.free[3]] + [self.held("More", user_id=False)], self.colleague)
        # Thirty days later there is room again.
        self.env.cr.execute(SQL(
            "UPDATE runwell_handover SET date = date - interval '31 days' WHERE new_user_id = %s",
            self.manager.id,
        ))
        self.claim([self.free[3]])

    def test_the_limit_holds_on_the_customer_too(self):
        self.policy.claim_limit = 1
        first, second, theirs = *self.free[:2], self.held("Theirs", user_id=self.colleague.id)
        first.with_user(self.manager).user_id = self.manager
        self.assertEqual(
            self.Handover.search([("partner_id", "=", first.id)]).kind, "claimed",
        )
        with self.assertRaises(UserError):
            second.with_user(self.manager).user_id = self.manager
        with self.assertRaises(AccessError):
            second.with_user(self.manager).user_id = self.colleague
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).user_id = self.manager
        theirs.with_user(self.supervisor).user_id = self.manager
        self.assertEqual(theirs.user_id, self.manager)

    def test_limit_of_customers_held(self):
        self.policy.hold_limit = 2
        self.held("Mine")
        self.claim([self.free[0]])
        with self.assertRaisesRegex(UserError, "2 is the most"):
            self.claim([self.free[1]])

    def test_who_claims(self):
        agent = self.sales_user("rw_pool_agent", "crm_runwell.group_service_user")
        with self.assertRaises(AccessError):
            self.claim([self.free[0]], agent)
        self.policy.who_claims = "supervisor"
        with self.assertRaises(AccessError):
            self.claim([self.free[0]])
        self.claim([self.free[0]], self.supervisor)
        self.assertEqual(self.free[0].user_id, self.supervisor)

    def test_not_from_another_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        customer = self.held("Elsewhere", user_id=False, company=other)
        with self.assertRaises(AccessError):
            self.claim([customer], company=other)
        # Nor under the number of one's own company.
        forged = self.env["runwell.pool"].browse((customer.id << 16) + self.company.id)
        with self.assertRaises(UserError):
            forged.with_user(self.manager).action_claim()
        self.assertFalse(customer.user_id)

    def test_managed_customers_are_not_claimed(self):
        customer = self.held("Theirs", user_id=self.colleague.id)
        forged = self.env["runwell.pool"].browse((customer.id << 16) + self.company.id)
        with self.assertRaises(UserError):
            forged.with_user(self.manager).action_claim()


@tagged("post_install", "-at_install")
class TestPoolClaimAtOnce(BaseCase):
    """Two people claim one customer at the same moment, each on a connection of their own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.take_away)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            company = env.ref("base.main_company")
            self.users = env["res.users"].with_context(no_reset_password=True).create([
                {"name": f"Claimer {n}", "login": f"rw_claimer_{n}", "company_id": company.id,
                 "company_ids": [(6, 0, company.ids)],
                 "group_ids": [(4, env.ref("sales_team.group_sale_salesman").id)]}
                for n in range(2)
            ]).ids
            self.customer_id = env["res.partner"].create({
                "name": "Wanted by Two", "is_company": True, "customer_rank": 1,
                "company_id": company.id,
            }).id
            self.row_id = (self.customer_id << 16) + company.id

    def take_away(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mail.activity"].search([
                ("res_model", "=", "res.partner"), ("res_id", "=", self.customer_id),
            ]).unlink()
            cr.execute("DELETE FROM runwell_handover WHERE partner_id = %s", [self.customer_id])
            env["res.partner"].browse(self.customer_id).unlink()
            users = env["res.users"].browse(self.users)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def claim(self, user_id, start):
        """Claim as the web does: begin again when somebody else was writing."""
        start.wait(timeout=60)
        while True:
            with self.registry.cursor() as cr:
                try:
                    env = api.Environment(cr, user_id, {})
                    env["runwell.pool"].browse(self.row_id).action_claim()
                    env.cr.commit()
                except psycopg2.errors.SerializationFailure:
                    cr.rollback()
                    continue
                except UserError as refusal:
                    cr.rollback()
                    return str(refusal)
                return "won"

    def test_one_wins(self):
        start, results = threading.Barrier(2), {}

        def work(user_id):
            results[user_id] = self.claim(user_id, start)

        threads = [threading.Thread(target=work, args=(user_id,)) for user_id in self.users]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertEqual(sorted(results.values())[1], "won")
        winner = next(user_id for user_id, result in results.items() if result == "won")
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            customer = env["res.partner"].browse(self.customer_id)
            self.assertEqual(customer.user_id.id, winner)
            [loser] = set(self.users) - {winner}
            self.assertIn(f"claimed by {customer.user_id.name}", results[loser])
            self.assertEqual(env["runwell.handover"].search_count([
                ("partner_id", "=", self.customer_id),
            ]), 1)
            self.assertEqual(len(customer.activity_ids), 1)

    def test_claims_of_one_person_wait_for_each_other(self):
        """Else two at once would both count no claim yet, and pass the limit together."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            other_id = env["res.partner"].create({
                "name": "Wanted too", "is_company": True, "customer_rank": 1,
                "company_id": env.ref("base.main_company").id,
            }).id
        rows = [self.row_id, (other_id << 16) + (self.row_id & 0xFFFF)]
        try:
            with self.registry.cursor() as first, self.registry.cursor() as second:
                pools = [
                    api.Environment(cr, self.users[0], {})["runwell.pool"].browse(row_id)
                    for cr, row_id in zip((first, second), rows, strict=True)
                ]
                second.execute("SET LOCAL lock_timeout = '200ms'")
                pools[0].action_claim()
                with mute_logger("odoo.sql_db"), \
                        self.assertRaises(psycopg2.errors.LockNotAvailable):
                    pools[1].action_claim()
                for cr in (first, second):
                    cr.rollback()
        finally:
            with self.registry.cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})["res.partner"].browse(other_id).unlink()
