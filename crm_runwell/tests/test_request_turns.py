from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTwoAtOnce(BaseCase):
    """Two transactions that make a request of one team at the same moment."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        env = self.own = self.open()
        company = env.ref("base.main_company")
        self.users = env["res.users"].union(*(
            new_test_user(
                env, f"rwt_{name}", "crm_runwell.group_service_user", company_id=company.id,
                company_ids=[(6, 0, company.ids)],
            ) for name in ("one", "two", "three")
        ))
        self.team = env["runwell.service.team"].create({
            "name": "At once", "company_id": company.id, "member_ids": self.users.ids,
            "assignment_method": "round_robin", "resource_calendar_id": False,
        })
        # The year of the numbers is opened once; a second one would wait for it.
        Request = env["runwell.request"]
        Request._open_year(Request._number_sequence(company))
        self.company_id = company.id
        self.addCleanup(self.forget)
        env.cr.commit()

    def open(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {
            "tracking_disable": True, "mail_create_nosubscribe": True, "no_reset_password": True,
        })

    def forget(self):
        env = self.own
        env.cr.rollback()
        requests = env["runwell.request"].search([("team_id", "=", self.team.id)])
        env.cr.execute("DELETE FROM runwell_request WHERE id = ANY(%s)", [requests.ids])
        cron = env.ref("crm_runwell.ir_cron_assign")
        env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.team.unlink()
        partners = self.users.partner_id
        self.users.unlink()
        partners.unlink()
        env.cr.commit()

    def make(self, env):
        return env["runwell.request"].create({
            "name": "Request", "team_id": self.team.id, "company_id": self.company_id,
        })

    def triggers(self, env):
        return env["ir.cron.trigger"].search_count([
            ("cron_id", "=", env.ref("crm_runwell.ir_cron_assign").id),
        ])

    def give_waiting(self):
        """Do what the cron does for the team, in a transaction of its own."""
        env = self.open()
        env["runwell.request"].search([
            ("team_id", "=", self.team.id), ("state", "=", "new"),
        ], order="id")._assign_automatically()
        env.cr.commit()

    def turns(self):
        env = self.open()
        requests = env["runwell.request"].search([("team_id", "=", self.team.id)], order="id")
        return requests.mapped("user_id.id"), requests.mapped("state")

    def test_each_has_its_turn(self):
        for method in ("round_robin", "least_loaded"):
            with self.subTest(method=method):
                self.team.assignment_method = method
                self.own.cr.commit()
                first, second = self.open(), self.open()
                taken = self.make(first)
                self.assertEqual(taken.state, "assigned")
                before = self.triggers(second)
                waits = self.make(second)
                # While the first is not over, its turn is not to be seen: not given twice.
                self.assertEqual((waits.state, waits.user_id.id), ("new", False))
                self.assertEqual(self.triggers(second), before + 1)
                first.cr.commit()
                second.cr.commit()
                self.give_waiting()
                agents, states = self.turns()
                self.assertEqual(set(states), {"assigned"})
                self.assertEqual(len(agents), 2)
                self.own.cr.execute(
                    "DELETE FROM runwell_request WHERE team_id = %s", [self.team.id],
                )
                self.own.cr.commit()

    def test_who_began_before_the_other_was_over(self):
        first, second = self.open(), self.open()
        second.cr.execute("SELECT 1 FROM res_company")
        self.make(first)
        first.cr.commit()
        waits = self.make(second)
        self.assertEqual(waits.state, "new")
        # The transaction is still of use.
        second.cr.commit()
        self.give_waiting()
        agents, states = self.turns()
        self.assertEqual((len(agents), set(states)), (2, {"assigned"}))

    def test_twelve_in_turn(self):
        for _turn in range(6):
            pair = [self.open(), self.open()]
            for env in pair:
                self.make(env)
            for env in pair:
                env.cr.commit()
            self.give_waiting()
        env = self.open()
        counts = env["runwell.request"]._read_group(
            [("team_id", "=", self.team.id)], ["user_id"], ["__count"],
        )
        self.assertEqual({user.id: count for user, count in counts},
                         dict.fromkeys(self.users.ids, 4))

    def test_two_claim_one(self):
        self.team.assignment_method = "manual"
        request = self.make(self.own)
        self.own.cr.commit()
        first, second = self.open(), self.open()
        one, two = (
            env["runwell.request"].browse(request.id).with_user(user)
            for env, user in zip((first, second), self.users[:2], strict=True)
        )
        self.assertEqual(two.state, "new")
        one.action_claim()
        first.cr.commit()
        with self.assertRaises(Exception) as error:
            two.action_claim()
            second.flush_all()
        # Odoo runs the call again, and then says who was faster.
        self.assertEqual(error.exception.pgcode, "40001")
        second.cr.rollback()
        with self.assertRaises(Exception) as error:
            two.action_claim()
        self.assertIn("already", str(error.exception))
