from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AS_OF, days_before
from .pool_common import PoolCase


@tagged("post_install", "-at_install")
class TestPoolLeave(PoolCase):
    """Customers of account managers who are no longer there."""

    def last_handover(self, customer):
        return self.Handover.search([("partner_id", "=", customer.id)], limit=1)

    def test_customers_of_who_left_go_at_once(self):
        """Whatever the rule, with open work, and without announcement."""
        self.policy.days_untouched = 0
        customer, busy, theirs = self.held(), self.held("Busy"), self.held(
            "Theirs", user_id=self.colleague.id,
        )
        contact = self.env["res.partner"].create({
            "name": "Contact", "parent_id": customer.id, "user_id": self.manager.id,
        })
        self.opportunity(busy, user_id=self.colleague.id)
        self.touch(customer, 1)
        before = self.env["mail.mail"].search_count([])
        self.manager.active = False
        self.assertEqual(self.run_pool(), {"withdrawn": 0, "pooled": 2, "announced": 0})
        self.assertFalse((customer | busy | contact).user_id)
        self.assertEqual(theirs.user_id, self.colleague)
        handover = self.last_handover(customer)
        self.assertEqual(
            (handover.kind, handover.previous_user_id, handover.new_user_id.id, handover.reason,
             handover.company_id),
            ("pooled", self.manager, False, "rw_pool_one has left.", self.company),
        )
        self.assertEqual(self.in_pool(customer).previous_user_id, self.manager)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.run_pool(), {"withdrawn": 0, "pooled": 0, "announced": 0})

    def test_what_was_announced_goes_with_the_manager(self):
        customer = self.held()
        self.run_pool()
        notice = self.announced(customer)
        self.manager.active = False
        self.assertEqual(self.run_pool(1), {"withdrawn": 1, "pooled": 1, "announced": 0})
        self.assertEqual(notice.state, "withdrawn")

    def test_as_many_queries_for_many(self):
        def cost(number):
            for count in range(number):
                self.held(f"Customer {number} {count}")
            self.manager.active = False
            queries = self.queries(self.run_pool)
            self.manager.active = True
            return queries

        cost(1)
        self.assertLessEqual(cost(30), cost(2) + 3)

    def test_shared_ones_are_recorded_where_the_manager_worked(self):
        other = self.make_company("Runwell Other", self.foreign)
        customer = self.held(company_id=False)
        self.manager.active = False
        self.Notice.with_company(other)._run(AS_OF)
        self.assertEqual(self.last_handover(customer).company_id, self.company)

    def test_a_colleague_need_not_wait_for_the_night(self):
        claimed, taken, given = (self.held(name) for name in ("Claimed", "Taken", "Given"))
        row = self.in_pool(claimed)
        self.assertFalse(row)
        self.manager.active = False
        self.env.invalidate_all()
        self.assertEqual(self.in_pool(claimed).previous_user_id, self.manager)
        self.in_pool(claimed).with_user(self.colleague).action_claim()
        taken.with_user(self.colleague).user_id = self.colleague
        self.assertEqual((claimed | taken).user_id, self.colleague)
        for customer in (claimed, taken):
            handover = self.last_handover(customer)
            self.assertEqual(
                (handover.kind, handover.previous_user_id), ("claimed", self.manager),
            )
        # It is a claim, with its limit, and for oneself alone.
        with self.assertRaisesRegex(AccessError, "in the customer pool"):
            given.with_user(self.colleague).user_id = self.supervisor
        self.policy.claim_limit = 2
        with self.assertRaises(UserError):
            given.with_user(self.colleague).user_id = self.colleague
        chip = next(
            chip for chip in given.with_user(self.colleague)._runwell_header_chips()
            if chip["key"] == "manager"
        )
        self.assertEqual(chip["action"], "action_open_runwell_pool")

    def test_deleting_a_user_leaves_a_handover(self):
        leaver = self.sales_user("rw_pool_leaver")
        customer = self.held(user_id=leaver.id)
        shared = self.held("Shared", user_id=leaver.id, company_id=False)
        theirs = self.held("Theirs")
        self.env["res.partner"].create({
            "name": "Contact", "parent_id": theirs.id, "user_id": leaver.id,
        })
        leaver.unlink()
        for gone in (customer, shared):
            handover = self.last_handover(gone)
            self.assertEqual(
                (handover.kind, handover.reason, handover.company_id),
                ("pooled", "rw_pool_leaver has left.", self.company),
            )
            self.assertFalse(gone.user_id)
        self.assertEqual(theirs.user_id, self.manager)
        self.assertFalse(self.last_handover(theirs))

    def test_who_is_looked_after_is_not_free(self):
        customer = self.held("Theirs", user_id=self.colleague.id)
        self.assertFalse(self.in_pool(customer))
        self.orders(customer, days_before(10))
        with self.assertRaises(AccessError):
            customer.with_user(self.manager).user_id = self.manager
