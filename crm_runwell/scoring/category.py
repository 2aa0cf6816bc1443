"""Customers who still buy, but no longer a product category: the rows to warn about, in SQL.

Which categories have stopped is said by :func:`.features.categories`, as in the explanation
of a risk. The chance that a category is not bought within the horizon is that of the churn
model, MBG/NBD, told of the category's own order days.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .churn import sql_p_alive, sql_p_order
from .features import categories
from .purchases import category_documents, category_lines
from .sellable import sellable

#: Order days that a category must have had, and its share of the customer's year at least.
ORDER_DAYS, REVENUE_SHARE = 4, 0.05


def stopped(scope, gaps):
    """Return SQL of the categories that stopped, a row a customer and category.

    Columns ``partner_id, categ_id, order_days, first_day, last_day, gap`` and
    ``still_categ_id``: of the categories still bought the one bought most often. Of a
    category no product is for sale any more: nobody can win it back, and it has no row.

    :param gaps: silent for more than so many own gaps
    """
    return SQL(
        """
        WITH category AS MATERIALIZED (%(categories)s)
        SELECT c.partner_id, c.categ_id, c.order_days, c.last_day, c.gap,
               c.last_day - round(c.gap * (c.order_days - 1))::int AS first_day,
               (SELECT still.categ_id FROM category still
                 WHERE still.partner_id = c.partner_id AND NOT still.is_ended
                   AND still.last_day - c.last_day > c.gap
                 ORDER BY still.order_days DESC, still.last_day DESC, still.categ_id
                 LIMIT 1) AS still_categ_id
          FROM category c
         WHERE c.is_stopped AND c.order_days >= %(days)s
           AND %(as_of)s::date - c.last_day > %(gaps)s * c.gap
           AND c.categ_id IN (
               SELECT template.categ_id
                 FROM product_template template
                 JOIN product_product product ON product.product_tmpl_id = template.id
                WHERE product.id IN (%(sellable)s))
        """,
        categories=categories(category_lines(scope), scope.as_of), as_of=scope.as_of,
        days=ORDER_DAYS, gaps=gaps, sellable=sellable(scope.company_id, scope.fee_ids),
    )


def at_risk(scope, table, parameters, horizon):
    """Return SQL of the rows of a table of :func:`stopped` with ``revenue_12m`` and ``risk``.

    ``revenue_12m``: what the category brought in twelve months, less what was given back,
    company currency; ``risk``: the chance that it is not bought within the horizon. Scope:
    the customers of the table.
    """
    x, age = SQL("(order_days - 1)::float8"), SQL("(%s::date - first_day)::float8", scope.as_of)
    return SQL(
        """SELECT stopped.*, revenue.revenue_12m, 1 - (%(alive)s) * (%(order)s) AS risk
             FROM %(table)s stopped
             JOIN (SELECT partner_id, categ_id, sum(amount) AS revenue_12m
                     FROM (%(documents)s) d WHERE day > %(year_ago)s
                    GROUP BY partner_id, categ_id) revenue USING (partner_id, categ_id)""",
        alive=sql_p_alive(parameters, x, SQL("(last_day - first_day)::float8"), age),
        order=sql_p_order(parameters, x, age, horizon), table=table,
        documents=category_documents(scope), year_ago=scope.as_of - relativedelta(years=1),
    )
