from ast import literal_eval

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .relation_common import NOON, RelationCase


@tagged("post_install", "-at_install")
class TestRelationMembers(RelationCase):
    """Whose relation is kept: who is scored, and who people said something of."""

    def test_what_people_say_counts_without_a_document(self):
        """A large one that never bought: proactive (30 days), last talk 40 days ago."""
        customer = self.customer("Largest in town", user_id=self.seller.id)
        self.contact(customer, 40)
        self.relate(customer, today="proactive", minimum="partnership")
        row = self.relation(customer)
        self.assertEqual((row.gap, row.user_id), ("below_minimum", self.seller))
        self.assertEqual((row.touch_days, row.touch_overdue_days), (30, 10))
        self.assertEqual((row.revenue_12m, row.value_class), (0, False))
        self.estimate(customer, 1000000)
        row = self.relation(customer)
        self.assertEqual((row.spend, row.share, row.spend_to_win), (1000000, 0.0, 1000000))
        with self.at(NOON):
            self.assertTrue(customer.get_runwell_contact_rule()["is_overdue"])
        # Every night too: and among those who spend much it is the largest.
        for number in range(5):
            self.estimate(self.worth(f"Customer {number}", 100), 1000 + number)
        row = self.refresh(customer)
        self.assertEqual((row.touch_overdue_days, row.share), (10, 0.0))
        self.assertTrue(row.is_large_spend)
        for name in ("action_relation_share", "action_contact_due"):
            domain = literal_eval(self.env.ref(f"crm_runwell.{name}").domain)
            self.assertIn(row, self.env["runwell.relation"].search(domain), name)
        with self.assertRaises(UserError):
            row.action_open_purchases()

    def test_each_thing_said_holds_the_row(self):
        for field, value in (
            ("runwell_relationship_type_id", self.types["basic"].id),
            ("runwell_min_relationship_id", self.types["basic"].id),
            ("runwell_ideal_relationship_id", self.types["basic"].id),
            ("runwell_grade_id", self.env.ref("crm_runwell.grade_partner").id),
        ):
            with self.subTest(field), self.at(NOON):
                customer = self.customer(f"With {field}", **{field: value})
                self.assertTrue(self.relation(customer))
                self.assertTrue(self.refresh(customer))
                customer[field] = False
                self.assertFalse(self.relation(customer))
        customer = self.customer("With an estimate")
        estimate = self.estimate(customer, 1000)
        self.assertTrue(self.relation(customer))
        estimate.with_user(self.supervisor).action_archive()
        self.assertFalse(self.relation(customer))

    def test_who_is_no_customer_has_no_row(self):
        other = self.make_company("Runwell Other", self.foreign)
        for values in ({"runwell_partner_kind": "competitor"}, {"company_id": other.id}):
            with self.subTest(values):
                customer = self.customer("No customer", **values)
                self.relate(customer, today="proactive")
                self.assertFalse(self.relation(customer))
                self.assertFalse(self.refresh(customer))
        gone = self.customer("Archived")
        self.relate(gone, today="proactive")
        gone.active = False
        self.assertFalse(self.refresh(gone))

    def test_an_estimate_without_documents_makes_a_peer(self):
        industry = self.env["res.partner.industry"].create({"name": "Tea"})
        same = {"industry_id": industry.id, "runwell_annual_turnover": 10000}
        for number in range(5):
            self.estimate(self.customer(f"Peer {number}", **same), 1000)
        self.assertEqual(self.refresh(self.worth("Sixth", 100, **same)).spend, 1000)

    def test_a_minimum_of_the_grade_counts_at_once(self):
        grade = self.env.ref("crm_runwell.grade_ordinary")
        grade.min_relationship_id = False
        customer = self.worth("Teahouse", 0)
        customer.runwell_grade_id = grade
        self.relate(customer, today="reactive")
        self.assertEqual(self.relation(customer).gap, "no_ideal")
        with self.at(NOON):
            grade.with_user(self.supervisor).min_relationship_id = self.types["accountable"]
        self.assertEqual(self.relation(customer).gap, "below_minimum")

    def test_an_ideal_by_hand_is_not_below_the_minimum_of_the_grade(self):
        customer = self.worth("Teahouse", 0)
        customer.runwell_grade_id = self.env.ref("crm_runwell.grade_partner")
        self.relate(customer, today="proactive", ideal="basic")
        row = self.relation(customer)
        self.assertEqual(row.min_relationship_id, self.types["proactive"])
        self.assertEqual(row.ideal_relationship_id, self.types["proactive"])
        self.assertFalse(row.is_ideal_by_hand)
        self.assertEqual((row.gap, row.gap_text), ("at_ideal", "Proactive"))

    def test_a_level_is_refused_on_a_contact(self):
        customer = self.worth("Teahouse", 0)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": customer.id})
        with self.assertRaisesRegex(ValidationError, "Teahouse"):
            contact.runwell_relationship_type_id = self.types["proactive"]
        with self.assertRaises(ValidationError):
            self.env["res.partner"].create({
                "name": "Boss", "parent_id": customer.id,
                "runwell_ideal_relationship_id": self.types["proactive"].id,
            })
        contact.runwell_relationship_type_id = False

    def test_an_archived_type_is_proposed_no_longer(self):
        customer = self.worth("Only one", 1000, 300)
        self.assertEqual(self.refresh(customer).proposed_type_id, self.types["proactive"])
        with self.at(NOON):
            self.types["proactive"].active = False
        row = self.relation(customer)
        # The nearest in use: accountable and partnership are as near, the lower one is first.
        self.assertEqual(row.proposed_type_id, self.types["accountable"])
        row.action_set_proposed()
        self.assertEqual(customer.runwell_relationship_type_id, self.types["accountable"])
        page = self.env["runwell.relationship.matrix"].get_page()
        offered = {type_["id"] for type_ in page["types"]}
        self.assertLessEqual(
            {cell["type_id"] for cells in page["rows"] for cell in cells["cells"]}, offered,
        )

    def test_a_deadlock_leaves_the_row_to_the_next_night(self):
        customer = self.worth("Teahouse", 100)
        self.env.cr.execute("""
            CREATE FUNCTION pg_temp.runwell_test_deadlock() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END $$;
            CREATE TRIGGER runwell_test_deadlock BEFORE INSERT ON runwell_relation
                FOR EACH ROW EXECUTE FUNCTION pg_temp.runwell_test_deadlock()
        """)
        with mute_logger("odoo.sql_db"):
            self.env["runwell.relation"]._refresh_nightly(self.company)
        self.env.cr.execute("DROP TRIGGER runwell_test_deadlock ON runwell_relation")
        self.assertFalse(self.relation(customer))
        self.env["runwell.relation"]._refresh_nightly(self.company)
        self.assertTrue(self.relation(customer))
