"""What is said beside the figures of a customer: what changed, and what a person set."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ..scoring.value import HEALTH_POINTS

#: What is compared.
NOTED = ("health_score", *(f"{part}_points" for part in HEALTH_POINTS), "revenue_12m")
#: A health that moved by fewer points is not worth a line.
MOVED = 3


class RunwellScore(models.Model):
    _inherit = "runwell.score"

    change = fields.Json("What changed", compute="_compute_change")

    def _compute_change(self):
        notes = self._notes()
        for score in self:
            score.change = notes.get(score.id, {}).get("change", False)

    @api.readonly
    def get_change(self):
        """Return what changed since the health was noted before.

        :return: False if it hardly moved or was noted only once; else a dict: ``from``, ``to``
            (whole points), ``from_day``, ``to_day``, ``parts`` (``part, points, text``: whole
            points that add up to the difference, none of 0) and ``action``, which opens the course
        :raise AccessError: if the reader may not see this row
        """
        self.ensure_one()
        self.check_access("read")
        return self.change

    @api.readonly
    def get_notes(self):
        """Return what the strip shows beside the figures.

        :return: dict: ``change`` as of :meth:`get_change`; ``override``: ``id`` and ``text`` of
            what a person says that is in force, or False; ``may_set``: whether the reader may
            say something
        :raise AccessError: if the reader may not see this row
        """
        self.ensure_one()
        self.check_access("read")
        Override = self.env["runwell.override"]
        notes = self._notes()[self.id]
        return {
            "change": notes["change"],
            "override": Override.has_access("read") and notes["override"],
            "may_set": Override.has_access("create"),
        }

    def action_snooze(self):
        """Open the dialog in which the customer is muted until a day."""
        self.ensure_one()
        return self.env["runwell.override"]._ask(self.partner_id, self.company_id, is_snooze=True)

    def action_set_lifecycle(self):
        """Open the dialog in which a person sets the customer's lifecycle until a day."""
        self.ensure_one()
        return self.env["runwell.override"]._ask(self.partner_id, self.company_id, is_snooze=False)

    def action_end_override(self):
        """End what a person said of the customer."""
        self.ensure_one()
        self.override_id.action_end()

    def _notes(self):
        """Return ``{score id: {"change": …, "override": …}}``; callers checked access.

        One query, whatever the number of scores. ``override`` is what a person says that
        is in force: ``id`` and the ``text``; False if there is nothing.
        """
        self.env["runwell.override"].flush_model()
        self.flush_recordset(["override_id"])
        rows = self.env.execute_query_dict(SQL(
            """
            SELECT s.id, o.id AS override_id, o.lifecycle, o.is_muted, o.until, o.reason,
                   p.name AS user_name, noted.rows
              FROM runwell_score s
              LEFT JOIN runwell_override o
                ON o.id = s.override_id AND o.ended_on IS NULL AND o.until >= %(today)s
              LEFT JOIN res_users u ON u.id = o.user_id
              LEFT JOIN res_partner p ON p.id = u.partner_id
              LEFT JOIN LATERAL (%(noted)s) noted ON TRUE
             WHERE s.id = ANY(%(ids)s)
            """,
            today=fields.Date.context_today(self), ids=list(self.ids),
            noted=sql_noted(SQL("s.partner_id"), SQL("s.company_id"), SQL("s.as_of")),
        ))
        rows = {row["id"]: row for row in rows}
        return {
            score.id: {
                "change": score._change_since(rows[score.id]["rows"] or []),
                "override": score._said(rows[score.id]),
            }
            for score in self if score.id in rows
        }

    def _said(self, row):
        """Return ``override`` of :meth:`_notes`."""
        if not row["override_id"]:
            return False
        text = self.env["runwell.override"]._sentence(row)
        if row["lifecycle"]:
            told = self.computed_lifecycle or self.lifecycle
            label = dict(self._fields["lifecycle"]._description_selection(self.env))[told]
            text = self.env._(
                "%(said)s The scoring says: %(lifecycle)s.", said=text, lifecycle=label,
            )
        return {"id": row["override_id"], "text": text}

    def _change_since(self, noted):
        """Return what changed from the last noted row that differs to the row as it is now."""
        if self.health_score is False:
            return False
        now = {name: self[name] for name in NOTED} | {"as_of": str(self.as_of)}
        before = next((
            row for row in noted if abs(row["health_score"] - now["health_score"]) >= MOVED
        ), None)
        return before and change_between(self, before, now) or False


def sql_noted(partner, company, until):
    """Return SQL of ``rows``: the last two noted healths of a customer up to a day, as JSON."""
    return SQL(
        """SELECT json_agg(h ORDER BY h.as_of DESC, h.id DESC) AS rows
             FROM (SELECT id, as_of, %(columns)s
                     FROM runwell_score_history
                    WHERE partner_id = %(partner)s AND company_id = %(company)s
                      AND as_of <= %(until)s AND health_score IS NOT NULL
                    ORDER BY as_of DESC, id DESC LIMIT 2) h""",
        columns=SQL(", ").join(map(SQL.identifier, NOTED)),
        partner=partner, company=company, until=until,
    )


def change_between(record, before, now):
    """Return the difference of two noted rows in words; see :meth:`RunwellScore.get_change`.

    :param record: a score, or an alert, whose silence, order dates and overdue amount are
        those of ``now``
    """
    start, end = round(before["health_score"]), round(now["health_score"])
    moved = {part: now[f"{part}_points"] - before[f"{part}_points"] for part in HEALTH_POINTS}
    points = {part: round(value) for part, value in moved.items()}
    # What rounding leaves over goes to the part that moved most, so that the line adds up.
    most = max(moved, key=lambda part: abs(moved[part]))
    points[most] += end - start - sum(points.values())
    texts = {
        "retention": _retention_text, "trend": _trend_text, "payment": _payment_text,
    }
    return {
        "from": start, "to": end, "from_day": before["as_of"], "to_day": now["as_of"],
        "parts": [
            {"part": part, "points": value, "text": texts[part](record, before, now)}
            for part, value in points.items() if value
        ],
        "action": {
            "type": "ir.actions.act_window", "res_model": "runwell.score.history",
            "name": record.env._("Course of %s", record.partner_id.display_name),
            "views": [(False, "list"), (False, "graph")], "target": "current",
            "domain": [
                ("partner_id", "=", record.partner_id.id),
                ("company_id", "=", record.company_id.id),
            ],
        },
    }


def _retention_text(record, before, now):
    _ = record.env._
    if record.last_order_date and str(record.last_order_date) > before["as_of"]:
        return _("order of %s", format_date(record.env, record.last_order_date))
    day = fields.Date.to_date(now["as_of"])
    if record.expected_order_date and record.expected_order_date < day:
        return _("order %s days late", (day - record.expected_order_date).days)
    return _("silent for %s days", record.silence_days)


def _trend_text(record, before, now):
    return record.env._(
        "revenue of 12 months from %(before)s to %(now)s",
        before=_money(record, before["revenue_12m"]), now=_money(record, now["revenue_12m"]),
    )


def _payment_text(record, _before, _now):
    if record.overdue_amount > 0:
        return record.env._("%s overdue", _money(record, record.overdue_amount))
    return record.env._("nothing overdue any more")


def _money(record, amount):
    return formatLang(
        record.env, amount or 0.0, currency_obj=record.currency_id, rounding_unit="units",
    )
