"""The past of the churn alerts: warnings of the last months, and what people did about them.

The warnings and the win-backs are the scoring's own, as of past days, so that every figure
has its orders. What people did is written by the machine, dated when it was done.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from .customer_table import CUSTOMERS
from .people import SUPERVISOR

#: The past days, counted back from today, as of which customers are scored and warned about.
AGES = (112, 70, 49, 35, 21, 7)


class Measure(NamedTuple):
    """Something that was tried."""

    after: int  # days after the warning
    kind: str
    text: str
    cost: float = 0
    next_in: int = 0  # days from today to the next step (0: none)


class Story(NamedTuple):
    """What people did about the warning of a customer; won back comes by itself."""

    measures: tuple = ()
    outcome: str = ""  # propose, lost or false_alarm
    after: int = 0  # days after the warning
    reason: str = ""  # the end of the reason's external id
    words: str = ""


STORIES = {
    "Sound Transit Cafés": Story((
        Measure(3, "call", "New purchasing manager. Compares prices until the end of the month."),
        Measure(5, "offer", "Offered 4 % on the house blend for a year.", 120, next_in=4),
    )),
    "上海静安咖啡文化有限公司": Story(
        (
            Measure(2, "call", "They moved their cafés to a supplier with its own roastery."),
            Measure(9, "visit", "Lunch with the owner. The contract is signed for two years.", 240),
        ),
        "propose", 12, "competitor", "Two-year contract elsewhere; ask again before it ends.",
    ),
    "Marina Bay Suites": Story((
        Measure(4, "payment", "Agreed to pay the open invoices in two parts.", next_in=9),
    )),
    "Windy City Workspaces": Story((
        Measure(6, "email", "Sent the new office list. No answer yet.", next_in=-3),
    )),
    "Camden Lock Kitchens": Story((
        Measure(5, "visit", "Menu changes in spring; wants samples of two single origins.", 45,
                next_in=6),
    )),
    "成都锦里茶馆": Story((
        Measure(7, "call", "Stock lasts for another month, they say.", next_in=2),
    )),
    "Beacon Books & Beans": Story((
        Measure(4, "email", "Sent the reading-week offer.", next_in=12),
    )),
    "Southbank Larder": Story(
        (Measure(3, "call", "The shop is being wound up."),), "lost", 6, "closed",
    ),
    "Gastown Grocers": Story(
        (
            Measure(2, "call", "Unhappy with two late deliveries."),
            Measure(5, "complaint", "Credited the freight and named a contact.", 85),
        ),
        "lost", 40, "service", "Stays with the other wholesaler.",
    ),
    "Cambridge Faculty Club": Story(
        outcome="false_alarm", after=5, reason="project", words="Buys for conferences only.",
    ),
    "广州珠江新城办公服务": Story(
        outcome="false_alarm", after=9, reason="project", words="Fits out one floor a year.",
    ),
    "Grachten Boutique Hotel": Story(
        outcome="false_alarm", after=3, reason="seasonal", words="Closed for the winter.",
    ),
    "Pike Street Kitchens": Story((
        Measure(2, "call", "Their roaster was broken; back in two weeks."),
        Measure(6, "offer", "Lent them a grinder.", 60),
    )),
    "杭州西湖茶舍": Story((Measure(3, "visit", "Tasted the spring teas together.", 95),)),
}

#: What people say of customers: lifecycle ("" none), muted, days from today, reason.
SAID = {
    "Liffey House Hotels": ("", True, 45, "The kitchens are rebuilt until the summer"),
    "Cambridge Faculty Club": ("active", True, 60, "Orders with the next conference, in spring"),
}


def is_told(env):
    """Return whether there are alerts of the demo's customers already."""
    return bool(env["runwell.churn.alert"].search_count(
        [("partner_id.ref", "in", [customer.ref for customer in CUSTOMERS])], limit=1,
    ))


def tell(env, today):
    """Score and warn as of the past days, then do what people did."""
    for age in AGES:
        env["runwell.score"]._run_scoring(as_of=today - timedelta(days=age))
        env["runwell.churn.alert"]._raise_alerts()
    alerts = _last_alerts(env)
    supervisor = env["res.users"].search([("login", "=", SUPERVISOR)])
    for name, story in STORIES.items():
        if alert := alerts.get(name):
            _act(alert, story, today, supervisor)
    for name, said in SAID.items():
        _say(env, name, said, today, supervisor)


def _last_alerts(env):
    """Return the newest alert by the customer's name."""
    refs = [customer.ref for customer in CUSTOMERS]
    found = env["runwell.churn.alert"].search(
        [("partner_id.ref", "in", refs), ("kind", "=", "customer")], order="id",
    )
    return {alert.partner_id.name: alert for alert in found}


def _act(alert, story, today, supervisor):
    """Record the measures of a story and what came of it, none after today."""
    last = alert.closed_on or today
    owner = alert.user_id or supervisor
    days = []
    for measure in story.measures:
        day = min(alert.raised_on + timedelta(days=measure.after), last)
        days.append(day)
        alert.env["runwell.churn.measure"]._as_machine().create({
            "alert_id": alert.id, "kind": measure.kind, "description": measure.text,
            "cost": measure.cost, "user_id": owner.id,
            "date": datetime.combine(day, time(10)),
            "next_date": measure.next_in and today + timedelta(days=measure.next_in),
        })
    values = {"worked_on": days[0]} if days else {}
    day = min(alert.raised_on + timedelta(days=story.after), last)
    reason = story.reason and alert.env.ref(f"crm_runwell.churn_reason_{story.reason}").id
    if story.outcome:
        values |= {"reason_id": reason, "reason": story.words}
    if story.outcome == "propose":
        values |= {"loss_proposed_by_id": owner.id, "loss_proposed_on": day}
    elif story.outcome:
        closer = supervisor if story.outcome == "lost" else owner
        values |= {"state": story.outcome, "closed_on": day, "closed_by_id": closer.id}
    alert._as_machine().write(values)
    if story.outcome == "propose":
        alert._ask_to_confirm()
    elif story.outcome:
        alert._end_work()


def _say(env, name, said, today, supervisor):
    """Let the supervisor say something of a customer."""
    lifecycle, is_muted, days, reason = said
    partner = env["res.partner"].search([("name", "=", name), ("is_company", "=", True)], limit=1)
    env["runwell.override"]._as_machine().create({
        "partner_id": partner.id, "company_id": env.ref("base.main_company").id,
        "lifecycle": lifecycle, "is_muted": is_muted, "reason": reason,
        "until": today + timedelta(days=days), "user_id": supervisor.id,
    })
