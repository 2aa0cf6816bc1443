"""Customer service of the demo: agents, teams, tags, canned answers, the portal's customer."""

from odoo import Command

from . import service_requests
from .customer_table import CUSTOMERS
from .service_table import CANNED, PORTAL_CUSTOMER, TAGS

MANAGER = "eva.service"
AGENTS = ("ann.service", "ben.service")
#: login: (name, groups)
USERS = {
    "ann.service": ("Ann Becker", ["crm_runwell.group_service_user"]),
    "ben.service": ("Ben Zhou", ["crm_runwell.group_service_user"]),
    MANAGER: ("Eva Lindqvist", ["crm_runwell.group_service_manager"]),
}
PORTAL_LOGIN = "portal.demo"


def is_loaded(env):
    """Tell whether the requests of the demo are there."""
    return bool(env["runwell.request"].sudo().search_count(
        [("commercial_partner_id.ref", "in", [customer.ref for customer in CUSTOMERS])], limit=1,
    ))


def create(env, companies):
    """Create everything about service for both companies; return the requests."""
    users = _users(env, companies)
    partners = _partners(env)
    _portal_user(env, partners[PORTAL_CUSTOMER])
    teams = {company: _team(env, company, users) for company in companies}
    tags = {company: _tags(env, company) for company in companies}
    for company in companies:
        _canned_answers(env, company, tags[company])
    return service_requests.create(env, users, partners, teams, tags)


# People


def _users(env, companies):
    """Return the agents and their manager by login; after an uninstall they are still there."""
    found = {
        user.login: user for user in env["res.users"].search([("login", "in", list(USERS))])
    }
    for login, (name, groups) in USERS.items():
        rights = [Command.link(env.ref(group).id) for group in groups]
        if login in found:
            found[login].group_ids = rights
            continue
        found[login] = env["res.users"].create({
            "name": name, "login": login, "password": login, "email": f"{login}@example.com",
            "company_id": companies[0].id, "company_ids": [Command.set(companies.ids)],
            "group_ids": rights, "notification_type": "inbox",
        })
    return found


def _partners(env):
    """Return the demo's customers by name."""
    return {
        partner.name: partner
        for partner in env["res.partner"].search(
            [("ref", "in", [customer.ref for customer in CUSTOMERS])]
        )
    }


def _portal_user(env, partner):
    """Give a contact of one customer an access to the portal; the password is the login."""
    if env["res.users"].search_count([("login", "=", PORTAL_LOGIN)], limit=1):
        return
    contact = partner.child_ids.filtered(lambda child: child.type == "contact")[:1]
    env["res.users"].create({
        "partner_id": contact.id, "login": PORTAL_LOGIN, "password": PORTAL_LOGIN,
        "group_ids": [Command.set(env.ref("base.group_portal").ids)],
    })


def _team(env, company, users):
    """Return the company's default team, with agents and a leader."""
    team = env["runwell.service.team"]._default_of(company)
    team.write({
        "member_ids": [Command.set([users[login].id for login in AGENTS])],
        "leader_id": users[MANAGER].id,
    })
    return team


# Words


def _tags(env, company):
    """Return the tags of a company by name."""
    tags = env["runwell.request.tag"].create([
        {"name": name, "color": color, "company_id": company.id} for name, color in TAGS.items()
    ])
    return {tag.name: tag for tag in tags}


def _canned_answers(env, company, tags):
    env["runwell.canned.answer"].create([
        {
            "name": name, "body": body, "request_type": kind or False, "company_id": company.id,
            "tag_ids": [Command.link(tags[tag].id)] if tag else False,
        }
        for name, kind, tag, body in CANNED
    ])
