"""The reasons of an explanation in words, each with the records behind it."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.tools import SQL, format_date, formatLang

from ..scoring import reasons, service
from ..scoring.explain import GROUPS
from ..scoring.features import Periods, categories
from ..scoring.purchases import category_lines, local_day
from ..scoring.reasons import YEAR


class RunwellScore(models.Model):
    _inherit = "runwell.score"

    def _explained_reasons(self, account, second=None):
        """Return the reasons of :meth:`get_explanation`; the caller checked access.

        :param account: the customer's :class:`~.runwell_score_explain.Account`
        :param second: :class:`~..scoring.explain.Second`, where the risk uses one
        """
        days, as_of = account.order_days, self.as_of
        pulls = second.pulls_of_behaviour() if second else {}
        found = []
        if len(days) >= 2:
            found = [
                reasons.silence(self.silence_days, self.days_between_orders, self.overdue_z),
                reasons.orders(days, as_of, 90),
                reasons.orders(days, as_of, YEAR),
                reasons.revenue(
                    self.revenue_12m, self.revenue_prior_12m, days[0],
                    Periods.of(as_of).two_years_ago,
                ),
                reasons.order_value(account.bought, pulls.get("last_amount")),
                *reasons.stopped(self._explained_categories(), pulls.get("stopped")),
            ]
        returned, due = (
            sum(pulls[name] for name in GROUPS[part]) if pulls else None
            for part in ("returns", "payment")
        )
        for kind, taken_back in (
            ("returns", account.returned_orders), ("credits", account.credits),
        ):
            if reason := reasons.returns(taken_back, as_of, returned):
                found.append(reasons.Reason(kind, reason.direction, reason.used_in, reason.values))
        found.append(reasons.overdue(
            self.overdue_amount, self._oldest_due(), self.health_score is not False, due,
        ))
        found += self._explained_service(pulls)
        return [
            {
                "kind": reason.kind, "direction": reason.direction, "used_in": reason.used_in,
                "text": self._reason_text(reason), "action": self._reason_action(reason),
            }
            for reason in found if reason
        ]

    def _explained_service(self, pulls):
        """Return the reasons that lie in service requests.

        What is open now, a complaint that was opened again too: the links lead there.
        """
        scope = self._explained_scope()
        [(count, oldest)] = self.env.execute_query(SQL(
            """SELECT count(*), min(%s) FROM runwell_request r
                WHERE r.commercial_partner_id = %s AND r.company_id = %s
                  AND r.request_type = 'complaint' AND r.state IN ('new', 'assigned')""",
            local_day(SQL("r.create_date"), scope.tz), self.partner_id.id, self.company_id.id,
        ))
        rows = self.env.execute_query(SQL(
            "SELECT breaches, unhappy FROM (%s) known",
            service.known(service.events(scope), self.as_of),
        ))
        breaches, unhappy = rows[0] if rows else (0, 0)
        complained = pulls and sum(
            pulls[name] for name in ("open_complaints", "complaints", "complaint_trend")
        )
        return [
            reasons.complaints(count, oldest, self.as_of, complained or None),
            reasons.let_down(breaches, unhappy, pulls.get("let_down")),
        ]

    def _explained_categories(self):
        """Return what :func:`~..scoring.features.categories` knows of the customer."""
        return self.env.execute_query(SQL(
            """SELECT categ_id, order_days, last_day, gap, is_ended, is_stopped
                 FROM (%s) category ORDER BY categ_id""",
            categories(category_lines(self._explained_scope()), self.as_of),
        ))

    def _oldest_due(self):
        """Return the day on which the oldest unpaid document was due, or False."""
        if self.overdue_amount <= 0:
            return False
        moves = self.env["account.move"].search(
            self._overdue_domain(), order="invoice_date_due", limit=1,
        )
        return moves.invoice_date_due

    # Words

    def _money(self, amount):
        return formatLang(
            self.env, amount, currency_obj=self.currency_id, rounding_unit="units",
        )

    def _reason_text(self, reason):
        """Return the sentence of a reason, in the reader's language."""
        return getattr(self, f"_text_{reason.kind}")(reason.values)

    def _text_silence(self, values):
        _ = self.env._
        usual = formatLang(self.env, values["usual"], digits=0)
        how = {
            "usual": _("as usual"), "longer": _("longer than usual"),
            "unusual": _("unusual"), "very_unusual": _("very unusual"),
        }[values["how"]]
        if not values["days"]:
            return _("Ordered today; usually %(usual)s days between orders.", usual=usual)
        if self.sufficiency == "few":
            return _(
                "Silent for %(days)s days; customers here usually order every %(usual)s: %(how)s.",
                days=values["days"], usual=usual, how=how,
            )
        return _(
            "Silent for %(days)s days; usually %(usual)s between orders: %(how)s.",
            days=values["days"], usual=usual, how=how,
        )

    def _text_orders_90(self, values):
        return self.env._(
            "Order days in the last 90 days: %(now)s; in the same days a year before: %(before)s.",
            now=values["now"], before=values["before"],
        )

    def _text_orders_365(self, values):
        return self.env._(
            "Order days in the last year: %(now)s; in the year before: %(before)s.",
            now=values["now"], before=values["before"],
        )

    def _text_revenue(self, values):
        return self.env._(
            "Revenue of 12 months: %(now)s; of the 12 before: %(before)s (%(change)s).",
            now=self._money(values["now"]), before=self._money(values["before"]),
            change=signed_percent(values["change"]),
        )

    def _text_order_value(self, values):
        return self.env._(
            "Last order: %(last)s; on average: %(mean)s (%(change)s).",
            last=self._money(values["last"]), mean=self._money(values["mean"]),
            change=signed_percent(values["change"]),
        )

    def _text_returns(self, values):
        return self.env._(
            "Returns in the last year: %(count)s, %(amount)s in all.",
            count=values["count"], amount=self._money(values["amount"]),
        )

    def _text_credits(self, values):
        return self.env._(
            "Credited in the last year: %(amount)s.", amount=self._money(values["amount"]),
        )

    def _text_overdue(self, values):
        amount = self._money(values["amount"])
        if not values["oldest"]:
            return self.env._("Overdue: %s.", amount)
        return self.env._(
            "Overdue: %(amount)s; the oldest was due on %(day)s, %(days)s days ago.",
            amount=amount, day=format_date(self.env, values["oldest"]),
            days=(self.as_of - values["oldest"]).days,
        )

    def _text_complaints(self, values):
        return self.env._(
            "Open complaints: %(count)s; the oldest waits for %(days)s days.",
            count=values["count"], days=values["days"],
        )

    def _text_let_down(self, values):
        return self.env._(
            "Service in half a year: %(breaches)s missed deadlines, %(unhappy)s unhappy ratings.",
            breaches=values["breaches"], unhappy=values["unhappy"],
        )

    def _text_stopped(self, values):
        Category = self.env["product.category"]
        return self.env._(
            "Still buys %(still)s, not %(category)s since %(day)s; usually every %(usual)s days.",
            still=Category.browse(values["still"]).name,
            category=Category.browse(values["category"]).name,
            day=format_date(self.env, values["since"]),
            usual=formatLang(self.env, values["usual"], digits=0),
        )

    # Links

    def _reason_action(self, reason):
        """Return the action that opens the records behind a reason."""
        values, as_of = reason.values, self.as_of
        year_ago = as_of - timedelta(days=YEAR)
        if reason.kind in ("orders_90", "orders_365"):
            return self._open_bought([
                *self._within(values["since_before"], year_ago, joined=True),
                *self._within(values["since"], as_of),
            ])
        if reason.kind == "revenue":
            return self._open_bought(self._within(Periods.of(as_of).two_years_ago, as_of))
        if reason.kind == "order_value":
            return self._open_bought(self._within(values["day"] - timedelta(days=1), values["day"]))
        if reason.kind == "stopped":
            return self._open_bought([
                *self._of_category(values["category"]), *self._within(None, as_of),
            ])
        if reason.kind == "returns":
            return self._open_bought(self._within(year_ago, as_of), taken_back=True)
        if reason.kind == "credits":
            credits = [
                ("commercial_partner_id", "=", self.partner_id.id), ("state", "=", "posted"),
                ("move_type", "=", "out_refund"), ("company_id", "=", self.company_id.id),
                ("invoice_date", "in", [str(day) for day in values["days"]]),
            ]
            return self._open("account.move", self.env._("Credit notes"), credits)
        if reason.kind in ("complaints", "let_down"):
            return self._open_requests(reason.kind == "complaints")
        if reason.kind == "overdue":
            return self._open(
                "account.move", self.env._("Overdue invoices"), self._overdue_domain(),
            )
        return self._open_bought(self._within(None, as_of))

    def _open(self, model, name, domain):
        return {
            "type": "ir.actions.act_window", "res_model": model, "domain": domain,
            "name": f"{name}: {self.partner_id.display_name}",
            "views": [(False, "list"), (False, "form")], "target": "current",
        }

    def _open_requests(self, are_complaints):
        """Return the action of the customer's open complaints, or of all its requests."""
        domain = [
            ("commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        if are_complaints:
            domain += [
                ("request_type", "=", "complaint"), ("state", "in", ("new", "assigned")),
            ]
        return self._open("runwell.request", self.env._("Service requests"), domain)

    def _open_bought(self, domain, taken_back=False):
        """Return the action of the purchases, or of what came back, of this customer."""
        sign = "<" if taken_back else ">"
        common = [("company_id", "=", self.company_id.id)]
        if self.model_id.purchase_source == "invoice":
            return self._open("account.move", self.env._("Invoices"), [
                *common, ("commercial_partner_id", "=", self.partner_id.id),
                ("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund")),
                ("amount_untaxed_signed", sign, 0), *domain,
            ])
        return self._open("sale.order", self.env._("Orders"), [
            *common, ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("state", "=", "sale"), ("amount_untaxed", sign, 0), *domain,
        ])

    def _within(self, after, until, joined=False):
        """Return the domain of the days after one and up to another (None: no first day).

        :param joined: begin an "or" with the domain that follows
        """
        if self.model_id.purchase_source == "invoice":
            name, start, end = "invoice_date", after, until + timedelta(days=1)
        else:
            name, end = "date_order", self._end_of(until)
            start = after and self._end_of(after)
        limits = [(name, "<", str(end))]
        if after:
            operator = ">" if name == "invoice_date" else ">="
            limits = ["&", (name, operator, str(start)), *limits]
        return ["|", *limits] if joined else limits

    def _end_of(self, day):
        """Return the moment, in UTC, at which a day of the company is over."""
        zone = pytz.timezone(self.model_id._timezone())
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        return fields.Datetime.to_string(midnight.astimezone(pytz.utc).replace(tzinfo=None))

    def _of_category(self, category_id):
        """Return the domain of the purchases with a product of the category."""
        bought = [("product_id.categ_id", "=", category_id), ("display_type", "=", False)]
        if self.model_id.purchase_source == "invoice":
            bought[1] = ("display_type", "=", "product")
            return [("invoice_line_ids", "any", bought)]
        return [("order_line", "any", [*bought, ("price_subtotal", ">", 0)])]

    def _overdue_domain(self):
        """Return the domain of the invoices that were due before the day of the score."""
        return [
            ("commercial_partner_id", "=", self.partner_id.id), ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("payment_state", "in", ("not_paid", "partial")),
            ("invoice_date_due", "<", str(self.as_of)), ("company_id", "=", self.company_id.id),
        ]


def signed_percent(change):
    r"""Return a change in whole percent with its sign.

    >>> signed_percent(-0.304), signed_percent(0.25)
    ('−30\xa0%', '+25\xa0%')
    """
    return f"{'−' if change < 0 else '+'}{abs(round(100 * change))}\N{NO-BREAK SPACE}%"
