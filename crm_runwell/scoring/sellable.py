"""Which products a company sells on a line of their own, in SQL."""

from odoo.tools import SQL

#: Kinds of service that a line cannot name alone: it takes an event, a booth or a course.
APART = ("event", "event_booth", "course")


def for_sale(company_id, left_out):
    """Return SQL ``(i, product_id)``: the products that the company sells today, from 1 on."""
    return SQL(
        """SELECT row_number() OVER (ORDER BY id)::int AS i, id AS product_id
             FROM (%s) product""",
        sellable(company_id, left_out),
    )


def sellable(company_id, left_out):
    """Return SQL of the ids of the products that the company sells today.

    A branch sells the products of its parents. The same for the ORM:
    `runwell.suggestion._sold_by`.
    """
    return SQL(
        """SELECT product.id
             FROM product_product product
             JOIN product_template template ON template.id = product.product_tmpl_id
            WHERE product.active AND template.active AND template.sale_ok
              AND template.type <> 'combo'
              AND coalesce(template.service_tracking, 'no') <> ALL(%(apart)s)
              AND (template.company_id IS NULL OR template.company_id IN (
                  SELECT unnest(string_to_array(rtrim(parent_path, '/'), '/')::int[])
                    FROM res_company WHERE id = %(company)s))
              AND product.id <> ALL(%(left_out)s)""",
        apart=list(APART), company=company_id, left_out=list(left_out),
    )
