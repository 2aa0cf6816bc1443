"""What is bought together: from the lines of a company to pairs of products, in SQL.

A basket is what a customer bought on one day. Two products go together by the shrunken
cosine of their baskets, n_ij / (sqrt(n_i n_j) + K): the plain cosine of item-based
collaborative filtering (Sarwar, Karypis, Konstan and Riedl 2001; Linden, Smith and York
2003), with K in the denominator so that a pair seen a few times does not come first. Raw
lift, which does put those first, was measured and is of no use (docs/model.md).

Customers are counted by bit strings, a bit a customer: those with both products are the
bits that two strings share. Nothing here knows of a day after ``scope.as_of``.
"""

from odoo.tools import SQL

from .purchases import lines

#: Baskets of so many days up to the day looked at count.
BASKET_DAYS = 365
#: A product counts from so many buyers on, a pair from so many common baskets on, ...
MIN_BUYERS, MIN_TOGETHER = 5, 2
#: ... of so many customers who have both: what one or two people do is no pattern.
MIN_COMMON = 3
#: The common baskets are also one of so many baskets of the product that is bought less.
MIN_SHARE = 100
#: What is added to the mean number of baskets of the two: K.
SHRINKAGE = 10
#: Neighbours of a product that are kept, the most similar: more of them add more noise.
NEIGHBOURS = 20
#: Of so many of the nearest the common customers are counted: of all pairs it takes too long.
CANDIDATES = 40
#: Popularity is counted over the purchases of so many days.
POPULAR_DAYS = 90

#: Pairs counted at most: with more, large baskets are cut down to a number drawn by lot.
PAIR_BUDGET = 60_000_000
#: Pairs that are held in memory at a time.
PAIR_PART = 15_000_000


def visits(scope, sold):
    """Return SQL ``(partner_id, day, back, items)``, a row a customer and day.

    ``items`` are the products bought, ascending and once each; ``back`` those that a line
    took back, null for none. Customers who are left out of the scoring are left out here too.
    """
    return SQL(
        """SELECT partner_id, day, back,
                  ARRAY(SELECT DISTINCT i FROM unnest(items) i ORDER BY i) AS items
             FROM (SELECT l.partner_id, l.day, array_agg(s.i) FILTER (WHERE l.amount > 0) AS items,
                          array_agg(s.i) FILTER (WHERE l.amount < 0) AS back
                     FROM (%s) l JOIN %s s ON s.product_id = l.product_id
                    WHERE %s
                    GROUP BY l.partner_id, l.day) visit
            WHERE items IS NOT NULL OR back IS NOT NULL""",
        lines(scope, None), sold, _is_scored(),
    )


def _is_scored():
    """Return the condition that the customer of line ``l`` is not left out of the scoring."""
    return SQL(
        "l.partner_id NOT IN (SELECT id FROM res_partner WHERE runwell_exclusion IS NOT NULL)"
    )


def taken_back(scope, sold, visit_table):
    """Return SQL ``(partner_id, items)``: what customers gave back in full: it was not bought."""
    return SQL(
        """
        WITH some_back AS MATERIALIZED (
            SELECT DISTINCT partner_id, unnest(back) AS i FROM %s WHERE back IS NOT NULL
        )
        SELECT partner_id, array_agg(i) AS items
          FROM (SELECT partner_id, i
                  FROM (SELECT l.partner_id, s.i, l.day, sum(l.amount) AS amount
                          FROM (%s) l JOIN %s s ON s.product_id = l.product_id
                          JOIN some_back ON some_back.partner_id = l.partner_id
                                        AND some_back.i = s.i
                         GROUP BY l.partner_id, s.i, l.day) net
                 GROUP BY partner_id, i HAVING sum(amount) <= 0 AND bool_or(amount < 0)) back
         GROUP BY partner_id
        """,
        visit_table, lines(scope, None), sold,
    )


def forget(visit_table, back_table):
    """Return SQL that takes out of the visits what was given back in full."""
    return SQL(
        """UPDATE %s v
              SET items = ARRAY(SELECT i FROM unnest(v.items) i WHERE i <> ALL(b.items) ORDER BY i)
             FROM %s b WHERE b.partner_id = v.partner_id AND v.items && b.items""",
        visit_table, back_table,
    )


def owned(visit_table):
    """Return SQL ``(partner_id, items)``: what each customer bought, once each."""
    return SQL(
        """SELECT partner_id, ARRAY(SELECT DISTINCT i FROM unnest(items) i) AS items
             FROM (SELECT partner_id, array_agg(i) AS items
                     FROM (SELECT partner_id, unnest(items) AS i FROM %s) each_item
                    GROUP BY partner_id) customer""",
        visit_table,
    )


def products(own, sold):
    """Return SQL ``(i, product_id, template_id, categ_id, customer_count)`` of enough buyers."""
    return SQL(
        """SELECT i, s.product_id, product.product_tmpl_id AS template_id, template.categ_id,
                  o.customer_count
             FROM (SELECT i, count(*)::int AS customer_count
                     FROM (SELECT unnest(items) AS i FROM %s) each_item
                    GROUP BY i HAVING count(*) >= %s) o
             JOIN %s s USING (i)
             JOIN product_product product ON product.id = s.product_id
             JOIN product_template template ON template.id = product.product_tmpl_id""",
        own, MIN_BUYERS, sold,
    )


def baskets(visit_table, known, sold, as_of):
    """Return SQL ``(partner_id, day, items)``: the products of each basket, ascending."""
    return SQL(
        """SELECT * FROM (
               SELECT partner_id, day,
                      ARRAY(SELECT i FROM unnest(items) i WHERE is_known[i] ORDER BY i) AS items
                 FROM %s, (SELECT array_agg(p.i IS NOT NULL ORDER BY s.i) AS is_known
                             FROM %s s LEFT JOIN %s p USING (i)) numbered
                WHERE day > %s::date - %s) basket
            WHERE items <> '{}'""",
        visit_table, sold, known, as_of, BASKET_DAYS,
    )


def pair_count(sizes, cap=None):
    """Return how many pairs there are in baskets of which each is cut down to ``cap``.

    :param sizes: ``(products in a basket, number of such baskets)``

    >>> pair_count([(2, 10), (100, 3)]), pair_count([(2, 10), (100, 3)], cap=4)
    (14860, 28)
    """
    cut = ((size if cap is None else min(size, cap), count) for size, count in sizes)
    return sum(count * size * (size - 1) // 2 for size, count in cut)


def basket_cap(sizes, budget=PAIR_BUDGET):
    """Return how many products a basket may have, so that the pairs stay within the budget.

    :param sizes: as of :func:`pair_count`
    :return: None where all fit

    >>> basket_cap([(2, 10), (100, 3)], budget=20_000) is None
    True
    >>> basket_cap([(2, 10), (100, 3)], budget=1_000)
    26
    """
    if pair_count(sizes) <= budget:
        return None
    low, high = 1, max(size for size, _count in sizes)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if pair_count(sizes, middle) <= budget else (low, middle)
    return low


def cut_baskets(table, cap):
    """Return SQL that leaves of each basket beyond ``cap`` as many products, drawn by lot.

    The same lot each time it is drawn.
    """
    return SQL(
        """UPDATE %(table)s b
              SET items = (SELECT array_agg(i ORDER BY i)
                             FROM (SELECT i FROM unnest(b.items) i
                                    ORDER BY md5(i || ':' || b.partner_id || ':' || b.day)
                                    LIMIT %(cap)s) kept)
            WHERE cardinality(b.items) > %(cap)s""",
        table=table, cap=cap,
    )


def counts(basket_table):
    """Return SQL ``(i, n)``: the number of baskets with each product."""
    return SQL(
        "SELECT i, count(*)::int AS n FROM (SELECT unnest(items) AS i FROM %s) one GROUP BY i",
        basket_table,
    )


def pairs(basket_table, pair_count):
    """Return SQL ``(i, j, n)``, i < j: the number of baskets with both.

    What was bought with a product is listed first and then counted, product by product: most
    pairs come once, and a table to count them all in would be much larger than the lists.
    These are made for a part of the products at a time, to stay in memory.

    :param pair_count: how many pairs there are in the baskets
    """
    return SQL(
        """SELECT near.i, counted.j, counted.n
             FROM generate_series(0, %(parts)s - 1) part,
                  LATERAL (SELECT i, array_agg(j) AS others
                             FROM (SELECT items[place] AS i, unnest(items[place + 1:]) AS j
                                     FROM (SELECT items, generate_subscripts(items, 1) AS place
                                             FROM %(baskets)s) spread
                                    WHERE items[place] %% %(parts)s = part) pair
                            GROUP BY i) near,
                  LATERAL (SELECT j, count(*)::int AS n FROM unnest(others) j
                            GROUP BY j HAVING count(*) >= %(least)s) counted""",
        baskets=basket_table, least=MIN_TOGETHER, parts=pair_count // PAIR_PART + 1,
    )


def neighbours(pair_table, count_table, instead_table, bit_table):
    """Return SQL ``(i, j, n, n_i, n_j, similarity, rank, common)``: the nearest of each product.

    Of two equally near the one with the lower id comes first. A substitute is no neighbour, nor
    is a product that fewer than :data:`MIN_COMMON` customers have as well (``common``): they are
    counted for the :data:`CANDIDATES` nearest.
    """
    return SQL(
        """
        WITH known AS (
            SELECT p.i, p.j, p.n, p.n / (sqrt(a.n::float8 * b.n) + %(k)s) AS similarity
              FROM %(pairs)s p
              JOIN %(counts)s a ON a.i = p.i
              JOIN %(counts)s b ON b.i = p.j
             WHERE p.n * %(share)s >= least(a.n, b.n)
               AND NOT EXISTS (SELECT FROM %(instead)s s WHERE s.i = p.i AND s.j = p.j)
        ), near AS (
            SELECT * FROM (
                SELECT *, row_number() OVER (PARTITION BY i ORDER BY similarity DESC, j) AS place
                  FROM (SELECT i, j, n, similarity FROM known
                         UNION ALL
                        SELECT j, i, n, similarity FROM known) way) placed
             WHERE place <= %(candidates)s
        ), found AS (
            SELECT *, (row_number() OVER (PARTITION BY i ORDER BY place))::int AS rank
              FROM (%(counted)s OFFSET 0) counted
             WHERE common >= %(least)s
        )
        SELECT found.i, found.j, found.n, a.n AS n_i, b.n AS n_j, found.similarity, found.rank,
               found.common
          FROM found
          JOIN %(counts)s a ON a.i = found.i
          JOIN %(counts)s b ON b.i = found.j
         WHERE found.rank <= %(most)s
        """,
        pairs=pair_table, counts=count_table, instead=instead_table,
        counted=common_buyers(SQL("SELECT * FROM near"), bit_table),
        k=SHRINKAGE, share=MIN_SHARE, least=MIN_COMMON, most=NEIGHBOURS, candidates=CANDIDATES,
    )


def buyers(own, known):
    """Return SQL ``(i, bits)``: the customers of each product, a bit a customer.

    Customers of one product alone have no bit: they cannot have two. A bit string is put
    together from hexadecimal digits, of four customers each, with the gaps filled by zeros.
    """
    return SQL(
        """
        WITH customer AS MATERIALIZED (
            SELECT (row_number() OVER (ORDER BY partner_id))::int - 1 AS c, items
              FROM %s WHERE cardinality(items) > 1
        )
        SELECT i, ('x' || rpad((
                   SELECT repeat('0', min(place))
                          || string_agg(to_hex(value), repeat('0', gap) ORDER BY place)
                     FROM (SELECT place, value,
                                  place - 1 - lag(place, 1, 0) OVER (ORDER BY place) AS gap
                             FROM (SELECT c / 4 AS place, sum(8 >> (c %% 4))::int AS value
                                     FROM unnest(customers) c GROUP BY c / 4) digit) spaced),
                   (SELECT max(c) / 4 + 1 FROM customer), '0'))::varbit AS bits
          FROM (SELECT i, array_agg(c) AS customers
                  FROM (SELECT c, unnest(items) AS i FROM customer) one GROUP BY i) listed
         WHERE i IN (SELECT i FROM %s)
        """,
        own, known,
    )


def demand(visit_table, known, count_table, as_of):
    """Return SQL ``(product_id, customer_count, basket_count, recent_count, popularity)``.

    ``recent_count`` are the customers' days with it of the last :data:`POPULAR_DAYS`;
    ``popularity`` is the share of the most popular product's.
    """
    return SQL(
        """
        SELECT p.product_id, p.customer_count, coalesce(c.n, 0) AS basket_count,
               coalesce(r.n, 0) AS recent_count,
               coalesce(r.n::float8 / max(r.n) OVER (), 0) AS popularity
          FROM %(known)s p
          LEFT JOIN %(counts)s c ON c.i = p.i
          LEFT JOIN (SELECT i, count(*)::int AS n
                       FROM (SELECT unnest(items) AS i FROM %(visits)s
                              WHERE day > %(as_of)s::date - %(days)s) one
                      GROUP BY i) r ON r.i = p.i
        """,
        visits=visit_table, known=known, counts=count_table, as_of=as_of, days=POPULAR_DAYS,
    )


def common_buyers(relation, bits):
    """Return SQL: the rows ``(i, j, …)`` of a relation with ``common``, the customers of both."""
    return SQL(
        """SELECT pair.*, coalesce(bit_count(x.bits & y.bits)::int, 0) AS common
             FROM (%(relation)s) pair
             LEFT JOIN %(bits)s x ON x.i = pair.i
             LEFT JOIN %(bits)s y ON y.i = pair.j""",
        relation=relation, bits=bits,
    )


def named(relation, known):
    """Return SQL: the rows ``(i, j, …)`` of a relation with both products, and i's buyers."""
    return SQL(
        """SELECT near.*, a.product_id, b.product_id AS other_product_id,
                  a.customer_count AS product_customer_count
             FROM (%(relation)s) near
             JOIN %(known)s a ON a.i = near.i
             JOIN %(known)s b ON b.i = near.j""",
        relation=relation, known=known,
    )
