"""The customer records of the demo: grades, credit, kinds, what is missing, one customer twice."""

from random import Random

from .customer_table import CUSTOMERS

#: How the size of a usual order becomes a grade: from this size on.
GRADES = (
    (4000, "strategic"), (2500, "partner"), (1500, "major"), (900, "key_development"),
    (0, "ordinary"),
)
SOURCES = ("own", "own", "own", "partner", "campaign", "service", "branch", "user_group")
#: One record of so many stays as bare as it came.
BARE_EVERY = 4
#: A customer of whom somebody made a second record.
TWICE = "Cedar & Pine Hotels"
OTHERS = (
    ("Roast Brothers Wholesale", "competitor", "Portland"),
    ("Cascade Green Coffee Importers", "supplier", "Seattle"),
    ("Seattle Food Safety Office", "authority", "Seattle"),
)


def is_told(env):
    """Tell whether the records were filled in before."""
    return bool(env["res.partner"].search_count([("runwell_source", "!=", False)], limit=1))


def tell(env, companies):
    """Fill in what people know of the customers; return the partners that were touched."""
    found = {
        partner.ref: partner
        for partner in env["res.partner"].search([("ref", "in", [c.ref for c in CUSTOMERS])])
    }
    touched = env["res.partner"]
    for index, customer in enumerate(CUSTOMERS):
        if customer.ref not in found:
            continue
        partner = found[customer.ref]
        touched |= partner
        for company in companies:
            if customer.company == "both" or (company == companies[0]) == (
                customer.company == "main"
            ):
                _grade(env, partner.with_company(company), customer, index)
        if index % BARE_EVERY:
            partner.write(_values(env, customer, partner, index))
            _contacts(partner, customer)
    _create_others(env, found)
    env["runwell.duplicate"]._refresh()
    return touched


def _grade(env, partner, customer, index):
    grade = next(name for size, name in GRADES if customer.size >= size)
    partner.write({
        "runwell_grade_id": env.ref(f"crm_runwell.grade_{grade}").id if index % 5 else False,
        "runwell_credit": str(2 + (index * 7) % 4) if index % 3 else False,
    })


def _values(env, customer, partner, index):
    rng = Random(customer.ref)
    values = {
        "runwell_source": SOURCES[index % len(SOURCES)],
        "runwell_involvement": rng.choice(("low", "medium", "high")),
        "website": f"https://www.{partner.email.split('@')[1]}",
        "runwell_annual_turnover": customer.size * rng.randint(200, 900),
    }
    if index % 2:
        values |= {
            "company_registry": f"{rng.randint(100000, 999999)}-{index}",
            "runwell_legal_representative": rng.choice(
                ("Anna Keller", "James Price", "Sofia Rossi", "Daniel Sato")
                if partner.country_id.code != "CN" else ("王芳", "李强", "陈静")
            ),
            "runwell_registered_capital": rng.randint(2, 40) * 25_000,
        }
    if partner.country_id.code == "US":
        values["vat"] = f"98-{rng.randint(1000000, 9999999)}"
    return values


def _contacts(partner, customer):
    rng = Random(customer.ref)
    for contact in partner.child_ids.filtered(lambda child: child.type == "contact"):
        contact.write({
            "runwell_sex": rng.choice(("female", "male")),
            "runwell_mobile": f"+1 555-010-{rng.randint(4000, 9999)}",
        })


def _create_others(env, found):
    """Create partners of other kinds, and one customer a second time."""
    by_name = {partner.name: partner for partner in found.values()}
    values = [
        {
            "name": name, "is_company": True, "runwell_partner_kind": kind, "city": city,
            "country_id": env.ref("base.us").id, "runwell_source": "third_party",
        }
        for name, kind, city in OTHERS
    ]
    if original := by_name.get(TWICE):
        values.append({
            "name": "Cedar and Pine Hotels Inc.", "is_company": True, "city": original.city,
            "country_id": original.country_id.id, "phone": original.phone,
            "user_id": original.user_id.id, "runwell_source": "service",
        })
    env["res.partner"].create(values)
