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
    # The interaction has made it already.
    values = {"partner_id": customer.id, "company_id": company.id}
    found = env["runwell.relation"].search([(name, "=", id_) for name, id_ in values.items()])
    return found or env["runwell.relation"]._as_machine().create(values)


#: A row of a customer in a company.
OF_CUSTOMER = {
    "runwell.interaction": _interaction,
    "runwell.handover": _handover,
    "runwell.relation": _relation,
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
}
