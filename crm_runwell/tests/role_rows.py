"""The rows that test_roles looks at, for models whose rows are made alike: model → how."""


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


def _matrix(env, company):
    cells = env["runwell.relationship.matrix"]._of(company).with_env(env)
    cells[1:].unlink()
    return cells[:1]


#: A row of a customer in a company.
OF_CUSTOMER = {
    "runwell.interaction": _interaction,
    "runwell.handover": _handover,
    "runwell.relation": _relation,
    "runwell.spend.estimate": _estimate,
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
    "runwell.relationship.matrix": _matrix,
}
