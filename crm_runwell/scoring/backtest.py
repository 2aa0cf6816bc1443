"""What we would have said on a past day, against what then happened.

:func:`outcomes` adds to the scored rows of a past day the one thing that day did
not know: whether the customer ordered within the horizon. :func:`measure` turns
the rows into the figures of a back-test.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from odoo.tools import SQL

from . import metrics
from .opinion import MAX_SILENCE
from .purchases import documents

#: The plain rule everyone knows: no order for so many days.
PLAIN_RULE_DAYS = 180
#: The measures that are averaged over cutoffs.
MEASURES = (
    "churn_rate", "auc", "ap", "brier", "ece", "auc_recency", "ap_recency", "auc_rule",
    "ap_rule", "auc_plain", "ap_plain", "p10", "auc_shuffled",
)


@dataclass(frozen=True)
class Outcome:
    """One customer on a past day: what was said, and what happened.

    :ivar risk: the probability of no order that the product tells
    :ivar plain: that of MBG/NBD alone, without season or second opinion
    :ivar silence: days since the last order
    :ivar value_class: as it stood on that day
    :ivar revenue: net revenue of the twelve months before that day
    :ivar left: 1 if no order came within the horizon, else 0
    """

    risk: float
    plain: float
    silence: int
    value_class: str
    revenue: float
    left: int


def outcomes(scope, horizon, table):
    """Return SQL of the fields of :class:`Outcome`, a row a customer of the scored ``table``.

    Customers with two order days or more, the last within :data:`MAX_SILENCE`.

    :param scope: as of the past day
    :param int horizon: days after it in which an order decides the label
    """
    after = scope.at(scope.as_of + timedelta(days=horizon))
    return SQL(
        """
        SELECT n.churn_probability, n.plain_probability, n.silence_days, n.value_class,
               n.revenue_12m::float8, (buyer.partner_id IS NULL)::int
          FROM %(table)s n
          LEFT JOIN (SELECT DISTINCT partner_id FROM (%(documents)s) later
                      WHERE later.amount > 0 AND later.day > %(as_of)s) buyer
            ON buyer.partner_id = n.partner_id
         WHERE n.occasion_count >= 2 AND n.silence_days < %(longest)s
         ORDER BY n.partner_id
        """,
        table=SQL.identifier(table), documents=documents(after),
        as_of=SQL("%s::date", scope.as_of), longest=MAX_SILENCE,
    )


def measure(rows):
    """Return the measures of one day as a dict; see :data:`MEASURES` and docs/model.md.

    ``auc_shuffled`` is the negative control: the labels are shuffled (fixed seed),
    so that anything away from a half would be a fault of the measurement.

    :param rows: list of :class:`Outcome`
    """
    labels = [row.left for row in rows]
    risks = [row.risk for row in rows]
    plain = [row.plain for row in rows]
    silence = [row.silence for row in rows]
    rule = [int(days > PLAIN_RULE_DAYS) for days in silence]
    shuffled = labels.copy()
    random.Random(len(rows)).shuffle(shuffled)
    return {
        "n": len(rows),
        "churn_rate": sum(labels) / len(labels) if labels else None,
        "auc": metrics.auc(risks, labels), "ap": metrics.average_precision(risks, labels),
        "auc_plain": metrics.auc(plain, labels),
        "ap_plain": metrics.average_precision(plain, labels),
        "brier": metrics.brier(risks, labels), "ece": metrics.calibration_error(risks, labels),
        "auc_recency": metrics.auc(silence, labels),
        "ap_recency": metrics.average_precision(silence, labels),
        "auc_rule": metrics.auc(rule, labels), "ap_rule": metrics.average_precision(rule, labels),
        "p10": metrics.precision_of_top(risks, labels, 0.1),
        "auc_shuffled": metrics.auc(risks, shuffled),
    }
