"""The customer pool, changes of account manager, roles in the purchase and referrers.

What people did is written by the machine, dated when it was done.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from ..models.runwell_handover import TOLD
from .people import SUPERVISOR

#: After so many days without contact and order a customer goes to the pool.
DAYS_UNTOUCHED = 120
#: Customers who are there long enough to be announced for the pool, with their age in days.
LONG_THERE = {
    "广州珠江新城办公服务": 600, "Zürich Charity Run": 400, "Shoreditch Desk Club": 700,
}  # fmt: skip


class Change(NamedTuple):
    """A change of account manager; the last one of a customer says who has it now."""

    ago: int  # days before today
    customer: str
    former: str  # logins; empty: the pool
    new: str
    kind: str
    reason: str


CHANGES = (
    Change(212, "Princes Street Tea Company", "lin.sales", "mia.sales", "handover",
           "Edinburgh goes to the colleague who looks after Britain."),
    Change(160, "厦门鼓浪屿民宿管理有限公司", "tom.sales", "lin.sales", "handover",
           "Wants to be called in Chinese."),
    Change(96, "Polanco Wedding Studio", "tom.sales", "", "pooled",
           "No contact and no order for too long; announced 7 days before."),
    Change(74, "Brooklyn Film Week", "tom.sales", "", "pooled",
           "No contact and no order for too long; announced 7 days before."),
    Change(61, "Grand Canal Hotel Group", "tom.sales", "mia.sales", "handover",
           "They asked for somebody in their own time zone."),
    Change(44, "Riverbend Bakery", "mia.sales", "", "pooled",
           "No contact and no order for too long; announced 7 days before."),
    Change(31, "Riverbend Bakery", "", "tom.sales", "claimed", "Claimed from the customer pool."),
    Change(26, "Texas Tech Summit", "tom.sales", "", "pooled",
           "One conference, and none planned this year. Somebody else may try."),
    Change(9, "北京国际茶博会", "lin.sales", "", "pooled",
           "The fair is over; the organisers have changed."),
)  # fmt: skip

#: Customer: the roles of its contacts, first and second: role, influence, what matters.
PEOPLE = {
    "Blue Heron Coffee House": (("decides", "3", "Decides on taste, not on price."),),
    "Cedar & Pine Hotels": (
        ("decides", "3", "Signs the yearly contract in December."),
        ("influences", "2", "Runs the tastings with the chefs."),
    ),
    "Grand Canal Hotel Group": (
        ("decides", "2", ""), ("uses", "1", "Orders every second week for four houses."),
    ),
    "Sound Transit Cafés": (("uses", "1", ""), ("influences", "3", "New in purchasing.")),
    "Kaffeehaus Lindner": (("refers", "3", "Knows every coffee house of the district."),),
    "上海云栖茶业有限公司": (("decides", "3", "先看样品，再谈价格。"),),
    "杭州西湖茶舍": (("influences", "2", "负责新品选茶。"),),
}

#: Referrer: the customers who came through it.
REFERRED = {
    "Blue Heron Coffee House": ("Pearl District Deli", "Third Street Roasters"),
    "Kaffeehaus Lindner": ("Neubau Kaffeehaus", "Limmat Bistro Gruppe"),
    "上海云栖茶业有限公司": (
        "杭州西湖茶舍", "深圳前海咖啡连锁有限公司", "厦门鼓浪屿民宿管理有限公司",
    ),
}  # fmt: skip
#: Referrer: the prospect whose opportunity it brought.
REFERRED_LEADS = {
    "Blue Heron Coffee House": "Old Port Brewing", "Cedar & Pine Hotels": "Great Lakes Cinemas",
}


def is_told(env):
    """Return whether the pool of the demo was told already."""
    return bool(env["runwell.handover"].search([], limit=1))


def tell(env, today, companies):
    """Set the rule, tell who had whom, who has a say and who brought whom."""
    for company in companies:
        env["runwell.pool.policy"]._of(company).days_untouched = DAYS_UNTOUCHED
    named = {
        partner.name: partner for partner in env["res.partner"].search([
            ("is_company", "=", True), ("ref", "like", "RW%"),
        ])
    }
    _change_managers(env, today, named)
    _introduce(env, named)
    _refer(env, named)
    for name, days in LONG_THERE.items():
        env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [datetime.combine(today - timedelta(days=days), time(9)), named[name].id],
        )
    env.invalidate_all()
    env["runwell.pool.notice"]._run(tell=False)


def _change_managers(env, today, named):
    """Record the changes, and give each customer the manager of the last one."""
    users = {
        user.login: user for user in env["res.users"].search([("login", "like", "%.sales")])
    }
    nobody = env["res.users"]
    env["runwell.handover"]._as_machine().create([
        {
            "partner_id": named[change.customer].id,
            "company_id": env.ref("base.main_company").id,
            "date": datetime.combine(today - timedelta(days=change.ago), time(11)),
            "previous_user_id": users.get(change.former, nobody).id,
            "new_user_id": users.get(change.new, nobody).id,
            "user_id": _who(env, users, change).id,
            "kind": change.kind, "reason": change.reason,
        }
        for change in CHANGES
    ])
    last = {change.customer: users.get(change.new, nobody) for change in CHANGES}
    for name, user in last.items():
        people = named[name] | named[name].child_ids
        people.with_context(runwell_handover=TOLD).write({"user_id": user.id})


def _who(env, users, change):
    """Return who made a change: the rule, whoever claimed, or the supervisor."""
    if change.kind == "claimed":
        return users[change.new]
    if change.reason.startswith("No contact"):
        return env.ref("base.user_root")
    return users[SUPERVISOR]


def _introduce(env, named):
    """Say which part the contacts of some customers play."""
    env["runwell.contact.role"].create([
        {
            "partner_id": named[name].id, "contact_id": contact.id, "role": role,
            "influence": influence, "note": note, "company_id": env.ref("base.main_company").id,
        }
        for name, roles in PEOPLE.items()
        for contact, (role, influence, note) in zip(
            named[name].child_ids.filtered(lambda child: child.type == "contact").sorted("id"),
            roles, strict=False,
        )
    ])


def _refer(env, named):
    """Say who brought which customers and opportunities."""
    for referrer, names in REFERRED.items():
        for name in names:
            named[name].runwell_referrer_id = named[referrer]
    for referrer, name in REFERRED_LEADS.items():
        env["crm.lead"].search([
            ("partner_id", "=", named[name].id),
        ]).runwell_referrer_id = named[referrer]
