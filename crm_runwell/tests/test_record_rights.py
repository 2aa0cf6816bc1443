from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .test_record import RecordCase


@tagged("post_install", "-at_install")
class TestGradeAndCredit(RecordCase):
    """Who grades and who rates, whichever way it comes in, and what stays of it."""

    def notes(self, partner):
        return [str(body) for body in partner.message_ids.mapped("body")]

    def test_who_sets_the_grade(self):
        for role in ("manager", "supervisor"):
            with self.subTest(role=role):
                self.buyer.runwell_grade_id = False
                self.as_(role, self.buyer).write({"runwell_grade_id": self.major.id})
                self.assertEqual(self.buyer.runwell_grade_id, self.major)
        for role in ("colleague", "finance", "service", "executive"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_(role, self.buyer).write({"runwell_grade_id": self.ordinary.id})
        self.assertEqual(self.buyer.runwell_grade_id, self.major)

    def test_who_rates_the_credit(self):
        for role in ("manager", "colleague", "service", "executive"):
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.as_(role, self.buyer).write({"runwell_credit": "5"})
                with self.assertRaises(AccessError):
                    self.as_(role, self.buyer).action_runwell_credit()
        self.as_("supervisor", self.buyer).write({"runwell_credit": "4"})
        self.assertEqual(self.buyer.runwell_credit, "4")

    def test_finance_rates_a_record_that_it_only_reads(self):
        buyer = self.as_("finance", self.buyer)
        self.assertFalse(buyer.has_access("write"))
        action = buyer.action_runwell_credit()
        dialog = Form(buyer.env[action["res_model"]].with_context(**action["context"]))
        dialog.credit = "2"
        dialog.reason = "Paid late"
        dialog.save().action_rate()
        self.assertEqual(self.buyer.runwell_credit, "2")
        self.assertTrue(any("Paid late" in note for note in self.notes(self.buyer)))
        author = self.buyer.message_ids.author_id
        self.assertIn(self.users["finance"].partner_id, author)

    def test_finance_writes_the_credit_and_nothing_else(self):
        buyer = self.as_("finance", self.buyer)
        buyer.write({"runwell_credit": "4"})
        self.assertEqual(self.buyer.runwell_credit, "4")
        self.assertIn(self.users["finance"].partner_id, self.buyer.message_ids.author_id)
        with self.assertRaises(AccessError):
            buyer.write({"runwell_credit": "1", "name": "Renamed"})
        self.assertEqual(self.buyer.runwell_credit, "4")

    def test_the_dialog_asks_who_one_is(self):
        dialog = self.env["runwell.credit.rating"].create({
            "partner_id": self.buyer.id, "credit": "5",
        })
        with self.assertRaises(AccessError):
            dialog.with_user(self.users["manager"]).action_rate()

    def test_making_and_importing_ask_too(self):
        Partner = self.as_("colleague", self.env["res.partner"])
        values = {"name": "New", "is_company": True}
        with self.assertRaises(AccessError):
            Partner.create(values | {"runwell_credit": "5"})
        with self.assertRaises(AccessError):
            Partner.create(values | {"runwell_grade_id": self.major.id, "user_id": False})
        mine = Partner.create(values | {
            "runwell_grade_id": self.major.id, "user_id": self.users["colleague"].id,
        })
        self.assertEqual(mine.runwell_grade_id, self.major)
        told = Partner.load(["name", "runwell_credit"], [["Loaded", "5"]])
        self.assertFalse(told["ids"])

    def test_taking_a_customer_does_not_open_its_grade_in_one_go(self):
        with self.assertRaises(AccessError):
            self.as_("colleague", self.buyer).write({
                "user_id": self.users["colleague"].id, "runwell_grade_id": self.major.id,
            })

    def test_what_does_not_change_is_not_refused(self):
        self.buyer.write({"runwell_grade_id": self.major.id, "runwell_credit": "3"})
        self.as_("colleague", self.buyer).write({
            "runwell_grade_id": self.major.id, "runwell_credit": "3", "city": "Suzhou",
        })
        self.assertEqual(self.buyer.city, "Suzhou")

    def test_the_form_shows_what_one_may(self):
        for role, may in (
            ("manager", (True, False)), ("colleague", (False, False)), ("finance", (False, True)),
            ("supervisor", (True, True)), ("executive", (False, False)),
        ):
            buyer = self.as_(role, self.buyer)
            with self.subTest(role=role):
                self.assertEqual((buyer.runwell_may_grade, buyer.runwell_may_credit), may)

    def test_each_company_grades_for_itself(self):
        other = self.make_company("Runwell Other", self.home)
        there = self.buyer.with_company(other)
        self.buyer.write({"runwell_grade_id": self.major.id, "runwell_credit": "1"})
        self.assertFalse(there.runwell_grade_id or there.runwell_credit)
        there.write({"runwell_grade_id": self.ordinary.id, "runwell_credit": "5"})
        self.assertEqual((self.buyer.runwell_grade_id, self.buyer.runwell_credit),
                         (self.major, "1"))
        self.assertEqual((there.runwell_grade_id, there.runwell_credit), (self.ordinary, "5"))

    def test_a_note_tells_of_a_change(self):
        self.buyer.company_id = self.company
        self.buyer.write({"runwell_grade_id": self.major.id, "runwell_credit": "3"})
        note = self.notes(self.buyer)[0]
        self.assertIn(self.major.name, note)
        self.assertIn("3", note)
        count = len(self.buyer.message_ids)
        self.buyer.write({"runwell_grade_id": self.major.id, "runwell_credit": "3"})
        self.assertEqual(len(self.buyer.message_ids), count)

    def test_the_note_on_a_shared_customer_does_not_tell_the_grade(self):
        self.make_company("Runwell Other", self.home)
        self.buyer.write({"runwell_grade_id": self.major.id})
        note = self.notes(self.buyer)[0]
        self.assertIn(self.company.name, note)
        self.assertNotIn(self.major.name, note)

    def test_a_grade_of_another_company(self):
        other = self.make_company("Runwell Other", self.home)
        theirs = self.env["runwell.grade"].create({"name": "Gold", "company_id": other.id})
        with self.assertRaises(ValidationError):
            self.buyer.runwell_grade_id = theirs
        with self.assertRaises(ValidationError):
            self.customer("New", runwell_grade_id=theirs.id)
        self.buyer.with_company(other).runwell_grade_id = theirs

    def test_a_grade_in_use_is_archived(self):
        other = self.make_company("Runwell Other", self.home)
        Grade, Plan = self.env["runwell.grade"], self.env["mail.activity.plan"]
        free, used, planned, ruled = Grade.create([{"name": name} for name in "ABCD"])
        self.buyer.with_company(other).runwell_grade_id = used
        Plan.create({
            "name": "P", "res_model": "runwell.churn.alert", "runwell_grade_id": planned.id,
        })
        self.env["runwell.sla.policy"].create({
            "name": "S", "resolution_hours": 1, "grade_id": ruled.id,
        })
        for grade in (used, planned, ruled):
            with self.assertRaisesRegex(UserError, "archive"):
                grade.with_user(self.users["supervisor"]).unlink()
        free.with_user(self.users["supervisor"]).unlink()
        used.active = False
        self.assertEqual(self.buyer.with_company(other).runwell_grade_id, used)

    def test_a_grade_counts_the_customers_of_the_company(self):
        other = self.make_company("Runwell Other", self.home)
        grade = self.env["runwell.grade"].create({"name": "Gold"})
        self.buyer.runwell_grade_id = grade
        self.assertEqual(grade.partner_count, 1)
        self.assertEqual(grade.with_company(other).partner_count, 0)
        self.assertEqual(
            self.env["res.partner"].search(grade.action_open_customers()["domain"]), self.buyer,
        )
