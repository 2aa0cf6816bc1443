"""The head of the 360° page: who a customer is, how the relation stands, what to do today."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..models.constants import OPEN_STATES
from .runwell_timeline_source import Reader
from .runwell_timeline_talk import THREADS, documents_of

#: The models whose activities are the customer's, and their column of the customer.
WORK = THREADS | {"runwell.churn.alert": "partner_id"}
#: So many activities and contacts are shown; the rest is a click away.
ACTIVITIES, CONTACTS = 8, 4
#: The dialog in which a contact is logged.
LOG_ACTION = "crm_runwell.action_interaction_log"


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.readonly
    def get_runwell_page(self):
        """Return the head of the customer's 360° page, as the reader may see it.

        Of the commercial partner, in the company one works in; a fixed number of queries.

        :return: dict: ``customer`` (names and ways to reach it), ``contacts``, ``summary`` (as
            of ``runwell.score._summary``, or False), ``satisfaction``, ``requests``, ``alert``
            (the open one, or False), ``activities`` (open ones by deadline), ``meeting`` (the
            next one), ``last`` (the last contact, an event of the timeline), ``chips`` (see
            :meth:`_runwell_header_chips`), ``today`` and ``may`` (what the reader may make)
        :raise AccessError: unless the reader may read timelines and this customer
        """
        self.ensure_one()
        Timeline = self.env["runwell.timeline"]
        customer = Timeline._customer(self.id)
        page, reader = Timeline._page(customer, None, None, None, 1), Reader(self.env)
        today = fields.Date.context_today(self)
        score = customer.runwell_score_id
        return {
            "today": str(today),
            "customer": customer._runwell_card(),
            "contacts": customer._runwell_contacts(),
            "summary": bool(score) and score._summary(),
            "satisfaction": customer.runwell_satisfaction,
            "rating_count": customer.runwell_rating_count,
            "request_count": customer.runwell_request_count,
            "open_request_count": customer.runwell_open_request_count,
            "alert": customer._runwell_open_alert(),
            "activities": customer._runwell_activities(reader, page),
            "meeting": customer._runwell_next_meeting(page),
            "last": customer._runwell_last_contact(reader, page),
            "chips": sorted(customer._runwell_header_chips(), key=lambda chip: chip["sequence"]),
            "may": customer._runwell_may(),
        }

    def action_open_runwell_page(self):
        """Open the customer's 360° page."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("crm_runwell.action_customer_page")
        return action | {"params": {"partner_id": self.id}}

    def _runwell_card(self):
        """Return who the customer is and how to reach it."""
        self.ensure_one()
        place = [self.city, self.state_id.code or self.state_id.name, self.country_id.name]
        return {
            "id": self.id, "name": self.name or "", "ref": self.ref or "",
            "is_company": self.is_company, "active": self.active,
            "phone": self.phone or "", "email": self.email or "",
            "website": self.website or "", "function": self.function or "",
            "place": ", ".join(filter(None, place)),
            "tags": self.category_id.mapped("display_name"),
            "industry": self.industry_id.display_name or "",
            # sudo: the name of a colleague.
            "manager": bool(self.user_id) and {
                "id": self.user_id.id, "name": self.user_id.sudo().name,
            },
            "company": self.env.company.name if len(self.env.companies) > 1 else "",
            "write_date": str(self.write_date),
        }

    def _runwell_contacts(self):
        """Return the first people at the customer: those who can be reached."""
        found = self.search_fetch(
            [
                ("commercial_partner_id", "=", self.id), ("id", "!=", self.id),
                ("type", "=", "contact"),
            ],
            ["name", "function", "phone", "email"], limit=CONTACTS + 1,
        )
        return {
            "people": [
                {
                    "id": person.id, "name": person.name or "", "function": person.function or "",
                    "phone": person.phone or "", "email": person.email or "",
                }
                for person in found[:CONTACTS]
            ],
            "has_more": len(found) > CONTACTS,
        }

    def _runwell_open_alert(self):
        """Return the open alert of the customer that matters most, or False."""
        Alert = self.env["runwell.churn.alert"]
        if not Alert.has_access("read"):
            return False
        alerts = Alert.search(
            [
                ("partner_id", "=", self.id), ("company_id", "=", self.env.company.id),
                ("state", "in", OPEN_STATES),
            ],
        )
        if not alerts:
            return False
        alert = alerts[0]
        labels = {
            name: dict(alert._fields[name]._description_selection(self.env)).get(alert[name], "")
            for name in ("state", "cause")
        }
        return {
            "id": alert.id, "count": len(alerts), "state": alert.state,
            "state_label": labels["state"], "cause_label": labels["cause"],
            "is_urgent": alert.priority == "1", "is_overdue": alert.is_overdue,
            "is_held_back": alert.is_held_back,
            "raised_on": str(alert.raised_on), "evidence": alert.evidence,
            "revenue_at_risk": alert.revenue_at_risk,
            "currency_id": alert.currency_id.id,
            "deadline": alert.deadline and str(alert.deadline),
            "snoozed_until": alert.snoozed_until and format_date(self.env, alert.snoozed_until),
            "owner": alert.user_id.sudo().name or "",  # sudo: the name of a colleague
            "may_work": alert.has_access("write") and not alert.is_held_back,
        }

    def _runwell_activities(self, reader, page):
        """Return the open activities on the customer and all that is open of it, by deadline."""
        parts = []
        for model, column in WORK.items():
            documents = documents_of(reader, model)
            if documents is None:
                continue
            table = self.env[model]._table
            documents.add_where(SQL(
                "%s = ANY(%s)", SQL.identifier(table, column), page.family,
            ))
            parts.append(SQL(
                """SELECT a.id, a.summary, a.date_deadline, a.user_id, a.activity_type_id,
                          a.res_model, a.res_id
                     FROM mail_activity a
                    WHERE a.active AND a.res_model = %s AND a.res_id IN %s""",
                model, documents.subselect(),
            ))
        if not parts:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT a.id, coalesce(nullif(a.summary, ''), t.name ->> %(lang)s,
                      t.name ->> 'en_US'), a.date_deadline::text, a.user_id, p.name, t.icon,
                      a.res_model, a.res_id
                 FROM (%(parts)s) a
                 LEFT JOIN mail_activity_type t ON t.id = a.activity_type_id
                 LEFT JOIN res_users u ON u.id = a.user_id
                 LEFT JOIN res_partner p ON p.id = u.partner_id
                ORDER BY a.date_deadline, a.id LIMIT %(limit)s""",
            parts=SQL(" UNION ALL ").join(parts), lang=self.env.lang or "en_US", limit=ACTIVITIES,
        ))
        names = ("id", "summary", "deadline", "user_id", "user", "icon", "res_model", "res_id")
        return [
            dict(zip(names, row, strict=True)) | {"is_mine": row[3] == self.env.uid}
            for row in rows
        ]

    def _runwell_next_meeting(self, page):
        """Return the next meeting with anybody of the customer, or False."""
        Event = self.env["calendar.event"]
        if not Event.has_access("read"):
            return False
        event = Event.search(
            [
                ("partner_ids", "in", page.family),
                ("start", ">", fields.Datetime.now()),
            ],
            order="start, id", limit=1,
        )
        return bool(event) and {
            "id": event.id, "name": event.display_name, "start": str(event.start),
        }

    def _runwell_last_contact(self, reader, page):
        """Return the last talk with the customer, an event of the timeline, or False."""
        Timeline = self.env["runwell.timeline"]
        keys = Timeline._newest(
            reader, Timeline._sources(["interaction", "mail", "meeting", "activity"]), page,
        )[:1]
        return bool(keys) and Timeline._as_lines(reader, keys, self)[0]

    def _runwell_may(self):
        """Return what the reader may make for the customer, and whether contacts are logged."""
        may = {
            name: self.env[model].has_access("create")
            for name, model in (
                ("lead", "crm.lead"), ("order", "sale.order"), ("request", "runwell.request"),
                ("interaction", "runwell.interaction"),
            )
        }
        log = self.env["ir.model.data"]._xmlid_to_res_id(LOG_ACTION, raise_if_not_found=False)
        return may | {"activity": self.has_access("read"), "log_action": log and LOG_ACTION}


class RunwellScore(models.Model):
    _inherit = "runwell.score"

    def action_open_customer_page(self):
        """Open the customer's 360° page."""
        self.ensure_one()
        return self.partner_id.action_open_runwell_page()
