"""Two years of sale orders, and the open quotations of today."""

from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple

from odoo import Command

from .behaviours import TWO_YEARS, occasions
from .companies import PER_DOLLAR
from .customer_table import DROPPED_AGE
from .product_table import basket

BATCH = 200
SAME_DAY_SHARE = 0.04  # orders followed by a second one on the same day
CANCELLED_SHARE = 0.03  # cancelled orders for every confirmed one
CONTACT_SHARE = 0.08  # orders that a contact placed, not the company itself
SECOND_SHARE = 0.45  # orders of a customer of both companies that the second one takes
INFLATION = 0.07  # how much lower prices were two years ago


class Plan(NamedTuple):
    """An order to be made."""

    customer: object  # customer_table.Customer
    company: object  # res.company
    moment: datetime
    age: int
    value: float  # in US dollars
    state: str
    seed: str


def create(env, today, world, customers, products, team):
    """Create the confirmed and cancelled orders of all customers, oldest first.

    :return: the confirmed orders
    """
    plans = [plan for customer in customers for plan in _plans(customer, today, world)]
    plans.sort(key=lambda plan: (plan.moment, plan.customer.ref))
    return create_planned(env, plans, world, customers, products, team).filtered(
        lambda order: order.state == "sale"
    )


def create_planned(env, plans, world, customers, products, team):
    """Create one order a plan, in its state and at its moment, in batches."""
    writer = _OrderWriter(env, world, customers, products, team)
    orders = env["sale.order"]
    for company in world.companies:
        vals_list = [writer.vals(plan) for plan in plans if plan.company == company]
        model = env["sale.order"].with_company(company)
        for start in range(0, len(vals_list), BATCH):
            orders |= model.create(vals_list[start : start + BATCH])
    _backdate_creation(env, orders)
    return orders.with_env(env)


def _backdate_creation(env, orders):
    """Let the orders have been created when they were ordered, not all today."""
    orders.flush_recordset()
    env.cr.execute(
        "UPDATE sale_order SET create_date = date_order WHERE id IN %s", [tuple(orders.ids)]
    )
    orders.invalidate_recordset(["create_date"])


def _plans(customer, today, world):
    """Return the plans of all orders of ``customer``, confirmed and cancelled."""
    rng = Random(customer.ref)
    plans = []
    for occasion in occasions(customer, today, rng):
        company = _company(customer, world, rng)
        value = customer.size * occasion.basket * rng.uniform(0.75, 1.25)
        states = ["sale"]
        if rng.random() < SAME_DAY_SHARE:
            states.append("sale")
        if rng.random() < CANCELLED_SHARE:
            states.append("cancel")
        for number, state in enumerate(states):
            plans.append(
                Plan(
                    customer=customer,
                    company=company,
                    moment=moment(today, occasion.age, rng),
                    age=occasion.age,
                    value=value if number == 0 else value * 0.3,
                    state=state,
                    seed=f"{customer.ref}-{occasion.age}-{number}",
                )
            )
    return plans


def moment(today, age, rng):
    """Return a moment within office hours on the day ``age`` days ago."""
    day = today - timedelta(days=age)
    return datetime.combine(day, time(rng.randint(7, 16), rng.randint(0, 59)))


def _company(customer, world, rng):
    """Choose the company that takes an order of ``customer``."""
    if customer.company == "both":
        return world.second if rng.random() < SECOND_SHARE else world.main
    return world.main if customer.company == "main" else world.second


class _OrderWriter:
    """Turns plans into values of ``sale.order``; holds what they all look up."""

    def __init__(self, env, world, customers, products, team):
        self.world = world
        self.customers = customers
        self.products = products
        self.team = team
        self.payment_term = env.ref("account.account_payment_term_30days", raise_if_not_found=False)
        self.pricelists = {
            company: env["product.pricelist"].search(
                [
                    ("company_id", "in", (company.id, False)),
                    ("currency_id", "=", company.currency_id.id),
                ],
                limit=1,
            )
            for company in world.companies
        }

    def vals(self, plan):
        """Return the values of the order that ``plan`` describes."""
        rng = Random(plan.seed)
        partner = self.customers[plan.customer]
        pricelist = self._pricelist(plan)
        return {
            "partner_id": self._buyer(partner, rng).id,
            "partner_invoice_id": partner.id,
            "partner_shipping_id": self._delivery_address(partner).id,
            "company_id": plan.company.id,
            "user_id": partner.user_id.id,
            "team_id": self.team.id,
            "pricelist_id": pricelist.id,
            "payment_term_id": self.payment_term.id if self.payment_term else False,
            "date_order": plan.moment,
            "state": plan.state,
            "order_line": self._lines(plan, pricelist.currency_id, rng),
        }

    def _lines(self, plan, currency, rng):
        """Return the commands that create the order's lines."""
        dropped = plan.customer.dropped if plan.age < DROPPED_AGE else ""
        rate = PER_DOLLAR.get(currency.name, 1.0) * (1 - INFLATION * plan.age / TWO_YEARS)
        discount = 8 if plan.customer.size >= 3000 else 5 if plan.customer.size >= 1500 else 0
        return [
            Command.create(
                {
                    "product_id": self.products[product.code].id,
                    "product_uom_id": self.products[product.code].uom_id.id,
                    "name": f"[{product.code}] {product.name}",
                    "product_uom_qty": quantity,
                    "price_unit": round(product.price * rate, 2),
                    "discount": discount,
                    "analytic_distribution": False,  # looked up line by line otherwise
                }
            )
            for product, quantity in basket(plan.customer, plan.value, plan.age, rng, dropped)
        ]

    def _pricelist(self, plan):
        """Return the pricelist that gives the order its currency."""
        if plan.customer.foreign and plan.company == self.world.main:
            return self.world.foreign_pricelist
        return self.pricelists[plan.company]

    def _buyer(self, partner, rng):
        """Return who places the order: mostly the company, sometimes one of its contacts."""
        contacts = partner.child_ids.filtered(lambda child: child.type == "contact")
        if contacts and rng.random() < CONTACT_SHARE:
            return rng.choice(contacts)
        return partner

    def _delivery_address(self, partner):
        """Return the customer's delivery address, or the customer itself."""
        return partner.child_ids.filtered(lambda child: child.type == "delivery")[:1] or partner
