"""How a relation stands: its place in the selection matrix, its gap, its contact rule, its share.

:func:`placed` looks at all customers of a company, :func:`kept` takes the places of some from
the last such pass; :func:`relations` makes the rows of either. One statement each, whatever
the number of customers. :func:`members` says whose relations there are.
"""

from dataclasses import dataclass

from odoo.tools import SQL

from .score import eligible
from .share import in_force, peer_estimates, sales_classes
from .touches import last_touches

#: What a place says of a customer: columns of ``runwell_relation`` that a full pass fills.
PLACE = (
    "crowd", "margin_band", "margin_basis", "peer_spend", "peer_spend_prior", "peer_count",
    "peer_basis",
)
#: The columns of :func:`relations`.
COLUMNS = (
    "partner_id", "company_id", "currency_id", "user_id", "as_of", *PLACE, "value_class",
    "revenue_12m", "relationship_type_id", "type_since", "level", "min_relationship_id",
    "ideal_relationship_id", "is_ideal_by_hand", "proposed_type_id", "gap", "gap_to_min",
    "gap_to_ideal", "last_touch_on", "touch_days", "touch_overdue_days", "spend", "spend_prior",
    "spend_source", "share", "share_prior", "share_change", "spend_to_win", "is_estimate_low",
    "is_large_spend",
)
#: From this share of the customers on, by estimated spending, one spends much: the top fifth.
LARGE_FROM = 0.8


@dataclass(frozen=True)
class Company:
    """What the statements know of a company.

    :ivar fields: SQL over partner ``p`` of what people set: ``type``, ``minimum``, ``ideal``,
        ``grade`` (ids) and ``turnover`` (in the company's currency)
    """

    id: int
    currency_id: int
    tz: str
    as_of: object
    year_ago: object
    fields: dict


def members(company, partner_ids=None):
    """Return SQL ``partner_id``: the customers whose relation with a company is kept.

    Whoever is scored; and whoever people said something of, by a level, a grade or an estimate,
    even if there is no document yet.

    :param partner_ids: only these
    """
    return SQL(
        """SELECT partner_id FROM runwell_score WHERE company_id = %(company)s AND %(scored)s
            UNION
           SELECT p.id FROM res_partner p
            WHERE (p.company_id IS NULL OR p.company_id = %(company)s) AND %(these)s
              AND %(eligible)s
              AND (coalesce(%(type)s, %(minimum)s, %(ideal)s, %(grade)s) IS NOT NULL
                   OR EXISTS (SELECT FROM runwell_spend_estimate e
                               WHERE e.partner_id = p.id AND e.company_id = %(company)s
                                 AND e.active))""",
        company=company.id, eligible=eligible("p"),
        scored=_these(SQL.identifier("partner_id"), partner_ids),
        these=_these(SQL.identifier("p", "id"), partner_ids),
        **{name: company.fields[name] for name in ("type", "minimum", "ideal", "grade")},
    )


def _these(column, partner_ids):
    return SQL("TRUE") if partner_ids is None else SQL("%s = ANY(%s)", column, list(partner_ids))


def placed(company):
    """Return SQL: ``partner_id`` and :data:`PLACE` of every customer of a company.

    The margin band is the third of the customers by margin rate (margin ÷ revenue of twelve
    months); where no cost is known, the third by revenue. Equal customers share a band.
    """
    return SQL(
        """
        WITH member AS MATERIALIZED (%(members)s),
        class_now AS MATERIALIZED (%(classes)s),
        class_prior AS MATERIALIZED (%(classes_prior)s),
        buyer AS (
            SELECT partner_id, revenue_12m::float8 AS revenue,
                   margin_12m::float8 / revenue_12m::float8 AS rate
              FROM runwell_score WHERE company_id = %(company)s AND revenue_12m > 0),
        cut AS (
            SELECT percentile_cont(ARRAY[1.0 / 3, 2.0 / 3]) WITHIN GROUP (ORDER BY rate)
                       FILTER (WHERE rate IS NOT NULL) AS rates,
                   percentile_cont(ARRAY[1.0 / 3, 2.0 / 3]) WITHIN GROUP (ORDER BY revenue)
                       AS revenues
              FROM buyer)
        SELECT s.partner_id, class.crowd,
               CASE WHEN b.partner_id IS NULL THEN NULL
                    WHEN coalesce(b.rate > rates[2], b.revenue > revenues[2]) THEN 'high'
                    WHEN coalesce(b.rate < rates[1], b.revenue < revenues[1]) THEN 'low'
                    ELSE 'medium' END AS margin_band,
               CASE WHEN b.rate IS NOT NULL THEN 'margin'
                    WHEN b.partner_id IS NOT NULL THEN 'revenue' END AS margin_basis,
               peer.spend AS peer_spend, former.spend AS peer_spend_prior,
               coalesce(peer.peers, 0) AS peer_count, peer.basis AS peer_basis
          FROM member s
          CROSS JOIN cut
          LEFT JOIN buyer b ON b.partner_id = s.partner_id
          LEFT JOIN class_now class ON class.partner_id = s.partner_id
          LEFT JOIN (%(peers)s) peer ON peer.partner_id = s.partner_id
          LEFT JOIN (%(former)s) former ON former.partner_id = s.partner_id
        """,
        company=company.id, members=members(company),
        classes=sales_classes(company.id, "revenue_12m"),
        classes_prior=sales_classes(company.id, "revenue_prior_12m"),
        peers=peer_estimates(
            company.id, company.as_of, SQL("TABLE member"), SQL("TABLE class_now"),
            company.fields["turnover"],
        ),
        former=peer_estimates(
            company.id, company.year_ago, SQL("TABLE member"), SQL("TABLE class_prior"),
            company.fields["turnover"],
        ),
    )


def kept(company, partner_ids):
    """Return SQL: ``partner_id`` and :data:`PLACE` of some customers, as last placed."""
    return SQL(
        """SELECT s.partner_id, %s
             FROM (%s) s
             LEFT JOIN runwell_relation r ON r.partner_id = s.partner_id AND r.company_id = %s""",
        SQL(", ").join(SQL.identifier("r", name) for name in PLACE),
        members(company, partner_ids), company.id,
    )


def relations(company, partner_ids=None):
    """Return SQL of the rows of relations, with :data:`COLUMNS`.

    The ideal type is what a person set, else that of the matrix, never below the minimum;
    the minimum is what a person set, else that of the customer's grade. Days over the contact
    rule count from the last contact, or, if there never was one, from the day the type was set.

    :param partner_ids: only these; their places are then those of the last full pass
    """
    place = placed(company) if partner_ids is None else kept(company, partner_ids)
    return SQL(
        """
        WITH base AS (
            SELECT place.*, p.user_id, s.value_class,
                   coalesce(s.revenue_12m, 0) AS revenue_12m,
                   coalesce(s.revenue_prior_12m, 0) AS revenue_prior_12m,
                   today.id AS type_id, today.level, today.touch_days,
                   least_type.id AS min_id, least_type.level AS min_level,
                   CASE WHEN least_type.level > coalesce(by_hand.level, proposed.level)
                        THEN least_type.id
                        ELSE coalesce(by_hand.id, proposed.id, least_type.id) END AS ideal_id,
                   greatest(least_type.level, coalesce(by_hand.level, proposed.level))
                       AS ideal_level,
                   by_hand.id IS NOT NULL AND by_hand.level >= coalesce(least_type.level, 0)
                       AS is_by_hand, proposed.id AS proposed_id,
                   (t.last_on AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS touched,
                   CASE WHEN today.id IS NULL THEN NULL
                        WHEN old.relationship_type_id = today.id
                        THEN coalesce(old.type_since, %(as_of)s::date)
                        ELSE %(as_of)s::date END AS since,
                   coalesce(hand.amount, nullif(place.peer_spend, 0)) AS spend,
                   coalesce(former.amount, nullif(place.peer_spend_prior, 0))
                       AS spend_prior,
                   CASE WHEN hand.amount IS NOT NULL THEN 'hand'
                        WHEN place.peer_spend > 0 THEN 'peers' END AS spend_source
              FROM (%(place)s) place
              JOIN res_partner p ON p.id = place.partner_id
              LEFT JOIN runwell_score s
                ON s.partner_id = place.partner_id AND s.company_id = %(company)s
              LEFT JOIN runwell_relation old
                ON old.partner_id = place.partner_id AND old.company_id = %(company)s
              LEFT JOIN runwell_grade grade ON grade.id = %(grade)s
              LEFT JOIN runwell_relationship_type today ON today.id = %(type)s
              LEFT JOIN runwell_relationship_type least_type
                ON least_type.id = coalesce(%(minimum)s, grade.min_relationship_id)
              LEFT JOIN runwell_relationship_type by_hand ON by_hand.id = %(ideal)s
              LEFT JOIN runwell_relationship_matrix cell
                ON cell.company_id = %(company)s AND cell.crowd = place.crowd
               AND cell.margin_band = place.margin_band
              LEFT JOIN runwell_relationship_type proposed
                ON proposed.id = cell.type_id AND proposed.active
              LEFT JOIN (%(touches)s) t ON t.partner_id = place.partner_id
              LEFT JOIN (%(hand)s) hand ON hand.partner_id = place.partner_id
              LEFT JOIN (%(former)s) former ON former.partner_id = place.partner_id),
        large AS (%(large)s)
        SELECT partner_id, %(company)s, %(currency)s, user_id, %(as_of)s::date, %(placed)s,
               value_class, revenue_12m, type_id, since, level, min_id, ideal_id, is_by_hand,
               proposed_id,
               CASE WHEN level IS NULL THEN 'unset' WHEN level < min_level THEN 'below_minimum'
                    WHEN ideal_level IS NULL THEN 'no_ideal'
                    WHEN level < ideal_level THEN 'below_ideal'
                    WHEN level > ideal_level THEN 'above_ideal' ELSE 'at_ideal' END,
               level - min_level, level - ideal_level,
               touched, coalesce(touch_days, 0),
               CASE WHEN touch_days > 0 THEN greatest(
                   %(as_of)s::date - coalesce(touched, since) - touch_days, 0) ELSE 0 END,
               spend, spend_prior, spend_source,
               %(share)s, %(share_prior)s, %(share)s - %(share_prior)s,
               CASE WHEN spend > 0 THEN greatest(spend - greatest(revenue_12m, 0), 0) END,
               coalesce(revenue_12m > spend, FALSE), coalesce(spend >= large.cut, FALSE)
          FROM base, large
        """,
        place=place, tz=company.tz, as_of=company.as_of, company=company.id,
        currency=company.currency_id, placed=SQL(", ").join(map(SQL.identifier, PLACE)),
        large=_large(company, partner_ids), touches=last_touches(company.id, partner_ids),
        hand=in_force(company.id, company.as_of, partner_ids),
        former=in_force(company.id, company.year_ago, partner_ids),
        share=_share("revenue_12m", "spend"),
        share_prior=_share("revenue_prior_12m", "spend_prior"),
        **{name: company.fields[name] for name in ("type", "minimum", "ideal", "grade")},
    )


def _share(revenue, spend):
    """Return SQL of the share, from 0 to 1; null without an estimate."""
    return SQL(
        "CASE WHEN %(spend)s > 0 THEN least(greatest(%(revenue)s, 0) / %(spend)s, 1)::float8 END",
        revenue=SQL.identifier(revenue), spend=SQL.identifier(spend),
    )


def _large(company, partner_ids):
    """Return SQL of the spending from which a customer spends much; of some, as last found."""
    if partner_ids is None:
        return SQL(
            "SELECT percentile_cont(%s) WITHIN GROUP (ORDER BY spend::float8) AS cut FROM base",
            LARGE_FROM,
        )
    return SQL(
        "SELECT min(spend) AS cut FROM runwell_relation WHERE company_id = %s AND is_large_spend",
        company.id,
    )
