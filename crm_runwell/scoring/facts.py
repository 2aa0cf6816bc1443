"""What the second opinion knows besides the days of purchase: one entry a kind of fact.

A fact is a table of dated rows a customer, read once a pass or a learning up to its
day, and what was known of it at the end of any day up to then. To let another table of
dated events in: add its entry to :data:`FACTS`, its features to
:data:`.explain.GROUPS` and their names to the page of the scoring model.
"""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL

from . import service
from .features import categories, debts, owed
from .purchases import category_lines


@dataclass(frozen=True)
class Fact:
    """One kind of fact.

    :ivar read: called with ``(scope, since)``: SQL of the dated rows up to ``scope.as_of``,
        enough to tell what was known on any day from ``since`` on
    :ivar known: called with ``(relation of those rows, day)``: SQL of a row a ``partner_id``
        with what was known at the end of the day, from rows of no later day
    :ivar features: SQL of each feature, over the columns of ``known`` (all null where a
        customer has no row) and those of its purchases in :func:`.opinion.behaviour`
    """

    read: Callable
    known: Callable
    features: dict


def _stopped(lines, day):
    """Return SQL ``(partner_id, stopped_count)``: categories no longer bought, others still."""
    return SQL(
        """SELECT partner_id, count(*) FILTER (WHERE is_stopped) AS stopped_count
             FROM (%s) category GROUP BY partner_id""",
        categories(lines, day),
    )


#: Kinds of facts by name. New features go to the end: what was learnt before goes without them.
FACTS = {
    "lines": Fact(
        lambda scope, _since: category_lines(scope), _stopped,
        {"stopped": "ln(1 + coalesce(stopped_count, 0)::float8)"},
    ),
    "debts": Fact(debts, owed, {
        "overdue": "ln(1 + coalesce(overdue_amount, 0)::float8"
                   " / greatest(amount / occasion_count, 1))",
        "overdue_days": "ln(1 + coalesce(day_known - oldest_due, 0)::float8)",
    }),
    "service": Fact(service.events, service.known, {
        "open_complaints": "ln(1 + coalesce(open_complaints, 0)::float8)",
        "complaints": "ln(1 + coalesce(complaints, 0)::float8)",
        "complaint_trend": "ln(1 + coalesce(recent_complaints, 0)::float8)"
                           " - ln(1 + coalesce(complaints - recent_complaints, 0)::float8)",
        "let_down": "ln(1 + coalesce(breaches + unhappy, 0)::float8)",
    }),
}

#: The features of all facts, in order.
FEATURES = tuple(name for fact in FACTS.values() for name in fact.features)


def read(scope, since=None):
    """Return SQL of the dated rows of each fact, by name; ``since``: see :class:`Fact`."""
    return {name: fact.read(scope, since or scope.as_of) for name, fact in FACTS.items()}


def sql_features():
    """Return SQL of the features, each with its name, over :func:`sql_joins`."""
    return SQL(", ").join(
        SQL("%s AS %s", SQL(expression), SQL.identifier(name))
        for fact in FACTS.values() for name, expression in fact.features.items()
    )


def sql_joins(relations, day):
    """Return the joins that give a customer what was known of it at the end of ``day``.

    :param relations: SQL relation of the rows of each fact, by name
    """
    return SQL(" ").join(
        SQL("LEFT JOIN (%s) %s USING (partner_id)",
            fact.known(relations[name], day), SQL.identifier(name))
        for name, fact in FACTS.items()
    )
