from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import AS_OF, days_before
from .test_affinity import AffinityCase


@tagged("post_install", "-at_install")
class TestSellable(AffinityCase):
    """What is never suggested: archived, not for sale, another company's, fees, given back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyers(6, cls.a, cls.b, cls.c)
        cls.customer_ = cls.customer("Customer")
        cls.buy(cls.customer_, days_before(1), cls.a)

    def test_as_it_is(self):
        self.build()
        self.assertEqual(self.suggested(self.customer_), [self.b.id, self.c.id])

    def test_not_for_sale_when_built_or_since(self):
        for change, back in (
            ({"active": False}, {"active": True}), ({"sale_ok": False}, {"sale_ok": True}),
        ):
            self.build()
            self.b.product_tmpl_id.write(change)
            self.assertEqual(self.suggested(self.customer_), [self.c.id], change)
            self.build()
            self.assertFalse(self.pair(self.a, self.b) or self.pair(self.b, self.a), change)
            self.assertEqual(self.suggested(self.customer_), [self.c.id], change)
            self.b.product_tmpl_id.write(back)

    def test_another_company_s(self):
        """Odoo refuses to give a product that was sold away; other ways in are not barred."""
        other = self.make_company("Elsewhere", self.home)
        self.build()
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [other.id, self.b.product_tmpl_id.id],
        )
        self.assertEqual(self.suggested(self.customer_), [self.c.id])
        self.build()
        self.assertFalse(self.pair(self.a, self.b))

    def test_a_branch_sells_its_parents(self):
        branch = self.env["res.company"].create({
            "name": "Branch", "parent_id": self.company.id, "currency_id": self.home.id,
        })
        self.env.user.company_ids += branch
        (self.a + self.b + self.c).company_id = self.company
        self.make_scoring_model(branch)
        for number in range(6):
            self.buy(self.customer(f"There {number}"), days_before(9), self.a, self.b,
                     company=branch)
        self.build(company=branch)
        self.assertEqual(
            self.suggested(self.customer("New"), company=branch, basket=[self.a.id]), [self.b.id],
        )
        # A parent does not sell its branch's. Odoo refuses to give away what was sold.
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [branch.id, self.b.product_tmpl_id.id],
        )
        self.build()
        self.assertEqual(self.suggested(self.customer_), [self.c.id])

    def test_what_a_line_cannot_name_alone(self):
        """Tickets, booths and courses take a choice besides, and so do combos."""
        order = self.order(self.customer_, days_before(0), state="draft")
        for column, value in (
            ("service_tracking", "event"), ("service_tracking", "event_booth"),
            ("service_tracking", "course"), ("type", "combo"),
        ):
            before = self.b.product_tmpl_id[column]
            for kind in (value, before):
                self.env.flush_all()
                # These kinds come with other addons.
                self.env.cr.execute(SQL(
                    "UPDATE product_template SET %s = %s WHERE id = %s",
                    SQL.identifier(column), kind, self.b.product_tmpl_id.id,
                ))
                self.env.invalidate_all()
                is_sold = kind == before
                self.build()
                self.assertEqual(bool(self.pair(self.a, self.b)), is_sold, kind)
                self.assertEqual(self.b.id in self.suggested(self.customer_), is_sold, kind)
                if not is_sold:
                    with self.assertRaises(UserError):
                        order.action_add_runwell_product(self.b.id)

    def test_named_alternatives(self):
        """What people named as an alternative of what is at hand, either way round."""
        self.build()
        Affinity = self.env.registry["runwell.product.affinity"]
        for one, other in ((self.a, self.b), (self.b, self.a)):
            # The shop's relation, of an addon that is not installed here.
            named = SQL(
                "SELECT %s AS product_tmpl_id, %s AS other_tmpl_id",
                one.product_tmpl_id.id, other.product_tmpl_id.id,
            )
            with patch.object(Affinity, "_alternatives", lambda self, named=named: named):
                self.assertEqual(self.suggested(self.customer_), [self.c.id])
        if "alternative_product_ids" not in self.env["product.template"]._fields:
            self.assertFalse(self.Affinity._alternatives())
        self.assertEqual(self.suggested(self.customer_), [self.b.id, self.c.id])

    def test_archived_variant(self):
        self.build()
        self.b.active = False
        self.assertEqual(self.suggested(self.customer_), [self.c.id])

    def test_fees(self):
        self.company.sudo().sale_discount_product_id = self.b
        self.build()
        self.assertEqual(self.suggested(self.customer_), [self.c.id])
        self.assertFalse(self.pair(self.c, self.b))

    def test_sections_and_cancelled_orders(self):
        before = len(self.Affinity.search([]))
        for number in range(6):
            order = self.buy(self.customer(f"Cancelled {number}"), days_before(2), self.d, self.e)
            order.write({"state": "cancel"})
        order = self.order(self.customer_, days_before(2), lines=[
            {"product_id": self.d.id, "is_downpayment": True, "price_unit": 5},
            *({"display_type": kind, "name": self.b.name, "product_id": False,
               "product_uom_qty": 0} for kind in ("line_section", "line_note")),
        ])
        self.assertEqual(len(order.order_line.filtered("display_type")), 2)
        self.build()
        self.assertFalse(self.pair(self.d, self.e))
        self.assertEqual(self.suggested(self.customer_), [self.b.id, self.c.id])
        self.assertGreater(len(self.Affinity.search([])), before)

    def test_given_back_in_full(self):
        """It was not bought: neither counted nor owned. A part given back was bought."""
        for customer in self.env["res.partner"].search([("name", "like", "Buyer %")])[:2]:
            self.order(customer, days_before(3), lines=[
                {"product_id": self.b.id, "price_unit": -10},
                {"product_id": self.c.id, "price_unit": -4},
                {"product_id": self.d.id, "price_unit": 100},
            ])
        self.buy(self.customer_, days_before(5), self.b)
        self.order(self.customer_, days_before(4), lines=[
            {"product_id": self.b.id, "price_unit": -10},
            {"product_id": self.e.id, "price_unit": 50},
        ])
        self.build()
        # Four buyers of B are left: too few.
        self.assertFalse(self.pair(self.a, self.b))
        self.assertEqual(self.pair(self.a, self.c).basket_count, 6)
        self.assertEqual(self.suggested(self.customer_), [self.c.id])

    def test_excluded_customers(self):
        """They get nothing, and their purchases do not count either."""
        self.customer_.runwell_exclusion = "blocked"
        self.build()
        self.assertFalse(self.suggested(self.customer_))
        self.assertFalse(self.suggested(self.customer_, basket=[self.a.id]))
        self.assertFalse(self.Affinity._due(self.customer_, self.company, as_of=AS_OF))
        self.env["res.partner"].search([
            ("name", "like", "Buyer %")], limit=2).write({"runwell_exclusion": "internal"})
        self.build()
        self.assertFalse(self.pair(self.a, self.b))

    def test_contacts_count_for_their_company(self):
        contact = self.customer("Contact", is_company=False, parent_id=self.customer_.id)
        self.buy(contact, days_before(1), self.b)
        self.build()
        self.assertEqual(self.suggested(contact), [self.c.id])

    def test_variants_beside_what_was_just_bought(self):
        """Another size of what was bought within thirty days is not offered; later it is."""
        attribute = self.env["product.attribute"].create({
            "name": "Size", "value_ids": [Command.create({"name": n}) for n in ("S", "L")],
        })
        template = self.env["product.template"].create({
            "name": "Shirt", "list_price": 10, "taxes_id": [Command.clear()],
            "attribute_line_ids": [Command.create({
                "attribute_id": attribute.id, "value_ids": attribute.value_ids.ids,
            })],
        })
        small, large = template.product_variant_ids
        for number in range(6):
            self.buy(self.customer(f"Shirt {number}"), days_before(30 + number), small, large)
        self.buy(self.customer_, days_before(29), small)
        self.build()
        self.assertNotIn(large.id, self.suggested(self.customer_))
        self.build(days_before(-2))
        self.assertIn(large.id, self.suggested(self.customer_, as_of=days_before(-2)))
        self.assertNotIn(
            large.id, self.suggested(self.customer_, as_of=days_before(-2), basket=[small.id]),
        )


@tagged("post_install", "-at_install")
class TestSubstitutes(AffinityCase):
    """One is bought in place of the other: in turn, and hardly ever together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.a + cls.b).categ_id = cls.home_category
        # Five customers who take A, B, A, B, with C each time.
        cls.regulars = cls.env["res.partner"]
        for number in range(5):
            customer = cls.customer(f"Regular {number}")
            cls.regulars += customer
            for turn in range(4):
                cls.buy(customer, days_before(130 - 30 * turn + number),
                        cls.b if turn % 2 else cls.a, cls.c)

    def test_in_turn(self):
        self.build()
        pair = self.pair(self.a, self.b)
        self.assertEqual(pair.kind, "instead")
        # Three steps a customer.
        self.assertEqual((pair.switch_count, pair.basket_count), (15, 0))
        self.assertEqual((pair.customer_count, pair.product_customer_count), (5, 5))
        self.assertEqual(self.pair(self.b, self.a).kind, "instead")
        self.assertEqual(self.pair(self.a, self.c).kind, "together")

    def test_not_beside_what_was_just_bought(self):
        customer = self.customer("Customer")
        self.buy(customer, days_before(5), self.a, self.d)
        self.build()
        # C goes with both; B stands for A, which is at hand.
        self.assertEqual(self.suggested(customer), [self.c.id])
        stranger = self.customer("Stranger")
        self.buy(stranger, days_before(5), self.c)
        self.assertEqual(set(self.suggested(stranger)), {self.a.id, self.b.id})
        self.assertNotIn(self.b.id, self.suggested(stranger, basket=[self.a.id]))

    def test_of_one_category_alone(self):
        self.b.categ_id = self.other_category
        self.build()
        self.assertFalse(self.pair(self.a, self.b))

    def test_not_if_taken_together_too(self):
        """Two common baskets against fifteen steps: they go together as well."""
        for customer in self.regulars[:2]:
            self.buy(customer, days_before(1), self.a, self.b)
        self.build()
        self.assertEqual(self.pair(self.a, self.b).kind, "together")

    def test_not_if_nobody_goes_back(self):
        """A took the place of B for good: no substitute to choose between."""
        e = self.e
        (e + self.f).categ_id = self.home_category
        for number in range(6):
            customer = self.customer(f"Once {number}")
            self.buy(customer, days_before(90), e)
            self.buy(customer, days_before(60), self.f)
        self.build()
        self.assertFalse(self.pair(e, self.f))
