"""Requests of half a year in every state, with their talk, ratings and deadlines."""

from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple

from markupsafe import Markup, escape

from odoo import Command, fields
from odoo.tools import SQL

from .customer_table import CUSTOMERS
from .service_table import (
    CASES,
    GOALS,
    PAST_CHINESE,
    PAST_COUNT,
    PAST_CUSTOMERS,
    PORTAL_CUSTOMER,
    TOPICS,
    Case,
)

AGENTS = ("ann.service", "ben.service")
CHANNELS = ("phone", "email", "email", "web", "portal", "message", "visit", "call_centre")
#: Ratings of the past: mostly content. None: not rated.
STARS = (5, 4, 5, 4, 3, None, 5, 4, 4, None, 3, 5)
HALF_YEAR = 180


class Plan(NamedTuple):
    """A request to be made: the case and its moments."""

    case: Case
    partner: object  # res.partner, may be empty
    company: object  # res.company
    created: datetime
    answered: datetime  # when it was processed, or else first answered


def create(env, users, partners, teams, tags):
    """Create all requests, oldest first; return them.

    :param users: agents by login
    :param partners: customers by name
    :param teams: the teams of the companies, the main one first
    :param tags: tags by name, by company
    """
    plans = sorted(_plans(partners, teams), key=lambda plan: plan.created)
    return _Writer(env, users, teams, tags).create_all(plans)


def _plans(partners, teams):
    """Return the plans of all requests, the told ones and the past ones."""
    main, second = teams
    seconds = {customer.name for customer in CUSTOMERS if customer.company == "second"}
    now = fields.Datetime.now().replace(second=0)
    none = next(iter(partners.values())).browse()
    for case in CASES:
        company = second if case.customer in seconds else main
        created = now - timedelta(hours=case.hours)
        if case.due_in:
            created = _due_start(teams[company].resource_calendar_id, case, now)
        pace = 0.8 if case.state == "processed" else 0.2
        yield Plan(case, partners.get(case.customer, none), company, created,
                   created + (now - created) * pace)
    yield from _past_plans(partners, main, second, seconds, now)


def _due_start(calendar, case, now):
    """Return when a request came that is due in some working hours."""
    complaint = TOPICS[case.topic].kind == "complaint"
    first_answer, resolution = GOALS[complaint]
    hours = (resolution if case.answered else first_answer) - case.due_in
    start = calendar.plan_hours(-hours, now, compute_leaves=True) if calendar else False
    return (start or now - timedelta(hours=hours)).replace(microsecond=0)


def _past_plans(partners, main, second, seconds, now):
    """Return the plans of requests that were archived, from half a year ago until last week."""
    rng = Random("service")
    latin = [number for number, topic in enumerate(TOPICS) if not topic.chinese]
    chinese = [number for number, topic in enumerate(TOPICS) if topic.chinese]
    for number in range(PAST_COUNT):
        in_chinese = number % 5 == 4
        names = PAST_CHINESE if in_chinese else PAST_CUSTOMERS
        topics = chinese if in_chinese else latin
        place = number // 5 if in_chinese else number
        name = names[place % len(names)]
        # another matter each time that it is a customer's turn
        topic = topics[(5 * place + 3 * (place // len(names))) % len(topics)]
        age = HALF_YEAR - number * (HALF_YEAR - 9) // PAST_COUNT
        day = (now - timedelta(days=age)).date()
        day -= timedelta(days=max(day.weekday() - 4, 0))  # a working day
        created = datetime.combine(day, time(rng.randint(7, 14), rng.randint(0, 59)))
        stars = STARS[number % len(STARS)]
        if name == "Camden Lock Kitchens":
            stars = 3
        yield Plan(
            Case(
                name, topic, "archived", rng.choice(CHANNELS),
                agent="ben.service" if in_chinese else rng.choice(AGENTS),
                stars=stars or 0, priority=rng.choice("0001"),
            ),
            partners[name], second if name in seconds else main, created,
            created + timedelta(hours=rng.choice((1, 2, 3, 5, 22, 26, 47, 70))),
        )


class _Writer:
    """Turns plans into requests with their talk and ratings; holds what they all look up."""

    def __init__(self, env, users, teams, tags):
        self.env = env
        self.users = users
        self.teams = teams
        self.tags = tags
        self.orders = {
            (customer, company): order
            for customer, company, order in env["sale.order"]._read_group(
                [("state", "=", "sale")], ["partner_id", "company_id"], ["id:max"],
            )
        }

    def create_all(self, plans):
        """Create the requests of ``plans``, oldest first, and all that hangs on them.

        They are made open and then take their steps, so that their deadlines are met or missed
        as they would have been.
        """
        requests = self.env["runwell.request"]._as_machine().create(
            [self._vals(plan) for plan in plans]
        )
        self._backdate(requests, [plan.created for plan in plans])
        # what was reckoned from the moment of creation begins anew
        requests.sla_status_ids.unlink()
        requests._sla_refresh()
        for request, plan in zip(requests, plans, strict=True):
            for step in self._steps(plan):
                request.write(step)
        self._link_duplicate(requests, plans)
        self._write_talk(requests, plans)
        self._write_ratings(requests, plans)
        return requests.with_env(self.env)

    def _vals(self, plan):
        """Return the values of a request as it came."""
        case, topic = plan.case, TOPICS[plan.case.topic]
        order = self.orders.get((plan.partner, plan.company))
        vals = {
            "name": topic.subjects[plan.created.day % len(topic.subjects)],
            "description": _paragraph(topic.detail), "request_type": topic.kind,
            "channel": case.channel, "priority": case.priority, "company_id": plan.company.id,
            "team_id": self.teams[plan.company].id,
            "tag_ids": [Command.link(self.tags[plan.company][topic.tag].id)],
            "partner_id": self._asker(plan).id,
            "sale_order_id": order if topic.tag == "Delivery" else False,
            "state": "new", "last_customer_message_on": plan.created,
        }
        if not plan.partner:
            vals["email_from"] = "bar.aurora@example.org"
        if case.state != "new":
            agent = self.users[case.agent].id
            vals |= {
                "state": "assigned", "user_id": agent, "assigned_by_id": agent,
                "assigned_on": plan.created + timedelta(minutes=12),
            }
        return vals

    def _asker(self, plan):
        """Return who asks: on the portal its user, else the company itself."""
        if plan.case.channel == "portal" and plan.case.customer == PORTAL_CUSTOMER:
            return plan.partner.child_ids.filtered(lambda child: child.type == "contact")[:1]
        return plan.partner

    def _steps(self, plan):
        """Return what the flow would have written, step by step."""
        case, agent = plan.case, self.users[plan.case.agent].id
        if case.answered:
            yield {"first_answer_on": plan.answered}
        if case.waiting:
            yield {
                "waiting_customer": True, "waiting_since": plan.answered, "waiting_by_id": agent,
            }
        if case.state in ("processed", "archived") or case.reopened:
            yield self._processed(plan, plan.answered)
        if case.stars:
            yield self._rated(plan)
        if case.reopened and case.state == "processed":
            rest = fields.Datetime.now() - self._rated_on(plan)
            yield self._processed(plan, self._rated_on(plan) + rest / 3)
        if case.state == "archived":
            yield {
                "state": "archived", "archived_by_id": agent,
                "archived_as": "feedback" if case.stars else "no_feedback",
                "archived_on": self._rated_on(plan) if case.stars
                else plan.answered + timedelta(days=7),
            }

    def _processed(self, plan, moment):
        """Return the values of an answer sent."""
        return {
            "state": "processed", "answer": _paragraph(TOPICS[plan.case.topic].answer),
            "first_answer_on": self._first_word(plan), "processed_on": moment,
            "processed_by_id": self.users[plan.case.agent].id,
        }

    @staticmethod
    def _first_word(plan):
        """Return when the customer first heard of us: mostly soon, whatever the answer takes."""
        if plan.created.minute % 6 == 0:
            return plan.answered
        return min(plan.answered, plan.created + timedelta(hours=2))

    def _rated(self, plan):
        """Return the values of a rating; a bad one takes the work up again."""
        moment = self._rated_on(plan)
        vals = {
            "satisfaction": plan.case.stars, "rating_comment": plan.case.comment or False,
            "feedback_on": moment, "feedback_by_id": self.env.ref("base.public_user").id,
        }
        if plan.case.reopened:
            vals |= {"state": "assigned", "reopen_count": 1, "reopened_on": moment}
        return vals

    @staticmethod
    def _rated_on(plan):
        return plan.answered + timedelta(hours=9)

    def _link_duplicate(self, requests, plans):
        """Point the second request of the pair to the first, as a merge does."""
        for request, plan in zip(requests, plans, strict=True):
            if plan.case.state == "duplicate":
                first = requests.filtered(
                    lambda other, own=request: other.partner_id == own.partner_id
                    and other.state == "assigned" and other != own
                )
                request.write({
                    "state": "archived", "archived_as": "duplicate",
                    "duplicate_of_id": first.id,
                    "archived_by_id": self.users[plan.case.agent].id,
                    "archived_on": plan.created + timedelta(minutes=30),
                })

    def _backdate(self, records, moments):
        """Let the records have been made at their moments, not all now."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE %(table)s SET create_date = made.moment
              FROM unnest(%(ids)s, %(moments)s::timestamp[]) AS made(id, moment)
             WHERE %(table)s.id = made.id
            """,
            table=SQL.identifier(records._table), ids=records.ids, moments=moments,
        ))
        records.invalidate_recordset(["create_date"])

    def _write_talk(self, requests, plans):
        """Create what customers wrote and what they were answered."""
        comment = self.env.ref("mail.mt_comment").id
        vals_list = []
        for request, plan in zip(requests, plans, strict=True):
            talk = [(request.partner_id, request.description, plan.created)]
            agent = request.user_id.partner_id
            if request.processed_on:
                talk.append((agent, request.answer, plan.answered))
            elif request.first_answer_on:
                talk.append((agent, _paragraph("We look into it and come back to you."),
                             plan.answered))
            vals_list += [
                {
                    "model": request._name, "res_id": request.id, "body": body, "date": moment,
                    "author_id": author.id, "subtype_id": comment,
                    "email_from": author.email_formatted or request.email_from,
                    "message_type": "comment" if author == agent else "email",
                }
                for author, body, moment in talk
            ]
        self.env["mail.message"].create(vals_list)

    def _write_ratings(self, requests, plans):
        """Create the ratings that stand beside the stars."""
        rated = [
            (request, plan) for request, plan in zip(requests, plans, strict=True)
            if plan.case.stars
        ]
        ratings = self.env["rating.rating"].sudo().create([
            {
                "res_model_id": self.env["ir.model"]._get_id(request._name),
                "res_id": request.id, "partner_id": request.partner_id.id,
                "rated_partner_id": request.user_id.partner_id.id,
                "rating": request.satisfaction, "feedback": request.rating_comment,
                "consumed": True,
            }
            for request, _plan in rated
        ])
        self._backdate(ratings, [request.feedback_on for request, _plan in rated])


def _paragraph(text):
    return Markup("<p>%s</p>") % escape(text)
