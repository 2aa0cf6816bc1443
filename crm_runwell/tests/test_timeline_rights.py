from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestTimelineRights(TimelineCase):
    """A reader finds in the timeline what the reader finds elsewhere, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders_of = {
            user: cls.order(cls.mill, "2024-05-01", user_id=user.id)
            for user in (cls.seller, cls.colleague)
        }
        cls.leads_of = {
            user: cls.opportunity(cls.mill, user_id=user.id)
            for user in (cls.seller, cls.colleague)
        }
        for records in (cls.orders_of, cls.leads_of):
            for record in records.values():
                record.message_post(
                    body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
                )

    def records(self, user, **options):
        return {(e["res_model"], e["res_id"]) for e in self.events(user=user, **options)}

    def own(self, *users):
        return {
            (record._name, record.id)
            for records in (self.orders_of, self.leads_of) for user, record in records.items()
            if user in users
        }

    def test_a_salesman_sees_own_documents_and_their_mails(self):
        self.assertEqual(self.records(self.seller), self.own(self.seller))
        self.assertEqual(
            self.records(self.seller, kinds=["mail"]), self.own(self.seller),
        )
        self.assertEqual(self.records(self.supervisor), self.own(self.seller, self.colleague))

    def test_neither_search_nor_read_nor_counts_tell_more(self):
        every = self.timeline(self.supervisor).search([
            ("commercial_partner_id", "=", self.mill.id),
        ])
        self.assertEqual(len(every), 8)
        mine = self.timeline(self.seller)
        found = mine.search([("commercial_partner_id", "=", self.mill.id)])
        self.assertEqual(len(found), 4)
        self.assertEqual(mine.search_count([("commercial_partner_id", "=", self.mill.id)]), 4)
        self.assertEqual(
            mine._read_group([("id", "in", every.ids)], ["kind"], ["__count"]),
            [("mail", 2), ("opportunity", 1), ("order", 1)],
        )
        self.assertEqual(
            mine.get_counts(self.mill.id), {"mail": 2, "opportunity": 1, "order": 1},
        )
        every.read(["title"])
        hidden = every.with_user(self.seller) - found
        for event in hidden:
            # As over RPC, where nothing of another reader is in the cache.
            self.env.invalidate_all()
            self.assertEqual(event.read(["title"]), [])
            self.assertFalse([row for row in event.web_read({"title": {}}) if row.get("title")])
            for call in (event.action_open, lambda event=event: event.check_access("read")):
                with self.assertRaises(AccessError):
                    call()
            self.env.invalidate_all()
            with self.assertRaises(UserError):
                event.export_data(["title"])
        self.assertTrue(found.read(["title", "display_name"]))

    def test_what_finance_alone_sees(self):
        self.invoice(self.mill, "2024-05-02")
        self.assertIn("account.move", {model for model, _id in self.records(self.finance)})
        kinds = {kind["key"] for kind in self.page(self.finance)["kinds"]}
        self.assertIn("payment", kinds)
        self.assertNotIn("opportunity", kinds)
        self.assertNotIn("crm.lead", {model for model, _id in self.records(self.finance)})
        for user in (self.seller, self.supervisor):
            kinds = {kind["key"] for kind in self.page(user)["kinds"]}
            self.assertIn("opportunity", kinds)
            self.assertNotIn("payment", kinds)

    def test_a_service_agent_sees_no_order(self):
        agent = self.reader("agent", "crm_runwell.group_service_user")
        self.env["runwell.request"].create({
            "name": "Broken", "partner_id": self.mill.id, "company_id": self.company.id,
        })
        allowed = self.env["sale.order"].with_user(agent).has_access("read")
        models = {model for model, _id in self.records(agent)}
        self.assertIn("runwell.request", models)
        self.assertEqual("sale.order" in models, allowed)

    def test_companies_are_apart(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.order(self.mill, "2024-05-03", company=other)
        theirs = self.reader("theirs", "sales_team.group_sale_manager", other)
        self.assertEqual(len(self.events("order_confirmed", user=theirs)), 1)
        self.assertEqual(len(self.events("order_confirmed")), 2)
        both = self.reader("both", "sales_team.group_sale_manager", other)
        both.company_ids += self.company
        found = self.events("order_confirmed", user=both)
        self.assertEqual(
            sorted(event["company"] for event in found),
            ["Runwell Other", "Runwell Test", "Runwell Test"],
        )
        self.assertEqual(len(self.events("order_confirmed", user=self.env.user)), 3)
        superuser = self.env["runwell.timeline"].with_context(
            allowed_company_ids=other.ids,
        ).sudo()
        self.assertEqual(
            [e["event"] for e in superuser.get_page(self.mill.id, kinds=["order"])["events"]],
            ["order_confirmed"],
        )

    def test_a_customer_of_another_company_is_refused(self):
        other = self.make_company("Runwell Other", self.foreign)
        stranger = self.customer("Stranger", company_id=other.id)
        for call in (
            lambda: self.page(customer=stranger),
            lambda: self.timeline().get_counts(stranger.id),
            lambda: stranger.with_user(self.supervisor).with_context(
                allowed_company_ids=self.company.ids
            ).get_runwell_page(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_portal_and_employees_are_refused(self):
        for user in (
            self.reader("portal", "base.group_portal"), self.reader("employee", "base.group_user"),
        ):
            timeline = self.timeline(user)
            partner = self.mill.with_user(user)
            for call in (
                lambda timeline=timeline: timeline.get_page(self.mill.id),
                lambda timeline=timeline: timeline.get_counts(self.mill.id),
                lambda timeline=timeline: timeline.search([]),
                lambda timeline=timeline: timeline.search_count([]),
                lambda partner=partner: partner.get_runwell_page(),
                lambda partner=partner: partner.find_runwell_customers("Mill"),
                lambda partner=partner: partner.get_runwell_today(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call()

    def test_nobody_writes(self):
        event = self.timeline(self.supervisor).search([], limit=1)
        for mode in ("write", "create", "unlink"):
            self.assertFalse(event.has_access(mode))
