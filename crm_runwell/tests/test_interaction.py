from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import RunwellCase


@tagged("post_install", "-at_install")
class TestInteraction(RunwellCase):
    """A contact is logged whole, in one's own name, with a customer of one's company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.user("seller", "sales_team.group_sale_salesman")
        cls.colleague = cls.user("colleague", "sales_team.group_sale_salesman")
        cls.supervisor = cls.user("supervisor", "sales_team.group_sale_manager")
        cls.agent = cls.user("agent", "crm_runwell.group_service_user")
        cls.own = cls.customer("Own", user_id=cls.seller.id)
        cls.others = cls.customer("Others", user_id=cls.colleague.id)
        cls.phone = cls.env.ref("crm_runwell.channel_phone")
        cls.visit = cls.env.ref("crm_runwell.channel_visit")

    @classmethod
    def user(cls, login, groups):
        return new_test_user(
            cls.env, f"rw_{login}", groups, company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def log(self, user=None, partner=None, **values):
        model = self.env["runwell.interaction"].with_user(user or self.seller)
        return model.create({
            "partner_id": (partner or self.own).id, "channel_id": self.phone.id,
            "name": "Talked about prices", **values,
        })

    # Validation

    def test_who_when_and_where_are_filled_in(self):
        row = self.log()
        self.assertEqual(row.user_id, self.seller)
        self.assertEqual(row.company_id, self.company)
        self.assertEqual((row.origin, row.direction), ("hand", "out"))
        self.assertLess(fields.Datetime.now() - row.date, timedelta(minutes=1))
        self.assertFalse(row.message_ids, "A row is its own log")
        self.assertFalse(row.message_follower_ids)

    def test_a_summary_is_asked_for(self):
        for name in ("", "  \n", False):
            with self.assertRaisesRegex(ValidationError, "in a few words"):
                self.log(name=name)
        row = self.log()
        with self.assertRaisesRegex(ValidationError, "in a few words"):
            row.name = " "

    def test_not_in_the_future(self):
        now = fields.Datetime.now()
        self.assertTrue(self.log(date=now + timedelta(hours=12)))
        with self.assertRaisesRegex(ValidationError, "Plan an activity"):
            self.log(date=now + timedelta(days=3))
        with self.assertRaisesRegex(ValidationError, "Plan an activity"):
            self.log().date = now + timedelta(days=400)

    def test_not_with_a_customer_of_another_company(self):
        other = self.make_company("Runwell Other", self.home)
        theirs = self.customer("Theirs", company_id=other.id)
        with self.assertRaises(UserError):
            self.env["runwell.interaction"].create({
                "partner_id": theirs.id, "channel_id": self.phone.id, "name": "Called",
            })
        with self.assertRaisesRegex(ValidationError, "stays with the company"):
            self.log().sudo().company_id = other

    def test_links_are_of_the_same_customer(self):
        contact = self.customer("Contact", parent_id=self.own.id, is_company=False)
        lead = self.opportunity(contact, user_id=self.seller.id)
        self.assertEqual(self.log(lead_id=lead.id).lead_id, lead)
        wrong = self.opportunity(self.others, user_id=self.seller.id)
        with self.assertRaisesRegex(ValidationError, "not about Own"):
            self.log(lead_id=wrong.id)
        unread = self.opportunity(self.own, user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self.log(lead_id=unread.id)

    def test_of_a_merged_opportunity(self):
        leads = self.env["crm.lead"].union(*(self.opportunity(self.own) for _i in range(2)))
        row = self.log(user=self.supervisor, lead_id=leads[1].id)
        other = self.log(user=self.supervisor, lead_id=leads[0].id)
        head = leads.merge_opportunity()
        self.assertEqual((row + other).mapped("lead_id"), head)

    def test_of_merged_customers(self):
        rows = self.log() + self.log(partner=self.others)
        self.env["base.partner.merge.automatic.wizard"].with_user(self.env.ref(
            "base.user_admin"
        )).sudo()._merge((self.own + self.others).ids, self.own)
        rows.invalidate_recordset()
        self.assertEqual(rows.commercial_partner_id, self.own)
        self.assertEqual(len(rows.exists()), 2)

    def test_the_channel_of_last_time(self):
        model = self.env["runwell.interaction"].with_user(self.seller)
        self.assertEqual(model._default_channel(), self.phone)
        self.log(channel_id=self.visit.id)
        self.log(user=self.colleague)
        self.assertEqual(model._default_channel(), self.visit)
        self.visit.sudo().active = False
        self.assertEqual(model._default_channel(), self.phone)

    def test_what_was_said_is_found(self):
        row = self.log(name="Samples", note="The roast is too dark for them")
        search = self.env["runwell.interaction"].with_user(self.agent).search
        domain = ["|", ("name", "ilike", "too dark"), ("note", "ilike", "too dark")]
        self.assertEqual(search(domain), row)

    # Rights: over RPC everybody goes through create, write and unlink

    def test_own_and_others(self):
        mine, theirs = self.log(), self.log(self.colleague, self.others)
        of_my_customer = self.log(self.colleague, self.own)
        self.assertLessEqual(
            mine + theirs + of_my_customer,
            self.env["runwell.interaction"].with_user(self.seller).search([]),
        )
        mine.note = "And about delivery"
        of_my_customer.with_user(self.seller).note = "They called back"
        with self.assertRaises(AccessError):
            theirs.with_user(self.seller).note = "No"
        for row in mine + theirs:
            with self.assertRaises(AccessError):
                row.with_user(self.seller).unlink()
        theirs.with_user(self.supervisor).note = "Seen"
        theirs.with_user(self.supervisor).unlink()
        self.assertFalse(theirs.exists())

    def test_an_agent_reads_and_adds(self):
        theirs = self.log()
        row = self.log(self.agent)
        self.assertEqual(theirs.with_user(self.agent).name, "Talked about prices")
        for one in row + theirs:
            with self.assertRaises(AccessError):
                one.with_user(self.agent).name = "Changed"
            with self.assertRaises(AccessError):
                one.with_user(self.agent).unlink()
        # A note below it is an addition.
        theirs.with_user(self.agent).message_post(body="They asked again")

    def test_who_only_reads(self):
        row = self.log()
        for group in ("account.group_account_invoice", "crm_runwell.group_executive"):
            user = self.user(group[-7:], group)
            self.assertEqual(row.with_user(user).name, "Talked about prices")
            for call in (
                lambda user=user: self.log(user),
                lambda user=user: row.with_user(user).write({"name": "Changed"}),
                row.with_user(user).unlink,
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_only_a_supervisor_logs_for_somebody_else(self):
        for user in (self.seller, self.agent):
            with self.assertRaisesRegex(AccessError, "one's own name"):
                self.log(user, user_id=self.colleague.id)
        with self.assertRaisesRegex(AccessError, "one's own name"):
            self.log().user_id = self.colleague
        # Nor is a colleague's contact made one's own.
        theirs = self.log(self.colleague)
        with self.assertRaisesRegex(AccessError, "one's own name"):
            theirs.with_user(self.seller).user_id = self.seller
        theirs.with_user(self.seller).write({"user_id": self.colleague.id, "note": "More"})
        everyone = self.user("everyone", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaisesRegex(AccessError, "one's own name"):
            self.log(everyone, user_id=self.colleague.id)
        row = self.log(self.supervisor, user_id=self.colleague.id)
        self.assertEqual(row.user_id, self.colleague)

    def test_what_the_machine_keeps(self):
        event = self.env["calendar.event"].create({"name": "Talk"})
        for values in (
            {"origin": "meeting"}, {"calendar_event_id": event.id}, {"source_key": "meeting:1:2"},
            {"is_edited": True},
        ):
            with self.assertRaises(AccessError):
                self.log(self.supervisor, **values)
            with self.assertRaises(AccessError):
                self.log().with_user(self.supervisor).write(values)
        copy = self.log().copy()
        self.assertEqual((copy.origin, copy.source_key), ("hand", False))

    def test_of_another_company_nothing_is_seen(self):
        row = self.log()
        other = self.make_company("Runwell Other", self.home)
        stranger = new_test_user(
            self.env, "rw_stranger", "sales_team.group_sale_manager", company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        theirs = self.env["runwell.interaction"].with_user(stranger).with_context(
            allowed_company_ids=other.ids,
        )
        self.assertNotIn(row, theirs.search([]))
        with self.assertRaises(AccessError):
            theirs.browse(row.id).read(["name"])

    # The dialog

    def dialog(self, user=None, **values):
        model = self.env["runwell.interaction.log"].with_user(user or self.seller)
        return model.create({
            "partner_id": self.own.id, "name": "Called about the harvest", **values,
        })

    def test_two_clicks(self):
        """With the customer and the channel of last time given, only the words are missing."""
        action = self.own.with_user(self.seller).action_runwell_log()
        model = self.env["runwell.interaction.log"].with_user(self.seller)
        given = model.with_context(**action["context"]).default_get(list(model._fields))
        self.assertEqual(given["partner_id"], self.own.id)
        self.assertEqual(given["channel_id"], self.phone.id)
        result = model.create(given | {"name": "Called"}).action_log()
        self.assertEqual(result["type"], "ir.actions.act_window_close")
        row = self.env["runwell.interaction"].search([("partner_id", "=", self.own.id)])
        self.assertEqual((row.name, row.user_id), ("Called", self.seller))

    def test_also_a_measure(self):
        self.orders(self.own, "2023-09-01", "2023-10-01", "2023-11-01", "2023-12-01")
        self.run_scoring()
        self.raise_alerts()
        alert = self.alerts(self.own)
        self.dialog().action_log()
        self.assertFalse(alert.measure_ids)
        dialog = self.dialog(is_measure=True, channel_id=self.visit.id, note="They stay")
        self.assertEqual(dialog.alert_id, alert)
        dialog.action_log()
        measure = alert.measure_ids
        self.assertEqual(
            (measure.kind, measure.description, measure.user_id),
            ("visit", "Called about the harvest: They stay", self.seller),
        )
        self.assertEqual(alert.state, "suspended")
        # Who may not work on the alert is not asked.
        for user in (self.agent, self.colleague):
            self.assertFalse(self.dialog(user, is_measure=True).alert_id)

    def test_from_a_request(self):
        request = self.env["runwell.request"].create({
            "name": "Late", "partner_id": self.own.id,
        })
        self.dialog(self.agent, request_id=request.id).action_log()
        row = self.env["runwell.interaction"].search([("request_id", "=", request.id)])
        self.assertEqual(row.user_id, self.agent)
