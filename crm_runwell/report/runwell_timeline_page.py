"""The pages of a customer's timeline: one statement each, however long the history is."""

import re
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from .runwell_timeline import COLUMNS
from .runwell_timeline_source import KINDS, SOURCES, Page, cursor, place

#: So many events at most on a page.
MOST = 200
#: Counting stops here: "99+".
COUNTED = 100
#: So many characters of a text are shown under an event.
SHOWN = 240


class RunwellTimeline(models.Model):
    _inherit = "runwell.timeline"

    @api.readonly
    @api.model
    def get_page(
        self, partner_id, kinds=None, date_from=None, date_to=None, before=None, limit=40,
    ):
        """Return a page of a customer's timeline, newest first.

        Of the commercial partner and all its contacts, in the companies one works in, and only
        what the reader may see. A page costs the same at any depth: each source gives its
        newest events after ``before``, from an index.

        :param int partner_id: the customer or one of its contacts
        :param list kinds: keys of ``KINDS``; None or empty: all
        :param str date_from: first day, in the reader's time zone
        :param str date_to: last day
        :param list before: ``next`` of the page before
        :param int limit: 1 to 200 events
        :return: dict: ``events`` (see :meth:`_as_lines`), ``next`` (False on the last page) and
            ``kinds`` (key, label, icon of those that the reader has access to)
        :raise AccessError: unless the reader may read timelines and this customer
        :raise UserError: for arguments that make no sense
        """
        customer = self._customer(partner_id)
        page = self._page(customer, date_from, date_to, before, limit)
        sources = self._sources(kinds)
        rows = self._newest(sources, page)
        more = len(rows) == page.limit
        rows = rows[:limit]
        return {
            "events": self._as_lines(rows, customer),
            "next": cursor(rows[-1]["date"], rows[-1]["id"]) if more else False,
            "kinds": self._kinds(),
        }

    @api.readonly
    @api.model
    def get_counts(self, partner_id, date_from=None, date_to=None):
        """Return how many events of each kind there are, up to ``COUNTED``.

        Asked for after the page stands; never counts a long history.

        :return: dict by kind, those without any left out
        :raise AccessError: unless the reader may read timelines and this customer
        """
        customer = self._customer(partner_id)
        page = self._page(customer, date_from, date_to, None, COUNTED - 1)
        parts = [
            SQL("(SELECT kind FROM (%s) AS event (%s))", part, _columns())
            for source in self._sources(None) if (part := source.newest(self.env, page))
        ]
        self.env.flush_all()
        return {
            kind: min(count, COUNTED) for kind, count in self.env.execute_query(SQL(
                "SELECT kind, count(*) FROM (%s) AS event GROUP BY kind",
                SQL(" UNION ALL ").join(parts),
            ))
        } if parts else {}

    @api.model
    def _customer(self, partner_id):
        """Return the commercial partner, checked."""
        self.check_access("read")
        partner = self.env["res.partner"].browse(partner_id).exists()
        if not partner:
            raise UserError(self.env._("This customer does not exist any more."))
        partner.check_access("read")
        # sudo: a contact's company is the same customer, also where it is archived.
        return partner.sudo().commercial_partner_id.sudo(False)

    @api.model
    def _page(self, customer, date_from, date_to, before, limit):
        if not isinstance(limit, int) or not 1 <= limit <= MOST:
            raise UserError(self.env._("Between 1 and %s events make a page.", MOST))
        try:
            days = fields.Date.to_date(date_from), fields.Date.to_date(date_to)
            if before:
                moment, event_id = before
                before = (datetime.fromisoformat(moment), *place(int(event_id)))
        except (TypeError, ValueError):
            raise UserError(self.env._("The period or the place to go on is not valid.")) from None
        first, last = days
        after = last and last + timedelta(days=1)
        family = [row_id for [row_id] in self.env.execute_query(SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id = %s", customer.id,
        ))]
        return Page(
            customer_id=customer.id, family=family, limit=limit + 1, before=before or None,
            days=(first, after), moments=(self._midnight(first), self._midnight(after)),
        )

    @api.model
    def _midnight(self, day):
        """Return when the day begins for the reader, in UTC."""
        if not day:
            return None
        zone = pytz.timezone(self.env.user.tz or "UTC")
        begin = zone.localize(datetime.combine(day, time.min))
        return begin.astimezone(pytz.UTC).replace(tzinfo=None)

    @api.model
    def _sources(self, kinds):
        """Return the sources of these kinds.

        :raise UserError: for a kind that there is not
        """
        known = {key for key, _label, _icon in KINDS}
        if kinds and not known.issuperset(kinds):
            raise UserError(self.env._("There is no such kind of event."))
        return [source for source in SOURCES.values() if not kinds or source.kind in kinds]

    @api.model
    def _newest(self, sources, page):
        """Return the events of a page, newest first, as dicts of ``COLUMNS``."""
        parts = [
            SQL("(%s)", part) for source in sources if (part := source.newest(self.env, page))
        ]
        if not parts:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            "SELECT * FROM (%s) AS event (%s) ORDER BY date DESC, id DESC LIMIT %s",
            SQL(" UNION ALL ").join(parts), _columns(), page.limit,
        ))
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    @api.model
    def _kinds(self):
        """Return the kinds that the reader has access to, for the filter."""
        seen = {
            source.kind for source in SOURCES.values() if source.is_open_to(self.env)
        }
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return [
            {"key": key, "label": labels[key], "icon": icon}
            for key, _label, icon in KINDS if key in seen
        ]

    @api.model
    def _as_lines(self, rows, customer):
        """Return events as the page shows them, with their texts and names: two queries.

        ``date`` is UTC, a day alone where ``is_day``; ``contact`` and ``author`` are names;
        ``company`` is named where one works in several; ``amount`` is in ``currency_id``.
        """
        texts, names = self._texts(rows), self._names(rows)
        labels = dict(self._fields["event"]._description_selection(self.env))
        icons = self._icons()
        companies = {company.id: company.name for company in self.env.companies}
        lines = []
        for row in rows:
            detail, label, icon = texts.get(row["id"], (None, None, None))
            moment = row["date"].replace(microsecond=0)
            lines.append({
                "id": row["id"], "kind": row["kind"], "event": row["event"],
                "label": label or labels.get(row["event"], ""), "has_label": bool(label),
                "icon": icon or icons[row["kind"]],
                "date": str(moment.date() if row["is_day"] else moment),
                "is_day": row["is_day"], "title": row["title"] or "",
                "detail": _short(detail),
                "amount": None if row["amount"] is None else float(row["amount"]),
                "currency_id": row["currency_id"],
                "res_model": row["res_model"], "res_id": row["res_id"],
                "contact": names.get(row["partner_id"], "")
                if row["partner_id"] != customer.id else "",
                "author": names.get(row["author_id"], ""),
                "company": companies.get(row["company_id"], "") if len(companies) > 1 else "",
            })
        return lines

    @api.model
    def _texts(self, rows):
        """Return (detail, label, icon) by event."""
        by_source = {}
        for row in rows:
            number, row_id = place(row["id"])
            by_source.setdefault(number, {})[row_id] = row["id"]
        parts = [
            SOURCES[number].texts(self.env, list(ids)) for number, ids in by_source.items()
            if SOURCES[number].has_texts
        ]
        if not parts:
            return {}
        return {
            by_source[number][row_id]: texts
            for number, row_id, *texts in self.env.execute_query(SQL(" UNION ALL ").join(parts))
        }

    @api.model
    def _names(self, rows):
        """Return the names of contacts and authors; whoever sees an event may know them."""
        ids = {row[name] for row in rows for name in ("partner_id", "author_id")} - {None}
        return dict(self.env.execute_query(SQL(
            "SELECT id, name FROM res_partner WHERE id = ANY(%s)", list(ids),
        )))


def _columns():
    return SQL(", ").join(map(SQL.identifier, COLUMNS))


def _short(text):
    """Return a text, HTML or not, as a line or two.

    >>> _short("<p>Dear\\n Sirs</p>")
    'Dear Sirs'
    """
    if not text:
        return ""
    if "<" in text:
        text = html2plaintext(text, include_references=False)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= SHOWN else text[:SHOWN].rstrip() + "…"
