from odoo.tests import tagged

from .relation_common import RelationCase


@tagged("post_install", "-at_install")
class TestOptionalFields(RelationCase):
    """What is unknown is not 0, in domains neither."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = {
            risk: cls.worth(f"Risk {risk}", 100, score={"churn_probability": risk})
            for risk in (0.0, 0.5)
        }
        cls.unknown = cls.worth("Too little history", 100)
        cls.rows = cls.env["runwell.score"].search([("company_id", "=", cls.company.id)])

    def test_searching_and_filtering_agree(self):
        zero, half, unknown = *self.known.values(), self.unknown
        every = zero | half | unknown
        for operator, value, found in (
            (">=", 0, zero | half), ("<=", 0, zero), (">", -1, zero | half), ("<", 1, zero | half),
            ("=", 0, zero), ("=", False, unknown), ("!=", False, zero | half),
            ("!=", 0, half | unknown), ("in", [0.5, False], half | unknown),
            ("not in", [0.5], zero | unknown),
        ):
            domain = [("churn_probability", operator, value)]
            with self.subTest(domain):
                searched = self.rows.search([("id", "in", self.rows.ids), *domain])
                self.assertEqual(searched.partner_id, found)
                self.assertEqual(self.rows.filtered_domain(domain).partner_id, found)
                others = self.rows.search([("id", "in", self.rows.ids), "!", *domain])
                self.assertEqual(others.partner_id, every - found)
