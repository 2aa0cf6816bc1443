from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.runwell_handover import TOLD
from .common import days_before
from .pool_common import PoolCase


@tagged("post_install", "-at_install")
class TestHandover(PoolCase):
    """Every change of account manager leaves a record; open work goes along by choice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.held("Mine")

    def records(self, customer):
        return self.Handover.search([("partner_id", "=", customer.id)])

    def wizard(self, customers, user=None, **values):
        user = user or self.manager
        action = customers.with_user(user).action_runwell_handover()
        return self.env["runwell.handover.wizard"].with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, **action["context"],
        ).create({"new_user_id": self.colleague.id, "reason": "Moves north", **values})

    # Recorded, whichever way

    def test_a_change_on_the_customer(self):
        self.mine.user_id = self.colleague
        record = self.records(self.mine)
        self.assertEqual(
            (record.kind, record.previous_user_id, record.new_user_id, record.reason),
            ("other", self.manager, self.colleague, "Changed on the customer."),
        )
        self.mine.write({"user_id": self.colleague.id, "comment": "x"})
        self.assertEqual(self.records(self.mine), record)

    def test_contacts_leave_no_record(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.mine.id})
        contact.user_id = self.colleague
        self.assertFalse(self.records(contact))

    def test_many_in_one_statement(self):
        def cost(number):
            customers = self.env["res.partner"].union(
                *(self.held(f"Customer {number} {n}") for n in range(number))
            )
            customers.mapped("user_id")
            return self.queries(lambda: customers.write({"user_id": self.colleague.id}))

        self.assertLessEqual(cost(40), cost(2) + 2)
        self.assertEqual(self.Handover.search_count([("new_user_id", "=", self.colleague.id)]), 42)

    def test_what_it_costs(self):
        """One INSERT more where the manager changes, nothing where it does not."""
        def cost(values, **context):
            customer = self.held("Costly").with_context(**context)
            customer.write({"comment": "warm"})
            customer.mapped("user_id")
            before = self.cr.sql_log_count
            customer.write(values)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        for values, more in (
            ({"comment": "x"}, 0), ({"user_id": self.manager.id}, 0),
            ({"user_id": self.colleague.id}, 1),
        ):
            cost(values)
            self.assertEqual(cost(values) - cost(values, runwell_handover=TOLD), more, values)

    def test_nobody_edits_the_record(self):
        self.mine.user_id = self.colleague
        record = self.records(self.mine)
        for call in (lambda: record.write({"reason": "x"}), record.unlink):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.Handover.with_user(self.supervisor).create({
                "partner_id": self.mine.id, "reason": "x",
            })
        with self.assertRaises(AccessError):
            # No context from outside takes the record's place.
            self.held("Theirs", user_id=self.colleague.id).with_user(self.manager).with_context(
                runwell_handover=True,
            ).write({"user_id": self.manager.id})

    # The dialog

    def test_hand_over_to_a_colleague(self):
        contact = self.env["res.partner"].create({
            "name": "Contact", "parent_id": self.mine.id, "user_id": self.manager.id,
        })
        self.wizard(self.mine).action_apply()
        self.assertEqual((self.mine | contact).user_id, self.colleague)
        record = self.records(self.mine)
        self.assertEqual(
            (record.kind, record.reason, record.user_id),
            ("handover", "Moves north", self.manager),
        )
        # The colleague hears of it, once.
        self.assertEqual(self.mine.activity_ids.user_id, self.colleague)
        self.assertIn("Moves north", self.mine.activity_ids.note)

    def test_back_to_the_pool(self):
        self.wizard(self.mine, target="pool", new_user_id=False).action_apply()
        self.assertEqual(self.records(self.mine).kind, "pooled")
        self.assertEqual(len(self.in_pool(self.mine)), 1)

    def test_who_may(self):
        theirs = self.held("Theirs", user_id=self.colleague.id)
        free = self.held("Free", user_id=False)
        for customer in (theirs, free):
            with self.assertRaises(AccessError):
                customer.with_user(self.manager).action_runwell_handover()
        wizard = self.wizard(self.mine)
        wizard.partner_ids = theirs
        with self.assertRaises(AccessError):
            wizard.action_apply()
        self.wizard(theirs | free, self.supervisor, new_user_id=self.manager.id).action_apply()
        self.assertEqual((theirs | free).user_id, self.manager)

    def test_what_it_needs(self):
        for values, words in (
            ({"reason": " "}, "Write the reason"), ({"new_user_id": False}, "Choose the new"),
            ({"new_user_id": self.manager.id}, "already"),
            ({"partner_ids": False}, "Choose the customers"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.wizard(self.mine, **values).action_apply()
        other = self.make_company("Runwell Other", self.foreign)
        agent = self.sales_user("rw_ho_agent", "crm_runwell.group_service_user")
        elsewhere = self.sales_user("rw_ho_far", companies=other)
        for user in (agent, elsewhere):
            with self.assertRaises(UserError):
                self.wizard(self.mine, new_user_id=user.id).action_apply()
        self.assertEqual(self.mine.user_id, self.manager)

    # Open work

    def open_work(self):
        """Give the customer something of each kind that is the manager's, and one activity of
        a colleague's."""
        alert = self.env["runwell.churn.alert"]._as_machine().create({
            "partner_id": self.mine.id, "company_id": self.company.id,
            "currency_id": self.company.currency_id.id, "raised_on": days_before(5),
            "user_id": self.manager.id, "deadline": days_before(-5),
        })
        alert._assign_work()
        lead = self.opportunity(self.mine, user_id=self.manager.id)
        self.manager.group_ids += self.env.ref("crm_runwell.group_service_user")
        request = self.env["runwell.request"].create({"name": "Late", "partner_id": self.mine.id})
        request._assign(self.manager)
        todo = "mail.mail_activity_data_todo"
        mine = self.mine.activity_schedule(todo, user_id=self.manager.id)
        on_lead = lead.activity_schedule(todo, user_id=self.manager.id)
        others = self.mine.activity_schedule(todo, user_id=self.supervisor.id)
        return alert, lead, request, mine | on_lead, others

    def test_open_work_goes_along(self):
        alert, lead, request, activities, others = self.open_work()
        self.colleague.group_ids += self.env.ref("crm_runwell.group_service_user")
        wizard = self.wizard(self.mine, move_requests=True)
        self.assertEqual(
            (wizard.activities_count, wizard.alerts_count, wizard.opportunities_count,
             wizard.requests_count),
            (2, 1, 1, 1),
        )
        wizard.action_apply()
        self.env.invalidate_all()
        for record in (alert, lead, request, activities, alert.activity_ids):
            self.assertEqual(record.user_id, self.colleague, record)
        self.assertTrue(alert.activity_ids)
        self.assertEqual(lead.runwell_assignment_ids[0].reason, wizard.reason)
        self.assertEqual(others.user_id, self.supervisor)

    def test_open_work_stays(self):
        alert, lead, request, activities, _others = self.open_work()
        self.wizard(
            self.mine, move_activities=False, move_alerts=False, move_opportunities=False,
        ).action_apply()
        self.assertEqual(self.mine.user_id, self.colleague)
        for record in (alert, lead, request, activities, alert.activity_ids):
            self.assertEqual(record.user_id, self.manager, record)

    def test_requests_go_to_agents_alone(self):
        self.open_work()
        with self.assertRaisesRegex(UserError, "no service agent"):
            self.wizard(self.mine, move_requests=True).action_apply()

    def test_merged_customers_keep_their_records(self):
        double = self.held("Double")
        double.user_id = self.colleague
        record = self.records(double)
        self.run_pool()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.mine.id, double.id], self.mine, extra_checks=False,
        )
        self.assertEqual(record.partner_id, self.mine)
        self.assertEqual(len(self.announced(self.mine)), 1)

    def test_the_chip(self):
        chips = {chip["key"]: chip for chip in self.mine._runwell_header_chips()}
        self.assertEqual(chips["manager"]["value"], self.manager.name)
        action = getattr(self.mine, chips["manager"]["action"])()
        self.assertEqual(action["res_model"], "runwell.handover")
        free = self.held("Free", user_id=False)
        chips = {chip["key"]: chip for chip in free._runwell_header_chips()}
        self.assertEqual(chips["manager"]["tone"], "warning")
        action = getattr(free, chips["manager"]["action"])()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]).partner_id, free,
        )
