"""Talk with a customer: interactions, mails, activities done, meetings."""

from dataclasses import dataclass

from odoo.tools import SQL
from odoo.tools.query import Query

from ..models.mail_activity_interaction import SALE_DOCUMENTS
from .runwell_timeline_source import (
    NULL,
    Source,
    constant,
    said,
    translated,
    user_partner,
)

#: The models whose mails and activities are the customer's, and their column of the customer. A
#: new one goes to the end: its place is part of the events' ids.
THREADS = {
    "res.partner": "id", "crm.lead": "partner_id", "sale.order": "partner_id",
    "runwell.request": "commercial_partner_id", "account.move": "partner_id",
}
#: Which rows of a model are a customer's, where not all are.
OF_CUSTOMERS = {
    "account.move": SQL("account_move.move_type IN %s", tuple(SALE_DOCUMENTS)),
}
#: What an event is called by where the message has no subject.
NAMES = {
    "crm.lead": "name", "sale.order": "name", "runwell.request": "name", "account.move": "name",
}
#: What goes between people. Part of an index: see runwell_timeline_index.py.
MAIL_TYPES = ("email", "email_outgoing", "comment", "auto_comment")


def documents_of(reader, model):
    """Return the query of the customers' documents that the reader may see, or None."""
    documents = reader.rows(model)
    if documents is not None and model in OF_CUSTOMERS:
        documents.add_where(OF_CUSTOMERS[model])
    return documents


@dataclass(frozen=True, kw_only=True)
class MessageSource(Source):
    """Messages of documents: seen by whoever may see the document."""

    thread: str

    def is_open_to(self, reader):
        return super().is_open_to(reader) and reader.is_open(self.thread)

    def query(self, reader):
        if not self.is_open_to(reader):
            return None
        documents = documents_of(reader, self.thread)
        table, name = reader.env[self.thread]._table, NAMES.get(self.thread)
        # Not by a search of messages, which reads them all to check them one by one.
        query = Query(reader.env, "mail_message")
        query.add_where(SQL("mail_message.model = %s", self.thread))
        query.add_where(said(self.where, reader.env))
        query.add_join("JOIN", "document", documents.subselect(
            SQL("%s AS id", SQL.identifier(table, "id")),
            SQL("%s AS partner_id", SQL.identifier(table, THREADS[self.thread])),
            SQL("%s AS company_id", SQL.identifier(table, "company_id")),
            SQL("%s AS name", SQL.identifier(table, name) if name else NULL),
        ), SQL("document.id = mail_message.res_id"))
        self.of_companies(reader, query)
        return query


@dataclass(frozen=True, kw_only=True)
class MeetingSource(Source):
    """Meetings: one event a meeting and customer, however many of its contacts come."""

    def query(self, reader):
        query = super().query(reader)
        if query is not None:
            for alias, table, condition in (
                ("guest", "calendar_attendee", "guest.event_id = calendar_event.id"),
                ("guest_partner", "res_partner", "guest_partner.id = guest.partner_id"),
            ):
                query.add_join("JOIN", alias, table, SQL(condition))
            query.add_where(FIRST_GUEST)
        return query

    def row(self, reader):
        return SQL("guest.id")


#: Of several guests of one customer the first who did not decline stands for the meeting.
FIRST_GUEST = SQL(
    """NOT EXISTS (SELECT FROM calendar_attendee g JOIN res_partner p ON p.id = g.partner_id
                    WHERE g.event_id = guest.event_id AND g.id < guest.id
                      AND g.state IS DISTINCT FROM 'declined'
                      AND p.commercial_partner_id = guest_partner.commercial_partner_id)"""
)
SAID_BY_US = SQL(
    """EXISTS (SELECT FROM res_users u
                WHERE u.partner_id = mail_message.author_id AND NOT coalesce(u.share, FALSE))"""
)

INTERACTION = Source(
    number=1, kind="interaction", model="runwell.interaction",
    event=SQL("'interaction_' || runwell_interaction.direction"),
    date=SQL("runwell_interaction.date"),
    partner=SQL("runwell_interaction.commercial_partner_id"), is_commercial=True,
    contact=SQL("runwell_interaction.partner_id"), title=SQL("runwell_interaction.name"),
    company=SQL("runwell_interaction.company_id"),
    author=user_partner(SQL("runwell_interaction.user_id")),
    detail=SQL("runwell_interaction.note"),
    label=lambda env: SQL(
        "(SELECT %s FROM runwell_channel c WHERE c.id = runwell_interaction.channel_id)",
        translated(SQL("c.name"))(env),
    ),
    icon=SQL("(SELECT c.icon FROM runwell_channel c WHERE c.id = runwell_interaction.channel_id)"),
).register()

_ACTIVITY_TYPE = SQL(
    """(SELECT t.icon FROM mail_activity_type t WHERE t.id = mail_message.mail_activity_type_id)"""
)
for _place, _thread in enumerate(THREADS):
    _mail = MessageSource(
        number=10 + _place, kind="mail", model="mail.message", thread=_thread,
        event=SQL("CASE WHEN %s THEN 'mail_out' ELSE 'mail_in' END", SAID_BY_US),
        date=SQL("mail_message.date"), partner=SQL("document.partner_id"),
        is_commercial=_thread == "runwell.request", is_ordered=_thread == "res.partner",
        where=SQL(
            """mail_message.message_type IN %s AND mail_message.is_internal IS NOT TRUE
               AND mail_message.mail_activity_type_id IS NULL
               AND (mail_message.subtype_id IS NULL AND mail_message.message_type LIKE 'email%%'
                    OR mail_message.subtype_id IN (SELECT s.id FROM mail_message_subtype s
                                                    WHERE s.internal IS NOT TRUE))""",
            MAIL_TYPES,
        ),
        title=SQL("coalesce(nullif(mail_message.subject, ''), document.name)"),
        company=SQL("document.company_id"),
        author=SQL("mail_message.author_id"), res_model=SQL("mail_message.model"),
        res_id=SQL("mail_message.res_id"), detail=SQL("left(mail_message.body, 4000)"),
    ).register()
    _mail.like(
        20 + _place, kind="activity", event=constant("activity_done"),
        # What became a contact is shown as that.
        where=lambda env: SQL(
            """mail_message.mail_activity_type_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM runwell_interaction i
                                WHERE i.message_id = mail_message.id
                                  AND i.company_id = ANY(%s))""", env.companies.ids,
        ),
        label=lambda env: SQL(
            """(SELECT %s FROM mail_activity_type t
                 WHERE t.id = mail_message.mail_activity_type_id)""",
            translated(SQL("t.name"))(env),
        ),
        icon=_ACTIVITY_TYPE,
    )

#: Whether the meeting is nobody else's business, as ``calendar.event`` has it.
_IS_PRIVATE = """coalesce(calendar_event.privacy, (
    SELECT s.calendar_default_privacy FROM res_users_settings s
     WHERE s.user_id = calendar_event.user_id)) = 'private'
    AND calendar_event.user_id IS DISTINCT FROM %s
    AND NOT EXISTS (SELECT FROM calendar_attendee own
                     WHERE own.event_id = calendar_event.id AND own.partner_id = %s)"""

MEETING = MeetingSource(
    number=30, kind="meeting", model="calendar.event", event=constant("meeting"),
    date=SQL("calendar_event.start"), partner=SQL("guest.partner_id"),
    is_ordered=False,
    # What became a contact is shown as that, to those who see the contact.
    where=lambda env: SQL(
        """calendar_event.active AND calendar_event.start <= (now() AT TIME ZONE 'UTC')
           AND guest.state IS DISTINCT FROM 'declined'
           AND NOT EXISTS (
               SELECT FROM runwell_interaction i JOIN res_partner q
                   ON q.commercial_partner_id = i.commercial_partner_id
                WHERE i.calendar_event_id = calendar_event.id AND q.id = guest.partner_id
                  AND i.company_id = ANY(%s))""", env.companies.ids,
    ),
    title=lambda env: SQL(
        "CASE WHEN NOT coalesce(%s, FALSE) THEN calendar_event.name END",
        SQL(_IS_PRIVATE, env.uid, env.user.partner_id.id),
    ),
    author=user_partner(SQL("calendar_event.user_id")),
    res_id=SQL("calendar_event.id"),
).register()
