"""What the sales side must refuse, tried by each role the way a caller over RPC would."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .lead_common import LeadCase
from .suggestion_common import SuggestionCase

#: What a portal customer may not know of the own record: what we think of it, and whom we know.
NOT_THE_CUSTOMERS = (
    "runwell_grade_id", "runwell_credit", "runwell_relationship_type_id",
    "runwell_min_relationship_id", "runwell_ideal_relationship_id", "runwell_referrer_id",
    "runwell_relation_ids", "runwell_partner_kind", "runwell_involvement", "runwell_source",
    "runwell_completeness", "runwell_missing", "runwell_record_warnings",
    "runwell_duplicate_count", "runwell_may_grade", "runwell_may_credit", "runwell_status",
    "runwell_exclusion",
)


@tagged("post_install", "-at_install")
class TestPartnerRights(LeadCase):
    """The customer record: who may set what on it, whichever way it comes in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grade = cls.env["runwell.grade"].create({"name": "Ours", "company_id": cls.company.id})
        cls.mine = cls.customer("Mine", user_id=cls.users["owner"].id)
        cls.theirs = cls.customer("Theirs", user_id=cls.users["colleague"].id)

    def as_role(self, role, model="res.partner", **context):
        return self.env[model].with_user(self.users[role]).with_context(
            allowed_company_ids=self.company.ids, **context,
        )

    def portal_user(self):
        return new_test_user(
            self.env, "rw_rights_portal", "base.group_portal", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_portal_reads_nothing_of_what_we_think(self):
        user = self.portal_user()
        user.partner_id.parent_id = self.mine
        customer = self.mine.with_user(user).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(customer.read(["name"])[0]["name"], "Mine")
        for name in NOT_THE_CUSTOMERS:
            with self.subTest(name), self.assertRaises(AccessError):
                customer.read([name])

    def test_defaults_set_neither_credit_nor_grade_nor_relationship(self):
        partnership = self.env["runwell.relationship.type"].search([], limit=1)
        for name, value in (
            ("runwell_credit", "5"), ("runwell_grade_id", self.grade.id),
            ("runwell_relationship_type_id", partnership.id),
        ):
            values = {"name": "New", "is_company": True, "user_id": self.users["colleague"].id}
            Partner = self.as_role("owner", **{f"default_{name}": value})
            with self.subTest(name):
                try:
                    partner = Partner.create(values)
                except AccessError:
                    continue
                self.assertFalse(partner.sudo()[name])

    def test_no_customer_changes_hands_through_a_parent(self):
        person = self.customer("Person", is_company=False, user_id=self.users["colleague"].id)

        def take():
            mine = self.as_role("owner").browse(person.id)
            mine.parent_id = self.mine
            mine.user_id = self.users["owner"]
            mine.parent_id = False

        self.assertEqual(self.attempt(take), AccessError)
        self.assertEqual(person.user_id, self.users["colleague"])

    def test_contacts_of_others_stay_theirs(self):
        """Whoever has a contact reads its requests."""
        person = self.customer(
            "Person", is_company=False, parent_id=self.theirs.id,
            user_id=self.users["colleague"].id,
        )
        request = self.env["runwell.request"].create({
            "name": "Leaks", "partner_id": person.id, "company_id": self.company.id,
        })

        def take(role):
            self.as_role(role).browse(person.id).user_id = self.users["owner"]

        self.assertEqual(self.attempt(lambda: take("owner")), AccessError)
        self.assertIsNone(self.attempt(lambda: take("colleague")))
        self.assertIsNone(self.attempt(lambda: take("supervisor")))
        self.assertFalse(self.as_role("owner", "runwell.request").search(
            [("id", "=", request.id)]
        ))

    def test_a_parent_is_no_way_round_the_pool(self):
        """Taking a person of the pool under one's own company is a claim: recorded, counted."""
        people = [
            self.customer(f"Free {number}", is_company=False, customer_rank=1,
                          company_id=self.company.id)
            for number in range(2)
        ]
        policy = self.env["runwell.pool.policy"]._of(self.company)
        policy.claim_limit = 1

        def take(person):
            self.as_role("owner").browse(person.id).parent_id = self.mine

        take(people[0])
        row = self.env["runwell.handover"].search([("partner_id", "=", people[0].id)])
        self.assertEqual((row.kind, row.new_user_id), ("claimed", self.users["owner"]))
        self.assertEqual(self.attempt(lambda: take(people[1])), UserError)
        policy.who_claims = "supervisor"
        self.assertEqual(self.attempt(lambda: take(people[1])), AccessError)

    def test_a_contact_that_becomes_a_customer_is_recorded(self):
        person = self.customer("Kid", is_company=False, parent_id=self.mine.id)
        self.as_role("owner").browse(person.id).parent_id = False
        row = self.env["runwell.handover"].search([("partner_id", "=", person.id)])
        self.assertEqual((row.kind, row.new_user_id), ("other", self.users["owner"]))
        self.assertIn("Mine", row.reason)

    def test_account_managers_merge_only_their_own(self):
        self.users["owner"].group_ids += self.env.ref("base.group_partner_manager")

        def merge(*partners):
            wizard = self.as_role("owner", "base.partner.merge.automatic.wizard").create({
                "partner_ids": [Command.set([p.id for p in partners])],
                "dst_partner_id": partners[0].id,
            })
            wizard.action_merge()

        other = self.customer("Mine too", user_id=self.users["owner"].id)
        self.assertEqual(self.attempt(lambda: merge(self.mine, self.theirs)), AccessError)
        self.assertIsNone(self.attempt(lambda: merge(self.mine, other)))

    def test_what_moves_figures_is_not_set_on_others(self):
        for name, value in (
            ("runwell_referrer_id", self.mine.id), ("runwell_partner_kind", "competitor"),
            ("runwell_exclusion", "blocked"), ("runwell_status", "closed"),
        ):
            with self.subTest(name):
                for role, partner, refused in (
                    ("owner", self.theirs, AccessError), ("colleague", self.theirs, None),
                    ("supervisor", self.theirs, None), ("owner", self.customer("Free"), None),
                ):
                    self.assertEqual(self.attempt(
                        lambda role=role, partner=partner, name=name, value=value:
                        self.as_role(role).browse(partner.id).write({name: value})
                    ), refused, role)

    def test_no_way_to_fail_without_a_reason(self):
        for role in ("owner", "supervisor"):
            lead = self.seen_by(self.lead("owner", "owner"), role)
            for steps in (
                [{"active": False, "probability": 0}], [{"active": False}, {"probability": 0}],
                [{"probability": 0}, {"active": False}],
            ):
                self.assertEqual(
                    self.attempt(lambda lead=lead, steps=steps: [lead.write(s) for s in steps]),
                    UserError,
                )
            self.assertEqual(self.attempt(
                lambda role=role: self.as_role(role, "crm.lead").create(
                    {"name": "Gone", "active": False, "probability": 0}
                )
            ), UserError)

    def test_defaults_and_commands_forge_no_assignment(self):
        lead = self.as_role(
            "owner", "crm.lead", default_runwell_assigned_by_id=self.users["supervisor"].id,
            default_runwell_assigned_on="2020-01-01",
            default_runwell_development_state="developed",
        ).create({"name": "Mine", "user_id": self.users["owner"].id})
        self.assertEqual(lead.runwell_assigned_by_id, self.users["owner"])
        self.assertEqual(lead.runwell_development_state, "in_development")
        Lead = self.as_role("owner", "crm.lead", default_user_id=self.users["colleague"].id)
        self.assertEqual(self.attempt(lambda: Lead.create({"name": "Given"})), AccessError)
        command = Command.create({"new_user_id": self.users["colleague"].id})
        self.assertEqual(
            self.attempt(lambda: lead.write({"runwell_assignment_ids": [command]})), AccessError,
        )

    def test_a_customer_calls_nothing_of_ours(self):
        user = self.portal_user()
        env = self.env(user=user)
        for call in (
            lambda: env["runwell.pool.policy"].action_open(),
            lambda: env["runwell.five.steps"].set_done(1, True),
            lambda: user.partner_id.with_env(env).get_runwell_next_products(),
            lambda: user.partner_id.with_env(env).get_runwell_page(),
            lambda: env["res.partner"].find_runwell_customers("a"),
            lambda: env["runwell.relationship.matrix"].get_page(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_work_of_a_company_one_is_not_in_stays(self):
        """A colleague who works in two companies takes over what the supervisor may see."""
        other = self.make_company("Rights Other", self.foreign)
        for role in ("owner", "colleague"):
            self.users[role].company_ids += other
        shared = self.customer("Shared", user_id=self.users["owner"].id)
        here, there = (
            self.env["crm.lead"].with_company(company).create({
                "name": company.name, "partner_id": shared.id, "company_id": company.id,
                "user_id": self.users["owner"].id, "type": "opportunity", "team_id": False,
            })
            for company in (self.company, other)
        )
        wizard = self.as_role("supervisor", "runwell.handover.wizard").create({
            "partner_ids": [Command.set(shared.ids)], "reason": "Leaves",
            "new_user_id": self.users["colleague"].id,
        })
        self.assertEqual(wizard.opportunities_count, 1)
        wizard.action_apply()
        self.assertEqual(here.user_id, self.users["colleague"])
        self.assertEqual(there.user_id, self.users["owner"])


@tagged("post_install", "-at_install")
class TestSuggestionRights(SuggestionCase):
    """Next products tell what a customer bought: to whoever may see that."""

    def as_user(self, user, model="res.partner"):
        return self.env[model].with_user(user).with_context(allowed_company_ids=self.company.ids)

    def test_what_others_customers_buy(self):
        """What is offered tells what was bought: not of a colleague's customer."""
        for user, count in ((self.seller, 2), (self.supervisor, 2), (self.stranger, 0)):
            page = self.as_user(user).browse(self.buyer.id).get_runwell_next_products()
            self.assertEqual(len(page["offers"]), count, user.login)
            found = self.as_user(user, "sale.order").get_runwell_next_products(
                False, self.buyer.id,
            )
            self.assertEqual(len(found["new"]), count, user.login)
        self.buyer.user_id = False
        page = self.as_user(self.stranger).browse(self.buyer.id).get_runwell_next_products()
        self.assertEqual(len(page["offers"]), 2)

    def test_others_customers_are_offered_on(self):
        for call in (
            lambda: self.as_user(self.stranger).browse(self.buyer.id).dismiss_runwell_product(
                self.cups.id
            ),
            lambda: self.as_user(self.stranger, "sale.order").dismiss_runwell_product(
                False, self.buyer.id, self.cups.id,
            ),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(self.log())

    def test_numbers_that_are_no_products(self):
        order = self.quotation_of()
        for number in (2 ** 31, 2 ** 70):
            with self.assertRaises(UserError):
                order._runwell_interest(number, self.buyer)


@tagged("post_install", "-at_install")
class TestDialogs(LeadCase):
    """What somebody writes into a dialog is nobody else's, least of all another company's."""

    def test_every_dialog_is_ones_own(self):
        values = {
            "runwell.interaction.log": {
                "partner_id": self.customer().id, "name": "Said in confidence",
            },
            "runwell.handover.wizard": {"reason": "Leaves"},
            "runwell.lead.assign": {"reason": "Knows them"},
            "runwell.high.value.plan": {"tag_name": "Mine"},
        }
        other = self.make_company("Rights Other", self.foreign)
        stranger = new_test_user(
            self.env, "rw_rights_stranger", "sales_team.group_sale_manager",
            company_id=other.id, company_ids=[Command.set(other.ids)],
        )
        for model, vals in values.items():
            with self.subTest(model):
                dialog = self.env[model].with_user(self.users["supervisor"]).create(vals)
                self.assertTrue(dialog.search([("id", "=", dialog.id)]))
                theirs = dialog.with_user(stranger).with_context(
                    allowed_company_ids=other.ids,
                )
                self.assertFalse(theirs.search([("id", "=", dialog.id)]))
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    theirs.write({next(iter(vals)): False})

    def test_none_is_forgotten(self):
        """Each dialog of ours has its rule."""
        for name, model in self.env.registry.items():
            # Nobody but the administrator reads the attempts at the public form.
            if name.startswith("runwell.") and model._transient and name != "runwell.form.attempt":
                rules = self.env["ir.rule"].search([
                    ("model_id.model", "=", name), ("groups", "=", False),
                ])
                self.assertIn("create_uid", "".join(rules.mapped("domain_force")), name)
