"""Meetings with customers: once they are over, they are contacts."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from .runwell_interaction import MAY_BUY

_logger = logging.getLogger(__name__)

#: Meetings of one transaction.
BATCH = 500
#: What is wrong with a meeting itself; anything else, such as a conflict, ends the run.
REFUSALS = (UserError, psycopg2.IntegrityError, psycopg2.DataError)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    runwell_logged_on = fields.Datetime(
        "Looked at on", readonly=True, copy=False,
        help="When it was last looked at whether this meeting is a contact with a customer.",
    )

    @api.ondelete(at_uninstall=False)
    def _take_back_interactions(self):
        """A meeting that is deleted did not take place; what people said of it was said."""
        # sudo: whoever deletes a meeting need not have a right to contacts.
        self.env["runwell.interaction"].sudo().search([
            ("calendar_event_id", "in", self.ids), ("origin", "=", "meeting"),
            ("activity_id", "=", False), ("message_id", "=", False),
        ])._take_back()

    @api.model
    def _cron_runwell_log(self):
        """Hourly: log the meetings that are over, and follow those that were changed since.

        Set by set, each a transaction of its own; a run that is killed goes on with
        the next, and a second worker takes other meetings.
        """
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=self._runwell_count())
        while ids := self._runwell_due():
            self._runwell_log(ids)
            if not commit(len(ids)):
                return

    @api.model
    def _runwell_log(self, ids):
        """Look at meetings: take back, follow, log what is missing, and note that it was done."""
        # sudo: the meetings of everybody.
        events = self.sudo().browse(ids)
        if not events._runwell_try() and len(events) > 1:
            # One that cannot be logged keeps none of the others waiting.
            for event in events:
                event._runwell_try()
        self.env.cr.execute(SQL(
            """UPDATE calendar_event e
                  SET runwell_logged_on = CASE WHEN %s THEN now() AT TIME ZONE 'UTC' END
                WHERE id = ANY(%s)""",
            self._sql_runwell_over(), list(ids),
        ))
        self.invalidate_model(["runwell_logged_on"])

    def _runwell_try(self):
        """Take back, follow and log these meetings, or leave all as it was.

        :return: whether it was done; what refuses a single meeting is in the server's log
        """
        try:
            with self.env.cr.savepoint():
                self._runwell_follow()
                self._runwell_add()
                self.env.flush_all()
        except REFUSALS as refusal:
            if len(self) == 1:
                _logger.warning("Meeting %s is not logged as a contact: %s", self.id, refusal)
            return False
        return True

    @api.model
    def _sql_runwell_over(self):
        """Return SQL: meeting ``e`` has taken place."""
        return SQL("(e.active AND e.stop < %s)", fields.Datetime.now())

    @api.model
    def _sql_runwell_due(self):
        """Return SQL: meeting ``e`` is to be looked at.

        It is over and was not yet, or it, or an answer to it, was changed since it was.
        """
        return SQL(
            """(%s AND e.runwell_logged_on IS NULL
                OR e.runwell_logged_on < e.write_date
                OR e.runwell_logged_on IS NOT NULL AND EXISTS (
                   SELECT FROM calendar_attendee a
                    WHERE a.event_id = e.id AND a.write_date > e.runwell_logged_on))""",
            self._sql_runwell_over(),
        )

    @api.model
    def _runwell_count(self):
        self.env.flush_all()
        [(count,)] = self.env.execute_query(SQL(
            "SELECT count(*) FROM calendar_event e WHERE %s", self._sql_runwell_due(),
        ))
        return count

    @api.model
    def _runwell_due(self):
        """Return the ids of the next meetings to look at, locked."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT e.id FROM calendar_event e WHERE %s ORDER BY e.id LIMIT %s
                  FOR UPDATE SKIP LOCKED""",
            self._sql_runwell_due(), BATCH,
        ))
        return [id_ for (id_,) in rows]

    @api.model
    def _sql_runwell_customers(self, ids):
        """Return SQL: the customers who were at meetings that are over, one row each.

        Not who declined, nor one of us or of a supplier who never bought. The first contact of
        a customer stands for the others, with its company and opportunity. ``user_id`` is the
        organiser, else the first of us who came.
        """
        return SQL(
            """
            SELECT e.id AS event_id, c.id AS customer_id, min(p.id) AS partner_id,
                   coalesce(max(u.id), max(host.id)) AS user_id,
                   coalesce((array_agg(p.company_id ORDER BY p.id))[1], max(c.company_id),
                            (array_agg(l.company_id ORDER BY p.id))[1],
                            max(u.company_id), max(host.company_id)) AS company_id,
                   (array_agg(l.id ORDER BY p.id))[1] AS lead_id
              FROM calendar_event e
              JOIN calendar_attendee a ON a.event_id = e.id
                                      AND a.state IS DISTINCT FROM 'declined'
              JOIN res_partner p ON p.id = a.partner_id AND p.partner_share
              JOIN res_partner c ON c.id = p.commercial_partner_id AND c.partner_share
              LEFT JOIN res_users u ON u.id = e.user_id AND u.share IS NOT TRUE
              LEFT JOIN LATERAL (
                   SELECT us.id, us.company_id
                     FROM calendar_attendee other
                     JOIN res_users us ON us.partner_id = other.partner_id
                                      AND us.share IS NOT TRUE
                    WHERE other.event_id = e.id AND other.state IS DISTINCT FROM 'declined'
                    ORDER BY other.id LIMIT 1) host ON TRUE
              LEFT JOIN (SELECT l.id, coalesce(l.company_id, lp.company_id) AS company_id,
                                lp.commercial_partner_id, l.company_id AS own
                           FROM crm_lead l JOIN res_partner lp ON lp.id = l.partner_id
                        ) l ON l.id = e.opportunity_id AND l.commercial_partner_id = c.id
                           AND (l.own IS NULL OR coalesce(p.company_id, c.company_id) IS NULL
                                OR l.own = coalesce(p.company_id, c.company_id))
             WHERE e.id = ANY(%(ids)s) AND %(over)s
               AND %(may_buy)s
             GROUP BY e.id, c.id
            HAVING coalesce(max(u.id), max(host.id)) IS NOT NULL
            """,
            ids=list(ids), over=self._sql_runwell_over(), may_buy=MAY_BUY,
        )

    def _runwell_follow(self):
        """Move the interactions of meetings that were moved; take back what did not happen.

        What a person changed stays as it is, and so does what a person said of the meeting.
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT i.id, there.event_id IS NOT NULL,
                      CASE WHEN p.company_id IS NULL OR p.company_id = i.company_id THEN p.id
                           ELSE i.partner_id END,
                      there.user_id
                 FROM runwell_interaction i
                 LEFT JOIN (%s) there ON there.event_id = i.calendar_event_id
                                     AND there.customer_id = i.commercial_partner_id
                 LEFT JOIN res_partner p ON p.id = there.partner_id
                WHERE i.calendar_event_id = ANY(%s) AND i.is_edited IS NOT TRUE
                  AND i.origin = 'meeting'
                ORDER BY i.id""",
            self._sql_runwell_customers(self.ids), list(self.ids),
        ))
        Interaction = self.env["runwell.interaction"].sudo()
        Interaction.browse(id_ for id_, there, *_who in rows if not there).filtered(
            lambda row: not row.activity_id and not row.message_id
        )._take_back()
        found = {id_: who for id_, there, *who in rows if there}
        for row in Interaction.browse(found):
            values = row.calendar_event_id._runwell_news(row, *found[row.id])
            if values:
                row._as_machine().with_context(tracking_disable=True).write(values)

    def _runwell_news(self, row, partner_id, user_id):
        """Return what the interaction of a meeting says no longer as it is.

        :param row: the interaction
        :param int partner_id: the contact who was there
        :param int user_id: who of us was
        """
        self.ensure_one()
        facts = self._runwell_facts() | {"partner_id": partner_id, "user_id": user_id}
        if self.effective_privacy == "private":
            facts["note"] = row.activity_id.feedback or False
        else:
            # It may hold what a done activity said, too.
            del facts["note"]
        now = {name: row[name].id if name.endswith("_id") else row[name] for name in facts}
        return {name: value for name, value in facts.items() if now[name] != value}

    def _runwell_add(self):
        """Log the customers of these meetings who are not logged yet."""
        rows = self.env.execute_query(SQL(
            """SELECT there.* FROM (%s) there
                WHERE NOT EXISTS (SELECT FROM runwell_interaction i
                                   WHERE i.calendar_event_id = there.event_id
                                     AND i.commercial_partner_id = there.customer_id)
                  AND NOT EXISTS (SELECT FROM runwell_interaction i
                                   WHERE i.source_key = 'meeting:' || there.event_id || ':'
                                                        || there.customer_id)
                ORDER BY there.event_id, there.customer_id""",
            self._sql_runwell_customers(self.ids),
        ))
        channels = {kind: self.env["runwell.channel"].sudo()._of_kind(kind)
                    for kind in ("visit", "web")}
        vals_list, events = [], {event.id: event for event in self}
        for event_id, customer_id, partner_id, user_id, company_id, lead_id in rows:
            event = events[event_id]
            is_remote = event.videocall_location and not event.location
            channel = channels["web" if is_remote else "visit"]
            if channel:
                vals_list.append(event._runwell_facts() | {
                    "partner_id": partner_id, "user_id": user_id, "company_id": company_id,
                    "lead_id": lead_id, "channel_id": channel.id, "origin": "meeting",
                    "calendar_event_id": event_id,
                    "source_key": f"meeting:{event_id}:{customer_id}",
                })
        self.env["runwell.interaction"]._log_by_itself(vals_list)

    def _runwell_facts(self):
        """Return what an interaction says of the meeting; of a private one only that it was."""
        self.ensure_one()
        said = self.with_context(lang=self.user_id.lang).env._("Meeting")
        if self.effective_privacy == "private":
            return {"date": self.start, "name": said, "place": False, "note": False}
        return {
            "date": self.start, "name": (self.name or "").strip() or said, "place": self.location,
            "note": html2plaintext(self.notes or "").strip() or False,
        }
