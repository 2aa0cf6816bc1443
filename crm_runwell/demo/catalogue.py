"""The demo's products and their categories."""

from odoo import Command

from .companies import PER_DOLLAR
from .product_table import CATEGORIES, PRODUCTS

PARENT_CATEGORY = "Coffee & Tea"


def create(env, world):
    """Create the products, sold by both companies at their own cost; return them by code."""
    taxes = world.companies.account_sale_tax_id
    categories = _create_categories(env)
    products = env["product.product"].create(
        [
            {
                "default_code": product.code,
                "name": product.name,
                "type": "consu",
                "categ_id": categories[product.category].id,
                "uom_id": env.ref(product.uom).id,
                "list_price": _in_currency(world.main, product.price),
                "company_id": False,
                "invoice_policy": "order",
                "taxes_id": [Command.set(taxes.ids)],
                "supplier_taxes_id": [Command.clear()],
            }
            for product in PRODUCTS
        ]
    )
    for company in world.companies:
        for record, product in zip(products.with_company(company), PRODUCTS, strict=True):
            record.standard_price = _in_currency(company, product.cost)
    return {product.default_code: product for product in products}


def _create_categories(env):
    """Create the product categories under one parent; return them by key."""
    parent = env["product.category"].create({"name": PARENT_CATEGORY})
    categories = env["product.category"].create(
        [{"name": name, "parent_id": parent.id} for name in CATEGORIES.values()]
    )
    return dict(zip(CATEGORIES, categories, strict=True))


def _in_currency(company, dollars):
    """Return an amount in US dollars as a round price in the company's currency."""
    return company.currency_id.round(dollars * PER_DOLLAR.get(company.currency_id.name, 1.0))
