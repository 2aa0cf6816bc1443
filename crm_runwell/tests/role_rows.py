"""The rows that test_roles looks at, for models whose rows are made alike: model → how."""

from .common import AS_OF


def _interaction(env, customer, company):
    channel = env.ref("crm_runwell.channel_phone")
    return env["runwell.interaction"].create({
        "partner_id": customer.id, "company_id": company.id, "name": "Called",
        "channel_id": channel.id, "user_id": (customer.user_id or env.user).id,
    })


def _handover(env, customer, company):
    return env["runwell.handover"]._as_machine().create({
        "partner_id": customer.id, "company_id": company.id, "reason": "Agreed",
    })


def _relation(env, customer, company):
    return env["runwell.relation"]._as_machine().create({
        "partner_id": customer.id, "company_id": company.id,
    })


def _suggestion(env, customer, company):
    product = env["product.product"].search([("name", "=", "Widget")], limit=1)
    return env["runwell.suggestion"]._as_machine().create({
        "partner_id": customer.id, "company_id": company.id, "product_id": product.id,
        "place": "order", "kind": "new", "first_shown_on": AS_OF, "last_shown_on": AS_OF,
    })


def _breadth(env, customer, company):
    """Its rows are those of the scores of customers who bought something."""
    score = env["runwell.score"].search([
        ("partner_id", "=", customer.id), ("company_id", "=", company.id),
    ])
    score._as_machine().product_count = 1
    return env["runwell.product.breadth"].browse(score.id)


def _affinity(env, company):
    product, other = env["product.product"].create([{"name": "Tea"}, {"name": "Cups"}])
    return env["runwell.product.affinity"]._as_machine().create({
        "company_id": company.id, "product_id": product.id, "other_product_id": other.id,
        "kind": "together", "as_of": "2024-06-30",
    })


def _demand(env, company):
    return env["runwell.product.demand"]._as_machine().create({
        "company_id": company.id, "product_id": env["product.product"].create({"name": "Tea"}).id,
        "as_of": "2024-06-30",
    })


#: A row of a customer in a company.
OF_CUSTOMER = {
    "runwell.interaction": _interaction,
    "runwell.handover": _handover,
    "runwell.relation": _relation,
    "runwell.suggestion": _suggestion,
    "runwell.product.breadth": _breadth,
}

#: A row of a company.
OF_COMPANY = {
    "runwell.grade": lambda env, company: env["runwell.grade"].create({
        "name": "Gold", "company_id": company.id,
    }),
    "runwell.channel": lambda env, company: env["runwell.channel"].create({
        "name": "Pigeon", "company_id": company.id,
    }),
    "runwell.relationship.type": lambda env, company: env["runwell.relationship.type"].create({
        "name": "Close", "code": "partnership", "level": 5, "company_id": company.id,
    }),
    "runwell.product.affinity": _affinity,
    "runwell.product.demand": _demand,
}
