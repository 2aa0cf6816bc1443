"""Why a customer's risk is what it is: asked for by the page, never while a form opens."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL, format_date

from ..scoring import explain, facts, opinion
from ..scoring.features import day_totals
from ..scoring.opinion import FEATURES
from ..scoring.purchases import category_lines, documents
from ..scoring.season import Clock, Mix
from ..scoring.value import HEALTH_POINTS

#: A risk worked out again that differs by more: documents have changed since the score.
STALE = 0.005
#: A change smaller than a point is not worth a sentence.
WORTH = 0.01
#: How far ahead "without an order" looks.
AHEAD_DAYS = 30


@dataclass(frozen=True)
class Account:
    """One customer's documents up to the day of the score.

    :ivar bought: amount by order day, ascending
    :ivar returned_orders: amount taken back by day, on documents of the same kind
    :ivar credits: amount taken back by day, on credit notes of orders
    """

    bought: dict
    returned_orders: dict
    credits: dict

    @property
    def order_days(self):
        return tuple(self.bought)


class RunwellScore(models.Model):
    _inherit = "runwell.score"

    @api.readonly
    def get_explanation(self):
        """Return why the risk of this row is what it is, ready for the page.

        :return: dict: ``risk``, ``average`` (False if there is none), ``horizon``, ``as_of``,
            ``note`` (what keeps it from being explained, or False), ``reasons`` (``kind,
            text, direction, used_in, action``), ``parts`` (``name, label, start, end``: from
            the average customer's risk to this one's), ``changes`` (``kind, text, action``)
            and ``course`` (``weeks, orders, noted, threshold``)
        :raise AccessError: if the reader may not see this row
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the totals of the customer's documents are shown to whoever may read the
        # score, as in get_evidence; each document opens with the reader's own rights.
        score = self.sudo()
        account = score._explained_account()
        explanation = {
            "risk": score.churn_probability, "average": False, "note": False,
            "horizon": score.model_id.horizon_days, "as_of": str(score.as_of),
            "parts": [], "changes": [], "course": False,
        }
        second = prediction = None
        if score.sufficiency in ("none", "single"):
            explanation["note"] = score._too_little_history()
        else:
            prediction = score._explained_prediction(account)
            if prediction and abs(prediction.risk - score.churn_probability) <= STALE:
                second = prediction.second
                explanation |= score._explained_parts(prediction)
                explanation["changes"] = score._explained_changes(prediction)
                # The course noted is read with the reader's own rights.
                explanation["course"] = score._explained_course(prediction) | {
                    "noted": self._noted_course(),
                }
            else:
                prediction = None
                explanation["note"] = self.env._(
                    "Orders or settings have changed since this risk was computed. "
                    "It is explained again after the next computation."
                )
        explanation["changes"] += score._explained_payment(prediction)
        explanation["reasons"] = score._explained_reasons(account, second)
        return explanation

    def _too_little_history(self):
        if self.sufficiency == "none":
            return self.env._("Never bought: there is no rhythm to tell a risk from.")
        return self.env._("Too little history: one order shows no rhythm, so no risk is told.")

    def _explained_scope(self):
        return self.model_id._scope(self.as_of, [self.partner_id.id])

    def _explained_account(self):
        """Return the :class:`Account` of the customer."""
        self.env.flush_all()
        account = Account({}, {}, {})
        for day, amount, is_document in self.env.execute_query(SQL(
            """SELECT day, amount::float8, document_id IS NOT NULL FROM (%s) d
                WHERE amount <> 0 ORDER BY day""",
            documents(self._explained_scope()),
        )):
            into = account.bought if amount > 0 else (
                account.returned_orders if is_document else account.credits
            )
            into[day] = into.get(day, 0.0) + amount
        return account

    def _explained_prediction(self, account):
        """Return the :class:`Prediction` of the row's own model; None if it cannot be repeated."""
        model = self.model_id
        learned, statistics = model._learned(), model._statistics()
        if not learned or not statistics or len(account.order_days) < 2:
            return None
        later = self.as_of + timedelta(days=AHEAD_DAYS)
        clock = Clock(learned.season, account.order_days[0], later)
        mix = self._explained_mix(learned.season) if clock.categories else None
        churn_model = explain.ChurnModel(learned, clock, model.horizon_days, mix)
        return Prediction(self, churn_model, account, statistics.anchor)

    def _explained_mix(self, season):
        """Return the :class:`~..scoring.season.Mix` of the customer."""
        return Mix(season, self.env.execute_query(SQL(
            "SELECT day, categ_id FROM (%s) l", category_lines(self._explained_scope()),
        )))

    def _explained_parts(self, prediction):
        """Return ``average`` and ``parts``."""
        average = prediction.anchor and prediction.anchor.mean_risk
        if average is None:
            [(average,)] = self.env.execute_query(SQL(
                "SELECT avg(churn_probability) FROM runwell_score WHERE company_id = %s",
                self.company_id.id,
            ))
        now = prediction.now
        awake = prediction.model.figures(prediction.order_days, self.as_of, is_silent=False)
        parts = explain.shares(now, awake, average, prediction.second)
        labels = self._part_labels()
        return {
            "average": average,
            "parts": [
                {"name": name, "label": labels[name], "start": start, "end": end}
                for name, start, end in explain.steps(parts, average, self.churn_probability)
            ],
        }

    def _part_labels(self):
        _ = self.env._
        return {
            "level": _("Correction for all customers"),
            "rhythm": _("How often they order"),
            "history": _("Order history"),
            "value": _("Order value"),
            "assortment": _("Products bought"),
            "returns": _("Returns"),
            "payment": _("Overdue invoices"),
            "service": _("Service"),
            "recent": _("Recent orders"),
            "silence": _("Silence since the last order"),
        }

    def _explained_changes(self, prediction):
        """Return what an order today, or none for a while, would do to the risk."""
        changes = []
        risk = prediction.risk
        ordered = prediction.with_order_today()
        if ordered is not None and risk - ordered >= WORTH:
            changes.append({"kind": "order", "action": False, "text": self.env._(
                "A usual order today would bring the risk from %(now)s to %(then)s.",
                now=percent(risk), then=percent(ordered),
            )})
        waited = prediction.after(AHEAD_DAYS)
        if waited - risk >= WORTH and percent(waited) != percent(risk):
            day = self.as_of + timedelta(days=AHEAD_DAYS)
            changes.append({"kind": "wait", "action": False, "text": self.env._(
                "Without an order it rises to %(then)s by %(day)s.",
                then=percent(waited), day=format_date(self.env, day),
            )})
        return changes

    def _explained_payment(self, prediction=None):
        """Return what settling the overdue invoices would do to the health, and to the risk."""
        lost = HEALTH_POINTS["payment"] - (self.payment_points or 0.0)
        if self.overdue_amount <= 0 or self.health_score is False or round(lost) < 1:
            return []
        values = {
            "amount": self._money(self.overdue_amount),
            "now": round(self.health_score), "then": round(self.health_score + lost),
        }
        paid = prediction and prediction.if_paid()
        if paid is None:
            text = self.env._(
                "Settling the overdue %(amount)s would bring the health from %(now)s to %(then)s. "
                "The risk does not look at payments.", **values,
            )
        elif prediction.risk - paid >= WORTH:
            text = self.env._(
                "Settling the overdue %(amount)s would bring the health from %(now)s to %(then)s "
                "and the risk from %(risk)s to %(paid)s.",
                risk=percent(prediction.risk), paid=percent(paid), **values,
            )
        else:
            text = self.env._(
                "Settling the overdue %(amount)s would bring the health from %(now)s to %(then)s. "
                "The risk would stay about the same.", **values,
            )
        return [{"kind": "pay", "action": self.action_open_overdue(), "text": text}]

    def _explained_course(self, prediction):
        """Return the line "what we would have said", the order days in it and the threshold."""
        course = prediction.model.course(prediction.order_days, self.as_of)
        return {
            "weeks": [
                {"day": str(day), "risk": False if risk is None else risk} for day, risk in course
            ],
            "orders": [str(day) for day in prediction.order_days if day > course[0][0]],
            "threshold": self.model_id.alert_threshold,
            "has_opinion": bool(prediction.second),
        }

    def _noted_course(self):
        """Return the risks that were really told, as the history has them."""
        rows = self.env["runwell.score.history"].search_fetch([
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id),
            ("as_of", ">", self.as_of - timedelta(weeks=explain.WEEKS)),
            ("as_of", "<=", self.as_of), ("churn_probability", "!=", False),
        ], ["as_of", "churn_probability"], order="as_of, id")
        return [
            {"day": str(row.as_of), "risk": row.churn_probability}
            for row in rows if row.churn_probability is not False
        ]


class Prediction:
    """The risk of one row worked out again, today and as it might be.

    :param score: the ``runwell.score``, as superuser
    :param churn_model: :class:`~..scoring.explain.ChurnModel`
    :param anchor: :class:`~..scoring.opinion.Anchor` or None
    """

    def __init__(self, score, churn_model, account, anchor):
        self.score = score
        self.as_of: date = score.as_of
        self.model = churn_model
        self.account = account
        self.order_days = account.order_days
        self.anchor = churn_model.learned.opinion and anchor
        self.now = churn_model.figures(self.order_days, self.as_of)
        self.second = self._second(self.as_of)
        self.risk = explain.final_risk(self.now, self.second)

    def with_order_today(self):
        """Return the risk if an order of the usual size came today; None if one has come."""
        if self.order_days[-1] >= self.as_of:
            return None
        figures = self.model.figures((*self.order_days, self.as_of), self.as_of)
        return explain.final_risk(figures, self._second(self.as_of, with_order=True))

    def after(self, days):
        """Return the risk if so many more days pass without an order."""
        day = self.as_of + timedelta(days=days)
        return explain.final_risk(self.model.figures(self.order_days, day), self._second(day))

    def if_paid(self):
        """Return the risk with nothing overdue; None where the risk does not look at payments."""
        used = [FEATURES.index(name) for name in facts.FACTS["debts"].features]
        if not self.second or not any(self.second.opinion.coefficients[n] for n in used):
            return None
        return explain.final_risk(self.now, replace(self.second, behaviour=tuple(
            0.0 if explain.MODELLED + n in used else value
            for n, value in enumerate(self.second.behaviour)
        )))

    def _second(self, day, with_order=False):
        """Return the :class:`~..scoring.explain.Second` of a day; None where it has no say."""
        if not self.anchor:
            return None
        known = facts.read(self.score._explained_scope())
        days = day_totals(self.score._explained_scope(), known["lines"])
        if with_order:
            # The means of the customer: an order like the others.
            days = SQL(
                """WITH known AS (%(days)s) SELECT * FROM known UNION ALL
                   SELECT partner_id, FALSE, %(day)s::date, avg(amount), 1, avg(line_count)
                     FROM known WHERE NOT is_credit GROUP BY partner_id""",
                days=days, day=self.as_of,
            )
        rows = self.score.env.execute_query(SQL(
            "SELECT %s FROM (%s) b",
            SQL(", ").join(map(SQL.identifier, opinion.BEHAVIOUR)),
            opinion.behaviour(days, known, day, self.model.horizon),
        ))
        return explain.Second(
            self.model.learned.opinion, self.anchor, rows[0]
        ) if rows else None


def percent(risk):
    r"""Return a risk in whole percent, never a certainty: like ``formatRisk`` of the browser.

    >>> percent(0.999), percent(0.125), percent(0.001)
    ('>\xa099\xa0%', '12\xa0%', '<\xa01\xa0%')
    """
    text = f"{round(100 * risk)} %"
    if risk > 0.99:
        text = "> 99 %"
    elif risk < 0.01:
        text = "< 1 %"
    return text.replace(" ", "\N{NO-BREAK SPACE}")
