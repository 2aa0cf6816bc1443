"""Finding a customer: by name, phone, mail or number, and those who need attention today."""

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from ..models.constants import OPEN_STATES
from .runwell_customer_page import WORK
from .runwell_timeline_source import Reader
from .runwell_timeline_talk import documents_of

#: So many are shown at most.
FOUND, SHOWN = 12, 40
#: So many digits make a search for a phone number.
DIGITS = 4
#: Who may look beyond the own customers; the record rules have the last word.
SEES_ALL = (
    "sales_team.group_sale_salesman_all_leads", "account.group_account_invoice",
    "crm_runwell.group_executive", "crm_runwell.group_service_user",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.readonly
    @api.model
    def find_runwell_customers(self, text):
        """Return the customers whose name, number, mail, tax id or phone has the text.

        :return: dicts of ``id``, ``customer_id``, ``name``, ``contact`` (the person found, if it
            was one), ``hint``; people of a company lead to the company
        :raise AccessError: unless the reader may read timelines
        """
        self.env["runwell.timeline"].check_access("read")
        text = (text or "").strip()
        if not text:
            return []
        names = ("complete_name", "email", "ref", "vat")
        domain = Domain.OR(Domain(name, "ilike", text) for name in names)
        digits = re.sub(r"\D", "", text)
        if len(digits) >= DIGITS and not re.search(r"[^\d\s+()./-]", text):
            domain |= Domain("phone_mobile_search", "ilike", text)
        domain &= Domain("type", "in", (False, "contact"))
        found = self.search_fetch(
            domain, ["name", "commercial_partner_id", "phone", "email", "city", "ref"],
            limit=FOUND,
        )
        return [
            {
                "id": partner.id, "customer_id": partner.commercial_partner_id.id,
                "name": partner.commercial_partner_id.name or partner.name or "",
                "contact": partner.name if partner != partner.commercial_partner_id else "",
                "hint": " · ".join(filter(None, (
                    partner.ref, partner.city, partner.phone, partner.email,
                ))),
            }
            for partner in found
        ]

    @api.readonly
    @api.model
    def get_runwell_today(self, everyone=False):
        """Return the customers that need attention today, the most pressing first.

        An open alert, a contact rule overstepped, an activity that is due, a request that
        waits; the reader's own customers with none of these follow, by revenue.

        :param bool everyone: not only what is the reader's own
        :return: dict: ``customers`` (``id, name, city, lifecycle, lifecycle_label, reasons``,
            each reason ``key``, ``text`` and ``tone``) and ``sees_all``
        :raise AccessError: unless the reader may read timelines
        """
        self.env["runwell.timeline"].check_access("read")
        sees_all = any(self.env.user.has_group(group) for group in SEES_ALL)
        if everyone and not sees_all:
            raise AccessError(self.env._("You see the customers that you work with."))
        self.env.flush_all()
        rows = self.env.execute_query(self._runwell_today_query(Reader(self.env), everyone))
        lifecycles = dict(
            self.env["runwell.score"]._fields["lifecycle"]._description_selection(self.env)
        )
        return {
            "sees_all": sees_all,
            "customers": [
                {
                    "id": partner_id, "name": name or "", "city": city or "",
                    "lifecycle": lifecycle, "lifecycle_label": lifecycles.get(lifecycle, ""),
                    "reasons": self._runwell_reasons(*facts),
                }
                for partner_id, name, city, lifecycle, *facts in rows
            ],
        }

    @api.model
    def _runwell_today_query(self, reader, everyone):
        """Return SQL: a row a customer with what speaks for it, ordered."""
        parts = [
            part for facts in (
                self._runwell_alerts_today, self._runwell_touches_today, self._runwell_due_today,
                self._runwell_requests_today,
            ) if (part := facts(reader, everyone))
        ]
        if not everyone:
            parts.append(self._runwell_own_customers(reader))
        scores = reader.rows("runwell.score")
        scores.add_where(SQL("runwell_score.company_id = %s", self.env.company.id))
        return SQL(
            """WITH fact AS (%(parts)s),
                    score AS %(scores)s,
                    need AS (
                        SELECT customer_id, max(urgent) AS urgent, max(at_risk) AS at_risk,
                               count(at_risk) AS alerts, max(touch_late) AS touch_late,
                               max(late) AS late, sum(due) AS due, sum(waiting) AS waiting
                          FROM fact GROUP BY customer_id)
               SELECT p.id, p.name, p.city, s.lifecycle, n.alerts, n.urgent, n.at_risk::float8,
                      n.touch_late, n.due, n.late, n.waiting
                 FROM need n JOIN res_partner p ON p.id = n.customer_id
                 LEFT JOIN score s ON s.partner_id = p.id
                WHERE p.active
                ORDER BY n.urgent DESC NULLS LAST, n.alerts > 0 DESC, n.at_risk DESC NULLS LAST,
                         n.waiting > 0 DESC NULLS LAST, n.late DESC NULLS LAST,
                         n.touch_late DESC NULLS LAST, s.revenue_12m DESC NULLS LAST, p.id
                LIMIT %(limit)s""",
            parts=SQL(" UNION ALL ").join(parts), limit=SHOWN,
            scores=scores.subselect(*(
                SQL.identifier("runwell_score", name)
                for name in ("partner_id", "lifecycle", "revenue_12m")
            )),
        )

    @api.model
    def _runwell_facts(self, query, customer, **values):
        """Return SQL: ``customer_id`` and the facts of a query, those not named empty."""
        types = {
            "urgent": "integer", "at_risk": "numeric", "touch_late": "integer", "late": "integer",
            "due": "integer", "waiting": "integer",
        }
        return query.select(
            SQL("%s AS customer_id", customer),
            *(
                SQL("(%s)::%s AS %s", values.get(name, SQL("NULL")), SQL(kind), SQL(name))
                for name, kind in types.items()
            ),
        )

    @api.model
    def _runwell_is_own(self, customer):
        """Return SQL: whether the customer's account manager is the reader."""
        return SQL(
            "%s IN (SELECT own.id FROM res_partner own WHERE own.user_id = %s)",
            customer, self.env.uid,
        )

    @api.model
    def _runwell_alerts_today(self, reader, everyone):
        query = reader.rows("runwell.churn.alert")
        if query is None:
            return None
        customer = SQL("runwell_churn_alert.partner_id")
        query.add_where(SQL(
            """runwell_churn_alert.company_id = %s AND runwell_churn_alert.state IN %s
               AND runwell_churn_alert.is_held_back IS NOT TRUE
               AND runwell_churn_alert.snoozed_until IS NULL""",
            self.env.company.id, OPEN_STATES,
        ))
        if not everyone:
            query.add_where(SQL(
                "(runwell_churn_alert.user_id = %s OR %s)",
                self.env.uid, self._runwell_is_own(customer),
            ))
        return self._runwell_facts(
            query, customer, urgent=SQL("runwell_churn_alert.priority"),
            at_risk=SQL("coalesce(runwell_churn_alert.revenue_at_risk, 0)"),
        )

    @api.model
    def _runwell_touches_today(self, reader, everyone):
        query = reader.rows("runwell.relation")
        if query is None:
            return None
        customer = SQL("runwell_relation.partner_id")
        query.add_where(SQL(
            """runwell_relation.company_id = %s AND runwell_relation.touch_overdue_days > 0""",
            self.env.company.id,
        ))
        if not everyone:
            query.add_where(self._runwell_is_own(customer))
        return self._runwell_facts(
            query, customer, touch_late=SQL("runwell_relation.touch_overdue_days"),
        )

    @api.model
    def _runwell_requests_today(self, reader, everyone):
        query = reader.rows("runwell.request")
        if query is None:
            return None
        customer = SQL("runwell_request.commercial_partner_id")
        query.add_where(SQL(
            """runwell_request.company_id = %s AND runwell_request.state IN ('new', 'assigned')
               AND runwell_request.active AND runwell_request.waiting_customer IS NOT TRUE
               AND runwell_request.commercial_partner_id IS NOT NULL""", self.env.company.id,
        ))
        if not everyone:
            query.add_where(SQL(
                "(runwell_request.user_id = %s OR %s)",
                self.env.uid, self._runwell_is_own(customer),
            ))
        return self._runwell_facts(query, customer, waiting=SQL("1"))

    @api.model
    def _runwell_due_today(self, reader, everyone):
        """The activities that are due: the reader's own, or everybody's on what one may see."""
        today, parts = fields.Date.context_today(self), []
        for model, column in WORK.items():
            query = documents_of(reader, model)
            if query is None:
                continue
            table = self.env[model]._table
            query.add_join("JOIN", "activity", "mail_activity", SQL(
                """activity.res_model = %s AND activity.res_id = %s AND activity.active
                   AND activity.date_deadline <= %s""",
                model, SQL.identifier(table, "id"), today,
            ))
            query.add_join("JOIN", "customer", "res_partner", SQL(
                "customer.id = %s", SQL.identifier(table, column),
            ))
            if not everyone:
                query.add_where(SQL("activity.user_id = %s", self.env.uid))
            if "company_id" in self.env[model]._fields:
                query.add_where(SQL(
                    "(%(company)s IS NULL OR %(company)s = %(id)s)",
                    company=SQL.identifier(table, "company_id"), id=self.env.company.id,
                ))
            parts.append(self._runwell_facts(
                query, SQL("customer.commercial_partner_id"), due=SQL("1"),
                late=SQL("%s::date - activity.date_deadline", today),
            ))
        return SQL(" UNION ALL ").join(parts) if parts else None

    @api.model
    def _runwell_own_customers(self, reader):
        query = reader.rows("res.partner")
        query.add_where(SQL(
            """res_partner.user_id = %s AND res_partner.active
               AND res_partner.commercial_partner_id = res_partner.id""", self.env.uid,
        ))
        return self._runwell_facts(query, SQL("res_partner.id"))

    @api.model
    def _runwell_reasons(self, alerts, urgent, at_risk, over, due, late, waiting):
        """Return why a customer is on the list, the most pressing first."""
        reasons = []
        if alerts:
            amount = formatLang(
                self.env, at_risk, currency_obj=self.env.company.currency_id,
                rounding_unit="units",
            )
            text = (
                self.env._("complaint, %s at risk", amount) if urgent
                else self.env._("%s at risk", amount)
            )
            reasons.append({"key": "alert", "text": text, "tone": "danger"})
        if waiting:
            text = (
                self.env._("a request waits") if waiting == 1
                else self.env._("%s requests wait", waiting)
            )
            reasons.append({"key": "request", "text": text, "tone": "warning"})
        if due:
            if late == 1:
                text = self.env._("activity 1 day late")
            elif late:
                text = self.env._("activity %s days late", late)
            else:
                text = self.env._("activity due today")
            reasons.append({"key": "activity", "text": text, "tone": "warning"})
        if over:
            text = (
                self.env._("contact 1 day overdue") if over == 1
                else self.env._("contact %s days overdue", over)
            )
            reasons.append({"key": "touch", "text": text, "tone": "info"})
        return reasons
