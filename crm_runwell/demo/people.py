"""The people of the demo: users, sales team, customers with contacts and addresses."""

from random import Random

from odoo import Command

from .customer_table import CITIES, CUSTOMERS
from .product_table import PROFILES

# login: (name, in the second company too, groups)
SUPERVISOR = "nora.sales"
USERS = {
    SUPERVISOR: ("Nora Clarke", True, ["sales_team.group_sale_manager"]),
    "mia.sales": ("Mia Berger", True, ["sales_team.group_sale_salesman"]),
    "tom.sales": ("Tom Hayes", False, ["sales_team.group_sale_salesman"]),
    "lin.sales": ("林薇 Lin Wei", False, ["sales_team.group_sale_salesman"]),
}
TEAM = "Wholesale"
FUNCTIONS = ("Purchasing Manager", "Owner", "Office Manager", "Head of Food & Beverage")
STREETS = {
    "US": "{} Market Street", "CA": "{} King Street", "MX": "Calle Orizaba {}",
    "GB": "{} Church Street", "IE": "{} Thomas Street", "NL": "Prinsengracht {}",
    "DE": "Lindenstraße {}", "AT": "Neubaugasse {}", "CH": "Langstrasse {}",
    "FR": "{} rue de la République", "IT": "Via Solferino {}", "ES": "Carrer de la Princesa {}",
    "DK": "Vesterbrogade {}", "JP": "Jingumae {}-chome", "SG": "{} Keong Saik Road",
    "AU": "{} Collins Street", "CN": "人民路{}号",
}  # fmt: skip
CHINESE_NAMES = (
    "王芳", "李强", "张敏", "刘洋", "陈静", "杨帆", "黄磊", "周婷", "吴昊", "徐丽",
    "孙杰", "马超", "朱琳", "胡军", "郭雪", "何欣", "高峰", "罗丹",
)  # fmt: skip
WESTERN_NAMES = [
    f"{first} {last}"
    for last in ("Novak", "Keller", "Doyle", "Martin", "Sato", "Rossi", "Brandt", "Price")
    for first in ("Anna", "James", "Sofia", "Lucas", "Emma", "Daniel", "Clara", "Hugo")
]
# Customers in this place of the table (counted from 0) have an address to deliver to.
DELIVERY_EVERY = 4


def create_users(env, world):
    """Create the salespeople and their supervisor; return them by login.

    The password is the login: this is demo data.
    """
    users = env["res.users"].create(
        [
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "company_id": world.main.id,
                "company_ids": [Command.set((world.companies if in_second else world.main).ids)],
                "group_ids": [Command.link(env.ref(group).id) for group in groups],
                "notification_type": "inbox",
            }
            for login, (name, in_second, groups) in USERS.items()
        ]
    )
    return {user.login: user for user in users}


def create_team(env, users):
    """Create the sales team, led by the supervisor, for both companies."""
    sellers = [user.id for login, user in users.items() if login != SUPERVISOR]
    return env["crm.team"].create(
        {
            "name": TEAM,
            "company_id": False,
            "user_id": users[SUPERVISOR].id,
            "member_ids": [Command.set(sellers)],
            "use_opportunities": True,
            "invoiced_target": 120000,
        }
    )


def create_customers(env, users):
    """Create the customers with their contacts and addresses.

    :return: ``{Customer: res.partner}``; the children are read from the partner
    """
    vals_list = [
        _customer_vals(env, index, customer, users) for index, customer in enumerate(CUSTOMERS)
    ]
    partners = env["res.partner"].create(vals_list)
    env["res.partner"].create(
        [vals for index, partner in enumerate(partners) for vals in _children_vals(index, partner)]
    )
    return dict(zip(CUSTOMERS, partners, strict=True))


def _customer_vals(env, index, customer, users):
    """Return the values of one customer's company record."""
    country_code, postcode, state_code, login = CITIES[customer.city]
    country = env.ref(f"base.{'uk' if country_code == 'GB' else country_code.lower()}")
    industry = env.ref(PROFILES[customer.profile][0], raise_if_not_found=False)
    # prospects without an account manager fill the customer pool
    pooled = customer.behaviour == "prospect" and index % 3 == 0
    return {
        "ref": customer.ref,
        "name": customer.name,
        "is_company": True,
        "street": STREETS[country_code].format(12 + index * 7),
        "city": customer.city,
        "zip": postcode,
        "state_id": country.state_ids.filtered(lambda state: state.code == state_code)[:1].id,
        "country_id": country.id,
        "email": f"office@{_domain(customer)}",
        "phone": f"+1 555-010-{1000 + index}",
        "industry_id": industry.id if industry else False,
        "user_id": False if pooled else users[login].id,
        "customer_rank": 1,
    }


def _children_vals(index, partner):
    """Return the values of a customer's contacts and, for some, its delivery address."""
    rng = Random(partner.ref)
    chinese = partner.country_id.code == "CN"
    names = CHINESE_NAMES if chinese else WESTERN_NAMES
    domain = partner.email.split("@")[1]
    children = [
        {
            "parent_id": partner.id,
            "type": "contact",
            "name": names[(index * 5 + position * 3) % len(names)],
            "function": rng.choice(FUNCTIONS),
            "email": f"contact{position + 1}@{domain}",
            "phone": f"+1 555-010-{2000 + index * 2 + position}",
        }
        for position in range(1 + index % 2)
    ]
    if index % DELIVERY_EVERY == 0:
        street = STREETS[partner.country_id.code]
        children.append(
            {
                "parent_id": partner.id,
                "type": "delivery",
                "name": f"{partner.name} · 仓库" if chinese else f"{partner.name} · Warehouse",
                "street": street.format(301 + index),
                "city": partner.city,
                "zip": partner.zip,
                "state_id": partner.state_id.id,
                "country_id": partner.country_id.id,
            }
        )
    return children


def _domain(customer):
    """Return a mail domain of a customer's own, which no one can receive mail at."""
    letters = "".join(c for c in customer.name.lower() if c.isascii() and c.isalnum())
    return f"{letters or customer.ref.lower()}.example.com"
