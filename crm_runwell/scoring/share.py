"""Customer share: our sales to a customer ÷ what it spends in our categories.

The spending is an estimate: one that a person made, with its source and date, or else
that of its peers, customers of the same industry and size of which a person made one.
Amounts are in the currency of the company.
"""

from odoo.tools import SQL

#: Peers with an estimate of their own below which nothing is said of the others.
MIN_PEERS = 5


def in_force(company_id, day, partner_ids=None):
    """Return SQL ``(partner_id, amount)``: the newest estimate of people, as of a day."""
    return SQL(
        """SELECT DISTINCT ON (partner_id) partner_id, amount
             FROM runwell_spend_estimate
            WHERE company_id = %s AND active AND date <= %s::date AND %s
            ORDER BY partner_id, date DESC, id DESC""",
        company_id, day, _these("partner_id", partner_ids),
    )


def sales_classes(company_id, revenue):
    """Return SQL ``(partner_id, crowd)``: how many customers there are of such a size.

    The buying customers, the largest first, make three classes of a third of the revenue
    each: few large ones, medium, many small ones. Whoever is just as large stands half
    before a customer, so that equals share a class.

    :param str revenue: the column of ``runwell_score`` to go by
    """
    return SQL(
        """SELECT partner_id,
                  CASE WHEN before < total / 3 THEN 'few'
                       WHEN before < total * 2 / 3 THEN 'medium' ELSE 'many' END AS crowd
             FROM (
                  SELECT s.partner_id, larger.total,
                         larger.upto - larger.equals + (larger.equals - s.revenue) / 2 AS before
                    FROM (%(buyers)s) s
                    JOIN (SELECT revenue, sum(revenue) AS equals,
                                 sum(sum(revenue)) OVER (ORDER BY revenue DESC) AS upto,
                                 sum(sum(revenue)) OVER () AS total
                            FROM (%(buyers)s) b GROUP BY revenue) larger
                      ON larger.revenue = s.revenue) ranked""",
        buyers=SQL(
            "SELECT partner_id, %(revenue)s AS revenue FROM runwell_score"
            " WHERE company_id = %(company)s AND %(revenue)s > 0",
            revenue=SQL.identifier(revenue), company=company_id,
        ),
    )


def peer_estimates(company_id, day, members, classes, turnover):
    """Return SQL ``(partner_id, spend, peers, basis)`` over the customers of a company.

    Peers are of the same industry and the same size: the same power of ten of the annual
    turnover, where both have one (``basis`` "turnover": median of spending ÷ turnover, times
    the customer's own turnover), else the same third of our sales ("sales": their median
    spending). Under :data:`MIN_PEERS` of them ``spend`` is null and ``peers`` says how many
    there are.

    :param day: the estimates in force at its end are the peers'
    :param members: SQL ``partner_id`` of the customers
    :param classes: SQL of the classes of size, see :func:`sales_classes`
    :param turnover: SQL of the turnover of partner ``p`` in the company's currency, or null
    """
    return SQL(
        """
        WITH customer AS (
            SELECT s.partner_id, p.industry_id, hand.amount, class.crowd,
                   (%(turnover)s)::float8 AS turnover,
                   floor(log(nullif(greatest(%(turnover)s, 0), 0)::float8)) AS band
              FROM (%(members)s) s
              JOIN res_partner p ON p.id = s.partner_id
              LEFT JOIN (%(in_force)s) hand ON hand.partner_id = s.partner_id
              LEFT JOIN (%(classes)s) class ON class.partner_id = s.partner_id
             WHERE p.industry_id IS NOT NULL),
        by_turnover AS (
            SELECT industry_id, band, count(*) AS peers,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY amount::float8 / turnover) AS ratio
              FROM customer WHERE amount IS NOT NULL AND band IS NOT NULL
             GROUP BY industry_id, band),
        by_sales AS (
            SELECT industry_id, crowd, count(*) AS peers,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY amount::float8) AS median
              FROM customer WHERE amount IS NOT NULL AND crowd IS NOT NULL
             GROUP BY industry_id, crowd)
        SELECT c.partner_id,
               CASE WHEN t.peers >= %(least)s THEN round((t.ratio * c.turnover)::numeric, 2)
                    WHEN a.peers >= %(least)s THEN round(a.median::numeric, 2) END AS spend,
               CASE WHEN t.peers >= %(least)s THEN t.peers WHEN a.peers >= %(least)s THEN a.peers
                    ELSE greatest(t.peers, a.peers, 0) END AS peers,
               CASE WHEN t.peers >= %(least)s THEN 'turnover'
                    WHEN a.peers >= %(least)s THEN 'sales' END AS basis
          FROM customer c
          LEFT JOIN by_turnover t ON t.industry_id = c.industry_id AND t.band = c.band
          LEFT JOIN by_sales a ON a.industry_id = c.industry_id AND a.crowd = c.crowd
        """,
        turnover=turnover, in_force=in_force(company_id, day), members=members,
        classes=classes, least=MIN_PEERS,
    )


def _these(column, partner_ids):
    if partner_ids is None:
        return SQL("TRUE")
    return SQL("%s = ANY(%s)", SQL.identifier(column), list(partner_ids))
