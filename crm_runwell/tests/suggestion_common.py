from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RunwellCase

#: The day on which these tests take place.
TODAY = "2024-06-30"


class SuggestionCase(RunwellCase):
    """A customer who buys tea, in a company whose tea buyers also take cups and honey."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.stranger = (
            cls.seller_named(login) for login in ("rwn_seller", "rwn_stranger")
        )
        cls.supervisor = cls.seller_named("rwn_supervisor", "sales_team.group_sale_manager")
        cls.buyer = cls.customer("Buyer", user_id=cls.seller.id)
        cls.tea, cls.cups, cls.honey, cls.milk = (
            cls.make_product(name) for name in ("Tea", "Cups", "Honey", "Milk")
        )
        cls.order(cls.buyer, "2024-06-01", lines=[{"product_id": cls.tea.id}])
        cls.together(cls.tea, cls.cups, 31, 80, 0.5)
        cls.together(cls.tea, cls.honey, 12, 80, 0.3)
        cls.startClassPatcher(freeze_time(f"{TODAY} 12:00:00"))

    @classmethod
    def seller_named(cls, login, groups="sales_team.group_sale_salesman", company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, login, groups, company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def together(cls, product, other, both, of, similarity, company=None):
        """Say that ``both`` of the ``of`` customers with ``product`` also buy ``other``."""
        Affinity = cls.env["runwell.product.affinity"]._as_machine()
        company = company or cls.company
        Affinity.create({
            "company_id": company.id, "product_id": product.id, "other_product_id": other.id,
            "basket_count": both, "product_count": of, "other_count": both,
            "customer_count": both, "product_customer_count": of, "similarity": similarity,
            "kind": "together", "as_of": TODAY,
        })

    def quotation_of(self, partner=None, product=None, **values):
        return self.order(
            partner or self.buyer, f"{TODAY} 10:00:00", state="draft", user_id=self.seller.id,
            lines=[{"product_id": (product or self.tea).id}], **values,
        )

    def offered(self, order, user=None, kind="new"):
        """Return what the form of an order offers ("new" or "again"), by product."""
        found = self.env["sale.order"].with_user(user or self.seller).get_runwell_next_products(
            order.id, order.partner_id.id, order.order_line.product_id.ids,
            order.pricelist_id.id,
        )
        return {offer["product_id"]: offer for offer in found[kind]}

    def log(self, **values):
        return self.env["runwell.suggestion"].search(
            [("company_id", "=", self.company.id)]
            + [(name, "=", value) for name, value in values.items()]
        )
