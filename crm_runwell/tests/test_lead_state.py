"""Who may create, assign and delete an opportunity, by every role; how far it is developed."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.service.model import call_kw
from odoo.tests import tagged

from .lead_common import LeadCase

SUPERVISOR = {"supervisor"}
ASSIGNERS = SUPERVISOR | {"leader"}
#: Roles that work on opportunities at all.
SELLERS = {"owner", "colleague", "leader", "all documents", "supervisor"}


@tagged("post_install", "-at_install")
class TestEveryStepByEveryRole(LeadCase):
    def check(self, allowed, call):
        for role in self.users:
            with self.subTest(role=role):
                refused = self.attempt(lambda role=role: call(role))
                self.assertEqual(refused is None, role in allowed)

    def made_by(self, role, **values):
        return self.seen_by(self.env["crm.lead"], role).create({
            "name": "New", "company_id": self.company.id, "team_id": self.team.id, **values,
        })

    def test_create_for_oneself(self):
        self.check(SELLERS, lambda role: self.made_by(role, user_id=self.users[role].id))

    def test_create_for_nobody(self):
        self.check(SELLERS, lambda role: self.made_by(role, user_id=False))

    def test_create_for_another(self):
        other = self.users["colleague"]
        self.check(
            SUPERVISOR | {"colleague"}, lambda role: self.made_by(role, user_id=other.id),
        )
        # A leader who sees all opportunities makes them for the members too.
        self.team.user_id = self.users["all documents"]
        self.check(
            SUPERVISOR | {"colleague", "all documents"},
            lambda role: self.made_by(role, user_id=other.id),
        )

    def test_take_one_that_one_created(self):
        leads = {role: self.lead(role) for role in SELLERS}
        self.check(SELLERS, lambda role: self.seen_by(
            leads.get(role, leads["owner"]), role,
        ).write({"user_id": self.users[role].id}))

    def test_the_button_to_take_it(self):
        lead = self.lead("owner")
        for role in SELLERS:
            mine = self.seen_by(lead, role)
            with self.subTest(role=role):
                self.assertEqual(mine.runwell_may_take, role in ASSIGNERS | {"owner"})
                self.assertEqual(mine.runwell_may_assign, role in ASSIGNERS)
                self.assertEqual(
                    self.attempt(mine.action_runwell_take) is None, mine.runwell_may_take,
                )

    def test_take_one_that_another_created(self):
        lead = self.lead("finance")
        self.check(ASSIGNERS, lambda role: self.seen_by(lead, role).write(
            {"user_id": self.users[role].id},
        ))

    def test_give_to_another(self):
        lead, other = self.lead("owner", "owner"), self.users["colleague"]
        # The leader's own rule shows own opportunities alone: a leader gives those on.
        self.check(SUPERVISOR, lambda role: self.seen_by(lead, role).write({"user_id": other.id}))
        lead = self.lead()
        self.check(ASSIGNERS, lambda role: self.seen_by(lead, role).write({"user_id": other.id}))

    def test_give_back(self):
        """Supervisors any; whoever made one and alone has had it, that one."""
        lead = self.lead("owner", "owner")
        self.check(SUPERVISOR | {"owner"}, lambda role: self.seen_by(lead, role).write(
            {"user_id": False},
        ))
        assigned = self.lead("owner")
        self.seen_by(assigned, "supervisor").user_id = self.users["owner"]
        passed_on = self.lead("owner", "colleague")
        passed_on.user_id = self.users["owner"]
        for lead in (assigned, passed_on):
            self.check(SUPERVISOR, lambda role, lead=lead: self.seen_by(lead, role).write(
                {"user_id": False},
            ))

    def test_the_button_to_give_it_back(self):
        """A typo of one's own, which Odoo gave to whoever made it, can be deleted."""
        lead = self.made_by("owner")
        self.assertEqual(lead.user_id, self.users["owner"])
        with self.assertRaisesRegex(UserError, "Give it back first"):
            lead.unlink()
        self.assertTrue(lead.runwell_may_give_back)
        lead.action_runwell_give_back()
        self.assertFalse(lead.runwell_may_give_back)
        self.assertEqual(lead.runwell_development_state, "unassigned")
        lead.unlink()
        self.assertFalse(lead.exists())

    def test_delete_while_unassigned(self):
        lead = self.lead("owner")
        self.check({"owner", "supervisor"}, lambda role: self.seen_by(lead, role).unlink())

    def test_delete_what_is_assigned(self):
        for lead in (self.lead("owner", "owner"), self.lost(self.lead("owner"))):
            self.check(set(), lambda role, lead=lead: self.seen_by(lead, role).unlink())

    def test_why_it_is_not_deleted(self):
        won = self.lead("owner", "owner", partner_name="Won Ltd")
        won.action_set_won()
        for lead, words in (
            (self.lead("owner", "colleague"), "has been assigned"),
            (won, "is won"), (self.lost(self.lead("owner")), "has failed"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.seen_by(lead, "supervisor").unlink()

    def lost(self, lead):
        lead.action_set_lost(lost_reason_id=self.reason.id)
        return lead

    def test_read(self):
        lead = self.lead("owner", "owner")
        self.check(
            {"owner", "all documents", "supervisor", "executive"},
            lambda role: self.seen_by(lead, role).read(["name", "runwell_development_state"]),
        )

    def test_who_is_told_what(self):
        with self.assertRaisesRegex(AccessError, "Only a sales supervisor"):
            self.seen_by(self.lead("owner", "owner"), "owner").user_id = self.users["colleague"]


@tagged("post_install", "-at_install")
class TestState(LeadCase):
    def test_course(self):
        lead = self.lead("owner")
        self.assertEqual(lead.runwell_development_state, "unassigned")
        lead.user_id = self.users["owner"]
        self.assertEqual(lead.runwell_development_state, "in_development")
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assertEqual(lead.runwell_development_state, "failed")
        lead.action_restore()
        self.assertEqual(lead.runwell_development_state, "in_development")
        lead.user_id = False
        self.assertEqual(lead.runwell_development_state, "unassigned")
        lead.partner_name = "Won Ltd"
        lead.action_set_won()
        self.assertEqual(lead.runwell_development_state, "developed")
        lead.stage_id = self.env.ref("crm.stage_lead1")
        self.assertEqual(lead.runwell_development_state, "unassigned")

    def test_it_can_be_searched(self):
        leads = self.lead() | self.lead(user="owner")
        found = self.env["crm.lead"].search([
            ("id", "in", leads.ids), ("runwell_development_state", "=", "unassigned"),
        ])
        self.assertEqual(found, leads[0])

    def test_never_by_hand(self):
        lead = self.lead("owner", "owner")
        for name, value in (
            ("runwell_development_state", "developed"),
            ("runwell_assigned_by_id", self.users["owner"].id),
            ("runwell_assigned_on", "2020-01-01 00:00:00"),
        ):
            for user in (self.users["supervisor"], self.env.user):
                with self.subTest(name=name, user=user.login):
                    with self.assertRaises(AccessError):
                        call_kw(lead.with_user(user), "write", [lead.ids, {name: value}], {})
                    with self.assertRaises(AccessError):
                        call_kw(
                            self.env["crm.lead"].with_user(user), "create",
                            [[{"name": "Forged", name: value}]], {},
                        )

    def test_defaults_forge_nothing(self):
        """Neither a context nor a default that a user keeps says who assigned, or how far."""
        owner, supervisor = self.users["owner"], self.users["supervisor"]
        self.env["ir.default"].with_user(owner).set(
            "crm.lead", "runwell_assigned_by_id", supervisor.id, user_id=True,
        )
        lead = self.seen_by(self.env["crm.lead"], "owner").with_context(
            default_runwell_development_state="developed",
            default_runwell_assigned_by_id=supervisor.id,
            default_runwell_assigned_on="2020-01-01 00:00:00",
            runwell_machine=True, runwell_merging=True,
        ).create({"name": "Forged"})
        self.assertEqual(lead.runwell_development_state, "in_development")
        self.assertEqual(lead.runwell_assigned_by_id, owner)
        self.assertGreater(lead.runwell_assigned_on, Datetime.to_datetime("2024-01-01"))

    def test_commands_go_the_same_way(self):
        """A row of a partner, a salesperson from the context: the same check."""
        customer, other = self.customer("Via"), self.users["colleague"]
        mine = self.lead("owner", "owner", partner_id=customer.id)
        partner = self.seen_by(customer, "owner")
        values = {"name": "Slipped in", "user_id": other.id, "company_id": self.company.id}
        for call in (
            lambda: partner.write({
                "opportunity_ids": [Command.update(mine.id, {"user_id": other.id})],
            }),
            lambda: partner.write({"opportunity_ids": [Command.create(values)]}),
            lambda: self.seen_by(self.env["crm.lead"], "owner").with_context(
                default_user_id=other.id,
            ).create({"name": "Slipped in"}),
            lambda: self.seen_by(mine, "owner").with_context(
                runwell_merging=(True, (other.id,)),
            ).write({"user_id": other.id}),
        ):
            self.assertEqual(self.attempt(call), AccessError)

    def test_the_course_of_assignments(self):
        owner, colleague = self.users["owner"], self.users["colleague"]
        with self.at("2024-06-01 08:00:00"):
            lead = self.seen_by(self.env["crm.lead"], "owner").create({"name": "Mine"})
        self.assertEqual((lead.runwell_assigned_by_id, lead.create_uid), (owner, owner))
        with self.at("2024-06-03 09:00:00"):
            self.seen_by(lead, "supervisor").with_context(
                runwell_assignment_reason="On leave",
            ).write({"user_id": colleague.id})
        self.env.flush_all()
        self.assertEqual(
            (lead.runwell_assigned_by_id, str(lead.runwell_assigned_on)),
            (self.users["supervisor"], "2024-06-03 09:00:00"),
        )
        with self.at("2024-06-04 09:00:00"):
            # The same again, and what does not concern it, is no assignment.
            self.seen_by(lead, "supervisor").write({"user_id": colleague.id, "name": "Ours"})
        self.assertEqual(
            [
                (str(row.date)[:10], row.previous_user_id, row.new_user_id, row.user_id,
                 row.reason)
                for row in self.env["runwell.lead.assignment"].search([("lead_id", "=", lead.id)])
            ],
            [
                ("2024-06-03", owner, colleague, self.users["supervisor"], "On leave"),
                ("2024-06-01", self.env["res.users"], owner, owner, False),
            ],
        )
        self.seen_by(lead, "supervisor").user_id = False
        self.assertFalse(lead.runwell_assigned_by_id or lead.runwell_assigned_on)
        self.assertEqual(len(lead.runwell_assignment_ids), 3)

    def test_the_course_is_append_only(self):
        row = self.lead(user="owner").runwell_assignment_ids.with_user(self.users["supervisor"])
        self.assertTrue(row.with_context(allowed_company_ids=self.company.ids).reason is False)
        for call in (
            lambda: row.sudo().write({"reason": "x"}), lambda: row.sudo().unlink(),
            lambda: row.sudo().create({"lead_id": row.sudo().lead_id.id}),
        ):
            self.assertEqual(self.attempt(call), AccessError)

    def test_whoever_leaves_leaves_none(self):
        gone = self.users["colleague"].copy({"login": "rw_gone"})
        lead = self.lead(user="owner")
        lead.user_id = gone
        gone.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.runwell_development_state, "unassigned")

    def test_a_copy_begins_anew(self):
        lead = self.lead("owner", "owner")
        with self.at("2030-01-01 00:00:00"):
            copy = self.seen_by(lead, "supervisor").copy()
        self.assertEqual(copy.runwell_assigned_by_id, self.users["supervisor"])
        self.assertEqual(str(copy.runwell_assigned_on), "2030-01-01 00:00:00")
        self.assertEqual(len(copy.runwell_assignment_ids), 1)

    def test_a_copy_of_a_colleagues(self):
        """Whoever may not assign has the copy; a salesperson who is asked for is checked."""
        lead = self.seen_by(self.lead("owner", "owner"), "all documents")
        self.assertEqual(lead.copy().user_id, self.users["all documents"])
        self.assertEqual(
            self.attempt(lambda: lead.copy({"user_id": self.users["owner"].id})), AccessError,
        )
        nobodys = self.seen_by(self.lead("owner"), "all documents")
        self.assertFalse(nobodys.copy().user_id)
        self.assertEqual(
            self.seen_by(lead, "supervisor").copy().user_id, self.users["owner"],
        )

    def test_what_comes_in_from_outside(self):
        """The website works as superuser for a visitor: OdooBot gave it to the salesperson."""
        public = self.env.ref("base.public_user")
        lead = self.env["crm.lead"].with_user(public).sudo().create({
            "name": "Form", "user_id": self.users["owner"].id, "company_id": self.company.id,
        })
        self.assertEqual(lead.runwell_assigned_by_id, self.env.ref("base.user_root"))

    def test_odoos_own_assignment(self):
        """Round robin over the members of the team, started by hand or by the cron."""
        self.env["ir.config_parameter"].sudo().set_param("crm.lead.auto.assignment", True)
        self.team.write({"assignment_domain": False, "assignment_optout": False})
        self.team.crm_team_member_ids.assignment_max = 300
        leads = self.env["crm.lead"].union(*(
            self.lead(email_from=f"p{number}@auto.example.com") for number in range(4)
        ))
        twin = self.lead(email_from="p0@auto.example.com")
        self.team.with_user(self.users["supervisor"]).with_context(
            allowed_company_ids=self.company.ids,
        ).action_assign_leads()
        leads = (leads + twin).exists()
        self.assertTrue(leads)
        self.assertEqual(set(leads.mapped("runwell_development_state")), {"in_development"})
        self.assertEqual(leads.runwell_assigned_by_id, self.users["supervisor"])
        self.assertLessEqual(leads.user_id, self.team.member_ids)


@tagged("post_install", "-at_install")
class TestCompanies(LeadCase):
    def test_the_course_of_another_company(self):
        other = self.make_company("Lead Other", self.foreign)
        lead = self.lead(user="owner")
        rows = lead.runwell_assignment_ids.with_user(self.users["supervisor"])
        self.users["supervisor"].company_ids += other
        self.assertFalse(rows.with_context(allowed_company_ids=other.ids).search([
            ("lead_id", "=", lead.id),
        ]))
        self.assertTrue(rows.with_context(allowed_company_ids=self.company.ids).search([
            ("lead_id", "=", lead.id),
        ]))
