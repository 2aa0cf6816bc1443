"""Talks with the demo's customers over the last months: who called, visited or wrote, and why."""

from random import Random
from typing import NamedTuple

from .companies import find_second
from .customer_table import CITIES, CUSTOMERS
from .orders import moment
from .people import SUPERVISOR

#: Days since the last talk, by how they buy; whoever is not named was talked with lately.
SILENT = {"stopped": (34, 75), "fading": (20, 55), "one_off": (60, 120), "two_orders": (40, 100)}
LATELY = (2, 24)
#: Every second customer has been let slip: where there is a contact rule, it is broken.
SLIPPED, SLIPPED_EVERY = (75, 165), 2
#: No talk of the demo is older.
OLDEST = 180


class Talk(NamedTuple):
    """Something that was talked about."""

    channel: str  # the end of the channel's external id
    direction: str
    name: str
    note: str = ""
    place: str = ""


TALKS = (
    Talk("phone", "out", "Asked how the last delivery went",
         "All arrived in time. Two bags of the house blend had loose seams; credited."),
    Talk("phone", "in", "Wanted the new price list",
         "Compares us with a supplier in town. Sent the list and our freight terms."),
    Talk("visit", "out", "Tasted the new harvest together",
         "Liked the washed Ethiopian. Will try 5 kg on the filter bar.", "Their café"),
    Talk("visit", "out", "Looked at the grinder",
         "Burrs are worn out. Offered a set, fitted with the next delivery.", "At the customer's"),
    Talk("email", "out", "Sent the offer for the quarter"),
    Talk("email", "in", "Asked for organic certificates", "For their own audit. Sent both."),
    Talk("message", "in", "Out of decaf before the weekend", "Sent ten bags by express."),
    Talk("message", "out", "Told them the container is late", "They can wait a week."),
    Talk("exhibition", "in", "Came to our stand",
         "The owner brought the new head of purchasing. Interested in tea.", "Coffee fair, hall 4"),
    Talk("direct_mail", "out", "Sent the sample box of the season"),
    Talk("phone", "out", "Agreed on the volume for next year",
         "About the same, one more branch from spring on."),
    Talk("web", "out", "Showed the ordering portal by video", "They will order there from now on."),
)
CHINESE_TALKS = (
    Talk("phone", "out", "回访上次到货情况", "货已齐，包装完好；希望下次提前一天送到。"),
    Talk("phone", "in", "询问新价格表", "正在与本地供应商比价，已发送价格表和运费条款。"),
    Talk("visit", "out", "一起品鉴今年春茶", "老板喜欢明前龙井，先订两箱试卖。", "客户门店"),
    Talk("visit", "out", "拜访采购负责人", "明年用量大致不变，春天新开一家分店。", "客户办公室"),
    Talk("message", "in", "周末前急需补货", "已安排快递，次日送达。"),
    Talk("email", "out", "发送季度报价"),
    Talk("exhibition", "in", "到访我司展位", "带来新任采购经理，对茶礼盒感兴趣。", "茶博会3号馆"),
)


def is_told(env):
    """Return whether talks with the demo's customers are there already."""
    return bool(env["runwell.interaction"].search_count(
        [("commercial_partner_id.ref", "in", [customer.ref for customer in CUSTOMERS]),
         ("origin", "=", "hand")], limit=1,
    ))


def create(env, today):
    """Create the talks of all customers, the same every time; return them."""
    main, second = env.ref("base.main_company"), find_second(env)
    supervisor = env["res.users"].search([("login", "=", SUPERVISOR)])
    partners = {
        partner.ref: partner for partner in env["res.partner"].search(
            [("ref", "in", [customer.ref for customer in CUSTOMERS])]
        )
    }
    channels = {
        talk.channel: env.ref(f"crm_runwell.channel_{talk.channel}").id
        for talk in TALKS + CHINESE_TALKS
    }
    vals_list = []
    for index, customer in enumerate(CUSTOMERS):
        partner = partners[customer.ref]
        company = second if customer.company == "second" else main
        people = partner.child_ids.filtered(lambda child: child.type == "contact") or partner
        rng = Random(f"{customer.ref}-talks")
        for age, talk in _talks(index, customer, rng):
            vals_list.append({
                "partner_id": rng.choice(people).id, "company_id": company.id,
                "user_id": (partner.user_id or supervisor).id,
                "channel_id": channels[talk.channel], "direction": talk.direction,
                "name": talk.name, "note": talk.note, "place": talk.place,
                "date": moment(today, age, rng),
            })
    return env["runwell.interaction"].create(vals_list)


def _talks(index, customer, rng):
    """Return pairs (age in days, talk) of a customer, the newest first."""
    is_chinese = CITIES[customer.city][0] == "CN"
    talks = list(CHINESE_TALKS if is_chinese else TALKS)
    rng.shuffle(talks)
    usual = SLIPPED if index % SLIPPED_EVERY == 0 else LATELY
    age = rng.randint(*SILENT.get(customer.behaviour, usual))
    found = []
    for talk in talks[:rng.randint(2, 6)]:
        if age > OLDEST:
            break
        found.append((age, talk))
        age += rng.randint(12, 45)
    return found
