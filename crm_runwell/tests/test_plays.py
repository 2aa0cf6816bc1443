from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import AS_OF, days_before
from .test_alerts import AlertCase

CALL, VISIT, OFFER, COMPLAINT, PAYMENT = (
    f"crm_runwell.play_{name}" for name in ("call", "visit", "offer", "complaint", "payment")
)
KEEP = "crm_runwell.mail_activity_type_keep"


class PlayCase(AlertCase):
    """The company of the alerts, with somebody in finance, on the day of the scoring."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = new_test_user(
            cls.env, "rw_finance", "account.group_account_invoice", company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company)

    def setUp(self):
        super().setUp()
        self.enterContext(self.at(f"{AS_OF} 12:00:00"))

    @classmethod
    def debtor(cls, name="Debtor", **values):
        """Return a silent customer whose overdue invoices are the main cause."""
        customer = cls.silent(name, user_id=cls.manager.id, **values)
        cls.invoice(customer, "2024-01-15", 2000.0)
        return customer

    def play(self, name="Test", steps=({},), **values):
        """Return a play; a step is the owner's to-do in a day unless it says otherwise."""
        return self.env["mail.activity.plan"].create({
            "name": name, "res_model": "runwell.churn.alert", "company_id": False,
            "template_ids": [
                Command.create({
                    "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                    "summary": "Step", "delay_count": 1, "delay_from": "after_plan_date",
                    "responsible_type": "runwell_owner", **step,
                })
                for step in steps
            ],
            **values,
        })

    def steps(self, alert):
        """Return (summary, person, day) of the open activities."""
        alert.invalidate_recordset(["activity_ids"])
        return [
            (a.summary or a.activity_type_id.name, a.user_id, str(a.date_deadline))
            for a in alert.activity_ids.sorted("id")
        ]

    def mails(self):
        return self.env["mail.mail"].sudo().search_count([])


@tagged("post_install", "-at_install")
class TestSuggestedPlay(PlayCase):
    def setUp(self):
        super().setUp()
        self.alert = self.raised()

    def suggested(self, **facts):
        if facts:
            self.alert._as_machine().write(facts)
        self.alert.invalidate_recordset(["suggested_plan_id"])
        return self.alert.suggested_plan_id

    def test_the_shipped_ones(self):
        for cause, value_class, xmlid in (
            ("silence", "low", CALL), ("silence", "potential", CALL), ("silence", False, CALL),
            ("silence", "high", VISIT), ("decline", "high", OFFER), ("decline", "low", OFFER),
            ("complaint", "high", COMPLAINT), ("payment", "high", PAYMENT),
        ):
            with self.subTest(cause=cause, value_class=value_class):
                self.assertEqual(
                    self.suggested(cause=cause, value_class=value_class), self.env.ref(xmlid),
                )

    def test_each_step_says_who_when_and_what(self):
        for xmlid in (CALL, VISIT, OFFER, COMPLAINT, PAYMENT):
            steps = self.env.ref(xmlid).template_ids
            self.assertEqual(len(steps), 3)
            for step in steps:
                self.assertTrue(step.summary)
                self.assertGreater(len(step.note), 80)
                self.assertNotEqual(step.responsible_type, "on_demand")
            self.assertEqual(steps.mapped("delay_count"), sorted(steps.mapped("delay_count")))

    def test_the_order_of_two_that_suit(self):
        self.env["mail.activity.plan"].search([("res_model", "=", self.alert._name)]).active = False
        self.assertFalse(self.suggested(cause="silence", value_class="high"))
        any_ = self.play("any")
        self.assertEqual(self.suggested(), any_)
        by_class = self.play("class", runwell_value_class="high")
        self.assertEqual(self.suggested(), by_class)
        by_cause = self.play("cause", runwell_cause="silence")
        self.assertEqual(self.suggested(), by_cause)
        earlier = self.play("earlier", runwell_cause="silence", runwell_sequence=5)
        self.assertEqual(self.suggested(), earlier)
        ours = self.play(
            "ours", runwell_cause="silence", runwell_sequence=5, company_id=self.company.id,
        )
        self.assertEqual(self.suggested(), ours)
        both = self.play("both", runwell_cause="silence", runwell_value_class="high")
        self.assertEqual(self.suggested(), both)

    def test_not_what_is_empty_archived_or_of_another_company_or_model(self):
        other = self.make_company("Runwell Other", self.home)
        best = {"runwell_cause": "silence", "runwell_value_class": "high", "runwell_sequence": 0}
        self.play("empty", (), **best)
        self.play("archived", active=False, **best)
        self.play("theirs", company_id=other.id, **best)
        self.play("lead", ({"responsible_type": "on_demand"},), res_model="crm.lead", **best)
        self.assertEqual(self.suggested(cause="silence", value_class="high"), self.env.ref(VISIT))

    def test_one_query_for_many(self):
        for i in range(8):
            self.silent(f"C{i}")
        self.run_scoring()
        self.raise_alerts()
        for alerts in (self.alerts()[:2], self.alerts()):
            self.env.flush_all()
            alerts.invalidate_recordset()
            alerts.fetch(["cause"])
            with self.assertQueryCount(1):
                alerts.mapped(lambda alert: alert.suggested_plan_id.id)


@tagged("post_install", "-at_install")
class TestStartPlay(PlayCase):
    def setUp(self):
        super().setUp()
        self.alert = self.raised()
        self.alert._as_machine().write({"cause": "silence", "value_class": "low"})

    def by(self, user):
        return self.alert.with_user(user).with_company(self.company)

    def test_one_click(self):
        self.assertEqual([step[0] for step in self.steps(self.alert)], ["Keep the customer"])
        mails = self.mails()
        action = self.by(self.manager).action_start_play()
        self.assertIn("Call first", action["params"]["message"])
        self.assertEqual(self.alert.plan_id, self.env.ref(CALL))
        self.assertEqual(self.alert.running_plan_id, self.env.ref(CALL))
        self.assertEqual(self.steps(self.alert), [
            ("Call and ask what changed", self.manager, "2024-06-30"),
            ("Send what was agreed on the phone", self.manager, "2024-07-02"),
            ("Call again: is an order coming?", self.manager, "2024-07-07"),
        ])
        activities = self.alert.activity_ids
        self.assertEqual(activities.mapped("automated"), [False] * 3)
        self.assertEqual(activities.runwell_plan_id, self.env.ref(CALL))
        self.assertIn("they have been missed", activities.sorted("id")[0].note)
        self.assertEqual(self.mails(), mails)

    def test_each_alert_its_own(self):
        other = self.silent("Other", user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        other = self.alerts(other)
        other._as_machine().write({"cause": "decline"})
        (self.alert + other).with_user(self.manager).action_start_play()
        self.assertEqual(self.alert.plan_id, self.env.ref(CALL))
        self.assertEqual(other.plan_id, self.env.ref(OFFER))

    def test_who_may_not_and_when_not(self):
        for user in (self.colleague, self.finance):
            for action in ("action_start_play", "action_other_play"):
                with self.assertRaises(AccessError):
                    getattr(self.by(user), action)()
        self.alert._as_machine().write({"is_held_back": True})
        with self.assertRaisesRegex(UserError, "held back"):
            self.by(self.manager).action_start_play()
        self.alert._as_machine().write({"is_held_back": False})
        self.env["mail.activity.plan"].search([("res_model", "=", self.alert._name)]).active = False
        with self.assertRaisesRegex(UserError, "No play suits the alert of Buyer"):
            self.by(self.manager).action_start_play()
        self.closed(self.alert, "false_alarm")
        with self.assertRaisesRegex(UserError, "closed already"):
            self.by(self.manager)._start_play(self.play())

    def test_never_two_at_once(self):
        self.by(self.manager).action_start_play()
        with self.assertRaisesRegex(UserError, "Call first is running on the alert of Buyer"):
            self.by(self.manager).action_start_play()
        self.assertEqual(len(self.alert.activity_ids), 3)

    def test_other_play_says_so_and_takes_its_place(self):
        self.by(self.manager).action_start_play()
        mine = self.alert.activity_schedule(
            "mail.mail_activity_data_todo", automated=False, summary="My own",
            user_id=self.manager.id,
        )
        action = self.by(self.manager).action_other_play()
        wizard = self.env[action["res_model"]].with_user(self.manager).with_context(
            action["context"], allowed_company_ids=self.company.ids,
        )
        with Form(wizard, view="mail.mail_activity_schedule_view_form") as form:
            self.assertEqual(form.plan_id, self.env.ref(CALL))
            self.assertTrue(form.has_warning)
            self.assertIn("Call first is running", form.warning)
            form.plan_id = self.env.ref(PAYMENT)
        form.record.action_schedule_plan()
        self.assertEqual(self.alert.plan_id, self.env.ref(PAYMENT))
        self.assertTrue(mine.exists())
        steps = [step[:2] for step in self.steps(self.alert) if step[0] != "My own"]
        self.assertEqual(steps, [
            ("Agree on how the overdue invoices are paid", self.finance),
            ("Hear from finance, then call the customer", self.manager),
            ("Ask for the next order", self.manager),
        ])

    def test_the_dialog_starts_no_play_for_others(self):
        wizard = self.env["mail.activity.schedule"].with_user(self.colleague).create({
            "res_model": self.alert._name, "res_ids": str(self.alert.ids),
            "plan_id": self.env.ref(CALL).id,
        })
        with self.assertRaises(AccessError):
            wizard.action_schedule_plan()

    def test_who_gets_a_step(self):
        play = self.play(steps=[
            {"responsible_type": "runwell_owner"}, {"responsible_type": "runwell_supervisor"},
            {"responsible_type": "runwell_finance"}, {"responsible_type": "on_demand"},
            {"responsible_type": "other", "responsible_id": self.colleague.id},
        ])
        people = [self.manager, self.supervisor, self.finance, self.manager, self.colleague]
        self.by(self.manager)._start_play(play)
        self.assertEqual([person for _what, person, _day in self.steps(self.alert)], people)
        # By itself a play gives them to the same people.
        play.write({"runwell_is_automatic": True, "runwell_cause": "silence"})
        customer = self.silent("Second", user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        alert = self.alerts(customer)
        self.assertEqual([person for _what, person, _day in self.steps(alert)], people)

    def test_nobody_to_give_it_to(self):
        self.alert._as_machine().write({"user_id": False})
        (self.supervisor + self.finance).active = False
        play = self.play(steps=[{"responsible_type": "runwell_finance"}])
        with self.assertRaises(ValidationError) as refused:
            self.alert._start_play(play)
        self.assertIn("Nobody can be given the step Step for Buyer", str(refused.exception))
        self.alert._as_machine().write({"user_id": self.manager.id})
        self.alert._start_play(play)
        self.assertEqual(self.alert.activity_ids.user_id, self.manager)

    def test_the_people_of_an_alert_are_for_alerts(self):
        with self.assertRaises(ValidationError):
            self.play(res_model="crm.lead")

    def test_supervisors_keep_the_plays(self):
        for user, may in ((self.manager, False), (self.finance, False), (self.supervisor, True)):
            play = self.env.ref(CALL).with_user(user)
            self.assertTrue(play.has_access("read"))
            for records in (play, play.template_ids):
                for mode in ("write", "create", "unlink"):
                    with self.subTest(user=user.login, mode=mode):
                        self.assertEqual(records.has_access(mode), may)

    def test_a_play_ends_with_the_alert(self):
        self.by(self.manager).action_start_play()
        self.orders(self.buyer, days_before(-3))
        self.run_scoring(days_before(-5))
        self.raise_alerts()
        self.assertEqual(self.alert.state, "won_back")
        self.assertFalse(self.steps(self.alert))

