"""What the timeline is made of: a source a kind of event, told in one place."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from odoo.tools import SQL
from odoo.tools.query import Query

#: The number of a source stands above so many bits of the row's own id.
ROW_BITS = 40
#: Events of a day without an hour stand at its noon: the same day in nearly all time zones.
NOON = timedelta(hours=12)
#: A customer with more contacts than this is read at once, not contact by contact.
MANY_CONTACTS = 50

NULL = SQL("NULL")
#: The kinds of events, in the order of their chips: (key, label, icon).
KINDS = [
    ("interaction", "Interactions", "fa-comments"), ("mail", "Mails", "fa-envelope-o"),
    ("meeting", "Meetings", "fa-calendar"), ("activity", "Activities", "fa-check"),
    ("opportunity", "Opportunities", "fa-star-o"), ("order", "Orders", "fa-shopping-cart"),
    ("delivery", "Deliveries", "fa-truck"), ("invoice", "Invoices", "fa-file-text-o"),
    ("payment", "Receipts and payments", "fa-money"), ("request", "Requests", "fa-life-ring"),
    ("mailing", "Mailings", "fa-bullhorn"), ("alert", "Churn alerts", "fa-bell-o"),
    ("handover", "Handovers", "fa-exchange"),
]

#: The sources in force, by number.
SOURCES = {}
#: SQL, or a function of the environment that returns it.
Part = SQL | Callable


@dataclass(frozen=True, kw_only=True)
class Source:
    """Events of one kind, a row of one model each.

    SQL parts name the table by its own name; those of the type Part may depend on the reader.
    Who may see an event is said by the access and the record rules of ``model``, and by the
    company.
    """

    #: Unique for good: it is part of the events' ids.
    number: int
    kind: str
    model: str
    #: SQL: the event's key, see ``EVENTS`` of ``runwell_timeline.py``.
    event: SQL
    #: SQL: when; a column that an index of the partner's rows goes on with.
    date: SQL
    #: SQL: the customer, a contact of it, or (``is_commercial``) its commercial partner.
    partner: SQL
    is_commercial: bool = False
    #: SQL: the contact it was with, if that is not ``partner``.
    contact: SQL | None = None
    is_day: bool = False
    #: Whether an index has the rows of a partner in the order of their date.
    is_ordered: bool = True
    where: Part = SQL("TRUE")
    title: Part = NULL
    amount: SQL = NULL
    currency: Part = NULL
    company: SQL = NULL
    #: SQL: the partner who did it.
    author: SQL = NULL
    res_model: Part | None = None
    res_id: Part | None = None
    #: SQL of texts, asked for the events of one page only: what was said, a better label, an icon.
    detail: Part = NULL
    label: Part = NULL
    icon: Part = NULL

    def register(self):
        """Add the source to those in force."""
        assert self.number not in SOURCES and 0 < self.number < 2 ** 12, self.number
        SOURCES[self.number] = self
        return self

    def like(self, number, **changes):
        """Add another source of the same rows: another moment of them."""
        return replace(self, number=number, **changes).register()

    def parts(self):
        """Return all that it is told by, for a source of another class."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def row(self, reader):
        """Return SQL: what tells the rows apart, an integer."""
        return SQL("%s.id", SQL.identifier(reader.env[self.model]._table))

    def is_open_to(self, reader):
        """Return whether the reader has access to such rows at all."""
        return reader.is_open(self.model)

    def query(self, reader):
        """Return the query of all rows that the reader may see, or None without access."""
        query = reader.rows(self.model)
        if query is not None:
            query.add_where(said(self.where, reader.env))
            self.of_companies(reader, query)
        return query

    def of_companies(self, reader, query):
        if self.company is not NULL:
            query.add_where(SQL(
                "(%(company)s IS NULL OR %(company)s = ANY(%(ids)s))",
                company=self.company, ids=reader.env.companies.ids,
            ))

    def event_id(self, reader):
        """Return SQL: the id of the event, unique among all sources."""
        return SQL("%s::bigint + %s", self.number * 2 ** ROW_BITS, self.row(reader))

    def moment(self):
        """Return SQL: the date as a moment."""
        moment = SQL("%s::timestamp", self.date)
        return SQL("%s + %s", moment, NOON) if self.is_day else moment

    def columns(self, reader):
        """Return the list of SQL columns of an event, as ``COLUMNS`` names them."""
        env = reader.env
        return [
            self.event_id(reader),
            SQL("%s::varchar", self.kind),
            SQL("(%s)::varchar", self.event),
            self.moment(),
            SQL("%s", self.is_day),
            SQL("(%s)::varchar", said(self.title, env)),
            SQL("(%s)::numeric", self.amount),
            SQL("(%s)::integer", said(self.currency, env)),
            said(self.res_model, env) or SQL("%s::varchar", self.model),
            SQL("(%s)::integer", said(self.res_id, env) or self.row(reader)),
            SQL("(%s)::integer", self.contact or self.partner),
            SQL("(%s)::integer", self.company),
            SQL("(%s)::integer", self.author),
        ]

    def all(self, reader):
        """Return SQL: every event that the reader may see, with its commercial partner."""
        query = self.query(reader)
        if query is None:
            return None
        query.add_join(
            "JOIN", "timeline_partner", "res_partner", SQL("timeline_partner.id = %s", self.partner)
        )
        return query.select(*self.columns(reader), SQL("timeline_partner.commercial_partner_id"))

    def of_rows(self, reader, rows, only_ids=False):
        """Return SQL: the events of these rows that the reader may see, with their texts."""
        query = self.query(reader)
        if query is None:
            return None
        query.add_where(SQL("%s = ANY(%s)", self.row(reader), rows))
        if only_ids:
            return query.select(self.event_id(reader))
        return query.select(*self.columns(reader), *(
            SQL("(%s)::varchar", said(text, reader.env))
            for text in (self.detail, self.label, self.icon)
        ))

    def newest(self, reader, page):
        """Return SQL: date and id of a customer's newest events, or None without access.

        Each contact's are read from the end of an index, and no more than a page of them.
        """
        query = self.query(reader)
        if query is None:
            return None
        row, keys = self.row(reader), (self.moment(), self.event_id(reader))
        for condition in self._window(row, page):
            query.add_where(condition)
        query.order = SQL("%s DESC, %s DESC", self.date, row)
        query.limit = page.limit
        family = [page.customer_id] if self.is_commercial else page.family
        if len(family) == 1:
            query.add_where(SQL("%s = %s", self.partner, family[0]))
            return query.select(*keys)
        if len(family) > MANY_CONTACTS or not self.is_ordered:
            query.add_where(SQL("%s = ANY(%s)", self.partner, family))
            return query.select(*keys)
        query.add_where(SQL("%s = family.id", self.partner))
        return SQL(
            """SELECT event.* FROM unnest(%s::int[]) AS family (id) CROSS JOIN LATERAL (%s) AS event
                ORDER BY 1 DESC, 2 DESC LIMIT %s""",
            family, query.select(*keys), page.limit,
        )

    def _window(self, row, page):
        """Yield the conditions of period and place that an index can answer."""
        first, after = page.days if self.is_day else page.moments
        if first:
            yield SQL("%s >= %s", self.date, first)
        if after:
            yield SQL("%s < %s", self.date, after)
        if page.before:
            moment, number, last = page.before
            if self.number != number:
                # All of that very moment come later, or all came before.
                last = 2 ** 31 - 1 if self.number < number else 0
            moment = moment - NOON if self.is_day else moment
            yield SQL("(%s, %s) < (%s::timestamp, %s)", self.date, row, moment, last)


class Reader:
    """What somebody may read: the rows of each model, asked for once a statement."""

    def __init__(self, env):
        self.env = env
        self._queries = {}

    def is_open(self, model):
        """Return whether the model is installed and the reader has access to it."""
        return model in self.env and self.env[model].has_access("read")

    def rows(self, model):
        """Return a new query of the rows that the reader may see, archived ones too.

        None where the model is not installed or the reader has no access to it.
        """
        if model not in self._queries:
            self._queries[model] = (
                self.env[model]._search([], active_test=False) if self.is_open(model) else None
            )
        found = self._queries[model]
        if found is None:
            return None
        query = Query(self.env, found.table, found._tables[found.table])
        query._tables.update(found._tables)
        query._joins.update(found._joins)
        query._where_clauses.extend(found._where_clauses)
        return query


@dataclass(frozen=True)
class Page:
    """Which events of which customer are asked for."""

    customer_id: int
    #: The customer and its contacts.
    family: list
    limit: int
    #: The first and the last moment (UTC), the last one excluded; None: no bound.
    moments: tuple = (None, None)
    #: The same as days.
    days: tuple = (None, None)
    #: (moment, source number, row): the last event of the page before.
    before: tuple | None = None


def place(event_id):
    """Return the number of the source and the row of an event.

    >>> place(3 * 2 ** 40 + 17)
    (3, 17)
    """
    return divmod(event_id, 2 ** ROW_BITS)


def cursor(moment, event_id):
    """Return where the next page begins, as it goes to the browser and back.

    >>> from datetime import datetime
    >>> cursor(datetime(2024, 5, 1, 8, 0, 0, 12), 5)
    ['2024-05-01 08:00:00.000012', 5]
    """
    return [moment.isoformat(" ", "microseconds"), event_id]


def user_partner(column):
    """Return SQL: the partner of a user."""
    return SQL("(SELECT u.partner_id FROM res_users u WHERE u.id = %s)", column)


def constant(event):
    """Return SQL: the key of an event that is always the same."""
    return SQL("%s", event)


def translated(column):
    """Return what gives the SQL of a translated column, once the reader's language is known."""
    return lambda env: SQL(
        "coalesce(%s ->> %s, %s ->> 'en_US')", column, env.lang or "en_US", column,
    )


def said(part, env):
    """Return a part as SQL, whether it depends on the reader or not."""
    return part(env) if callable(part) else part
