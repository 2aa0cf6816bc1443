"""Prospects before they are customers: unassigned, developed by a plan, won, and failed."""

from datetime import timedelta
from random import Random
from typing import NamedTuple

from odoo.tools import SQL

from .orders import moment
from .people import SUPERVISOR

SOURCES = {"fair": "Trade fair", "web": "Website", "referral": "Recommendation"}
BEHAVIOUR_WON = "new"


class Prospect(NamedTuple):
    name: str
    contact: str
    subject: str
    source: str
    age: int  # days since it came in
    revenue: int
    login: str = ""  # who develops it; empty: nobody yet
    results: tuple = ()  # what came of the first steps of the plan
    lost: str = ""  # the reason, by its external id


PROSPECTS = (
    Prospect("Harbor Lights Hotel", "Grace Moore", "Coffee for 120 rooms", "web", 1, 9000),
    Prospect("杭州西溪茶空间", "沈悦", "茶叶与咖啡供应", "web", 2, 12000),
    Prospect("Café Morgenrot", "Jonas Weber", "Second roast for the weekend", "fair", 4, 3500),
    Prospect("Juniper Bakery", "Ella Stone", "Espresso for three shops", "referral", 6, 6200),
    Prospect("Pension Alpenblick", "Lisa Huber", "Breakfast coffee", "fair", 18, 2800),
    Prospect("Riverside Rowing Club", "", "Club house machine", "web", 26, 1500),
    Prospect("南京钟山图书馆", "陆远", "阅览室咖啡角", "web", 70, 4000),
    Prospect(
        "Copper Kettle Inns", "Martin Hale", "House blend for nine inns", "fair", 16, 18000,
        "mia.sales", (
            "Buys from a wholesaler, not happy with late deliveries. The owner decides. Visit "
            "agreed.",
            "Tasted three roasts with the owner and the head waiter: the dark one won.",
        ),
    ),
    Prospect(
        "Lakeside Conference Centre", "Priya Nair", "Coffee for conferences", "web", 9, 14000,
        "tom.sales", ("Two buyers; the caterer uses it. Wants an offer with cups and service.",),
    ),
    Prospect(
        "苏州金鸡湖书店", "顾青", "书店咖啡吧", "referral", 12, 7600, "lin.sales",
        ("由店长决定，每月约三十公斤，目前从网上采购。", "送去四款样品，店员最喜欢云南水洗。"),
    ),
    Prospect("Bright & Early Diners", "Carl Fox", "Filter coffee, six diners", "fair", 20, 11000,
             "tom.sales", ("No time before the holidays, call again in two weeks.",)),
    Prospect("Teehaus am Dom", "Anna Kurz", "Green teas", "web", 3, 4200, "mia.sales"),
    Prospect(
        "Granite Climbing Halls", "Ivo Brandt", "Coffee corner in four halls", "web", 55, 5000,
        "mia.sales", ("Interested, asked for prices.", "They want machines for free as well."),
        "crm.lost_reason_1",
    ),
    Prospect(
        "Old Town Cinemas", "Rita Gomez", "Bean to cup for foyers", "fair", 80, 8000, "tom.sales",
        ("Needs 200 kg in the first week.",), "crm.lost_reason_3",
    ),
    Prospect(
        "无锡太湖游艇会", "蒋波", "会所用茶", "referral", 64, 9500, "lin.sales",
        ("对方要求全年派驻咖啡师。",), "crm.lost_reason_2",
    ),
)


def create(env, today, world, customers, users, team):
    """Create the prospects; let those of the pipeline be assigned by the supervisor too."""
    sources = {
        key: env["utm.source"].create({"name": name}) for key, name in SOURCES.items()
    }
    leads = env["crm.lead"].create([
        _vals(prospect, world, sources, users, team) for prospect in PROSPECTS
    ])
    days = [moment(today, prospect.age, Random(prospect.name)) for prospect in PROSPECTS]
    _make_plans(env, today, leads, users)
    won = _win(env, world, customers, team, sources)
    for lead, prospect in zip(leads, PROSPECTS, strict=True):
        if prospect.lost:
            reason = env.ref(prospect.lost, raise_if_not_found=False)
            reason = reason or env["crm.lost.reason"].search([], limit=1)
            lead.action_set_lost(lost_reason_id=reason.id)
    env.flush_all()
    for lead, day in zip(leads, days, strict=True):
        _date(env, lead, day)
    for lead in won:
        _date(env, lead, moment(today, 90, Random(lead.name)))
    _assigned_by_the_supervisor(env, users[SUPERVISOR])
    env.invalidate_all()


def _vals(prospect, world, sources, users, team):
    """Return the values of one prospect."""
    return {
        "name": f"{prospect.name}: {prospect.subject}",
        "type": "opportunity",
        "partner_name": prospect.name,
        "contact_name": prospect.contact,
        "source_id": sources[prospect.source].id,
        "expected_revenue": prospect.revenue,
        "user_id": users[prospect.login].id if prospect.login else False,
        "team_id": team.id,
        "company_id": world.main.id,
    }


def _make_plans(env, today, leads, users):
    """Give those that somebody develops their plan: the first steps are done, with results."""
    plan = env.ref("crm_runwell.plan_develop")
    model = env["ir.model"]._get_id("crm.lead")
    vals, done = [], []
    for lead, prospect in zip(leads, PROSPECTS, strict=True):
        if not prospect.login:
            continue
        start = today - timedelta(days=max(prospect.age - 1, 0))
        for number, template in enumerate(plan.template_ids):
            result = prospect.results[number] if number < len(prospect.results) else False
            if prospect.lost and not result:
                break
            due = template._get_date_deadline(start)
            vals.append({
                "res_model_id": model, "res_id": lead.id,
                "activity_type_id": template.activity_type_id.id, "summary": template.summary,
                "note": template.note, "user_id": users[prospect.login].id,
                "date_deadline": due if result else max(due, today - timedelta(days=2)),
                "feedback": result, "active": not result, "runwell_plan_id": plan.id,
            })
            done.append(min(due, today) if result else None)
    items = env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals)
    items.flush_recordset()
    for item, day in zip(items, done, strict=True):
        if day:
            env.cr.execute(SQL(
                "UPDATE mail_activity SET date_done = %s WHERE id = %s", day, item.id,
            ))


def _win(env, world, customers, team, sources):
    """Create the opportunities that made the newest customers, won."""
    won = env["crm.stage"].search([("is_won", "=", True), ("team_ids", "=", False)], limit=1)
    newest = [
        partner for customer, partner in customers.items()
        if customer.behaviour == BEHAVIOUR_WON and customer.company == "main"
    ][:3]
    if not won:
        return env["crm.lead"]
    return env["crm.lead"].create([
        {
            "name": f"{partner.name}: first order",
            "type": "opportunity",
            "partner_id": partner.id,
            "source_id": sources["fair"].id,
            "user_id": partner.user_id.id,
            "team_id": team.id,
            "company_id": world.main.id,
            "stage_id": won.id,
            "expected_revenue": 5000,
        }
        for partner in newest
    ])


def _date(env, lead, day):
    """Let a prospect have come in on ``day``."""
    env.cr.execute(SQL("UPDATE crm_lead SET create_date = %s WHERE id = %s", day, lead.id))


def _assigned_by_the_supervisor(env, supervisor):
    """Let what the demo assigned have been assigned by the supervisor, a day after it came."""
    root = env.ref("base.user_root").id
    env.cr.execute(SQL(
        """UPDATE crm_lead
              SET runwell_assigned_by_id = %(supervisor)s, date_open = assigned.moment,
                  runwell_assigned_on = assigned.moment
             FROM (SELECT id, least(create_date + interval '18 hours', now() AT TIME ZONE 'UTC')
                          AS moment FROM crm_lead) assigned
            WHERE assigned.id = crm_lead.id AND user_id IS NOT NULL
              AND runwell_assigned_by_id = %(root)s""",
        supervisor=supervisor.id, root=root,
    ))
    env.cr.execute(SQL(
        """UPDATE runwell_lead_assignment a
              SET user_id = %(supervisor)s, date = l.runwell_assigned_on
             FROM crm_lead l
            WHERE l.id = a.lead_id AND a.user_id = %(root)s
              AND l.runwell_assigned_by_id = %(supervisor)s""",
        supervisor=supervisor.id, root=root,
    ))
