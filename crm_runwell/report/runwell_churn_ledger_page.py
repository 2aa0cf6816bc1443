"""The figures of the page "Retention ledger": one call, a statement for all groupings."""

from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..scoring import lift

#: The periods one can choose, in days back from today; 0: all.
PERIODS = (30, 90, 365, 0)
#: Each arm of the hold-back needs so many alerts whose horizon is over before it is compared.
MIN_ARM = 30

SUMS = (
    "raised_count", "worked_count", "won_back_count", "lost_count", "false_alarm_count",
    "open_count", "decided_count", "right_count", "kept_revenue", "revenue_lost",
    "measure_cost",
)
MEANS = ("days_to_action", "days_to_win_back")
GROUPS = ("rule", "cause", "user_id", "value_class", "raised_on:month")
#: Who sees the alerts of everybody; the record rules hold the others to their own.
SEES_ALL = (
    "sales_team.group_sale_salesman_all_leads", "account.group_account_invoice",
    "crm_runwell.group_executive",
)


class RunwellChurnLedger(models.Model):
    _inherit = "runwell.churn.ledger"

    @api.readonly
    @api.model
    def get_page(self, days):
        """Return the figures of the ledger page for the company one works in.

        All but the comparison are of the alerts raised within the period, and what
        came of them. The comparison is of all alerts since the first was held back:
        a horizon is mostly longer than a period.

        :param int days: one of :data:`PERIODS`; 0 means all
        :return: dict with ``domain`` (of the rows counted), ``total``, ``rules``, ``causes``,
            ``managers``, ``classes``, ``months`` and ``comparison``; amounts in the
            company's currency
        :raise AccessError: unless the user may read alerts
        :raise UserError: for another period
        """
        self.check_access("read")
        if days not in PERIODS:
            raise UserError(self.env._("Choose 30, 90 or 365 days, or all."))
        company = self.env.company
        domain = Domain("company_id", "=", company.id) & Domain("kind", "=", "customer")
        # sudo: time zone, horizon and the settings shown stand behind the figures.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        policies = self.env["runwell.retention.policy"].sudo()
        policy = policies.search_fetch(
            [("company_id", "=", company.id)],
            ["hold_back_share", "precision_floor", "precision_min_alerts"],
        ) or policies.new()
        of_company = domain
        if days:
            domain &= Domain("raised_on", ">", model._today() - timedelta(days=days))
        total, *groups = self._read_grouping_sets(
            domain, [[], *([name] for name in GROUPS)],
            [f"{name}:sum" for name in SUMS] + [f"{name}:avg" for name in MEANS],
        )
        rules, causes, managers, classes, months = map(self._rows, GROUPS, groups)
        return {
            "company": company.name, "currency_id": company.currency_id.id,
            "domain": list(domain), "is_own": not self._sees_all(),
            "total": _figures(total[0]) if total else _figures([0] * (len(SUMS) + len(MEANS))),
            "rules": self._with_rules(company, rules), "causes": causes,
            "managers": managers, "classes": classes, "months": months,
            "comparison": self._comparison(of_company),
            "policy": {
                "hold_back_share": policy.hold_back_share,
                "precision_floor": policy.precision_floor,
                "precision_min_alerts": policy.precision_min_alerts,
            },
            "may_set": self.env["runwell.alert.rule"].has_access("write"),
            "horizon": model.horizon_days,
        }

    @api.model
    def _sees_all(self):
        return any(self.env.user.has_group(group) for group in SEES_ALL)

    @api.model
    def _rows(self, group, rows):
        """Return the groups as dicts: ``key``, ``label`` and the figures.

        Classes and causes in their own order, months by time, managers by money kept.
        """
        field = self._fields[group.partition(":")[0]]
        if field.type == "date":
            return [
                {"key": str(month), "label": str(month), **_figures(figures)}
                for month, *figures in sorted(rows)
            ]
        if field.type == "many2one":
            names = dict(self.env.execute_query(SQL(
                """SELECT u.id, p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id
                    WHERE u.id = ANY(%s)""",
                [user.id for user, *_rest in rows if user],
            )))
            found = [
                {"key": user.id, "label": names.get(user.id, ""), **_figures(figures)}
                for user, *figures in rows
            ]
            return sorted(found, key=lambda row: (-row["kept_revenue"], -row["raised_count"]))
        labels = dict(field._description_selection(self.env))
        order = list(labels)
        return [
            {"key": key, "label": labels.get(key, ""), **_figures(figures)}
            for key, *figures in sorted(
                rows, key=lambda row: order.index(row[0]) if row[0] in order else len(order)
            )
        ]

    @api.model
    def _with_rules(self, company, rows):
        """Add to the groups what is set of each rule; a rule that raised nothing has its row."""
        # sudo: whether a rule is on may be known by whoever sees what it raised.
        rules = self.env["runwell.alert.rule"].sudo().search_fetch(
            [("company_id", "=", company.id), ("code", "!=", "category")],
            ["code", "is_on", "is_muted", "muted_on"],
        )
        rows = {row["key"]: row for row in rows}
        nothing = _figures([0] * (len(SUMS) + len(MEANS)))
        labels = dict(self._fields["rule"]._description_selection(self.env))
        for rule in rules:
            row = rows.setdefault(
                rule.code, {"key": rule.code, "label": labels[rule.code], **nothing}
            )
            row.update(
                id=rule.id, is_on=rule.is_on, is_muted=rule.is_muted,
                muted_on=rule.muted_on and str(rule.muted_on),
            )
        return list(rows.values())

    @api.model
    def _comparison(self, domain):
        """Return the two arms of the hold-back, and by how much they differ.

        :return: dict with ``worked`` and ``held`` (each ``count``, ``ordered``, ``revenue``, a
            mean), ``is_enough``, and if so ``revenue`` and ``win_back``: the difference with
            its 95 % interval, see ``scoring/lift.py``
        """
        query = self._search(domain & Domain("is_compared", "=", True))
        columns = {
            name: self._field_to_sql(self._table, name, query)
            for name in ("is_held_back", "revenue_after", "orders_after")
        }
        rows = self.env.execute_query(SQL(
            """SELECT held, count(*), sum(revenue)::float8, sum(revenue::float8 ^ 2),
                      count(*) FILTER (WHERE orders > 0)
                 FROM (%s) AS arm (held, revenue, orders) GROUP BY held""",
            query.select(*columns.values()),
        ))
        arms = {bool(held): figures for held, *figures in rows}
        worked, held = (arms.get(is_held, (0, 0.0, 0.0, 0)) for is_held in (False, True))
        found = {
            name: {"count": arm[0], "ordered": arm[3], "revenue": arm[1] / max(arm[0], 1)}
            for name, arm in (("worked", worked), ("held", held))
        }
        found |= {"needed": MIN_ARM, "is_enough": min(worked[0], held[0]) >= MIN_ARM}
        if found["is_enough"]:
            found["revenue"] = vars(
                lift.welch(lift.Group(*worked[:3]), lift.Group(*held[:3]))
            )
            found["win_back"] = vars(lift.newcombe(worked[3], worked[0], held[3], held[0]))
        return found


def _figures(values):
    """Return the aggregates by name; sums of nothing are 0, means of nothing None."""
    sums, means = values[:len(SUMS)], values[len(SUMS):]
    return {
        **{name: value or 0 for name, value in zip(SUMS, sums, strict=True)},
        **{
            name: value if values[0] else None
            for name, value in zip(MEANS, means, strict=True)
        },
    }
