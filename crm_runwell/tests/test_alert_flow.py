"""Who may move a churn alert where, from every state, by every role of DOMAIN.md."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import AS_OF, days_before
from .role_matrix import ROLES as MATRIX_ROLES
from .test_alerts import AlertCase

#: The account manager of the customer, and another one.
ROLES = {"owner": MATRIX_ROLES["account manager"], "colleague": MATRIX_ROLES["account manager"]} | {
    role: group for role, group in MATRIX_ROLES.items() if role != "account manager"
}
WORKERS = {"owner", "all documents", "supervisor"}
SUPERVISOR = {"supervisor"}

#: What is done, by whom it may be done while the alert is open.
STEPS = {
    "measure": WORKERS, "suspend": WORKERS, "propose": WORKERS, "false_alarm": WORKERS,
    "snooze": WORKERS, "confirm": SUPERVISOR, "decline": SUPERVISOR, "release": SUPERVISOR,
    "reassign": SUPERVISOR,
}
#: Where a step leads from each open state; the same state where it is not named.
LEADS = {
    "measure": "suspended", "suspend": "suspended", "confirm": "lost",
    "false_alarm": "false_alarm",
}
OPEN, CLOSED = ("warning", "suspended"), ("lost", "won_back", "false_alarm")


class FlowCase(AlertCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"rw_flow_{role.replace(' ', '_')}", groups, company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, groups in ROLES.items()
        }
        cls.buyer.user_id = cls.users["owner"]
        cls.env["runwell.score"]._run_scoring(cls.company, AS_OF)
        cls.env["runwell.churn.alert"]._raise_alerts(cls.company)
        cls.alert = cls.env["runwell.churn.alert"].search([("partner_id", "=", cls.buyer.id)])

    def given(self, state, **values):
        """Put the alert into a state, with a measure and a reason."""
        if not self.alert.measure_ids:
            self.tried(self.alert)
        self.alert._as_machine().write({
            "state": state, "reason": "Closed their shop",
            "closed_on": AS_OF if state in CLOSED else False, **values,
        })
        return self.alert

    def do(self, step, alert, user):
        """Take one step as a user, the way the screens take it."""
        alert = alert.with_user(user).with_context(allowed_company_ids=self.company.ids)
        if step == "measure":
            self.env["runwell.churn.measure"].with_user(user).create(
                {"alert_id": alert.id, "description": "Called them"}
            )
        elif step == "reassign":
            alert.user_id = self.users["colleague"]
        elif step == "snooze":
            alert.action_snooze()
            alert.env["runwell.override"].create({
                "partner_id": self.buyer.id, "company_id": self.company.id,
                "until": "2100-01-01", "reason": "Agreed",
            })
        else:
            getattr(alert, {
                "suspend": "action_suspend", "propose": "action_propose_lost",
                "confirm": "action_confirm_lost", "decline": "action_decline_lost",
                "false_alarm": "action_false_alarm", "release": "action_release",
            }[step])()
        self.env.flush_all()

    def attempt(self, step, alert, user):
        """Take a step and undo it; return the class of the refusal, or the state it led to."""
        with self.env.cr.savepoint() as savepoint:
            try:
                self.do(step, alert, user)
                return alert.state
            except AccessError:
                return AccessError
            except UserError:
                return UserError
            finally:
                savepoint.rollback()
                self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestEveryStepByEveryRole(FlowCase):
    def test_while_open(self):
        for state in OPEN:
            alert = self.given(state)
            for step, allowed in STEPS.items():
                for role, user in self.users.items():
                    expected = LEADS.get(step, state) if role in allowed else AccessError
                    with self.subTest(state=state, step=step, role=role):
                        self.assertEqual(self.attempt(step, alert, user), expected)

    def test_once_closed(self):
        """Whoever might have gets a sentence; the others learn nothing."""
        for state in CLOSED:
            alert = self.given(state)
            for step, allowed in STEPS.items():
                for role, user in self.users.items():
                    expected = UserError if role in allowed else AccessError
                    with self.subTest(state=state, step=step, role=role):
                        self.assertEqual(self.attempt(step, alert, user), expected)

    def test_a_proposed_loss_is_declined_or_confirmed(self):
        owner, supervisor = self.users["owner"], self.users["supervisor"]
        alert = self.given("suspended")
        self.do("propose", alert, owner)
        self.assertEqual((alert.state, alert.loss_proposed_by_id), ("suspended", owner))
        self.assertTrue(alert.activity_ids.filtered(
            lambda activity: activity.activity_type_id
            == self.env.ref("crm_runwell.mail_activity_type_confirm_loss")
        ))
        self.do("decline", alert, supervisor)
        self.assertFalse(alert.loss_proposed_by_id or alert.loss_proposed_on)
        self.do("propose", alert, owner)
        with self.at("2024-07-02 12:00:00"):
            self.do("confirm", alert, supervisor)
        self.assertEqual(
            (alert.state, str(alert.closed_on), alert.closed_by_id),
            ("lost", "2024-07-02", supervisor),
        )
        self.assertFalse(alert.activity_ids)

    def test_held_back(self):
        alert = self.alert
        alert._as_machine().write({"is_held_back": True})
        for role in sorted(WORKERS):
            self.assertEqual(self.attempt("measure", alert, self.users[role]), UserError)
        self.do("release", alert, self.users["supervisor"])
        self.assertFalse(alert.is_held_back)
        self.do("measure", alert, self.users["owner"])
        self.assertEqual(alert.state, "suspended")

    def test_what_is_missing_is_said(self):
        alert = self.alert
        for step, text in (
            ("suspend", "Record a measure"), ("propose", "Nothing was tried"),
            ("confirm", "Nothing was tried"), ("false_alarm", "Write the reason"),
        ):
            with self.subTest(step=step), self.assertRaises(UserError) as error:
                self.do(step, alert, self.users["supervisor"])
            self.assertIn(text, str(error.exception))
            self.assertIn("Buyer", str(error.exception))
        self.tried(alert)
        for step in ("propose", "confirm"):
            with self.subTest(step=step), self.assertRaises(UserError) as error:
                self.do(step, alert, self.users["supervisor"])
            self.assertIn("Write the reason", str(error.exception))

    def test_a_reason_of_the_dictionary_is_a_reason(self):
        self.tried(self.alert)
        self.alert.with_user(self.users["owner"]).reason_id = self.env.ref(
            "crm_runwell.churn_reason_price"
        )
        self.do("propose", self.alert, self.users["owner"])
        self.do("confirm", self.alert, self.users["supervisor"])
        self.assertEqual(self.alert.state, "lost")

    def test_no_state_by_hand(self):
        for user in (self.users["supervisor"], self.env.user):
            with self.assertRaises(AccessError):
                self.alert.with_user(user).state = "lost"


@tagged("post_install", "-at_install")
class TestDialogs(FlowCase):
    """The dialog asks for the reason before anything is refused."""

    def decide(self, outcome, role, **values):
        alert = self.alert.with_user(self.users[role])
        action = alert.with_context(default_outcome=outcome).action_ask_outcome()
        wizard = alert.env[action["res_model"]].with_context(**action["context"]).create(values)
        wizard.action_apply()
        return wizard

    def test_false_alarm(self):
        reason = self.env.ref("crm_runwell.churn_reason_seasonal")
        self.decide("false_alarm", "owner", reason_id=reason.id, reason="Closed in July")
        self.assertEqual(self.alert.state, "false_alarm")
        self.assertEqual((self.alert.reason_id, self.alert.reason), (reason, "Closed in July"))

    def test_propose_then_confirm_with_the_same_reason(self):
        self.tried(self.alert)
        reason = self.env.ref("crm_runwell.churn_reason_price")
        self.decide("propose", "owner", reason_id=reason.id)
        self.assertEqual(self.alert.loss_proposed_by_id, self.users["owner"])
        wizard = self.decide("lost", "supervisor")
        self.assertEqual((wizard.reason_id, self.alert.state), (reason, "lost"))

    def test_without_a_reason_nothing_is_written(self):
        with self.assertRaises(UserError):
            self.decide("false_alarm", "owner", reason="  ")
        self.assertEqual(self.alert.state, "warning")

    def test_a_loss_without_a_measure_is_said_before_the_dialog(self):
        with self.assertRaises(UserError):
            self.decide("propose", "owner", reason="Gone")

    def test_a_reason_of_the_other_kind_is_not_proposed(self):
        self.alert.reason_id = self.env.ref("crm_runwell.churn_reason_price")
        wizard = self.env["runwell.alert.outcome"].create(
            {"alert_id": self.alert.id, "outcome": "false_alarm"}
        )
        self.assertFalse(wizard.reason_id)

    def test_unknown(self):
        with self.assertRaises(UserError):
            self.decide("won_back", "supervisor", reason="I say so")

    def test_the_figures_open_their_documents(self):
        self.buyer.invalidate_recordset()
        alert = self.alert.with_user(self.users["owner"])
        action = alert.action_open_purchases()
        self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 30)
        invoice = self.invoice(self.buyer, "2024-05-01", 10.0, due="2024-05-02")
        action = alert.action_open_overdue()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), invoice)

    def test_the_board_begins_with_ones_work(self):
        Alert = self.env["runwell.churn.alert"]
        for role, name in (
            ("owner", "my_work"), ("all documents", "my_work"), ("supervisor", "to_do"),
            ("executive", "to_do"), ("finance", "to_do"),
        ):
            action = Alert.with_user(self.users[role]).action_open_board()
            self.assertEqual(action["context"], {f"search_default_{name}": 1}, role)

    def test_columns_of_the_board(self):
        def columns(domain):
            return [state for state, *_rest in self.env["runwell.churn.alert"]._read_group(
                domain, ["state"], ["__count"],
            )] and self.env["runwell.churn.alert"]._group_expand_states([], domain)
        self.assertEqual(columns([("state", "in", OPEN)]), list(OPEN))
        self.assertEqual(len(columns([("partner_id", "=", self.buyer.id)])), 5)

    def test_overdue_is_open_awake_and_late(self):
        found = self.env["runwell.churn.alert"].search([
            ("company_id", "=", self.company.id), ("is_overdue", "=", True),
        ])
        self.assertEqual((found, self.alert.is_overdue), (self.alert, True))
        for values in (
            {"deadline": "2100-01-01"}, {"snoozed_until": "2100-01-01"}, {"is_held_back": True},
            {"loss_proposed_by_id": self.env.uid}, {"state": "won_back"},
        ):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                self.alert._as_machine().write(values)
                self.assertFalse(self.alert.is_overdue)
                self.assertFalse(self.alert.search([
                    ("id", "=", self.alert.id), ("is_overdue", "=", True),
                ]))
                savepoint.rollback()
                self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestMeasures(FlowCase):
    """Recorded once, by whom and when it was, for good."""

    def setUp(self):
        super().setUp()
        self.measure = self.tried(self.alert)

    def test_nobody_changes_or_deletes_one(self):
        users = [self.users[role] for role in ("owner", "supervisor", "administrator")]
        users.append(self.env.ref("base.user_root"))
        for user in users:
            env = self.env(user=user, su=False)
            for method, args in (
                ("write", [self.measure.ids, {"description": "Nothing"}]),
                ("write", [self.measure.ids, {"cost": 0}]),
                ("web_save", [self.measure.ids, {"description": "Nothing"}]),
                ("unlink", [self.measure.ids]),
            ):
                kwargs = {"specification": {}} if method == "web_save" else {}
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(UserError),
                ):
                    call_kw(env["runwell.churn.measure"], method, args, kwargs)
        for call in (
            lambda: self.measure.sudo().write({"description": "Nothing"}),
            self.measure.sudo().unlink,
            lambda: self.alert.sudo().write(
                {"measure_ids": [Command.update(self.measure.id, {"description": "Nothing"})]}
            ),
            lambda: self.alert.sudo().write({"measure_ids": [Command.clear()]}),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(self.measure.description, "Called them")
        self.assertEqual(self.alert.measure_ids, self.measure)

    def test_who_and_when_are_facts(self):
        owner = self.users["owner"]
        env = self.env(user=owner, su=False)
        context = {
            "default_user_id": self.users["supervisor"].id, "default_date": "2001-01-01",
            "runwell_machine": True, "allowed_company_ids": self.company.ids,
        }
        with self.at("2024-07-04 09:30:00"):
            [id_] = call_kw(env["runwell.churn.measure"], "create", [[{
                "alert_id": self.alert.id, "description": "Visited", "kind": "visit",
                "user_id": self.users["supervisor"].id, "date": "2001-01-01 00:00:00",
            }]], {"context": context})
        measure = self.env["runwell.churn.measure"].browse(id_)
        self.assertEqual((measure.user_id, str(measure.date)), (owner, "2024-07-04 09:30:00"))

    def test_never_empty_never_below_nothing(self):
        for values in ({"description": " \n"}, {"description": False}, {"cost": -1.0}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.tried(self.alert, **values)

    def test_the_first_one_suspends_and_is_dated(self):
        self.alert._as_machine().write({"state": "warning", "worked_on": False})
        with self.at("2024-07-03 12:00:00"):
            self.tried(self.alert)
        with self.at("2024-07-09 12:00:00"):
            self.tried(self.alert)
        self.assertEqual(
            (self.alert.state, str(self.alert.worked_on), self.alert.days_to_action),
            ("suspended", "2024-07-03", 3),
        )

    def test_the_next_step_is_the_new_deadline(self):
        before = self.alert.deadline
        self.tried(self.alert)
        self.assertEqual(self.alert.deadline, before)
        self.tried(self.alert, next_date="2024-07-20")
        self.assertEqual(str(self.alert.deadline), "2024-07-20")
        self.assertEqual(
            [str(day) for day in self.alert.activity_ids.mapped("date_deadline")], ["2024-07-20"],
        )

    def test_the_dialog(self):
        action = self.alert.with_user(self.users["owner"]).action_record_measure()
        self.assertEqual(action["context"], {"default_alert_id": self.alert.id})
        with self.assertRaises(AccessError):
            self.alert.with_user(self.users["executive"]).action_record_measure()


@tagged("post_install", "-at_install")
class TestCoolDown(AlertCase):
    """After each outcome the customer is left alone for the days of the policy, and no more."""

    DAYS = 100

    def again(self, outcome, later):
        """Return whether a new silence is warned about so many days after the outcome."""
        self.run_scoring(days_before(-later))
        with self.env.cr.savepoint() as savepoint:
            raised = self.raise_alerts()
            savepoint.rollback()
            self.env.invalidate_all()
        return bool(raised)

    def test_each_outcome_has_its_own(self):
        policy = self.env["runwell.retention.policy"]._of(self.company)
        for outcome in ("won_back", "false_alarm", "lost"):
            with self.subTest(outcome=outcome), self.env.cr.savepoint() as savepoint:
                policy.write({
                    f"cool_down_{name}": self.DAYS if name == outcome else 0
                    for name in ("won_back", "false_alarm", "lost")
                })
                self.raised()._as_machine().write({"state": outcome, "closed_on": AS_OF})
                # A further order: what follows is another silence.
                self.orders(self.buyer, days_before(-1))
                self.assertFalse(self.again(outcome, self.DAYS - 1))
                self.assertTrue(self.again(outcome, self.DAYS))
                savepoint.rollback()
                self.env.invalidate_all()
