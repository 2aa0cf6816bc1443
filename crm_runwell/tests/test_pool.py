from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from .common import AS_OF, days_before
from .pool_common import PoolCase


@tagged("post_install", "-at_install")
class TestPool(PoolCase):
    """Who goes to the pool, after what announcement, and who stays out of it."""

    def test_announced_then_pooled(self):
        customer = self.held()
        contact = self.env["res.partner"].create({
            "name": "Contact", "parent_id": customer.id, "user_id": self.manager.id,
        })
        self.assertEqual(self.run_pool(), {"withdrawn": 0, "pooled": 0, "announced": 1})
        notice = self.announced(customer)
        self.assertEqual(notice.user_id, self.manager)
        self.assertEqual(str(notice.pool_on), days_before(-7))
        self.assertEqual(self.run_pool(6)["pooled"], 0)
        self.assertEqual(customer.user_id, self.manager)
        self.assertEqual(self.run_pool(7), {"withdrawn": 0, "pooled": 1, "announced": 0})
        self.assertFalse((customer | contact).user_id)
        self.assertEqual(notice.state, "pooled")
        handover = self.Handover.search([("partner_id", "=", customer.id)])
        self.assertEqual(
            (handover.kind, handover.previous_user_id, handover.new_user_id.id),
            ("pooled", self.manager, False),
        )
        self.assertEqual(handover.company_id, self.company)
        self.assertEqual(self.in_pool(customer).previous_user_id, self.manager)
        # The contact of the customer makes no record, and no row.
        self.assertFalse(self.Handover.search([("partner_id", "=", contact.id)]))

    def test_announced_before_the_days_are_over(self):
        """The seven days lie within the ninety."""
        customer = self.held()
        self.touch(customer, 84)
        self.assertEqual(self.run_pool()["announced"], 1)
        self.assertEqual(str(self.announced(customer).pool_on), days_before(-7))
        recent = self.held("Recent")
        self.touch(recent, 82)
        self.assertEqual(self.run_pool()["announced"], 0)

    def test_a_touch_withdraws_the_announcement(self):
        called, ordered, kept = (self.held(name) for name in ("Called", "Ordered", "Kept"))
        self.run_pool()
        notice = self.announced(called)
        self.touch(called, -3)
        self.orders(ordered, days_before(-2))
        self.assertEqual(self.run_pool(7), {"withdrawn": 2, "pooled": 1, "announced": 0})
        self.assertEqual(notice.state, "withdrawn")
        self.assertEqual((called | ordered).user_id, self.manager)
        self.assertFalse(kept.user_id)
        # Untouched again, it is announced again.
        self.assertEqual(self.run_pool(100)["announced"], 2)

    def test_another_manager_withdraws_it_and_gets_the_full_time(self):
        customer = self.held()
        self.run_pool()
        with self.at(f"{AS_OF} 12:00:00"):
            customer.user_id = self.colleague
        self.assertEqual(self.run_pool(7), {"withdrawn": 1, "pooled": 0, "announced": 0})
        self.assertEqual(self.run_pool(83)["announced"], 1)

    def test_a_second_run_does_nothing(self):
        self.held()
        self.held("Other")
        self.run_pool()
        nothing = {"withdrawn": 0, "pooled": 0, "announced": 0}
        self.assertEqual(self.run_pool(), nothing)
        self.run_pool(7)
        self.assertEqual(self.run_pool(7), nothing)

    def test_one_mail_a_manager(self):
        for number in range(3):
            self.held(f"Customer {number}")
        theirs = self.held("Theirs", user_id=self.colleague.id)
        before = self.env["mail.mail"].search([])
        self.run_pool()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 2)
        mine = mails.filtered(lambda mail: self.manager.email in mail.email_to)
        for number in range(3):
            self.assertIn(f"Customer {number}", mine.body_html)
        self.assertNotIn(theirs.name, mine.body_html)
        self.run_pool(1)
        self.assertEqual(self.env["mail.mail"].search([]) - before, mails)

    def test_who_has_no_address_gets_an_activity(self):
        self.manager.email = False
        customers = [self.held(name) for name in ("Mine", "Mine too")]
        theirs = self.held("Theirs", user_id=self.colleague.id)
        before = self.env["mail.mail"].search([])
        self.run_pool()
        [mail] = self.env["mail.mail"].search([]) - before
        self.assertIn(theirs.name, mail.body_html)
        activity = self.env["mail.activity"].search([
            ("user_id", "=", self.manager.id), ("res_model", "=", "res.partner"),
        ])
        self.assertEqual(
            (activity.summary, activity.res_id, str(activity.date_deadline)),
            ("Customers about to go to the pool: 2", self.manager.partner_id.id,
             days_before(-7)),
        )
        for customer in customers:
            self.assertIn(customer.name, activity.note)
        self.assertNotIn(theirs.name, activity.note)
        self.run_pool(1)
        self.assertEqual(self.env["mail.activity"].search_count(
            [("user_id", "=", self.manager.id)]), 1)

    def test_the_reason_is_in_the_language_of_the_manager(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.manager.lang = "zh_CN"
        ours, theirs = self.held(), self.held("Theirs", user_id=self.colleague.id)
        self.run_pool()
        self.assertEqual(self.run_pool(7)["pooled"], 2)
        source = "No contact and no order for too long; announced %s days before."
        chinese = code_translations.get_python_translations("crm_runwell", "zh_CN")[source]
        for customer, reason in ((ours, chinese), (theirs, source)):
            handover = self.Handover.search([("partner_id", "=", customer.id)])
            self.assertEqual(handover.reason, reason % 7)

    def test_an_opportunity_of_no_company_shows_the_customer(self):
        """As the scoring has it: such an opportunity is every company's that the customer is."""
        customer = self.held("Asks", user_id=False, company_id=False, customer_rank=0)
        self.assertFalse(self.in_pool(customer))
        lead = self.opportunity(customer)
        lead.company_id = False
        self.env.flush_all()
        self.assertTrue(self.in_pool(customer))

    def test_whoever_is_at_work_keeps_the_customer(self):
        alert, request, lead, quotation, idle = (
            self.held(name) for name in ("Alert", "Request", "Lead", "Quotation", "Idle")
        )
        self.env["runwell.churn.alert"]._as_machine().create({
            "partner_id": alert.id, "company_id": self.company.id,
            "currency_id": self.company.currency_id.id, "raised_on": days_before(50),
        })
        self.env["runwell.request"].create({"name": "Late", "partner_id": request.id})
        self.opportunity(lead)
        self.order(quotation, days_before(100), state="draft", validity_date=False)
        self.run_pool()
        announced = self.Notice.search([("company_id", "=", self.company.id)])
        self.assertEqual(announced.partner_id, idle)

    def test_who_is_no_customer(self):
        """Suppliers, those left out, our own people: neither announced nor in the pool."""
        partners = self.held("Supplier", supplier_rank=1, customer_rank=0)
        partners |= self.held("Internal", runwell_exclusion="internal")
        partners |= self.held("Gone", active=False)
        self.assertEqual(self.run_pool()["announced"], 0)
        partners.user_id = False
        self.colleague.partner_id.write({"customer_rank": 1, "company_id": self.company.id})
        self.assertFalse(self.env["runwell.pool"].search([("company_id", "=", self.company.id)]))

    def test_off_is_off(self):
        self.held()
        self.policy.days_untouched = 0
        self.assertEqual(self.run_pool()["announced"], 0)
        self.policy.days_untouched = 90
        self.run_pool()
        self.policy.days_untouched = 0
        self.assertEqual(self.run_pool(7), {"withdrawn": 1, "pooled": 0, "announced": 0})

    def test_the_query_count_is_flat(self):
        def cost(number):
            for count in range(number):
                self.held(f"Customer {number} {count}")
            announce = self.queries(self.run_pool)
            return announce, self.queries(lambda: self.run_pool(7))

        cost(1)
        few, many = cost(2), cost(40)
        self.assertEqual(len(self.in_pool_all()), 43)
        for little, much in zip(few, many, strict=True):
            self.assertLessEqual(much, little + 3)

    def in_pool_all(self):
        return self.env["runwell.pool"].search([("company_id", "=", self.company.id)])

    def test_the_settings_are_checked(self):
        for values in (
            {"days_untouched": 5}, {"announce_days": 0}, {"claim_limit": -1},
            {"days_untouched": 30, "announce_days": 30}, {"first_contact_days": 0},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.policy.write(values)
        with self.assertRaises(AccessError):
            self.policy.with_user(self.manager).write({"claim_limit": 1000})

    def test_the_machine_alone_announces(self):
        self.held()
        self.run_pool()
        notice = self.Notice.search([("company_id", "=", self.company.id)])
        with self.assertRaises(AccessError):
            notice.write({"state": "withdrawn"})
        with self.assertRaises(AccessError):
            notice.unlink()


@tagged("post_install", "-at_install")
class TestSharedPool(PoolCase):
    """A customer that companies share has one manager: all of them have a say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_company("Runwell Other", cls.foreign)
        cls.set_rate(cls.foreign, 1.0)
        cls.other_policy = cls.env["runwell.pool.policy"]._of(cls.other)
        cls.other_policy.days_untouched = 200

    def shared(self):
        customer = self.held(company_id=False)
        for company in self.company + self.other:
            self.orders(customer, days_before(300), company=company)
        return customer

    def test_both_must_agree(self):
        customer = self.shared()
        talk = self.touch(customer, 150, self.other)
        self.assertEqual(self.run_pool()["announced"], 0)
        talk.date = f"{days_before(250)} 10:00:00"
        self.assertEqual(self.run_pool()["announced"], 1)
        self.assertEqual(self.announced(customer).company_id, self.company)
        self.assertEqual(self.run_pool(7)["pooled"], 1)
        self.assertFalse(customer.user_id)

    def test_a_company_without_rule_keeps_it(self):
        self.shared()
        self.other_policy.days_untouched = 0
        self.assertEqual(self.run_pool()["announced"], 0)

    def test_a_company_that_does_not_deal_with_it_has_no_say(self):
        customer = self.held(company_id=False)
        self.orders(customer, days_before(300))
        self.other_policy.days_untouched = 0
        self.assertEqual(self.run_pool()["announced"], 1)

    def test_each_company_sees_its_own_pool(self):
        ours, theirs = self.held(user_id=False), self.held(user_id=False, company=self.other)
        shared = self.held(user_id=False, company_id=False)
        self.orders(shared, days_before(300))
        self.run_scoring()
        user = self.manager
        pool = self.env["runwell.pool"].with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )
        self.assertEqual(pool.search([]).partner_id, ours | shared)
        self.assertEqual(
            self.env["runwell.pool"].search([("company_id", "=", self.other.id)]).partner_id,
            theirs,
        )
        row = pool.search([("partner_id", "=", shared.id)])
        # Figures that the manager could not read on the score of somebody else's customer.
        self.assertEqual((row.revenue_total, str(row.last_order_date)), (100.0, days_before(300)))
        self.assertFalse(self.score(shared).with_user(user).has_access("read"))
