import re
from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged

from .common import AS_OF, days_before
from .test_plays import PlayCase


class DigestCase(PlayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the people of this company have something to hear.
        cls.env["res.users"].search([("company_ids", "not in", cls.company.ids)]).write(
            {"runwell_digest": False}
        )
        cls.env.user.runwell_digest = False
        for user in cls.manager + cls.colleague + cls.supervisor + cls.finance:
            user.email = f"{user.login}@example.com"
        cls.digest = cls.env["runwell.retention.digest"]

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0,
        ))

    def sent(self, day=AS_OF, hour="06:00:00"):
        """Let the cron run; return the new mails by login."""
        Mail = self.env["mail.mail"].sudo()
        before = Mail.search([])
        with self.at(f"{day} {hour}"):
            self.digest._cron_send()
        mails = Mail.search([]) - before
        people = {user.email_formatted: user.login for user in self.env["res.users"].search([])}
        found = {people[mail.email_to]: mail for mail in mails}
        self.assertEqual(len(found), len(mails), "two mails to one person")
        return found

    def made(self, alerts, moment=f"{AS_OF} 01:30:00"):
        """Say that alerts, and what is to do on them, were made at a moment."""
        self.env.flush_all()
        activities = self.env["mail.activity"].search([
            ("res_model", "=", "runwell.churn.alert"), ("res_id", "in", alerts.ids),
        ])
        for records in (alerts, activities):
            self.env.cr.execute(
                f"UPDATE {records._table} SET create_date = %s WHERE id = ANY(%s)",
                [moment, records.ids],
            )
        self.env.invalidate_all()

    def text(self, mail):
        """Return what one reads, words apart by one space."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", str(mail.body_html))).strip()


@tagged("post_install", "-at_install")
class TestDigest(DigestCase):
    """One e-mail a person and day, when there is something to say."""

    def setUp(self):
        super().setUp()
        self.alert = self.raised()
        self.made(self.alert)

    def test_raising_sends_nothing(self):
        before = self.mails()
        for i in range(30):
            self.silent(f"Customer {i}", user_id=self.manager.id)
        self.run_scoring()
        self.assertEqual(self.raise_alerts(), 30)
        self.assertEqual(self.mails(), before)

    def test_what_is_new(self):
        mails = self.sent()
        self.assertEqual(set(mails), {"rw_manager", "rw_supervisor"})
        mail = mails["rw_manager"]
        self.assertEqual(mail.subject, "Customers to keep: 1 new")
        self.assertEqual(mail.state, "outgoing")
        text = self.text(mail)
        self.assertIn("New alerts (1)", text)
        self.assertIn("Buyer", text)
        self.assertIn("Silence · silent for 150 days · act by", text)
        self.assertIn(f'href="{self.company.get_base_url()}/odoo/churn-alerts/{self.alert.id}"',
                      mail.body_html)
        # The supervisor reads whose it is.
        self.assertNotIn("· rw_manager", text)
        self.assertIn("· rw_manager", self.text(mails["rw_supervisor"]))

    def test_once_a_day_and_nothing_without_news(self):
        self.assertTrue(self.sent())
        self.assertFalse(self.sent(hour="06:05:00"))
        other = self.silent("Other", user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        self.made(self.alerts(other), f"{AS_OF} 08:00:00")
        self.assertFalse(self.sent(hour="09:00:00"))
        mails = self.sent(days_before(-1))
        self.assertIn("Other", self.text(mails["rw_manager"]))
        self.assertNotIn("Buyer", self.text(mails["rw_manager"]))
        self.assertFalse(self.sent(days_before(-2)))

    def test_the_day_is_the_readers(self):
        self.manager.tz = "Asia/Shanghai"
        self.alert._as_machine().write({"deadline": days_before(10)})
        self.assertIn("rw_manager", self.sent(hour="15:00:00"))
        self.assertNotIn("rw_manager", self.sent(hour="15:59:00"))
        self.assertIn("rw_manager", self.sent(hour="16:01:00"))

    def test_overdue_until_somebody_acts(self):
        self.sent()
        late = days_before(-(self.alert.deadline - self.alert.raised_on).days - 1)
        mails = self.sent(late)
        self.assertEqual(set(mails), {"rw_manager"})
        self.assertEqual(mails["rw_manager"].subject, "Customers to keep: 1 overdue")
        self.tried(self.alert)
        self.alert.activity_ids.unlink()
        self.assertFalse(self.sent(days_before(-40)))

    def test_what_was_passed_on_is_told_once(self):
        self.sent()
        late = days_before(-(self.alert.deadline - self.alert.raised_on).days - 1)
        with self.at(f"{late} 02:00:00"):
            self.env["runwell.churn.alert"]._escalate(self.company)
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = %s WHERE user_id = %s",
            [f"{late} 02:00:00", self.supervisor.id],
        )
        mails = self.sent(late)
        self.assertEqual(mails["rw_supervisor"].subject, "Customers to keep: 1 passed to you")
        self.assertNotIn("rw_supervisor", self.sent(days_before(-40)))

    def test_losses_to_decide(self):
        self.sent()
        self.tried(self.alert)
        self.alert.reason = "Closed their shop"
        with self.at(f"{days_before(-1)} 10:00:00"):
            self.alert.with_user(self.manager).action_propose_lost()
        self.made(self.alert, f"{days_before(-1)} 10:00:00")
        self.alert._as_machine().write({"assigned_at": f"{AS_OF} 01:00:00"})
        mails = self.sent(days_before(-2))
        self.assertEqual(mails["rw_supervisor"].subject, "Customers to keep: 1 to decide")
        self.assertIn("yours to decide", self.text(mails["rw_supervisor"]))
        self.assertNotIn("rw_supervisor", self.sent(days_before(-3)))

    def test_a_rule_that_was_muted(self):
        self.sent()
        rule = self.env["runwell.alert.rule"]._of(self.company)[0]
        rule._as_machine().write({
            "is_muted": True, "muted_on": days_before(-1), "right_count": 7, "decided_count": 40,
        })
        self.env.flush_all()
        mails = self.sent(days_before(-1))
        self.assertEqual(set(mails), {"rw_supervisor"})
        text = self.text(mails["rw_supervisor"])
        self.assertIn("The rule Churn risk was muted: 7 of 40 of its warnings were right.", text)
        self.assertEqual(mails["rw_supervisor"].subject, "Customers to keep: a rule was muted")

    def test_never_what_is_snoozed_held_back_or_closed(self):
        for values in (
            {"snoozed_until": days_before(-1)}, {"is_held_back": True}, {"state": "lost"},
        ):
            with self.subTest(values=values):
                before = {name: self.alert[name] for name in values}
                self.alert._as_machine().write(values)
                self.assertFalse(self.sent())
                self.alert._as_machine().write(before)
        self.assertTrue(self.sent())

    def test_a_new_owner_hears_of_it(self):
        self.sent()
        with self.at(f"{days_before(-1)} 10:00:00"):
            self.alert.with_user(self.supervisor).user_id = self.colleague
        mails = self.sent(days_before(-2))
        self.assertEqual(set(mails) - {"rw_supervisor"}, {"rw_colleague"})

    def test_finance_hears_of_its_steps(self):
        self.sent()
        debtor = self.debtor()
        self.run_scoring()
        self.raise_alerts()
        self.made(self.alerts(debtor), f"{days_before(-1)} 01:30:00")
        mails = self.sent(days_before(-1))
        self.assertIn("Debtor", self.text(mails["rw_finance"]))
        self.assertEqual(mails["rw_finance"].subject, "Customers to keep: 1 new")

    def test_the_largest_first_and_the_rest_counted(self):
        for i in range(12):
            self.silent(f"Customer {i:02}", 200.0 + i, user_id=self.manager.id)
        self.run_scoring()
        self.raise_alerts()
        mail = self.sent()["rw_manager"]
        text = self.text(mail)
        self.assertIn("New alerts (13)", text)
        self.assertIn("and 3 more", text)
        self.assertEqual(
            re.findall(r"Customer \d\d", text), [f"Customer {i:02}" for i in range(11, 1, -1)],
        )
        self.assertNotIn("Buyer", text)

    def test_only_what_one_may_read(self):
        """An account manager nothing of a colleague, nobody anything of another company."""
        theirs = self.silent("Theirs", user_id=self.colleague.id)
        other = self.make_company("Runwell Other", self.home)
        self.orders(theirs, *(days_before(7 * i, "2024-02-01") for i in range(30)),
                    company=other)
        self.run_scoring()
        self.run_scoring(company=other)
        self.raise_alerts()
        self.env["runwell.churn.alert"]._raise_alerts(other)
        foreign = self.env["runwell.churn.alert"].search([("company_id", "=", other.id)])
        foreign._as_machine().write({"user_id": self.manager.id})
        mails = self.sent()
        self.assertNotIn("Theirs", self.text(mails["rw_manager"]))
        self.assertNotIn("Buyer", self.text(mails["rw_colleague"]))
        self.assertEqual(mails["rw_supervisor"].subject, "Customers to keep: 2 new")

    def test_two_companies_in_one_mail(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        self.supervisor.company_ids += other
        abroad = self.customer("Abroad")
        self.orders(abroad, *(days_before(7 * i, "2024-02-01") for i in range(30)), company=other)
        self.run_scoring(company=other)
        self.env["runwell.churn.alert"]._raise_alerts(other)
        mail = self.sent()["rw_supervisor"]
        text = self.text(mail)
        self.assertEqual(mail.subject, "Customers to keep: 2 new")
        for word in ("Runwell Test", "Runwell Other", "Buyer", "Abroad", "XQH", "XQF"):
            self.assertIn(word, text)

    def test_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        view = self.env.ref("crm_runwell.digest_mail")
        view.update_field_translations("arch_db", {
            "zh_CN": {"Open the churn alerts": "打开客户流失预警"},
        })
        self.manager.lang = "zh_CN"
        mails = self.sent()
        self.assertIn("打开客户流失预警", self.text(mails["rw_manager"]))
        self.assertIn("2024/06/30", self.text(mails["rw_manager"]))
        self.assertIn("06/30/2024", self.text(mails["rw_supervisor"]))
        self.assertIn("Open the churn alerts", self.text(mails["rw_supervisor"]))


@tagged("post_install", "-at_install")
class TestDigestMachine(DigestCase):
    """Who gets it; a run that is killed; two at once."""

    def setUp(self):
        super().setUp()
        self.made(self.raised())

    def test_each_person_turns_it_off(self):
        self.manager.with_user(self.manager).write({"runwell_digest": False})
        self.assertFalse(self.manager.with_user(self.manager).runwell_digest)
        self.assertEqual(set(self.sent()), {"rw_supervisor"})

    def test_on_by_default_and_not_without_an_address(self):
        self.assertTrue(self.manager.runwell_digest)
        self.manager.email = False
        self.assertEqual(set(self.sent()), {"rw_supervisor"})
        self.assertFalse(self.manager.runwell_digest_at)

    def test_not_to_who_merely_administers(self):
        self.supervisor.group_ids += self.env.ref("base.group_system")
        self.policy.supervisor_id = self.manager
        self.assertEqual(set(self.sent()), {"rw_manager"})
        self.policy.supervisor_id = self.supervisor
        self.assertEqual(set(self.sent(days_before(-1))), {"rw_supervisor"})

    def test_killed_half_way(self):
        """What was committed is sent and noted as sent; the next run does the rest."""
        def commit(_self, processed=0, **_values):
            if processed:
                raise KeyboardInterrupt
            return 60.0

        before = self.env["mail.mail"].sudo().search([])
        with (
            patch("odoo.addons.crm_runwell.models.runwell_retention_digest.BATCH", 1),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", commit),
            # Not assertRaises: it takes back what was done.
            suppress(KeyboardInterrupt), self.at(f"{AS_OF} 06:00:00"),
        ):
            self.digest._cron_send()
            self.fail("it went on")
        first = self.env["mail.mail"].sudo().search([]) - before
        rest = self.sent(hour="06:10:00")
        self.assertEqual(len(first), 1)
        self.assertEqual(len(rest), 1)
        self.assertNotEqual(first.email_to, next(iter(rest.values())).email_to)

    def test_time_is_up(self):
        with (
            patch("odoo.addons.crm_runwell.models.runwell_retention_digest.BATCH", 1),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=0),
        ):
            self.assertEqual(len(self.sent()), 1)
        self.assertEqual(len(self.sent(hour="06:10:00")), 1)

    def test_who_was_sent_to_meanwhile(self):
        """The people are looked up before, the note is read under the lock."""
        with self.at(f"{AS_OF} 06:00:00"):
            people = self.digest._due()
            self.assertEqual(set(people.mapped("login")), {"rw_manager", "rw_supervisor"})
            self.assertEqual(len(self.digest._send(people)), 2)
            self.assertFalse(self.digest._send(people))

    def test_whom_another_worker_has(self):
        """Somebody who is locked by another transaction is left to it."""
        person = self.env.ref("base.public_user")
        digest = self.env.registry["runwell.retention.digest"]
        with patch.object(digest, "_mail", return_value=None) as mail:
            with self.registry.cursor() as other:
                other.execute("SELECT FROM res_users WHERE id = %s FOR UPDATE", [person.id])
                self.digest._send(person)
                mail.assert_not_called()
            self.digest._send(person)
            mail.assert_called_once()

    def test_as_many_queries_for_many_alerts(self):
        counts = []
        for size in (12, 12, 40):
            for i in range(size):
                self.silent(f"Customer {size} {i}", user_id=self.manager.id)
            self.run_scoring()
            self.raise_alerts()
            self.manager.runwell_digest_at = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            with self.at(f"{AS_OF} 06:00:00"):
                self.assertEqual(len(self.digest._send(self.manager)), 1)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
