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
    env["runwell.relation"]._refresh(company, customer.ids)


def _estimate(env, customer, company):
    return env["runwell.spend.estimate"].sudo().create({
        "partner_id": customer.id, "company_id": company.id, "amount": 1000,
        "source": "The buyer", "date": "2024-06-01",
    })


def _duplicate(env, customer, company):
    other = env["res.partner"].create({"name": customer.name})
    return env["runwell.duplicate"]._as_machine().create({
        "partner_id": customer.id, "other_id": other.id, "company_id": company.id,
        "reasons": "name", "score": 50,
    })


def _lead_assignment(env, customer, company):
    return env["crm.lead"].with_company(company).create({
        "name": "Prospect", "partner_id": customer.id, "company_id": company.id, "team_id": False,
        "user_id": (customer.user_id or env.user).id,
    }).runwell_assignment_ids


def _notice(env, customer, company):
    return env["runwell.pool.notice"]._as_machine().create({
        "partner_id": customer.id, "company_id": company.id, "announced_on": "2024-06-01",
        "pool_on": "2024-06-08", "user_id": (customer.user_id or env.user).id,
    })


def _contact_role(env, customer, company):
    return env["runwell.contact.role"].create({
        "partner_id": customer.id, "company_id": company.id, "contact_id": customer.id,
    })


def _referral(env, customer, company):
    """Let the customer bring another one, which is nobody's and bought nothing."""
    env["res.partner"].create({
        "name": "Referred", "company_id": company.id, "runwell_referrer_id": customer.id,
    })


def _matrix(env, company):
    cells = env["runwell.relationship.matrix"]._of(company).with_env(env)
    cells[1:].unlink()
    return cells[:1]


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
    score._as_machine().product_count_12m = 1
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
    "runwell.duplicate": _duplicate,
    "runwell.lead.assignment": _lead_assignment,
    "runwell.pool.notice": _notice,
    "runwell.contact.role": _contact_role,
    "runwell.referral": _referral,
    "runwell.spend.estimate": _estimate,
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
    "runwell.pool.policy": lambda env, company: (
        env["runwell.pool.policy"]._of(company).with_env(env)
    ),
    # The one customer that is nobody's.
    "runwell.pool": lambda env, company: env["runwell.pool"].search([
        ("company_id", "=", company.id),
    ]),
    "runwell.relationship.matrix": _matrix,
    "runwell.product.affinity": _affinity,
    "runwell.product.demand": _demand,
}
