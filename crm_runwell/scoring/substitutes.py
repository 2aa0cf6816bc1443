"""Products that are bought in place of each other, in SQL: taken in turn, hardly ever together."""

from odoo.tools import SQL

from .affinity import BASKET_DAYS

#: Beyond so many products of a category on one day none of them stands for another.
CHOICES = 5
#: Substitutes: so many customers who went from one to the other and back, and ...
MIN_SWITCHERS = 3
#: ... common baskets no more than one for so many such steps.
SWITCHES_A_BASKET = 10


def switches(visit_table, known, as_of):
    """Return SQL ``(i, j, switches, switchers)``: products that were taken in turn, i < j.

    A step is counted where a customer, at two visits to a category that follow each other,
    bought the one and not the other, then the other and not the one. ``switchers`` are the
    customers who took the step in both directions. Visits with more than :data:`CHOICES`
    products of the category say nothing.
    """
    return SQL(
        """
        WITH visit AS (
            SELECT partner_id, day, categ_id, array_agg(i) AS items
              FROM (SELECT partner_id, day, unnest(items) AS i FROM %(visits)s
                     WHERE day > %(as_of)s::date - %(days)s) one
              JOIN %(known)s p USING (i)
             WHERE categ_id IS NOT NULL
             GROUP BY partner_id, day, categ_id
        ), step AS (
            SELECT partner_id, items,
                   lag(items) OVER (PARTITION BY partner_id, categ_id ORDER BY day) AS before
              FROM visit
        ), taken AS (
            SELECT step.partner_id, least(x.i, y.i) AS i, greatest(x.i, y.i) AS j, x.i < y.i AS up
              FROM step, unnest(before) x(i), unnest(items) y(i)
             WHERE cardinality(before) <= %(choices)s AND cardinality(items) <= %(choices)s
               AND x.i <> ALL(items) AND y.i <> ALL(before)
        )
        SELECT i, j, sum(steps)::int AS switches, count(*)::int AS switchers
          FROM (SELECT partner_id, i, j, count(*) AS steps FROM taken
                 GROUP BY partner_id, i, j
                HAVING bool_or(up) AND NOT bool_and(up)) there_and_back
         GROUP BY i, j HAVING count(*) >= %(switchers)s
        """,
        visits=visit_table, known=known, as_of=as_of, days=BASKET_DAYS, choices=CHOICES,
        switchers=MIN_SWITCHERS,
    )


def substitutes(switch_table, pair_table, count_table):
    """Return SQL ``(i, j, n, n_i, n_j, switches)``, both ways: one is bought in place of the other.

    Taken in turn, and hardly ever in one basket.
    """
    return SQL(
        """SELECT way.i, way.j, pair.n, way.n_i, way.n_j, pair.switches
             FROM (SELECT s.i AS a, s.j AS b, s.switches, coalesce(p.n, 0) AS n,
                          a.n AS n_a, b.n AS n_b
                     FROM %(switches)s s
                     JOIN %(counts)s a ON a.i = s.i
                     JOIN %(counts)s b ON b.i = s.j
                     LEFT JOIN %(pairs)s p ON p.i = s.i AND p.j = s.j
                    WHERE coalesce(p.n, 0) * %(rare)s <= s.switches) pair,
                  LATERAL (VALUES (a, b, n_a, n_b), (b, a, n_b, n_a)) way(i, j, n_i, n_j)""",
        switches=switch_table, counts=count_table, pairs=pair_table, rare=SWITCHES_A_BASKET,
    )
