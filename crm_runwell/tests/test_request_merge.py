from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .service_common import ServiceCase


@tagged("post_install", "-at_install")
class TestRequestMerge(ServiceCase):
    """Requests that say the same become one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["runwell.request.tag"].create({"name": "Leak"})

    def test_what_is_proposed(self):
        request = self.request("The pump leaks")
        alike = self.request("RE: the pump leaks again", partner_id=self.contact.id)
        other = self.request("Where is my invoice?")
        elsewhere = self.request("The pump leaks", partner_id=self.customer().id)
        done = self.processed(name="The pump leaks")
        self.assertEqual(request.likely_duplicate_ids, alike)
        self.assertIn(alike.number, request.likely_duplicate_text)
        self.assertFalse((other + elsewhere + done).likely_duplicate_ids)
        self.assertFalse(other.likely_duplicate_text)
        for _twin in range(4):
            self.request("The pump leaks")
        request.invalidate_recordset()
        self.assertIn("and 2 more", request.likely_duplicate_text)

    def test_what_is_proposed_of_an_unknown_sender(self):
        values = {"partner_id": False, "email_from": "new@example.com"}
        one, two = self.request(**values), self.request(**values)
        nameless = self.request(partner_id=False)
        self.assertEqual(one.likely_duplicate_ids, two)
        self.assertFalse(nameless.likely_duplicate_ids)

    def test_subjects_in_chinese(self):
        one, two = self.request("水泵漏水"), self.request("回复：水泵漏水了")
        other = self.request("发票在哪里")
        self.assertEqual(one.likely_duplicate_ids, two)
        self.assertFalse(other.likely_duplicate_ids)

    def test_all_moves_and_the_customer_is_told_once(self):
        order = self.order(self.buyer, "2026-01-01")
        one = self.assigned(name="Leak one")
        two = self.assigned(name="Leak two", priority="3", tag_ids=self.tag.ids)
        three = self.assigned(name="Leak three", sale_order_id=order.id)
        with self.at("2026-03-02 08:00:00"):
            two.message_post(
                body="Here is a picture", author_id=self.buyer.id, message_type="email",
                subtype_xmlid="mail.mt_comment", attachments=[("leak.txt", b"a leak")],
            )
        with self.at("2026-03-01 08:00:00"):
            three.message_post(body="We look", author_id=self.agent.partner_id.id,
                               subtype_xmlid="mail.mt_comment", message_type="comment")
        three.message_subscribe(self.users["supervisor"].partner_id.ids)
        todo = three.activity_schedule("mail.mail_activity_data_todo", user_id=self.agent.id)
        said = (two + three).message_ids
        self.as_("agent", one)._merge(two + three)
        for request in two + three:
            self.assertEqual((request.state, request.archived_as), ("archived", "duplicate"))
            self.assertEqual(request.duplicate_of_id, one)
            self.assertEqual(request.archived_by_id, self.agent)
            self.assertFalse(self.mails_of(request))
        self.assertEqual(set(said.mapped("res_id")), {one.id})
        [file] = self.env["ir.attachment"].search([
            ("res_model", "=", "runwell.request"), ("res_id", "=", one.id),
        ])
        self.assertEqual(file.name, "leak.txt")
        self.assertIn(self.users["supervisor"].partner_id, one.message_partner_ids)
        self.assertEqual(todo.res_id, one.id)
        self.assertEqual((one.priority, one.tag_ids, one.sale_order_id), ("3", self.tag, order))
        self.assertEqual(str(one.first_answer_on), "2026-03-01 08:00:00")
        self.assertEqual(str(one.last_customer_message_on), "2026-03-02 08:00:00")
        told = self.mails_of(one).filtered(lambda m: m.message_type == "auto_comment")
        self.assertEqual(len(told), 1)
        self.assertIn(two.number, told.body)
        self.assertIn(three.number, told.body)
        self.assertIn(self.buyer, told.notified_partner_ids)
        self.assertEqual((one.state, one.user_id), ("assigned", self.agent))
        self.assertEqual(one.duplicate_count, 2)

    def test_not_told_when_not_wanted(self):
        one, two = self.assigned(), self.assigned()
        one._merge(two, tell_customer=False)
        self.assertFalse(self.mails_of(one))

    def test_what_was_merged_points_to_the_last(self):
        one, two, three = self.assigned(), self.assigned(), self.assigned()
        two._merge(three)
        one._merge(two)
        self.assertEqual((two + three).duplicate_of_id, one)
        with self.assertRaises(UserError) as error:
            three._reopen("Again")
        self.assertIn("Go on there", str(error.exception))

    def test_the_customer_is_taken_over(self):
        one = self.request(partner_id=False, email_from="buyer@example.com")
        two = self.request()
        one._merge(two)
        self.assertEqual(one.partner_id, self.buyer)

    def test_what_is_not_merged(self):
        one = self.assigned()
        other = self.make_company("Runwell Other", self.home)
        cases = {
            "two requests or more": one,
            "different customers": self.request(partner_id=self.customer("Other").id),
            "Only open requests": self.processed(),
            "different companies": self.request(company_id=other.id),
        }
        for words, duplicate in cases.items():
            with self.subTest(words=words), self.assertRaises(UserError) as error:
                one._merge(duplicate)
            self.assertIn(words, str(error.exception))

    def test_a_colleagues_request_is_not_taken(self):
        mine, theirs = self.assigned(), self.assigned(self.colleague)
        with self.assertRaises(AccessError):
            self.as_("agent", mine)._merge(self.as_("agent", theirs))
        self.as_("manager", mine)._merge(self.as_("manager", theirs))
        self.assertEqual(theirs.duplicate_of_id, mine)

    def test_the_dialog(self):
        mine, twin = self.assigned(), self.request()
        action = self.as_("agent", mine).action_merge()
        wizard = self.as_("agent", self.env[action["res_model"]]).with_context(
            **action["context"]
        ).create({})
        self.assertEqual(wizard.request_ids, mine + twin)
        self.assertEqual(wizard.survivor_id, mine)
        opened = wizard.action_merge()
        self.assertEqual(opened["res_id"], mine.id)
        self.assertEqual(twin.duplicate_of_id, mine)
