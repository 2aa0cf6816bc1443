"""How the demo company works with its customers: relationships, grades' minimum, spending."""

from datetime import timedelta
from random import Random

from .people import SUPERVISOR

#: The annual turnover as a multiple of what is spent in our categories, by profile.
TURNOVER_OF_SPEND = {"cafe": 12, "teahouse": 9, "shop": 7, "hotel": 60, "office": 150}
#: What people said of the relationship, by behaviour: today's types, drawn by lot.
TYPES = {
    "steady": ("accountable", "proactive", "reactive", "proactive"),
    "seasonal": ("reactive", "accountable"),
    "growing": ("reactive", "accountable", "proactive"),
    "fading": ("reactive", "basic"),
    "stopped": ("basic", "reactive", "accountable"),
    "returned": ("reactive", "accountable"),
}
#: Set by the supervisor: name: (minimum, ideal).
LEVELS = {
    "Cedar & Pine Hotels": ("accountable", "partnership"),
    "北京燕京饭店用品有限公司": ("proactive", "partnership"),
    "Grand Canal Hotel Group": ("accountable", False),
    "Marina Bay Suites": ("proactive", "partnership"),
    "Blue Heron Coffee House": (False, "reactive"),
}
#: Of these parts of the table, counted from 0, a person estimated the spending.
ESTIMATED_OF = 5
ESTIMATED = (0, 2, 3)
SOURCES = (
    "Told by the buyer", "Annual report", "Tender of last year", "Seats and days open × usual use",
)


def create(env, today, customers, users):
    """Say of the customers what the salespeople know.

    :param customers: ``{Customer: res.partner}``
    :param users: by login
    """
    main = env.ref("base.main_company")
    sales = _sales(env, main, today)
    by_type, estimates = {}, []
    for index, (customer, partner) in enumerate(customers.items()):
        rng = Random(f"relation {customer.ref}")
        if kinds := TYPES.get(customer.behaviour):
            by_type.setdefault(rng.choice(kinds), []).append(partner.id)
        spend = _spend(rng, customer, sales.get(partner.id, 0.0))
        turnover = spend * TURNOVER_OF_SPEND[customer.profile] * rng.uniform(0.7, 1.4)
        partner.runwell_annual_turnover = _round(turnover)
        if customer.company != "second" and index % ESTIMATED_OF in ESTIMATED:
            estimates += _estimates(rng, main, partner, spend, today, users[SUPERVISOR])
    partners = env["res.partner"].with_company(main)
    for code, ids in by_type.items():
        partners.browse(ids).runwell_relationship_type_id = _type(env, code)
    for customer, partner in customers.items():
        least, ideal = LEVELS.get(customer.name, (False, False))
        if least or ideal:
            partner.with_company(main).write({
                "runwell_min_relationship_id": least and _type(env, least).id,
                "runwell_ideal_relationship_id": ideal and _type(env, ideal).id,
            })
    env["runwell.spend.estimate"].create(estimates)


def _type(env, code):
    return env.ref(f"crm_runwell.relationship_{code}")


def _sales(env, company, today):
    """Return the sales of twelve months by partner id."""
    rows = env["sale.order"]._read_group(
        [
            ("company_id", "=", company.id), ("state", "=", "sale"),
            ("date_order", ">", today - timedelta(days=365)),
        ],
        ["partner_id"], ["amount_untaxed:sum"],
    )
    return {partner.id: amount for partner, amount in rows}


def _spend(rng, customer, sales):
    """Return what a customer spends a year with all its suppliers."""
    return max(sales, 6.0 * customer.size) / rng.choice((0.12, 0.2, 0.28, 0.4, 0.55, 0.7, 0.85))


def _estimates(rng, company, partner, spend, today, user):
    """Return the values of this year's estimate, and for most of one a year older."""
    found = [(spend, rng.randint(10, 200))]
    if rng.random() < 0.7:
        found.append((spend * rng.uniform(0.8, 1.1), rng.randint(400, 600)))
    return [
        {
            "partner_id": partner.id, "company_id": company.id, "amount": _round(amount),
            "date": today - timedelta(days=age), "source": rng.choice(SOURCES),
            "user_id": (partner.user_id or user).id,
        }
        for amount, age in found
    ]


def _round(amount):
    """Return an amount to two digits that count, as people estimate."""
    digits = len(str(int(amount))) - 2
    return float(round(amount, -digits))
