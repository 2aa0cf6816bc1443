"""What a customer may need next: new products, the usual ones, and those due again. In SQL.

Pairs and popularity come from :mod:`.affinity`, as they were built last; the customer's own
history is read as of the day of the scope. Where the pairs are of a later day than that,
they are not used: nothing that happened later enters.
"""

from odoo.tools import SQL

from .purchases import lines
from .sellable import sellable

#: A purchase counts half after so many days: for new products, and for the usual ones.
HALF_LIFE, USUAL_HALF_LIFE = 90, 365
#: What popularity adds, against the most that affinity can give.
POPULAR_WEIGHT = 0.2
#: Of two products that a customer bought as often, the more popular is the more usual one.
USUAL_POPULARITY = 0.5
#: What was bought so many days ago is still at hand: nothing is offered in its place.
JUST_BOUGHT = 30
#: The own rhythm of a product takes so many days with it; ...
MIN_TIMES = 3
#: ... it is due from this part of the rhythm on, and until so many rhythms have passed.
DUE_FROM, DUE_UNTIL = 0.9, 3.0
#: Products of popularity alone that are looked at beyond those asked for.
SPARE = 20


def history(scope):
    """Return SQL ``(partner_id, product_id, day, amount, is_bought)`` of the scope's customers."""
    return SQL(
        """SELECT partner_id, product_id, day, sum(amount) AS amount,
                  bool_or(amount > 0) AS is_bought
             FROM (%s) l
            WHERE product_id IS NOT NULL
              AND partner_id NOT IN (SELECT id FROM res_partner
                                      WHERE runwell_exclusion IS NOT NULL)
            GROUP BY partner_id, product_id, day""",
        lines(scope, None),
    )


def ranked(scope, partner_ids, limit, left_out, basket=(), is_paired=False, alternatives=None):
    """Return SQL ``(partner_id, product_id, score, rank)``: the best new products of each customer.

    The score of a product: the customer's purchases of others, each weighted by its age and
    by how near the two products are, as a share of the most that any product gets; plus the
    product's popularity. Equal scores go by the lower id.

    :param partner_ids: commercial partners; those left out of the scoring get nothing
    :param basket: ids of products being bought now; they count like a purchase of today
    :param bool is_paired: whether each must go together with one that is bought; else products
        that many buy are ranked too
    :param alternatives: SQL of ``(product_tmpl_id, other_tmpl_id)``, templates that people named
        as alternatives; None where there are none to name
    """
    return SQL(
        """
        WITH asked AS (
            SELECT id AS partner_id FROM res_partner
             WHERE id = ANY(%(partners)s) AND runwell_exclusion IS NULL
        ), own AS MATERIALIZED (
            SELECT partner_id, product_id, sum(weight) AS weight, max(last_day) AS last_day
              FROM (%(own)s) own JOIN asked USING (partner_id)
             GROUP BY partner_id, product_id
        ), near AS (
            SELECT own.partner_id, a.other_product_id AS product_id,
                   sum(own.weight * a.similarity) AS score
              FROM own JOIN runwell_product_affinity a ON a.product_id = own.product_id
             WHERE a.company_id = %(company)s AND a.kind = 'together' AND a.as_of <= %(as_of)s
             GROUP BY own.partner_id, a.other_product_id
        ), popular AS MATERIALIZED (
            SELECT *, row_number() OVER (ORDER BY popularity DESC, product_id) AS place
              FROM (%(popular)s) popular
        ), candidate AS (
            SELECT partner_id, product_id, max(score) AS score
              FROM (SELECT partner_id, product_id,
                           score / nullif(max(score) OVER (PARTITION BY partner_id), 0) AS score
                      FROM near
                     UNION ALL
                    SELECT asked.partner_id, popular.product_id, 0
                      FROM asked
                      LEFT JOIN (SELECT partner_id, count(*) AS n FROM own GROUP BY partner_id)
                           counted USING (partner_id)
                      JOIN popular ON place <= coalesce(n, 0) + %(spare)s
                     WHERE NOT %(is_paired)s) found
             GROUP BY partner_id, product_id
        ), sold AS MATERIALIZED (%(sellable)s)
        SELECT * FROM (
            SELECT c.partner_id, c.product_id, %(score)s AS score,
                   row_number() OVER (PARTITION BY c.partner_id
                                      ORDER BY %(score)s DESC, c.product_id) AS rank
              FROM candidate c
              JOIN sold ON sold.id = c.product_id
              LEFT JOIN popular USING (product_id)
              LEFT JOIN own ON own.partner_id = c.partner_id AND own.product_id = c.product_id
             WHERE own.product_id IS NULL AND NOT %(stands_for)s) placed
         WHERE rank <= %(limit)s
        """,
        partners=list(partner_ids), own=_own(scope, basket, partner_ids),
        company=scope.company_id, as_of=scope.as_of, popular=_popular(scope),
        spare=SPARE + 2 * limit, limit=limit, is_paired=is_paired,
        sellable=sellable(scope.company_id, left_out), score=SQL(
            "(coalesce(c.score, 0) + %s * coalesce(popular.popularity, 0))", POPULAR_WEIGHT,
        ),
        stands_for=_stands_for_what_is_at_hand(scope, alternatives),
    )


def usual(scope, partner_ids, limit, left_out):
    """Return SQL of what customers bought before, what they buy most often first.

    Columns ``partner_id, product_id, times, last_on, rank``: the days with the product, of which
    the older count less in the order; of two that come as often the more popular is first, then
    the lower id. What was given back in full was not bought.
    """
    return SQL(
        """
        WITH popular AS (%(popular)s)
        SELECT * FROM (
            SELECT own.partner_id, own.product_id, own.times, own.last_day AS last_on,
                   row_number() OVER (
                       PARTITION BY own.partner_id
                       ORDER BY own.usual + %(weight)s * coalesce(popular.popularity, 0) DESC,
                                own.product_id
                   ) AS rank
              FROM (%(own)s) own
              LEFT JOIN popular USING (product_id)
             WHERE own.product_id IN (%(sellable)s)) placed
         WHERE rank <= %(limit)s
        """,
        popular=_popular(scope), weight=USUAL_POPULARITY, own=_bought(scope, partner_ids),
        sellable=sellable(scope.company_id, left_out), limit=limit,
    )


def _popular(scope):
    """Return SQL ``(product_id, popularity)`` of the products that were bought lately."""
    return SQL(
        """SELECT product_id, popularity FROM runwell_product_demand
            WHERE company_id = %s AND as_of <= %s AND popularity > 0""",
        scope.company_id, scope.as_of,
    )


def _bought(scope, partner_ids):
    """Return SQL ``(partner_id, product_id, weight, usual, times, last_day)`` of what is owned."""
    return SQL(
        """SELECT partner_id, product_id,
                  sum(power(0.5::float8, (%(as_of)s::date - day) / %(half)s::float8))
                      FILTER (WHERE is_bought) AS weight,
                  sum(power(0.5::float8, (%(as_of)s::date - day) / %(usual_half)s::float8))
                      FILTER (WHERE is_bought) AS usual,
                  (count(*) FILTER (WHERE is_bought))::int AS times,
                  max(day) FILTER (WHERE is_bought) AS last_day
             FROM (%(history)s) line
            GROUP BY partner_id, product_id
           HAVING bool_or(is_bought) AND sum(amount) > 0""",
        as_of=scope.as_of, half=HALF_LIFE, usual_half=USUAL_HALF_LIFE,
        history=history(scope.of(partner_ids)),
    )


def _own(scope, basket, partner_ids):
    """Return SQL ``(partner_id, product_id, weight, last_day)``: what is owned or in the basket."""
    bought = SQL(
        "SELECT partner_id, product_id, weight, last_day FROM (%s) bought",
        _bought(scope, partner_ids),
    )
    if not basket:
        return bought
    return SQL(
        """%s UNION ALL
           SELECT partner_id, product_id, 1, %s::date
             FROM unnest(%s::int[]) partner_id, unnest(%s::int[]) product_id""",
        bought, scope.as_of, list(partner_ids), list(basket),
    )


def _stands_for_what_is_at_hand(scope, alternatives):
    """Return the condition that candidate ``c`` would be bought in place of what is at hand.

    A substitute, a variant, or what a person named as an alternative, either way round.
    """
    return SQL(
        """EXISTS (SELECT FROM own recent
                    WHERE recent.partner_id = c.partner_id
                      AND recent.last_day > %(as_of)s::date - %(days)s
                      AND (EXISTS (SELECT FROM runwell_product_affinity s
                                    WHERE s.company_id = %(company)s AND s.kind = 'instead'
                                      AND s.product_id = recent.product_id
                                      AND s.other_product_id = c.product_id
                                      AND s.as_of <= %(as_of)s)
                           OR EXISTS (SELECT FROM product_product mine, product_product other
                                       WHERE mine.id = recent.product_id
                                         AND other.id = c.product_id
                                         AND (other.product_tmpl_id = mine.product_tmpl_id
                                              OR %(is_alternative)s))))""",
        as_of=scope.as_of, days=JUST_BOUGHT, company=scope.company_id,
        is_alternative=SQL(
            """EXISTS (SELECT FROM (%s) named
                        WHERE (product_tmpl_id, other_tmpl_id) IN (
                            (mine.product_tmpl_id, other.product_tmpl_id),
                            (other.product_tmpl_id, mine.product_tmpl_id)))""",
            alternatives,
        ) if alternatives else SQL("FALSE"),
    )


def reasons(scope, partner_ids, product_ids, basket=()):
    """Return SQL ``(partner_id, product_id, because_product_id, both_count, of_count)``.

    For products suggested to customers: the product of theirs that speaks for it most, the
    customers with both, and those with the product that speaks for it.
    """
    return SQL(
        """
        SELECT DISTINCT ON (own.partner_id, a.other_product_id)
               own.partner_id, a.other_product_id, a.product_id, a.customer_count,
               a.product_customer_count
          FROM (SELECT partner_id, product_id, sum(weight) AS weight
                  FROM (%(own)s) own GROUP BY partner_id, product_id) own
          JOIN runwell_product_affinity a ON a.product_id = own.product_id
         WHERE a.company_id = %(company)s AND a.kind = 'together' AND a.as_of <= %(as_of)s
           AND a.other_product_id = ANY(%(products)s)
         ORDER BY own.partner_id, a.other_product_id, own.weight * a.similarity DESC, a.product_id
        """,
        own=_own(scope, basket, partner_ids), company=scope.company_id, as_of=scope.as_of,
        products=list(product_ids),
    )


def due(scope, partner_ids, limit, left_out):
    """Return SQL of what customers buy again and again, and have not had for their own rhythm.

    Columns ``partner_id, product_id, last_on, rhythm_days, due_on, times, worth, rank``. The
    rhythm is the median of the days between the own purchases of the product; ``worth`` the
    mean amount of a day with it, company currency. Ordered by lateness (silence ÷ rhythm)
    × worth. What a substitute has taken the place of since is not due.
    """
    return SQL(
        """
        WITH line AS MATERIALIZED (
            SELECT *, day - lag(day) OVER (
                       PARTITION BY partner_id, product_id ORDER BY day) AS gap
              FROM (%(history)s) line WHERE is_bought AND amount > 0
        ), rhythm AS (
            SELECT partner_id, product_id, max(day) AS last_on, count(*)::int AS times,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS rhythm_days,
                   avg(amount)::float8 AS worth
              FROM line GROUP BY partner_id, product_id HAVING count(*) >= %(times)s
        )
        SELECT * FROM (
            SELECT partner_id, product_id, last_on, rhythm_days,
                   last_on + round(rhythm_days)::int AS due_on, times, worth,
                   row_number() OVER (
                       PARTITION BY partner_id
                       ORDER BY (%(as_of)s::date - last_on) / rhythm_days * worth DESC, product_id
                   ) AS rank
              FROM rhythm
             WHERE %(as_of)s::date - last_on BETWEEN %(from)s * rhythm_days
                                                 AND %(until)s * rhythm_days
               AND product_id IN (%(sellable)s)
               AND NOT EXISTS (
                   SELECT FROM runwell_product_affinity s
                     JOIN line other ON other.product_id = s.other_product_id
                    WHERE s.company_id = %(company)s AND s.kind = 'instead'
                      AND s.product_id = rhythm.product_id AND s.as_of <= %(as_of)s
                      AND other.partner_id = rhythm.partner_id AND other.day > rhythm.last_on)
             ) placed
         WHERE rank <= %(limit)s
        """,
        **{"from": DUE_FROM}, history=history(scope.of(partner_ids)), times=MIN_TIMES,
        as_of=scope.as_of, until=DUE_UNTIL, company=scope.company_id, limit=limit,
        sellable=sellable(scope.company_id, left_out),
    )
