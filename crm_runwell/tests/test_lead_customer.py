"""Whose customer it is after winning, and which partner is taken for the customer."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .lead_common import LeadCase


@tagged("post_install", "-at_install")
class TestWhoseCustomer(LeadCase):
    """Winning hands a free customer over: it is no claim, and stops at nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.pool.policy"]._of(cls.company)

    def free(self, number=1, **values):
        return self.env["res.partner"].union(*(
            self.customer(f"Free {turn}", company_id=self.company.id, **values)
            for turn in range(number)
        ))

    def won_by(self, role, customers, user="owner"):
        leads = self.env["crm.lead"].union(*(
            self.lead(user, user, name=f"Deal {customer.name}", partner_id=customer.id)
            for customer in customers
        ))
        self.seen_by(leads, role).action_set_won()
        return leads

    def records(self, customers):
        return self.env["runwell.handover"].search([("partner_id", "in", customers.ids)])

    def test_no_claim_is_spent(self):
        self.policy.claim_limit = 1
        first, second = self.free(2)
        self.won_by("owner", first)
        self.won_by("owner", second)
        self.assertEqual((first + second).user_id, self.users["owner"])
        self.assertEqual(set(self.records(first + second).mapped("kind")), {"handover"})
        record = self.records(second)
        self.assertEqual(record.reason, "Won: Deal Free 1")
        self.assertEqual(
            (record.previous_user_id, record.user_id, record.company_id),
            (self.env["res.users"], self.users["owner"], self.company),
        )

    def test_where_supervisors_alone_claim(self):
        self.policy.who_claims = "supervisor"
        customer = self.free()
        self.won_by("owner", customer)
        self.assertEqual(customer.user_id, self.users["owner"])

    def test_won_by_another(self):
        customer = self.free()
        self.won_by("all documents", customer)
        self.assertEqual(customer.user_id, self.users["owner"])
        self.assertEqual(self.records(customer).user_id, self.users["all documents"])

    def test_a_manager_who_cannot_be_one(self):
        """Gone, or not of sales: it is won, and nobody has the customer."""
        odd = self.users["finance"]
        gone = self.users["colleague"].copy({"login": "rw_gone"})
        for user in (odd, gone):
            customer = self.free()
            lead = self.lead(partner_id=customer.id)
            lead.user_id = user
            gone.active = False
            self.seen_by(lead, "supervisor").action_set_won()
            self.assertEqual(lead.runwell_development_state, "developed")
            self.assertFalse(customer.user_id)

    def test_many_at_once(self):
        """Each to whoever won it, first come first; as many queries for many as for few."""
        def cost(customers):
            leads = self.env["crm.lead"].union(*(
                self.lead("owner", "owner", partner_id=customer.id) for customer in customers
            ))
            return self.queries(self.seen_by(leads, "supervisor").action_set_won)

        def more(number):
            kept = self.free(number, user_id=self.users["owner"].id)
            return cost(self.free(number)) - cost(kept)

        more(2)
        self.assertLessEqual(more(20), more(2) + 2)

        both, alone = self.free(2)
        leads = (
            self.lead(user="owner", partner_id=both.id)
            + self.lead(user="colleague", partner_id=both.id)
            + self.lead(user="colleague", partner_id=alone.id)
        )
        leads.action_set_won()
        self.assertEqual(both.user_id, self.users["owner"])
        self.assertEqual(alone.user_id, self.users["colleague"])

    def test_in_the_company_of_the_opportunity(self):
        other = self.make_company("Deals Elsewhere", self.foreign)
        owner = self.users["owner"]
        owner.company_ids += other
        customer = self.customer("Shared")
        lead = self.lead("owner", "owner", partner_id=customer.id)
        lead.with_user(owner).with_context(
            allowed_company_ids=(other + self.company).ids,
        ).action_set_won()
        self.assertEqual(self.records(customer).company_id, self.company)


@tagged("post_install", "-at_install")
class TestWhichCustomer(LeadCase):
    """Colleagues and our own companies are no customers; a person is known by telephone too."""

    def mine(self, **values):
        return self.seen_by(self.lead("owner", "owner", **values), "owner")

    def test_a_colleague_is_no_customer(self):
        colleague = self.users["colleague"].partner_id
        colleague.email = "colleague@ours.example.com"
        lead = self.mine(
            email_from="colleague@ours.example.com", partner_name="Buyer Ltd", contact_name="Ann",
        )
        lead.action_set_won()
        self.assertEqual(lead.partner_id.commercial_partner_id.name, "Buyer Ltd")
        self.assertNotEqual(lead.partner_id, colleague)

    def test_our_own_company_is_no_customer(self):
        ours = self.company.partner_id
        desk = self.env["res.partner"].create({
            "name": "Front desk", "parent_id": ours.id, "email": "desk@ours.example.com",
        })
        lead = self.mine(email_from="desk@ours.example.com", contact_name="Front desk")
        lead.action_set_won()
        self.assertNotIn(lead.partner_id, desk + ours)

    def test_one_that_was_chosen_all_the_same(self):
        """It is won; neither the colleague nor our company becomes anybody's customer."""
        for partner in (self.users["colleague"].partner_id, self.company.partner_id):
            campaign = self.env["utm.campaign"].create({"name": "Spring"})
            lead = self.mine(partner_id=partner.id, campaign_id=campaign.id)
            rank = partner.customer_rank
            lead.action_set_won()
            self.assertEqual(lead.runwell_development_state, "developed")
            self.assertFalse(partner.user_id)
            self.assertEqual(partner.customer_rank, rank)

    def test_a_customer_with_a_portal_login_is_one(self):
        customer = self.customer("Portal Ltd")
        new_test_user(
            self.env, "rw_lead_portal_guest", "base.group_portal", partner_id=customer.id,
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )
        self.mine(partner_id=customer.id).action_set_won()
        self.assertEqual(customer.user_id, self.users["owner"])

    def test_one_that_is_there_by_name_and_telephone(self):
        china = self.env.ref("base.cn")
        zhang, wang = self.env["res.partner"].create([
            {"name": name, "phone": "+86 138 0013 8000", "country_id": china.id}
            for name in ("张三", "王五")
        ])
        for name, expected in (("张三", zhang), ("王五", wang)):
            lead = self.mine(contact_name=name, phone="13800138000", country_id=china.id)
            lead.action_set_won()
            self.assertEqual(lead.partner_id, expected)
        for values in (
            {"contact_name": "李四", "phone": "13800138000"},
            {"contact_name": "张三", "phone": "13900139000"},
            # Of a company, the telephone is of whoever sits there.
            {"contact_name": "张三", "phone": "13800138000", "partner_name": "Tea Ltd"},
        ):
            lead = self.mine(country_id=china.id, **values)
            lead.action_set_won()
            self.assertNotIn(lead.partner_id, zhang + wang)

    def test_two_of_one_person_at_once(self):
        china = self.env.ref("base.cn")
        leads = self.mine(
            contact_name="赵六", phone="+86 137 0013 7000", country_id=china.id,
        ) + self.mine(contact_name="赵六", phone="13700137000", country_id=china.id)
        leads.action_set_won()
        self.assertEqual(len(leads.partner_id), 1)
