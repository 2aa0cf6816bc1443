from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.constants import CROWDS, MARGIN_BANDS
from ..scoring import share
from .relation_common import NOON, RelationCase


@tagged("post_install", "-at_install")
class TestRelationshipMatrix(RelationCase):
    """Number of customers × margin proposes a type, computed from the customers there are."""

    def test_defaults_are_those_of_the_textbook(self):
        cells = self.env["runwell.relationship.matrix"]._of(self.company)
        self.assertEqual([(cell.crowd, cell.margin_band, cell.type_id.code) for cell in cells], [
            ("many", "high", "accountable"), ("many", "medium", "reactive"),
            ("many", "low", "basic"),
            ("medium", "high", "proactive"), ("medium", "medium", "accountable"),
            ("medium", "low", "reactive"),
            ("few", "high", "partnership"), ("few", "medium", "proactive"),
            ("few", "low", "accountable"),
        ])

    def test_an_archived_type_gives_way_to_the_nearest(self):
        self.env.ref("crm_runwell.relationship_partnership").active = False
        company = self.make_company("Few types", self.home)
        cells = self.env["runwell.relationship.matrix"]._of(company)
        self.assertEqual(len(cells), 9)
        self.assertEqual(
            cells.filtered(lambda cell: (cell.crowd, cell.margin_band) == ("few", "high"))
            .type_id.code, "proactive",
        )

    def crowds(self):
        self.env.flush_all()
        rows = dict(self.env.execute_query(share.sales_classes(self.company.id, "revenue_12m")))
        return {self.env["res.partner"].browse(id_).name: crowd for id_, crowd in rows.items()}

    def test_classes_of_a_third_of_the_revenue(self):
        """900 in all, thirds of 300: what stands before is 0, 300, 450, 600, 700, 800."""
        for name, revenue in (
            ("a", 300), ("b", 150), ("c", 150), ("d", 100), ("e", 100), ("f", 100), ("none", 0),
            ("credit", -50),
        ):
            self.worth(name, revenue)
        # b and c stand each half before the other: 300 + 75 of 900; d, e and f: 600 + 100.
        self.assertEqual(self.crowds(), {
            "a": "few", "b": "medium", "c": "medium", "d": "many", "e": "many", "f": "many",
        })

    def test_one_giant_is_few_and_equals_are_medium(self):
        self.worth("giant", 900)
        self.assertEqual(self.crowds(), {"giant": "few"})
        self.env["runwell.score"]._as_machine().search([
            ("company_id", "=", self.company.id)]).unlink()
        for name in "abcd":
            self.worth(name, 100)
        self.assertEqual(set(self.crowds().values()), {"medium"})

    def bands(self):
        self.refresh()
        return {
            row.partner_id.name: (row.margin_band, row.margin_basis)
            for row in self.env["runwell.relation"].search([
                ("company_id", "=", self.company.id)])
        }

    def test_bands_are_thirds_by_margin_rate(self):
        """Rates 50, 40, 30, 20, 10 and 0 %: a third of the way lies between the pairs."""
        for name, margin in zip("abcdef", (50, 40, 30, 20, 10, 0), strict=True):
            self.worth(name, 100, margin)
        self.worth("prospect", 0)
        bands = self.bands()
        self.assertEqual([bands[name][0] for name in "abcdef"],
                         ["high", "high", "medium", "medium", "low", "low"])
        self.assertEqual({basis for _band, basis in bands.values()}, {"margin", False})
        self.assertEqual(bands["prospect"], (False, False))

    def test_without_a_known_cost_revenue_stands_for_it(self):
        for name, revenue in zip("abc", (300, 200, 100), strict=True):
            self.worth(name, revenue)
        self.assertEqual(self.bands(), {
            "a": ("high", "revenue"), "b": ("medium", "revenue"), "c": ("low", "revenue"),
        })

    def test_the_page_counts_the_real_customers(self):
        for name, revenue, margin in (("a", 300, 150), ("b", 200, 20), ("c", 100, 30)):
            self.worth(name, revenue, margin)
        self.worth("prospect", 0)
        self.refresh()
        page = self.env["runwell.relationship.matrix"].with_user(self.supervisor).get_page()
        cells = {
            (row["crowd"], cell["label"]): (cell["count"], cell["revenue"], cell["margin"])
            for row in page["rows"] for cell in row["cells"] if cell["count"]
        }
        # Before: 0 of 600, 300 and 500.
        self.assertEqual(cells, {
            ("few", "High margin"): (1, 300, 150), ("medium", "Low margin"): (1, 200, 20),
            ("many", "Medium margin"): (1, 100, 30),
        })
        self.assertEqual((page["unplaced"], page["without_cost"]), (1, 0))
        for row in page["rows"]:
            for cell in row["cells"]:
                found = self.env["runwell.relation"].with_user(self.supervisor).search(
                    cell["domain"])
                self.assertEqual(len(found), cell["count"])
        self.assertEqual(
            [(row["crowd"], len(row["cells"])) for row in page["rows"]],
            [(crowd, len(MARGIN_BANDS)) for crowd, _label in CROWDS],
        )

    def test_a_change_of_a_cell_proposes_anew(self):
        customer = self.worth("Only one", 100, 10)
        self.relate(customer, today="basic")
        self.assertEqual(self.refresh(customer).proposed_type_id, self.types["proactive"])
        cell = self.env["runwell.relationship.matrix"].search([
            ("company_id", "=", self.company.id), ("crowd", "=", "few"),
            ("margin_band", "=", "medium"),
        ])
        with self.at(NOON):
            cell.with_user(self.supervisor).type_id = self.types["partnership"]
        row = self.relation(customer)
        self.assertEqual(row.proposed_type_id, self.types["partnership"])
        self.assertEqual(row.gap_to_ideal, -4)
        self.assertEqual(customer.runwell_relationship_type_id, self.types["basic"])

    def test_who_edits_it(self):
        cell = self.env["runwell.relationship.matrix"]._of(self.company)[0]
        executive = self.user("executive", "crm_runwell.group_executive")
        Matrix = self.env["runwell.relationship.matrix"]
        self.assertFalse(Matrix.with_user(executive).get_page()["may_edit"])
        self.assertTrue(Matrix.with_user(self.supervisor).get_page()["may_edit"])
        with self.assertRaises(AccessError):
            Matrix.with_user(self.seller).get_page()
        for user in (executive, self.seller):
            with self.assertRaises(AccessError):
                cell.with_user(user).type_id = self.types["basic"]
        with self.assertRaises(AccessError):
            cell.with_user(self.supervisor).crowd = "few"

    def test_the_band_is_for_who_sees_margins(self):
        row = self.refresh(self.worth("Only one", 100, 10, user_id=self.seller.id))
        self.assertEqual(row.with_user(self.supervisor).margin_band, "medium")
        with self.assertRaises(AccessError):
            row.with_user(self.seller).read(["margin_band"])

    def test_as_many_queries_for_many(self):
        Matrix = self.env["runwell.relationship.matrix"].with_user(self.supervisor)
        self.worth("Only one", 100, 10)
        self.refresh()
        self.queries(Matrix.get_page)
        few = self.queries(Matrix.get_page)
        for i in range(10):
            self.worth(f"Customer {i}", 100 * i, 10 * i)
        self.refresh()
        self.assertEqual(self.queries(Matrix.get_page), few)
        self.assertLessEqual(few, 8)
