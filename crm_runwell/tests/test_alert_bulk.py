from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from .test_alerts import AlertCase


@tagged("post_install", "-at_install")
class TestBulk(AlertCase):
    """Many alerts at once: each is checked on its own, the refused are named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.silent("Colleague's", user_id=cls.colleague.id)
        cls.closed_one = cls.silent("Closed", user_id=cls.manager.id)
        cls.env["runwell.score"]._run_scoring(cls.company, "2024-06-30")
        cls.env["runwell.churn.alert"]._raise_alerts(cls.company)
        cls.all = cls.env["runwell.churn.alert"].search([("company_id", "=", cls.company.id)])
        cls.alert, cls.theirs, cls.done = (
            cls.all.filtered(lambda alert, p=partner: alert.partner_id == p)
            for partner in (cls.buyer, cls.others, cls.closed_one)
        )
        cls.done.reason = "Stocktaking"
        cls.done.action_false_alarm()

    def run_bulk(self, operation, user, alerts=None, **values):
        alerts = self.all if alerts is None else alerts
        bulk = self.env["runwell.alert.bulk"].with_user(user).with_context(
            allowed_company_ids=self.company.ids, active_model="runwell.churn.alert",
            active_ids=alerts.ids, default_operation=operation,
        ).create(values)
        self.assertEqual(bulk.alert_ids.ids, alerts.ids)
        action = bulk.action_apply()
        self.assertEqual((action["res_id"], bulk.state), (bulk.id, "done"))
        return {line.alert_id: line.message for line in bulk.sudo().line_ids}, bulk

    def test_assign(self):
        said, bulk = self.run_bulk("assign", self.supervisor, user_id=self.colleague.id)
        self.assertEqual((self.alert + self.theirs).user_id, self.colleague)
        self.assertEqual(self.done.user_id, self.manager)
        self.assertFalse(said[self.alert] or said[self.theirs])
        self.assertIn("closed already", said[self.done])
        self.assertEqual((bulk.done_count, bulk.refused_count), (2, 1))
        action = bulk.action_open_refused()
        self.assertEqual(self.all.search(action["domain"]), self.done)

    def test_only_a_supervisor_assigns(self):
        said, bulk = self.run_bulk("assign", self.manager, self.alert, user_id=self.colleague.id)
        self.assertIn("supervisor", said[self.alert])
        self.assertEqual((bulk.done_count, self.alert.user_id), (0, self.manager))

    def test_assigning_many_writes_no_mails(self):
        notified = [("message_type", "=", "user_notification")]
        mails = self.env["mail.mail"].search_count([])
        messages = self.env["mail.message"].search_count(notified)
        self.run_bulk("assign", self.supervisor, user_id=self.colleague.id)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env["mail.message"].search_count(notified), messages)

    def test_start_a_play(self):
        play = self.env.ref("crm_runwell.play_visit")
        said, _bulk = self.run_bulk("play", self.supervisor, plan_id=play.id)
        self.assertEqual((self.alert + self.theirs).running_plan_id, play)
        self.assertEqual(len(self.alert.activity_ids), len(play.template_ids))
        self.assertIn("closed already", said[self.done])
        said, _bulk = self.run_bulk("play", self.manager, self.alert)
        self.assertIn("is running on the alert of Buyer", said[self.alert])

    def test_the_play_that_suits_each(self):
        suited = self.alert.suggested_plan_id
        self.assertTrue(suited)
        self.run_bulk("play", self.manager, self.alert)
        self.assertEqual(self.alert.running_plan_id, suited)

    def test_confirm_lost_each_on_its_own(self):
        self.tried(self.alert)
        reason = self.env.ref("crm_runwell.churn_reason_price")
        said, _bulk = self.run_bulk("lost", self.supervisor, reason_id=reason.id)
        self.assertEqual(self.all.mapped("state").count("lost"), 1)
        self.assertEqual((self.alert.state, self.alert.reason_id), ("lost", reason))
        self.assertIn("Nothing was tried", said[self.theirs])
        # What was refused was not written by half.
        self.assertFalse(self.theirs.reason_id)
        self.assertIn("closed already", said[self.done])

    def test_a_reason_of_its_own_stays(self):
        self.tried(self.alert)
        self.alert.reason = "Moved away"
        self.run_bulk("lost", self.supervisor, self.alert)
        self.assertEqual((self.alert.state, self.alert.reason), ("lost", "Moved away"))

    def test_propose_what_is_ones_own(self):
        self.tried(self.alert)
        self.tried(self.theirs)
        said, _bulk = self.run_bulk("propose", self.manager, self.alert, reason="Gone")
        self.assertFalse(said[self.alert])
        self.assertEqual(self.alert.loss_proposed_by_id, self.manager)
        with self.assertRaises(AccessError):
            self.run_bulk("propose", self.manager, self.alert + self.theirs, reason="Gone")

    def test_what_one_may_read_only_is_refused(self):
        self.tried(self.alert)
        self.tried(self.theirs)
        self.manager.group_ids += self.env.ref("account.group_account_invoice")
        said, _bulk = self.run_bulk("propose", self.manager, reason="Gone")
        self.assertFalse(said[self.alert])
        self.assertTrue(said[self.theirs])
        self.assertEqual(self.alert.loss_proposed_by_id, self.manager)
        self.assertFalse(self.theirs.loss_proposed_by_id or self.theirs.reason)

    def test_false_alarm(self):
        said, _bulk = self.run_bulk("false_alarm", self.supervisor, reason="A fair in June")
        self.assertEqual(set(self.all.mapped("state")), {"false_alarm"})
        self.assertEqual([bool(said[alert]) for alert in (self.alert, self.done)], [False, True])

    def test_snooze(self):
        said, _bulk = self.run_bulk(
            "snooze", self.manager, self.alert + self.done, until="2100-01-01", reason="Rebuilt",
        )
        self.assertFalse(said[self.alert])
        self.assertTrue(said[self.done])
        self.assertEqual(self.alert.snoozed_until, Date.to_date("2100-01-01"))

    def test_nothing_chosen(self):
        with self.assertRaises(UserError):
            self.run_bulk("propose", self.manager, self.all.browse(), reason="Gone")

    def test_the_dialog(self):
        form = Form(self.env["runwell.alert.bulk"].with_user(self.supervisor).with_context(
            active_model="runwell.churn.alert", active_ids=self.all.ids,
            default_operation="assign",
        ))
        self.assertEqual(form.alert_count, 3)
        form.user_id = self.colleague
        form.save().action_apply()
        self.assertEqual(self.alert.user_id, self.colleague)

    def test_whoever_only_reads_has_no_dialog(self):
        reader = self.env["res.users"].create({
            "name": "Reader", "login": "rw_reader", "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
            "group_ids": [(6, 0, self.env.ref("crm_runwell.group_executive").ids)],
        })
        with self.assertRaises(AccessError):
            self.run_bulk("false_alarm", reader, reason="No")
