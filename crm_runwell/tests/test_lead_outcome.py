"""Winning makes or finds the customer, failing has a reason: by every way there is."""

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .lead_common import LeadCase


@tagged("post_install", "-at_install")
class TestWinning(LeadCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.won = cls.env["crm.stage"].search([
            ("is_won", "=", True), ("team_ids", "=", False),
        ], limit=1)

    def mine(self, **values):
        return self.seen_by(self.lead("owner", "owner", **values), "owner")

    def ways(self):
        """Return every way to win, as calls on one opportunity."""
        return {
            "action": lambda lead: lead.action_set_won(),
            "button": lambda lead: lead.action_set_won_rainbowman(),
            "write": lambda lead: lead.write({"stage_id": self.won.id}),
            "drag": lambda lead: call_kw(
                lead, "web_save", [lead.ids, {"stage_id": self.won.id}, {"name": {}}], {},
            ),
        }

    def test_every_way_makes_the_customer(self):
        for name, win in self.ways().items():
            with self.subTest(way=name):
                lead = self.mine(
                    partner_name=f"{name} Ltd", contact_name="Ann Lee",
                    email_from=f"ann@{name}.example.com", phone="+1 555 010 3000",
                )
                win(lead)
                contact = lead.partner_id
                self.assertEqual(contact.name, "Ann Lee")
                customer = contact.commercial_partner_id
                self.assertEqual((customer.name, customer.is_company), (f"{name} Ltd", True))
                self.assertEqual(customer.user_id, self.users["owner"])
                self.assertGreater(customer.customer_rank, 0)
                self.assertEqual(lead.runwell_development_state, "developed")

    def test_created_as_won(self):
        lead = self.seen_by(self.env["crm.lead"], "owner").create({
            "name": "Straight", "stage_id": self.won.id, "partner_name": "Straight Ltd",
            "company_id": self.company.id, "type": "opportunity",
        })
        self.assertEqual(lead.partner_id.name, "Straight Ltd")
        self.assertEqual(lead.runwell_development_state, "developed")

    def test_a_stage_that_becomes_won(self):
        stage = self.env["crm.stage"].create({"name": "Signed"})
        lead = self.mine(partner_name="Signed Ltd", stage_id=stage.id)
        stage.is_won = True
        self.assertEqual(lead.partner_id.name, "Signed Ltd")

    def test_one_that_is_there_by_mail(self):
        known = self.customer("Known Ltd", email="Office@Known.example.com")
        contact = self.env["res.partner"].create({
            "name": "Bo", "parent_id": known.id, "email": "bo@known.example.com",
        })
        for mail, expected in (
            ('"The office" <office@known.example.com>', known), ("bo@known.example.com", contact),
        ):
            lead = self.mine(email_from=mail, partner_name="KNOWN", contact_name="Somebody")
            before = self.env["res.partner"].search_count([])
            lead.action_set_won()
            self.assertEqual(lead.partner_id, expected)
            self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_one_that_is_there_by_its_name(self):
        known = self.customer("50% Off_Ltd")
        self.customer("50x Off-Ltd")
        self.env["res.partner"].create({"name": "Ann Lee", "parent_id": known.id})
        for contact in ("Ann Lee", "Carl", False):
            lead = self.mine(partner_name=" 50% OFF_ltd ", contact_name=contact)
            lead.action_set_won()
            self.assertEqual(lead.partner_id.commercial_partner_id, known)
            self.assertEqual(lead.partner_id.name, contact or known.name)
        self.assertEqual(sorted(known.child_ids.mapped("name")), ["Ann Lee", "Carl"])

    def test_two_of_one_customer_at_once(self):
        leads = self.mine(partner_name="Both Ltd", contact_name="Ann Lee") + self.mine(
            partner_name="both ltd", contact_name="Bo", email_from="bo@both.example.com",
        ) + self.mine(email_from="bo@both.example.com", contact_name="B.")
        leads.action_set_won()
        self.assertEqual(len(leads.partner_id.commercial_partner_id), 1)
        self.assertEqual(len(leads.partner_id), 2)

    def test_not_one_of_another_company(self):
        other = self.make_company("Elsewhere", self.foreign)
        foreign = self.customer("Apart Ltd", email="a@apart.example.com", company_id=other.id)
        lead = self.mine(partner_name="Apart Ltd", email_from="a@apart.example.com")
        lead.action_set_won()
        self.assertTrue(lead.partner_id)
        self.assertNotEqual(lead.partner_id.commercial_partner_id, foreign)

    def test_a_name_is_needed(self):
        for values in ({}, {"email_from": "nobody@nowhere.example.com"}, {"partner_name": "  "}):
            for name, win in self.ways().items():
                lead = self.mine(name="Subject only", **values)
                with self.subTest(way=name, **values):
                    with self.assertRaisesRegex(UserError, "Nobody is named on Subject only"):
                        win(lead)
        lead = self.mine(email_from="Dora Dale <dora@nowhere.example.com>")
        lead.action_set_won()
        self.assertEqual(lead.partner_id.name, "Dora Dale")

    def test_the_account_manager_stays(self):
        kept = self.customer("Kept", user_id=self.users["colleague"].id)
        free = self.customer("Free")
        for customer, manager in ((kept, "colleague"), (free, "owner")):
            lead = self.mine(partner_id=customer.id)
            lead.action_set_won()
            self.assertEqual(customer.user_id, self.users[manager])

    def test_the_source_is_kept(self):
        source = self.env["utm.source"].create({"name": "Fair"})
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        medium = self.env["utm.medium"].create({"name": "Stand"})
        lead = self.mine(
            partner_name="Fair Ltd", source_id=source.id, campaign_id=campaign.id,
            medium_id=medium.id,
        )
        lead.action_set_won()
        won = lead.partner_id.opportunity_ids
        self.assertEqual(
            (won.source_id, won.campaign_id, won.medium_id), (source, campaign, medium),
        )
        self.assertEqual(lead.partner_id.runwell_source, "campaign")

    def test_the_customer_is_one_click_away(self):
        lead = self.mine(partner_name="Click Ltd", contact_name="Ann Lee")
        lead.action_set_won()
        action = lead.action_runwell_customer()
        self.assertEqual(action["tag"], "runwell_customer_page")
        self.assertEqual(
            action["params"]["partner_id"], lead.partner_id.commercial_partner_id.id,
        )


@tagged("post_install", "-at_install")
class TestFailing(LeadCase):
    def mine(self, **values):
        return self.seen_by(self.lead("owner", "owner", **values), "owner")

    def ways(self):
        return {
            "action": lambda lead, **values: lead.action_set_lost(**values),
            "write": lambda lead, **values: lead.write(
                {"active": False, "probability": 0, **values},
            ),
            "archive": lambda lead, **values: lead.write({"probability": 0, **values})
            and lead.action_archive(),
            "dialog": lambda lead, **values: lead.env["crm.lead.lost"].create({
                "lead_ids": lead.ids, **values,
            }).action_lost_reason_apply(),
        }

    def test_every_way_asks_for_the_reason(self):
        for name, lose in self.ways().items():
            for probability in (0, 40):
                with self.subTest(way=name, probability=probability):
                    lead = self.mine(probability=probability)
                    self.assertEqual(self.attempt(lambda lead=lead, lose=lose: lose(lead)),
                                     UserError)
                    with self.assertRaisesRegex(UserError, "Choose why it failed"):
                        lose(lead)
                    lead = self.mine(probability=probability)
                    lose(lead, lost_reason_id=self.reason.id)
                    self.assertEqual(lead.runwell_development_state, "failed")
                    self.assertEqual(lead.lost_reason_id, self.reason)

    def test_whoever_calls(self):
        lead = self.lead(user="owner")
        with self.assertRaises(UserError):
            lead.sudo().action_set_lost()
        with self.assertRaises(UserError):
            self.env["crm.lead"].create({"name": "Lost", "active": False, "probability": 0})

    def test_the_reason_stays(self):
        lead = self.mine()
        lead.action_set_lost(lost_reason_id=self.reason.id)
        with self.assertRaises(UserError):
            lead.write({"lost_reason_id": False})
        lead.action_restore()
        self.assertFalse(lead.lost_reason_id)
        self.assertEqual(lead.runwell_development_state, "in_development")

    def test_putting_away_is_not_failing(self):
        lead = self.mine(probability=40)
        lead.action_archive()
        self.assertEqual(lead.runwell_development_state, "in_development")

    def test_some_with_and_some_without(self):
        leads = self.mine(name="Has one", lost_reason_id=self.reason.id) + self.mine(name="Bare")
        with self.assertRaisesRegex(UserError, "lost: Bare$"):
            leads.action_set_lost()
