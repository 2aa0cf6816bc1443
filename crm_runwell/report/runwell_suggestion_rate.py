"""The figures of the page "Hit rate of suggestions": how often what was shown was bought."""

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import UserError

from ..models.runwell_suggestion import HITS
from ..scoring.lift import wilson

#: From so many decided suggestions on a rate is told.
MIN_DECIDED = 30
PERIODS = (3, 12, 0)


class RunwellSuggestion(models.Model):
    _inherit = "runwell.suggestion"

    @api.readonly
    @api.model
    def get_hit_rates(self, months):
        """Return the hit rates of what was first shown in the last months, in this company.

        :param int months: 3, 12, or 0 for all
        :return: dict with ``domain`` (of the rows counted), ``rows`` (by place and kind) and
            ``months``: dicts with ``label``, ``domain``, ``shown``, ``decided``, ``hits``, and
            ``rate``, ``low``, ``high`` (shares, 95 % interval; None under 30 decided ones)
        :raise AccessError: unless the user may read suggestions
        :raise UserError: for another period
        """
        self.check_access("read")
        if months not in PERIODS:
            raise UserError(self.env._("Choose 3 or 12 months, or all."))
        company = self.env.company
        domain = [("company_id", "=", company.id)]
        if months:
            since = self._today_of(company).replace(day=1) - relativedelta(months=months - 1)
            domain.append(("first_shown_on", ">=", since.isoformat()))
        places, by_month = {}, {}
        for place, kind, state, count in self._read_group(
            domain, ["place", "kind", "state"], ["__count"],
        ):
            _count(places, (place, kind), state, count)
        for month, state, count in self._read_group(
            domain, ["first_shown_on:month", "state"], ["__count"],
        ):
            _count(by_month, month, state, count)
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("place", "kind")
        }
        return {
            "domain": domain,
            "total": _rate(_total(places.values())),
            "rows": [
                _rate(states) | {
                    "label": labels["place"][place], "kind": labels["kind"][kind],
                    "domain": [("place", "=", place), ("kind", "=", kind)],
                }
                for (place, kind), states in sorted(places.items())
            ],
            "months": [
                _rate(states) | {"label": month.strftime("%Y-%m"), "domain": [
                    ("first_shown_on", ">=", month.isoformat()),
                    ("first_shown_on", "<", (month + relativedelta(months=1)).isoformat()),
                ]}
                for month, states in sorted(by_month.items(), reverse=True)
            ],
            "min_decided": MIN_DECIDED,
        }


def _count(counts, key, state, count):
    states = counts.setdefault(key, {})
    states[state] = states.get(state, 0) + count


def _total(groups):
    total = {}
    for states in groups:
        for state, count in states.items():
            total[state] = total.get(state, 0) + count
    return total


def _rate(states):
    """Return the figures of one row; no rate of too few.

    >>> _rate({"shown": 4, "bought": 3, "ignored": 26})["rate"]
    >>> _rate({"shown": 4, "bought": 3, "accepted": 3, "ignored": 24})["rate"]
    0.2
    """
    shown = sum(states.values())
    decided = shown - states.get("shown", 0)
    hits = sum(states.get(state, 0) for state in HITS)
    low, high = wilson(hits, decided) if decided >= MIN_DECIDED else (None, None)
    return {
        "shown": shown, "decided": decided, "hits": hits, "low": low, "high": high,
        "rate": hits / decided if decided >= MIN_DECIDED else None,
    }
