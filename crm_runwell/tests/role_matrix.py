"""Role × model × operation, as DOMAIN.md has them: what test_roles looks at."""

ROLES = {
    "account manager": "sales_team.group_sale_salesman",
    "all documents": "sales_team.group_sale_salesman_all_leads",
    "supervisor": "sales_team.group_sale_manager",
    "service agent": "crm_runwell.group_service_user",
    "service manager": "crm_runwell.group_service_manager",
    "finance": "account.group_account_invoice",
    "executive": "crm_runwell.group_executive",
    "administrator": "base.group_system",
    "employee": "base.group_user",
    "portal": "base.group_portal",
}

#: Whose rows of the company a role reads and writes: "own" customers', "all", or none (""); a
#: customer may ask, and finds none of others' ("none").
#: Nobody creates or deletes, except as MAKERS has it. A role that is not named has no access.
MATRIX = {
    "runwell.score": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.score.history": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.churn.alert": {
        "account manager": ("own", "own"), "all documents": ("all", "all"),
        "supervisor": ("all", "all"), "finance": ("all", ""), "executive": ("all", ""),
        "service agent": ("own", ""), "service manager": ("own", ""),
    },
    "runwell.churn.measure": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "finance": ("all", ""), "executive": ("all", ""),
        "service agent": ("own", ""), "service manager": ("own", ""),
    },
    "runwell.churn.ledger": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.override": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.churn.reason": {
        "account manager": ("all", ""), "all documents": ("all", ""),
        "supervisor": ("all", "all"), "finance": ("all", ""), "executive": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""),
    },
    "runwell.alert.rule": {
        "supervisor": ("all", "all"), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.retention.policy": {
        "supervisor": ("all", "all"), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.scoring.model": {
        "supervisor": ("all", ""), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.score.refresh": {"administrator": ("all", "")},
    "runwell.prediction": {"supervisor": ("all", ""), "executive": ("all", "")},
    "runwell.backtest": {
        "supervisor": ("all", "all"), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.backtest.result": {
        "supervisor": ("all", "all"), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.request": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", "own"), "service manager": ("all", "all"),
        "finance": ("all", ""), "executive": ("all", ""), "portal": ("none", ""),
    },
    "runwell.service.team": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", "all"), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.request.tag": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", "all"), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.canned.answer": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", "all"), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.sla.policy": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", "all"), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.sla.status": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.grade": {
        "account manager": ("all", ""), "all documents": ("all", ""),
        "supervisor": ("all", "all"), "service agent": ("all", ""),
        "service manager": ("all", ""), "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.channel": {
        "account manager": ("all", ""), "all documents": ("all", ""),
        "supervisor": ("all", "all"), "service agent": ("all", ""),
        "service manager": ("all", ""), "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.relationship.type": {
        "account manager": ("all", ""), "all documents": ("all", ""),
        "supervisor": ("all", "all"), "service agent": ("all", ""),
        "service manager": ("all", ""), "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.handover": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.relation": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.duplicate": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
    },
    "runwell.relationship.matrix": {
        "supervisor": ("all", "all"), "executive": ("all", ""),
    },
    "runwell.spend.estimate": {
        "account manager": ("own", ""), "all documents": ("all", ""),
        "supervisor": ("all", "all"),
        "service agent": ("all", ""), "service manager": ("all", ""), "finance": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.interaction": {
        "account manager": ("all", "own"), "all documents": ("all", "all"),
        "supervisor": ("all", "all"), "service agent": ("all", ""),
        "service manager": ("all", ""), "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.lead.assignment": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.pool": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.pool.policy": {
        "supervisor": ("all", "all"), "executive": ("all", ""), "administrator": ("all", "all"),
    },
    "runwell.pool.notice": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.contact.role": {
        "account manager": ("all", "own"), "all documents": ("all", "all"),
        "supervisor": ("all", "all"), "service agent": ("all", ""),
        "service manager": ("all", ""), "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.referral": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "finance": ("all", ""), "executive": ("all", ""),
    },
    "runwell.suggestion": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.product.breadth": {
        "account manager": ("own", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "executive": ("all", ""),
    },
    "runwell.product.affinity": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "executive": ("all", ""),
    },
    "runwell.product.demand": {
        "account manager": ("all", ""), "all documents": ("all", ""), "supervisor": ("all", ""),
        "service agent": ("all", ""), "service manager": ("all", ""), "executive": ("all", ""),
    },
}

#: Who creates and deletes.
MAKERS = {
    "runwell.churn.reason": {"supervisor"},
    "runwell.backtest": {"supervisor", "administrator"},
    "runwell.backtest.result": {"supervisor", "administrator"},
    "runwell.request": {
        "account manager", "all documents", "supervisor", "service agent", "service manager",
    },
    "runwell.service.team": {"service manager"},
    "runwell.request.tag": {"service manager"},
    "runwell.canned.answer": {"service manager"},
    "runwell.sla.policy": {"service manager"},
    "runwell.grade": {"supervisor"},
    "runwell.channel": {"supervisor"},
    "runwell.interaction": {
        "account manager", "all documents", "supervisor", "service agent", "service manager",
    },
    "runwell.contact.role": {"account manager", "all documents", "supervisor"},
}

#: Who creates, and never deletes.
CREATORS = {
    "runwell.churn.measure": {"account manager", "all documents", "supervisor"},
    "runwell.override": {"account manager", "all documents", "supervisor"},
    "runwell.spend.estimate": {"account manager", "all documents", "supervisor"},
}

#: Who deletes, where not all who create do.
DELETERS = {
    "runwell.request": {"service manager"},
    "runwell.interaction": {"supervisor"},
}

#: Models of which a company has rows of its own, not its customers.
OF_COMPANY = (
    "runwell.scoring.model", "runwell.backtest", "runwell.backtest.result",
    "runwell.churn.reason", "runwell.alert.rule", "runwell.retention.policy",
    "runwell.service.team", "runwell.request.tag", "runwell.canned.answer",
    "runwell.sla.policy", "runwell.grade", "runwell.channel", "runwell.relationship.type",
    "runwell.pool", "runwell.pool.policy",
    "runwell.relationship.matrix",
    "runwell.product.affinity", "runwell.product.demand",
)

#: Models whose rows may belong to all companies: those are not looked at here.
SHARED = (
    "runwell.churn.reason", "runwell.grade", "runwell.channel", "runwell.relationship.type",
    "runwell.duplicate",
)

#: Where the customer of a row is kept, if not in partner_id.
CUSTOMER = {
    "runwell.sla.status": "request_id.partner_id",
    "runwell.lead.assignment": "lead_id.partner_id",
}

#: Who sees margins.
MARGIN = {"supervisor", "finance", "executive"}

#: Models whose rows are those of other models, with their rights: looked at in
#: test_timeline_rights.
OF_OTHERS = {"runwell.timeline"}
