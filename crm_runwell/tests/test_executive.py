from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestExecutive(TimelineCase):
    """An executive reads the whole business with customers, opens it, and changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.executive = cls.reader("executive", "crm_runwell.group_executive")
        cls.other = cls.make_company("Runwell Other", cls.foreign)
        cls.documents = {cls.company: cls.business(cls.company), cls.other: cls.business(cls.other)}

    @classmethod
    def business(cls, company):
        """Return an order, an invoice and a payment of a customer."""
        company.transfer_account_id = cls.env["account.account"].create({
            "name": "Outstanding", "code": "RW120", "account_type": "asset_current",
            "reconcile": True, "company_ids": company.ids,
        })
        journal = cls.env["account.journal"].create({
            "name": "Bank", "code": "RWB", "type": "bank", "company_id": company.id,
        })
        payment = cls.pay(journal, "customer", "inbound")
        payment.action_post()
        return (
            cls.order(cls.mill, "2024-05-01", company=company, user_id=cls.seller.id),
            cls.invoice(cls.mill, "2024-05-02", company=company), payment,
        )

    @classmethod
    def pay(cls, journal, partner_type, payment_type):
        return cls.env["account.payment"].with_company(journal.company_id).create({
            "partner_id": cls.mill.id, "amount": 80.0, "date": "2024-05-03",
            "payment_type": payment_type, "partner_type": partner_type, "journal_id": journal.id,
        })

    def test_the_timeline(self):
        found = self.events("order_confirmed", "invoice", "paid", user=self.executive)
        self.assertEqual(
            {(event["res_model"], event["res_id"]) for event in found},
            {(document._name, document.id) for document in self.documents[self.company]},
        )

    def test_each_opens(self):
        for document in self.documents[self.company]:
            with self.subTest(document._name):
                record = document.with_user(self.executive).with_context(
                    allowed_company_ids=self.company.ids,
                )
                self.assertEqual(Form(record).partner_id, self.mill)
                self.assertTrue(record.display_name)

    def test_nothing_else_and_nothing_is_changed(self):
        entry = self.documents[self.company][2].move_id
        supplier = self.pay(self.documents[self.company][2].journal_id, "supplier", "outbound")
        self.env.invalidate_all()
        for document in (*self.documents[self.other], entry, supplier):
            with self.subTest(document._name), self.assertRaises(AccessError):
                document.with_user(self.executive).check_access("read")
        for document in self.documents[self.company]:
            lines = document.order_line if "order_line" in document else document.browse()
            for record in (document, *lines):
                for mode in ("write", "unlink"):
                    self.assertFalse(record.with_user(self.executive).has_access(mode))

    def test_one_who_does_the_books_too(self):
        supplier = self.pay(self.documents[self.company][2].journal_id, "supplier", "outbound")
        self.executive.group_ids += self.env.ref("account.group_account_invoice")
        self.env.invalidate_all()
        for mode in ("read", "write"):
            self.assertTrue(supplier.with_user(self.executive).has_access(mode), mode)
            entry = self.documents[self.company][2].move_id
            self.assertTrue(entry.with_user(self.executive).has_access(mode), mode)

    def test_one_who_sells_too(self):
        self.executive.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.env.invalidate_all()
        order = self.documents[self.company][0].with_user(self.executive)
        self.assertTrue(order.has_access("read"))
        self.assertFalse(order.has_access("write"))
