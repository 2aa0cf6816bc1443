"""The two companies of the demo: currencies with rates, charts of accounts, pricelists."""

from math import sin
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

SECOND_COMPANY = "Bean & Leaf Europe B.V."
MONTHS_OF_RATES = 26
# units of each currency for one US dollar
PER_DOLLAR = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79, "CNY": 7.15}


class World(NamedTuple):
    """What the demo is built in."""

    main: object  # res.company
    second: object  # res.company, in another currency
    foreign_pricelist: object  # of the main company, in the second company's currency

    @property
    def companies(self):
        return self.main | self.second


def find_second(env):
    """Return the demo's second company, or none before the demo was loaded."""
    return env["res.company"].search([("name", "=", SECOND_COMPANY)], limit=1)


def create(env, today):
    """Create the second company, its currency's rates, its accounts and the pricelists."""
    main = env.ref("base.main_company")
    code = "USD" if main.currency_id.name == "EUR" else "EUR"
    currency = env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
    currency.active = True
    second = _create_second_company(env, currency)
    for company in (main, second):
        _create_rates(env, today, company, (main | second).currency_id - company.currency_id)
    if main.chart_template:
        _load_chart(env, second)
    return World(main, second, _create_pricelists(env, main, second))


def _create_second_company(env, currency):
    """Create the second company.

    Its address is set on the partner afterwards: given to ``create``, the country would
    install a localisation in the middle of this installation, and the e-mail's domain be
    looked up online.
    """
    company = env["res.company"].create({"name": SECOND_COMPANY, "currency_id": currency.id})
    company.partner_id.write(
        {
            "email": "info@beanleaf.example.com",
            "street": "Veemkade 574",
            "zip": "1019 BL",
            "city": "Amsterdam",
            "country_id": env.ref("base.nl").id,
        }
    )
    env.ref("base.user_admin").company_ids |= company
    _ensure_warehouse(env, company)
    return company


def _ensure_warehouse(env, company):
    """Give ``company`` a warehouse where Inventory is installed: its orders then need one."""
    if "stock.warehouse" not in env:
        return
    if not env["stock.warehouse"].search_count([("company_id", "=", company.id)], limit=1):
        env["stock.warehouse"].create({"company_id": company.id})


def _create_rates(env, today, company, currencies):
    """Give ``company`` a rate of each currency for every month of the demo's two years."""
    first = today.replace(day=1) - relativedelta(months=MONTHS_OF_RATES - 1)
    own = PER_DOLLAR.get(company.currency_id.name, 1.0)
    known = set(
        env["res.currency.rate"]
        .search([("company_id", "=", company.id), ("currency_id", "in", currencies.ids)])
        .mapped(lambda rate: (rate.currency_id.id, rate.name))
    )
    env["res.currency.rate"].create(
        [
            {
                "name": day,
                "currency_id": currency.id,
                "company_id": company.id,
                "rate": PER_DOLLAR[currency.name] / own * (1 + 0.03 * sin(month / 4)),
            }
            for currency in currencies
            for month in range(MONTHS_OF_RATES)
            if (currency.id, day := first + relativedelta(months=month)) not in known
        ]
    )


def _load_chart(env, company):
    """Give ``company`` the generic chart of accounts, keeping its currency and country.

    ``_load`` rather than ``try_loading``, which warns while modules are being installed.
    """
    currency = company.currency_id
    env["account.chart.template"]._load("generic_coa", company, install_demo=False)
    company.currency_id = currency


def _create_pricelists(env, main, second):
    """Switch pricelists on; return the main company's one in the second's currency."""
    env.ref("base.group_user")._apply_group(env.ref("product.group_product_pricelist"))
    env["res.company"]._activate_or_create_pricelists()
    return env["product.pricelist"].create(
        {
            "name": f"Wholesale {second.currency_id.name}",
            "currency_id": second.currency_id.id,
            "company_id": main.id,
            "sequence": 50,
        }
    )
