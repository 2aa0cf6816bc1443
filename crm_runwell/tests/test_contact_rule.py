from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..scoring.touches import last_touches
from .common import AS_OF, RunwellCase


class ContactCase(RunwellCase):
    """A customer to be contacted every 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.user("seller", "sales_team.group_sale_salesman")
        cls.type = cls.env.ref("crm_runwell.relationship_proactive")
        cls.own = cls.buyer(
            "Own", user_id=cls.seller.id, email="own@example.com",
            runwell_relationship_type_id=cls.type.id,
        )
        cls.phone = cls.env.ref("crm_runwell.channel_phone")

    @classmethod
    def user(cls, login, groups, **values):
        return new_test_user(
            cls.env, f"rw_{login}", groups, company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)], **values,
        )

    @classmethod
    def buyer(cls, name, **values):
        """Return a customer who bought, so is scored."""
        partner = cls.customer(name, **values)
        cls.orders(partner, "2024-05-01", "2024-06-01")
        cls.env["runwell.score"]._run_scoring(cls.company, AS_OF)
        return partner

    def log(self, days, partner=None, user=None, **values):
        """Log a contact so many days ago."""
        return self.env["runwell.interaction"].with_user(user or self.seller).create({
            "partner_id": (partner or self.own).id, "channel_id": self.phone.id,
            "name": "Called", "date": fields.Datetime.now() - timedelta(days=days), **values,
        })

    def relation(self, partner=None):
        return self.env["runwell.relation"].search([
            ("partner_id", "=", (partner or self.own).id), ("company_id", "=", self.company.id),
        ])


@tagged("post_install", "-at_install")
class TestTouches(ContactCase):
    """What counts as the last contact with a customer."""

    def last(self, partner=None, company=None, only=True):
        self.env.flush_all()
        partner = partner or self.own
        rows = dict(self.env.execute_query(last_touches(
            (company or self.company).id, [partner.id] if only else None,
        )))
        return rows.get(partner.id)

    def write_to(self, partner, user=None, record=None, **values):
        message = (record or partner).with_user(user or self.seller).message_post(
            body="Good morning", partner_ids=partner.ids,
            **({"message_type": "comment", "subtype_xmlid": "mail.mt_comment"} | values),
        )
        self.env.flush_all()
        return message

    def test_interactions(self):
        contact = self.customer("Contact", parent_id=self.own.id, is_company=False)
        self.assertIsNone(self.last())
        self.log(9)
        row = self.log(3, contact)
        for only in (True, False):
            self.assertEqual(self.last(only=only), row.date)
        self.assertIsNone(self.last(self.customer("Nobody")))

    def test_company_by_company(self):
        self.log(3)
        other = self.make_company("Runwell Other", self.home)
        self.assertIsNone(self.last(company=other))

    def test_what_we_write_reaches_the_customer(self):
        message = self.write_to(self.own)
        self.assertEqual(self.last(), message.date)
        self.assertEqual(self.last(only=False), message.date)
        other = self.customer("Other", email="other@example.com")
        contact = self.customer("Contact", parent_id=other.id, is_company=False,
                                email="c@example.com")
        order = self.order(other, "2024-05-01", user_id=self.seller.id)
        message = self.write_to(contact, record=order)
        self.assertEqual(self.last(other), message.date)

    def test_what_is_no_contact(self):
        nobody = self.customer("Nobody", email="nobody@example.com")
        portal = new_test_user(self.env, "rw_portal", "base.group_portal")
        portal.partner_id.parent_id = nobody
        self.write_to(nobody, subtype_xmlid="mail.mt_note")
        self.write_to(nobody, message_type="notification")
        self.write_to(nobody, user=self.env.ref("base.user_root"))
        self.env["res.partner"].sudo().browse(nobody.id).message_post(
            body="Hello", author_id=portal.partner_id.id, partner_ids=nobody.ids,
            message_type="comment", subtype_xmlid="mail.mt_comment",
        )
        self.order(nobody, "2024-05-01", state="draft").action_confirm()
        self.assertIsNone(self.last(nobody))
        bounced = self.write_to(nobody)
        self.assertTrue(self.last(nobody))
        bounced.sudo().notification_ids.notification_status = "bounce"
        self.assertIsNone(self.last(nobody))

    def test_a_request_that_was_answered(self):
        request = self.env["runwell.request"].create({"name": "Late", "partner_id": self.own.id})
        self.assertIsNone(self.last())
        moment = fields.Datetime.now() - timedelta(days=2)
        request._move({"first_answer_on": moment})
        self.assertEqual(self.last(), moment)

    def test_one_statement(self):
        """The last contact of one is found by an index; as many rows as customers."""
        self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(30)])
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """INSERT INTO runwell_interaction (partner_id, commercial_partner_id, company_id,
                      date, channel_id, direction, name, user_id, origin)
               SELECT p.id, p.id, %(company)s, now() - i * interval '1 hour',
                      %(channel)s, 'out', 'Called', %(user)s, 'hand'
                 FROM generate_series(1, 200) i, res_partner p""",
            company=self.company.id, channel=self.phone.id,
            user=self.seller.id,
        ))
        self.env.cr.execute("ANALYZE runwell_interaction")
        rows = self.env.execute_query(last_touches(self.company.id))
        self.assertEqual(len(rows), len({partner_id for partner_id, _last in rows}))
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL(
                "EXPLAIN %s", last_touches(self.company.id, [self.own.id]),
            ))
        )
        self.assertNotIn("Seq Scan on runwell_interaction", plan)


@tagged("post_install", "-at_install")
class TestContactRule(ContactCase):
    """A customer not contacted for longer than the relationship asks."""

    def test_overdue(self):
        self.log(40)
        row = self.relation()
        self.assertEqual((row.touch_days, row.touch_overdue_days), (30, 10))
        self.assertEqual(
            self.own.with_user(self.seller).get_runwell_contact_rule()["text"],
            "Not contacted for 40 days, the rule is 30.",
        )
        self.log(2)
        self.assertEqual(self.relation().touch_overdue_days, 0)
        rule = self.own.with_user(self.seller).get_runwell_contact_rule()
        self.assertEqual(rule["text"], "Last contact 2 days ago; next within 28 days.")
        self.assertFalse(rule["is_overdue"])
        contact = self.env.ref("crm_runwell.mail_activity_type_contact")
        self.assertEqual(rule["activity_type_id"], contact.id)

    def test_it_follows_changes(self):
        row = self.log(40)
        row.date = fields.Datetime.now() - timedelta(days=50)
        self.assertEqual(self.relation().touch_overdue_days, 20)
        other = self.buyer("Other", user_id=self.seller.id)
        row.partner_id = other
        self.assertFalse(self.relation().last_touch_on)
        self.assertTrue(self.relation(other).last_touch_on)
        row.sudo().unlink()
        self.assertFalse(self.relation(other).last_touch_on)

    def test_no_rule(self):
        basic = self.env.ref("crm_runwell.relationship_basic")
        for number, kind in enumerate((basic.id, False)):
            partner = self.buyer(
                f"Customer {number}", user_id=self.seller.id, runwell_relationship_type_id=kind,
            )
            self.log(500, partner)
            self.assertEqual(self.relation(partner).touch_overdue_days, 0)
            self.assertEqual(
                partner.with_user(self.seller).get_runwell_contact_rule()["text"],
                "Last contact 500 days ago; no contact rule.",
            )

    def test_the_words_of_today_and_yesterday(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        # Nothing is said of the one, the other has a rule of 30 days.
        plain = self.customer("Plain", user_id=self.seller.id)
        ruled = self.customer(
            "Ruled", user_id=self.seller.id, runwell_relationship_type_id=self.type.id,
        )

        def text(moment, partner):
            with self.at(moment):
                self.env["runwell.relation"]._refresh(self.company)
                self.env.invalidate_all()
                return partner.with_user(self.seller).get_runwell_contact_rule()["text"]

        with self.at("2024-07-01 23:00:00"):
            for partner in (plain, ruled):
                self.log(0, partner)
        # Half past seven of the 2nd in Shanghai, half an hour later.
        self.assertEqual(text("2024-07-01 23:30:00", plain), "Last talk today.")
        self.assertEqual(text("2024-07-02 16:30:00", plain), "Last talk yesterday.")
        self.assertEqual(text("2024-07-04 23:00:00", plain), "Last talk 3 days ago.")
        for moment, said in (
            ("2024-07-01 23:30:00", "Last contact today; next within 30 days."),
            ("2024-07-02 23:30:00", "Last contact yesterday; next within 29 days."),
            ("2024-07-30 23:30:00", "Last contact 29 days ago; the next by tomorrow."),
            ("2024-07-31 23:30:00", "Last contact 30 days ago; the next is due today."),
        ):
            self.assertEqual(text(moment, ruled), said)

    def test_never_contacted(self):
        self.env["runwell.relation"]._refresh(self.company)
        self.assertEqual(self.relation().touch_overdue_days, 0)
        self.assertEqual(
            self.own.with_user(self.seller).get_runwell_contact_rule()["text"],
            "Never contacted; the rule is every 30 days.",
        )

    def test_who_reads_the_sentence(self):
        self.log(40)
        agent = self.user("agent", "crm_runwell.group_service_user")
        employee = self.user("employee", "base.group_user")
        rule = self.own.with_user(agent).get_runwell_contact_rule()
        self.assertEqual((rule["is_overdue"], rule["may_log"]), (True, True))
        rule = self.own.with_user(employee).get_runwell_contact_rule()
        self.assertFalse(rule["is_overdue"] or rule["may_log"])
        portal = new_test_user(self.env, "rw_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.own.with_user(portal).get_runwell_contact_rule()

    def test_the_list(self):
        others = self.buyer("Others", runwell_relationship_type_id=self.type.id)
        fine = self.buyer(
            "Fine", user_id=self.seller.id, runwell_relationship_type_id=self.type.id,
        )
        closed = self.buyer(
            "Closed", user_id=self.seller.id, runwell_relationship_type_id=self.type.id,
        )
        supervisor = self.user("supervisor", "sales_team.group_sale_manager")
        for partner in (self.own, others, closed):
            self.log(40, partner, supervisor)
        self.log(5, fine, supervisor)
        closed.runwell_exclusion = "closed"
        Relation = self.env["runwell.relation"]
        found = {}
        for user in (self.seller, supervisor):
            action = Relation.with_user(user).action_contact_due()
            domain = self.env["ir.actions.act_window"].browse(action["id"]).domain
            rows = Relation.with_user(user).search(fields.Domain(
                [("company_id", "=", self.company.id)]
            ) & fields.Domain(literal_eval(domain)))
            found[user] = rows.partner_id, list(action["context"])
        self.assertEqual(found[self.seller], (self.own, ["search_default_mine"]))
        self.assertEqual(
            found[supervisor], (self.own + others, ["search_default_group_user"]),
        )
        groups = Relation.with_user(supervisor)._read_group(
            [("touch_overdue_days", ">", 0), ("company_id", "=", self.company.id)], ["user_id"],
            ["__count"],
        )
        self.assertIn((self.seller, 2), groups)

    def test_plan_in_bulk(self):
        other = self.buyer("Other", user_id=self.seller.id)
        for partner in (self.own, other):
            self.log(40, partner)
        rows = (self.relation() + self.relation(other)).with_user(self.seller)
        action = rows.action_plan_contact()
        wizard = Form(
            self.env["mail.activity.schedule"].with_user(self.seller)
            .with_context(**action["context"])
        ).save()
        wizard.action_schedule_activities()
        for partner in (self.own, other):
            self.assertEqual(
                partner.activity_ids.activity_type_id,
                self.env.ref("mail.mail_activity_data_call"),
            )


    def test_a_line_in_the_digest(self):
        """Beside news of alerts, with the way to the list."""
        silent = self.customer("Silent", user_id=self.seller.id)
        self.orders(silent, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        digest = self.env["runwell.retention.digest"]
        self.assertNotIn("wait for a contact", digest._mail(self.seller)["body_html"])
        self.log(40)
        body = digest._mail(self.seller)["body_html"]
        self.assertIn("1 of your customers wait for a contact, the longest for 10 days", body)
        self.assertIn("/odoo/contact-due", body)


@tagged("post_install", "-at_install")
class TestContactsPlanned(ContactCase):
    """The machine plans a contact for the account manager, where the company wants it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["runwell.retention.policy"]._of(cls.company)
        cls.kind = cls.env.ref("crm_runwell.mail_activity_type_contact")

    def run_cron(self):
        self.env["runwell.relation"]._cron_plan_contacts()
        return self.own.activity_ids.filtered(lambda a: a.activity_type_id == self.kind)

    def test_only_where_it_is_wanted(self):
        self.log(40)
        self.assertFalse(self.run_cron())
        self.policy.plan_contacts = True
        activity = self.run_cron()
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual((activity.res_name, activity.automated), ("Own", True))
        self.assertEqual(activity.date_deadline, self.policy._today())
        self.assertEqual(self.run_cron(), activity, "At most one a customer")

    def test_not_where_a_contact_is_planned(self):
        self.log(40)
        self.policy.plan_contacts = True
        contact = self.customer("Contact", parent_id=self.own.id, is_company=False)
        contact.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertFalse(self.run_cron())

    def test_not_for_whom_it_is_nobodys(self):
        self.policy.plan_contacts = True
        self.log(40)
        self.own.runwell_exclusion = "closed"
        self.assertFalse(self.run_cron())
        self.own.runwell_exclusion = False
        self.seller.active = False
        self.assertFalse(self.run_cron())

    def test_a_contact_ends_it(self):
        self.policy.plan_contacts = True
        self.log(40)
        activity = self.run_cron()
        self.log(0)
        self.assertFalse(activity.exists())
        self.assertFalse(self.run_cron())

    def test_another_companys_rule_keeps_no_activity(self):
        """Overdue there too, where nobody plans contacts."""
        self.policy.plan_contacts = True
        self.log(40)
        other = self.make_company("Runwell Other", self.foreign)
        self.own.with_company(other).runwell_relationship_type_id = self.type
        self.log(50, company_id=other.id, user=self.env.user)
        activity = self.run_cron()
        self.assertTrue(activity)
        theirs = self.env["runwell.relation"].search([
            ("partner_id", "=", self.own.id), ("company_id", "=", other.id),
        ])
        self.assertEqual(theirs.touch_overdue_days, 20)
        self.log(0)
        self.assertFalse(activity.exists())

    def test_without_its_type_of_activity_nothing_is_planned(self):
        self.policy.plan_contacts = True
        self.log(40)
        self.kind.unlink()
        self.env["runwell.relation"]._cron_plan_contacts()
        self.assertFalse(self.own.activity_ids)

    def test_done_is_logged_once(self):
        self.policy.plan_contacts = True
        self.log(40)
        activity = self.run_cron()
        activity.with_user(self.seller).action_feedback(feedback="All is well")
        rows = self.env["runwell.interaction"].search([
            ("partner_id", "=", self.own.id), ("origin", "=", "activity"),
        ])
        self.assertEqual((len(rows), rows.note), (1, "All is well"))
        self.assertEqual(self.relation().touch_overdue_days, 0)

    def test_the_rule_is_lifted(self):
        self.policy.plan_contacts = True
        self.log(40)
        activity = self.run_cron()
        self.own.runwell_relationship_type_id = False
        self.env["runwell.relation"]._refresh(self.company)
        self.run_cron()
        self.assertFalse(activity.exists())
