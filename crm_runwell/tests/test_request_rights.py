from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .service_common import SERVICE_ROLES, ServiceCase

#: Who takes which step of a request that the agent works on, or nobody yet where it is new.
WHO = {
    "create": {"agent", "colleague", "stranger", "manager", "account manager"},
    "claim": {"agent", "colleague", "manager"},
    "assign": {"manager"},
    "hand_over": {"agent", "manager"},
    "wait": {"agent", "manager"},
    "process": {"agent", "manager"},
    "feedback": {"agent", "manager"},
    "close": {"agent", "manager"},
    "reopen": {"agent", "manager"},
    "merge": {"agent", "manager"},
    "delete": {"manager"},
}


@tagged("post_install", "-at_install")
class TestRequestRights(ServiceCase):
    """Every step × every role, and every way around the flow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["runwell.service.team"].create({
            "name": "Second level", "company_id": cls.company.id,
            "member_ids": cls.users["stranger"].ids,
        })

    def step(self, request, step, **values):
        """Take a step through its dialog, as the screen does."""
        self.env(user=request.env.user)["runwell.request.step"].with_context(
            allowed_company_ids=self.company.ids,
        ).create({
            "step": step, "request_ids": [(6, 0, request.ids)], **values,
        }).action_apply()

    def take(self, name, role):
        """Let a role take a step; return the request afterwards."""
        if name == "create":
            return self.as_(role, self.env["runwell.request"]).create({
                "name": "New", "partner_id": self.buyer.id,
            })
        state = {
            "claim": "new", "assign": "new", "delete": "new", "feedback": "processed",
            "close": "processed", "reopen": "processed",
        }.get(name, "assigned")
        request = self.in_state(state)
        mine = self.as_(role, request)
        if name == "claim":
            mine.action_claim()
        elif name == "assign":
            self.step(mine, "assign", team_id=self.team.id, user_id=self.colleague.id)
        elif name == "hand_over":
            self.step(
                mine, "hand_over", team_id=self.team.id, user_id=self.colleague.id, reason="Away",
            )
        elif name == "wait":
            mine.action_wait()
        elif name == "process":
            request.answer = "<p>Done</p>"
            mine.action_process()
        elif name == "feedback":
            self.step(mine, "feedback", satisfaction="4")
        elif name == "close":
            mine.action_close()
        elif name == "reopen":
            self.step(mine, "reopen", reason="Again")
        elif name == "merge":
            mine._merge(self.as_(role, self.assigned(name="Twice")))
        elif name == "delete":
            mine.unlink()
        return request

    def test_every_step_by_every_role(self):
        for name, allowed in WHO.items():
            for role in SERVICE_ROLES:
                with self.subTest(step=name, role=role):
                    if role in allowed:
                        self.take(name, role)
                        continue
                    with self.assertRaises(UserError):
                        self.take(name, role)

    def test_who_claims_says_why_not(self):
        request = self.request()
        with self.assertRaises(UserError) as error:
            self.as_("stranger", request).action_claim()
        self.assertIn("which you are not in", str(error.exception))
        request._assign(self.agent)
        with self.assertRaises(UserError) as error:
            self.as_("colleague", request).action_claim()
        self.assertIn("was given to Agent already", str(error.exception))

    def test_account_managers_have_their_own_customers(self):
        for role, may in (("account manager", True), ("other account manager", False)):
            requests = self.as_(role, self.env["runwell.request"])
            made = self.request()
            with self.subTest(role=role):
                self.assertEqual(made in requests.search([]), may)
                if may:
                    requests.create({"name": "Mine", "partner_id": self.contact.id})
                    continue
                with self.assertRaises(AccessError) as error:
                    requests.create({"name": "Not mine", "partner_id": self.buyer.id})
                self.assertIn("their own customers", str(error.exception))

    def test_account_managers_take_part_in_the_talk(self):
        request = self.as_("account manager", self.request())
        request.message_post(body="I call them", subtype_xmlid="mail.mt_note")
        with self.assertRaises(AccessError):
            request.priority = "3"

    def test_only_what_was_made_by_mistake_is_deleted(self):
        for state in ("assigned", "processed", "archived"):
            with self.subTest(state=state), self.assertRaises(UserError) as error:
                self.as_("manager", self.in_state(state)).unlink()
            self.assertIn("stays as a record", str(error.exception))

    def test_no_way_around_the_flow(self):
        request = self.assigned()
        stamps = sorted(request._machine_fields)
        for role in ("agent", "manager"):
            model = self.as_(role, self.env["runwell.request"])
            for name in stamps:
                value = request[name]
                if hasattr(value, "ids"):
                    is_many = request._fields[name].type == "one2many"
                    value = [(6, 0, value.ids)] if is_many else value.id
                for context in ({}, {"runwell_machine": True}):
                    with self.subTest(role=role, field=name), self.assertRaises(AccessError):
                        call_kw(model, "write", [request.ids, {name: value}], {"context": context})
                with self.subTest(create=name), self.assertRaises(AccessError):
                    model.create({"name": "New", name: value})
        for method in ("_move", "_assign", "_process", "_record_feedback", "_reopen", "_as_machine",
                       "_merge", "_hand_over"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                call_kw(model, method, [request.ids], {})

    def test_defaults_and_copies_begin_anew(self):
        model = self.as_("agent", self.env["runwell.request"]).with_context(
            default_state="archived", default_user_id=self.agent.id, default_satisfaction=5,
        )
        request = model.create({"name": "New"})
        self.assertEqual(request.state, "new")
        self.assertFalse(request.user_id or request.satisfaction)
        done = self.processed()
        done._record_feedback(5)
        copy = self.as_("agent", done).copy()
        self.assertEqual((copy.state, copy.reopen_count), ("new", 0))
        self.assertFalse(copy.user_id or copy.answer or copy.satisfaction or copy.processed_on)
        self.assertNotEqual(copy.number, done.number)

    def test_the_import_cannot_either(self):
        request = self.assigned()
        result = self.as_("manager", request).load(
            [".id", "state"], [[str(request.id), "Archived"]],
        )
        self.assertFalse(result["ids"])
        request.invalidate_recordset()
        self.assertEqual(request.state, "assigned")

    def test_the_buttons_of_the_agent(self):
        request = self.assigned()
        for role, mine in (("agent", True), ("colleague", False), ("manager", True),
                           ("executive", False)):
            with self.subTest(role=role):
                self.assertEqual(self.as_(role, request).is_mine, mine)
