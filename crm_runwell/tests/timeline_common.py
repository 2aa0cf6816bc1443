from odoo.tests import new_test_user

from .common import RunwellCase


class TimelineCase(RunwellCase):
    """A customer with a contact, and who looks at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.reader("seller", "sales_team.group_sale_salesman")
        cls.colleague = cls.reader("colleague", "sales_team.group_sale_salesman")
        cls.supervisor = cls.reader("supervisor", "sales_team.group_sale_manager")
        cls.finance = cls.reader("finance", "account.group_account_invoice")
        cls.mill = cls.customer("Mill", user_id=cls.seller.id)
        cls.miller = cls.env["res.partner"].create({
            "name": "Miller", "parent_id": cls.mill.id, "email": "miller@mill.example.com",
        })

    @classmethod
    def reader(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, f"tl_{login}", groups, company_id=company.id,
            company_ids=[(6, 0, company.ids)], tz="UTC",
        )

    def timeline(self, user=None):
        """Return the timeline as a user has it who begins now."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.supervisor
        return self.env["runwell.timeline"].with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, lang="en_US",
        )

    def page(self, user=None, customer=None, **options):
        return self.timeline(user).get_page((customer or self.mill).id, **options)

    def events(self, *names, user=None, customer=None, **options):
        """Return the events of one page, all or those named."""
        found = self.page(user, customer, **options)["events"]
        return [event for event in found if not names or event["event"] in names]

    def event(self, name, user=None, customer=None):
        """Return the one event of this name."""
        found = self.events(name, user=user, customer=customer)
        self.assertEqual(len(found), 1, name)
        return found[0]

    def assertIsOf(self, event, record, *, kind, date, user=None, **values):
        """Check kind, moment, and that the event opens the record."""
        self.assertEqual(event["kind"], kind)
        self.assertEqual(event["date"], date)
        self.assertEqual((event["res_model"], event["res_id"]), (record._name, record.id))
        for name, value in values.items():
            self.assertEqual(event[name], value, name)
        row = self.timeline(user).browse(event["id"])
        self.assertEqual(row.action_open()["res_model"], record._name)
        self.assertEqual(row.action_open()["res_id"], record.id)
        self.assertEqual(row.commercial_partner_id, self.mill)
        self.assertEqual(row.event, event["event"])

    def posted(self, record, body="Hello", moment="2024-05-01 10:00:00", **values):
        """Return a message on a record, of a moment."""
        message = record.message_post(**({
            "body": body, "message_type": "comment", "subtype_xmlid": "mail.mt_comment",
        } | values))
        message.date = moment
        return message


