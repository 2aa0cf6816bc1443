import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import days_before
from .pool_common import PoolCase


@tagged("post_install", "-at_install")
class TestContactRole(PoolCase):
    """Who decides, influences, uses and refers: per customer and per opportunity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.held("Mine")
        cls.anna, cls.ben = cls.env["res.partner"].create([
            {"name": name, "parent_id": cls.mine.id, "type": "contact", "phone": "+1 555 0100"}
            for name in ("Anna", "Ben")
        ])
        cls.Role = cls.env["runwell.contact.role"]

    def people(self, user=None, customer=None):
        customer = (customer or self.mine).with_user(user or self.manager)
        return customer.get_runwell_people()

    def test_added_with_one_click_and_once(self):
        mine = self.mine.with_user(self.manager)
        first = mine.add_runwell_role(self.anna.id, "decides")
        self.assertEqual(mine.add_runwell_role(self.anna.id, "decides"), first)
        roles = {role["role"]: role for role in self.people()["roles"]}
        self.assertEqual(list(roles), ["decides", "influences", "uses", "refers"])
        self.assertEqual(
            [(row["name"], row["phone"]) for row in roles["decides"]["people"]],
            [("Anna", "+1 555 0100")],
        )
        self.assertFalse(roles["decides"]["missing"])
        self.assertEqual(roles["uses"]["missing"], "Nobody is known to use what we sell.")
        self.assertEqual(
            {contact["name"] for contact in self.people()["contacts"]}, {"Anna", "Ben"},
        )

    def test_twice_is_refused(self):
        values = {"partner_id": self.mine.id, "contact_id": self.anna.id, "role": "uses"}
        self.Role.create(values)
        lead = self.opportunity(self.mine)
        self.Role.create(values | {"lead_id": lead.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), \
                self.cr.savepoint():
            self.Role.create(values)
        with self.assertRaises(ValidationError):
            self.Role.create(values | {"partner_id": self.ben.id})

    def test_the_page_of_an_opportunity(self):
        lead = self.opportunity(self.mine, user_id=self.manager.id)
        with Form(lead.with_user(self.manager)) as form, form.runwell_role_ids.new() as line:
            line.contact_id = self.ben
            line.role = "influences"
        role = lead.runwell_role_ids
        self.assertEqual((role.partner_id, role.company_id), (self.mine, self.company))
        found = {row["role"]: row["people"] for row in self.people()["roles"]}
        self.assertEqual(found["influences"][0]["lead"], lead.name)

    def test_people_of_a_prospect_follow_to_the_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        lead = self.env["crm.lead"].create({"name": "New", "company_id": self.company.id})
        role = self.Role.create({"lead_id": lead.id, "contact_id": stranger.id})
        self.assertEqual(role.partner_id, stranger)
        lead.partner_id = self.anna
        self.assertEqual(role.partner_id, self.mine)
        self.assertEqual(self.people()["roles"][0]["people"][0]["name"], "Stranger")

    def test_one_person_under_two_customers(self):
        """The same role of the same person is kept once when the customer is known."""
        lead = self.opportunity(self.held("Before"))
        self.Role.create([
            {"lead_id": lead.id, "contact_id": self.ben.id, "role": "uses", "note": note,
             "partner_id": customer.id}
            for note, customer in (("first", self.held("Other")), ("known there", self.mine))
        ])
        lead.partner_id = self.anna
        self.assertEqual(
            lead.runwell_role_ids.mapped(lambda role: (role.partner_id, role.note)),
            [(self.mine, "known there")],
        )

    def test_the_company_of_the_opportunity(self):
        other = self.make_company("Runwell Other", self.foreign)
        shared = self.env["res.partner"].create({"name": "Shared"})
        lead = self.opportunity(shared, company_id=other.id)
        self.assertEqual(self.env.company, self.company)
        role = self.Role.create({"lead_id": lead.id, "contact_id": shared.id})
        self.assertEqual(role.company_id, other)
        self.assertEqual(
            self.Role.create({"partner_id": shared.id, "contact_id": shared.id}).company_id,
            self.company,
        )

    def test_who_edits(self):
        self.mine.with_user(self.manager).add_runwell_role(self.anna.id, "decides")
        role = self.Role.search([("partner_id", "=", self.mine.id)])
        with self.assertRaises(AccessError):
            self.mine.with_user(self.colleague).add_runwell_role(self.ben.id, "uses")
        self.assertTrue(role.with_user(self.colleague).has_access("read"))
        self.assertFalse(role.with_user(self.colleague).has_access("write"))
        self.assertTrue(self.people()["may_edit"])
        self.assertFalse(self.people(self.colleague)["may_edit"])
        self.assertTrue(self.people(self.supervisor)["may_edit"])
        agent = self.sales_user("rw_people_agent", "crm_runwell.group_service_user")
        self.assertEqual(len(self.people(agent)["roles"][0]["people"]), 1)
        self.assertFalse(self.people(agent)["may_edit"])
        # On an opportunity of one's own with somebody else's customer one may.
        lead = self.opportunity(self.mine, user_id=self.colleague.id)
        self.Role.with_user(self.colleague).create({
            "lead_id": lead.id, "contact_id": self.ben.id, "role": "uses",
        })

    def test_companies(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.mine.company_id = self.anna.company_id = False
        self.Role.create({
            "partner_id": self.mine.id, "contact_id": self.anna.id, "company_id": other.id,
        })
        self.assertFalse(self.people(self.supervisor)["roles"][0]["people"])

    def test_merged_contacts(self):
        lead = self.opportunity(self.mine)
        for person in (self.anna, self.ben):
            self.mine.add_runwell_role(person.id, "decides")
        self.Role.create({"contact_id": self.ben.id, "lead_id": lead.id, "role": "decides"})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.anna.id, self.ben.id], self.anna, extra_checks=False,
        )
        roles = self.Role.search([("partner_id", "=", self.mine.id)])
        self.assertEqual(roles.contact_id, self.anna)
        self.assertEqual(len(roles), 2)

    def test_the_chip(self):
        def chip():
            return {row["key"]: row for row in self.mine._runwell_header_chips()}["decides"]

        self.assertEqual((chip()["value"], chip()["tone"]), ("Not known", "warning"))
        self.mine.add_runwell_role(self.anna.id, "decides")
        self.assertEqual(chip()["value"], "Anna")
        action = getattr(self.mine, chip()["action"])()
        self.assertEqual(self.Role.search(action["domain"]).contact_id, self.anna)


@tagged("post_install", "-at_install")
class TestReferrer(PoolCase):
    """Who brought whom, and what that brought in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referrer = cls.held("Referrer")
        cls.contact = cls.env["res.partner"].create({
            "name": "Rita", "parent_id": cls.referrer.id, "company_id": cls.company.id,
        })

    def referred(self, name, *days, by=None, **values):
        customer = self.held(name, **values)
        customer.runwell_referrer_id = by or self.referrer
        if days:
            self.orders(customer, *days, company=customer.company_id or self.company)
        return customer

    def rows(self, user=None):
        Referral = self.env["runwell.referral"]
        if user:
            Referral = Referral.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
        return Referral.search([("company_id", "=", self.company.id)])

    def test_nobody_refers_itself(self):
        first = self.referred("First")
        with self.assertRaises(ValidationError):
            self.referrer.runwell_referrer_id = first
        with self.assertRaises(ValidationError):
            self.referrer.runwell_referrer_id = self.contact
        second = self.referred("Second", by=first)
        with self.assertRaises(ValidationError):
            self.referrer.runwell_referrer_id = second
        third = self.held("Third")
        third.runwell_referrer_id = second
        self.assertEqual(third.runwell_referrer_id, second)

    def test_referred_revenue(self):
        self.referred("Recent", days_before(30), days_before(60))
        self.referred("Old", days_before(800))
        self.referred("Prospect")
        self.referred("Through Rita", days_before(10), by=self.contact)
        open_lead = self.opportunity(self.held("Asks"), runwell_referrer_id=self.referrer.id)
        self.run_scoring()
        row = self.rows().filtered(lambda row: row.partner_id == self.referrer)
        self.assertEqual(
            (row.customer_count, row.revenue_12m, row.revenue_total, row.lead_open_count,
             row.lead_won_count),
            (3, 200.0, 300.0, 1, 0),
        )
        self.assertEqual(len(self.rows()), 2)
        # Each number opens what it counts; the page of a company, what its contacts brought too.
        for action, count in (
            (row.action_open_customers(), 3),
            (self.referrer.action_open_runwell_referred(), 4),
        ):
            self.assertEqual(self.env["res.partner"].search_count(action["domain"]), count)
        leads = row.action_open_leads()
        self.assertEqual(self.env["crm.lead"].search(leads["domain"]), open_lead)
        chips = {chip["key"]: chip for chip in self.referrer._runwell_header_chips()}
        self.assertIn("4 customers", chips["referred"]["value"])
        self.assertIn("300", chips["referred"]["value"])

    def test_a_private_referrer_is_refused_on_others_customers(self):
        other = self.make_company("Runwell Other", self.foreign)
        shared, theirs = self.held("Shared", company_id=False), self.held("Theirs", company=other)
        for customer, name in ((shared, "Referrer is known to Runwell Test alone"),
                               (theirs, "Theirs")):
            with self.assertRaisesRegex(ValidationError, name):
                customer.runwell_referrer_id = self.referrer
        ours = self.referred("Ours")
        with self.assertRaises(ValidationError):
            ours.company_id = False
        self.referrer.company_id = False
        (shared | theirs).runwell_referrer_id = self.referrer
        self.assertEqual((shared | theirs).runwell_referrer_id, self.referrer)

    def test_a_private_referrer_is_named_to_no_other_company(self):
        """A shared customer kept the referrer that became private since."""
        other = self.make_company("Runwell Other", self.foreign)
        boss = self.sales_user("rw_other_boss", "sales_team.group_sale_manager", other)
        self.referrer.company_id = False
        shared = self.referred("Shared", company_id=False)
        for company in (self.company, other):
            self.orders(shared, days_before(30), company=company)
            self.run_scoring(company=company)

        def named(user, company):
            """Return whom the rows and the page of five steps name, and how many customers."""
            env = self.env(user=user, context={"allowed_company_ids": company.ids})
            page = env["runwell.five.steps"].get_page()["refer"]
            return (
                env["runwell.referral"].search([]).mapped("partner_id.name"),
                [row["name"] for row in page["best"]], page["count"],
                env["runwell.score"].search_count(page["domain"]),
            )

        everybody = (["Referrer"], ["Referrer"], 1, 1)
        self.assertEqual(named(boss, other), everybody)
        self.referrer.company_id = self.company
        self.env.flush_all()
        self.assertEqual(named(self.supervisor, self.company), everybody)
        self.assertEqual(named(boss, other), ([], [], 0, 0))

    def test_a_referrer_does_not_become_a_contact_of_whom_it_referred(self):
        person = self.env["res.partner"].create({"name": "Paul"})
        first = self.held("First", company_id=False)
        first.runwell_referrer_id = person
        second = self.held("Second", company_id=False)
        second.runwell_referrer_id = first
        for customer in (first, second):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                person.parent_id = customer
        person.parent_id = self.held("Elsewhere", company_id=False)
        self.assertEqual(first.runwell_referrer_id, person)

    def test_winning_closes_no_circle(self):
        """The customer stays without the referrer, the opportunity keeps it, and it is won."""
        first = self.referred("First")
        ahead, behind = self.held("Ahead"), self.held("Behind")
        back = self.opportunity(self.referrer, runwell_referrer_id=first.id)
        both = self.opportunity(ahead, runwell_referrer_id=behind.id) + self.opportunity(
            behind, runwell_referrer_id=ahead.id,
        )
        (back + both).action_set_won()
        self.assertEqual(set((back + both).mapped("won_status")), {"won"})
        self.assertFalse((self.referrer + ahead + behind).runwell_referrer_id)
        self.assertEqual(back.runwell_referrer_id, first)

    def test_created_as_won(self):
        customer = self.held("Straight")
        self.opportunity(
            customer, runwell_referrer_id=self.contact.id,
            stage_id=self.env["crm.stage"].search([("is_won", "=", True)], limit=1).id,
        )
        self.assertEqual(customer.runwell_referrer_id, self.contact)

    def test_a_referrer_of_one_company_and_a_shared_customer(self):
        """What one company knows of a referrer is not told to the others."""
        customer = self.held("Shared", company_id=False)
        lead = self.opportunity(customer, runwell_referrer_id=self.contact.id)
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won")
        self.assertFalse(customer.runwell_referrer_id)

    def test_a_referrer_written_after_winning(self):
        customer = self.held("Late")
        lead = self.opportunity(customer)
        lead.action_set_won()
        lead.runwell_referrer_id = self.contact
        self.assertEqual(customer.runwell_referrer_id, self.contact)

    def test_winning_hands_the_referrer_over(self):
        customer, known = self.held("Won"), self.referred("Known")
        leads = self.env["crm.lead"]
        for partner, by in ((customer, self.contact), (known, self.contact),
                            (self.referrer, self.contact)):
            leads |= self.opportunity(partner, runwell_referrer_id=by.id)
        self.assertFalse(customer.runwell_referrer_id)
        leads.action_set_won()
        self.assertEqual(customer.runwell_referrer_id, self.contact)
        self.assertEqual(known.runwell_referrer_id, self.referrer)
        self.assertFalse(self.referrer.runwell_referrer_id)
        row = self.rows().filtered(lambda row: row.partner_id == self.contact)
        self.assertEqual((row.customer_count, row.lead_won_count), (1, 3))

    def test_who_sees_it(self):
        theirs = self.held("Theirs", user_id=self.colleague.id)
        self.referred("One")
        self.referred("Two", by=theirs)
        self.assertEqual(self.rows(self.manager).partner_id, self.referrer)
        self.assertEqual(self.rows(self.colleague).partner_id, theirs)
        self.assertEqual(self.rows(self.supervisor).partner_id, self.referrer | theirs)

    def test_companies_count_their_own(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        self.referrer.company_id = self.contact.company_id = False
        shared = self.referred("Shared", days_before(30), company_id=False)
        self.orders(shared, days_before(40), days_before(50), company=other)
        self.run_scoring()
        self.run_scoring(company=other)
        self.assertEqual(self.rows().revenue_12m, 100.0)
        theirs = self.env["runwell.referral"].search([("company_id", "=", other.id)])
        self.assertEqual((theirs.revenue_12m, theirs.currency_id), (200.0, self.foreign))

    def test_merged_referrers(self):
        first = self.referred("First")
        kept = self.referred("Kept", by=first)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.referrer.id, first.id], self.referrer, extra_checks=False,
        )
        self.assertEqual(kept.runwell_referrer_id, self.referrer)
        self.assertFalse(self.referrer.runwell_referrer_id)
