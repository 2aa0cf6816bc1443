"""The pages of a customer's timeline: one statement each, however long the history is."""

import re
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from .runwell_timeline import COLUMNS
from .runwell_timeline_source import KINDS, SOURCES, Page, Reader, cursor, place

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
        reader = Reader(self.env)
        keys = self._newest(reader, sources, page)
        more = len(keys) == page.limit
        return {
            "events": self._as_lines(reader, keys[:limit], customer),
            "next": cursor(*keys[limit - 1]) if more else False,
            "kinds": self._kinds(reader),
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
        reader = Reader(self.env)
        parts = [
            SQL("(SELECT %s FROM (%s) AS event)", source.kind, part)
            for source in self._sources(None) if (part := source.newest(reader, page))
        ]
        self.env.flush_all()
        return {
            kind: min(count, COUNTED) for kind, count in self.env.execute_query(SQL(
                "SELECT kind, count(*) FROM (%s) AS event (kind) GROUP BY kind",
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
        self.env["res.partner"].flush_model(["commercial_partner_id"])
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
    def _newest(self, reader, sources, page):
        """Return moment and id of the events of a page, newest first."""
        parts = [
            SQL("(%s)", part) for source in sources if (part := source.newest(reader, page))
        ]
        if not parts:
            return []
        self.env.flush_all()
        return self.env.execute_query(SQL(
            "SELECT * FROM (%s) AS event (date, id) ORDER BY date DESC, id DESC LIMIT %s",
            SQL(" UNION ALL ").join(parts), page.limit,
        ))

    @api.model
    def _kinds(self, reader):
        """Return the kinds that the reader has access to, for the filter."""
        seen = {source.kind for source in SOURCES.values() if source.is_open_to(reader)}
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return [
            {"key": key, "label": labels[key], "icon": icon}
            for key, _label, icon in KINDS if key in seen
        ]

    @api.model
    def _as_lines(self, reader, keys, customer):
        """Return the events of these keys as the page shows them: two queries.

        ``date`` is UTC, a day alone where ``is_day``; ``contact`` and ``author`` are names;
        ``company`` is named where one works in several; ``amount`` is in ``currency_id``.
        """
        found = {
            row[0]: dict(zip((*COLUMNS, "detail", "label", "icon"), row, strict=True))
            for row in self._of_ids(reader, [event_id for _date, event_id in keys])
        }
        rows = [found[event_id] for _date, event_id in keys if event_id in found]
        names = self._names(rows)
        labels = dict(self._fields["event"]._description_selection(self.env))
        icons = self._icons()
        companies = {company.id: company.name for company in self.env.companies}
        return [
            {
                "id": row["id"], "kind": row["kind"], "event": row["event"],
                "label": row["label"] or labels.get(row["event"], ""),
                "has_label": bool(row["label"]), "icon": row["icon"] or icons[row["kind"]],
                "date": str(
                    row["date"].date() if row["is_day"] else row["date"].replace(microsecond=0)
                ),
                "is_day": row["is_day"], "title": row["title"] or "",
                "detail": _short(row["detail"]),
                "amount": None if row["amount"] is None else float(row["amount"]),
                "currency_id": row["currency_id"],
                "res_model": row["res_model"], "res_id": row["res_id"],
                "contact": names.get(row["partner_id"], "")
                if row["partner_id"] != customer.id else "",
                "author": names.get(row["author_id"], ""),
                "company": companies.get(row["company_id"], "") if len(companies) > 1 else "",
            }
            for row in rows
        ]

    @api.model
    def _names(self, rows):
        """Return the names of contacts and authors; whoever sees an event may know them."""
        ids = {row[name] for row in rows for name in ("partner_id", "author_id")} - {None}
        return dict(self.env.execute_query(SQL(
            "SELECT id, name FROM res_partner WHERE id = ANY(%s)", list(ids),
        )))


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
