from odoo.tests import tagged

from . import test_alert_workers


@tagged("post_install", "-at_install")
class TestCategoryWorkers(test_alert_workers.TestAlertWorkers):
    """The workers of customer alerts again, each customer with stopped cups as well."""

    def make(self, env):
        result = super().make(env)
        tea, cups = env["product.category"].create([{"name": "RW Tea"}, {"name": "RW Cups"}])
        leaf, cup = env["product.product"].create([
            {"name": "RW Leaf", "categ_id": tea.id}, {"name": "RW Cup", "categ_id": cups.id},
        ])
        self.made = (leaf + cup, tea + cups)
        env.cr.execute("UPDATE runwell_score SET lifecycle = 'active', revenue_12m = 100"
                       " WHERE partner_id = ANY(%s)", [self.partner_ids])
        env.cr.execute(
            """WITH new AS (
                   INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                          partner_shipping_id, company_id, currency_id, currency_rate, state,
                          date_order, create_date, amount_untaxed, amount_total)
                   SELECT 'RW', p.id, p.id, p.id, c.id, c.currency_id, 1, 'sale',
                          now() AT TIME ZONE 'UTC' - interval '7 days' * week,
                          now() AT TIME ZONE 'UTC', 20, 20
                     FROM res_partner p, res_company c, generate_series(0, 39) week
                    WHERE p.id = ANY(%(partners)s) AND c.id = %(company)s
                   RETURNING id, partner_id, date_order, company_id, currency_id)
               INSERT INTO sale_order_line (order_id, order_partner_id, product_id, name,
                      product_uom_qty, price_unit, price_subtotal, price_total, company_id,
                      currency_id, state, customer_lead)
               SELECT new.id, new.partner_id, product, 'RW', 1, 10, 10, 10, new.company_id,
                      new.currency_id, 'sale', 0
                 FROM new, unnest(%(products)s) WITH ORDINALITY own(product, place)
                WHERE place = 1 OR new.date_order < now() AT TIME ZONE 'UTC' - interval '139 days'
            """,
            {"partners": self.partner_ids, "company": self.company_id,
             "products": [leaf.id, cup.id]},
        )
        return result

    def take_away(self):
        result = super().take_away()
        products, categories = self.made
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM product_product WHERE id = ANY(%s)", [products.ids])
            cr.execute("DELETE FROM product_template WHERE name ->> 'en_US' LIKE 'RW %'")
            cr.execute("DELETE FROM product_category WHERE id = ANY(%s)", [categories.ids])
        return result

    def order_again(self, cr):
        """Put cups on the orders of today, which have no lines yet."""
        result = super().order_again(cr)
        [_leaf, cup] = self.made[0].ids
        cr.execute(
            """INSERT INTO sale_order_line (order_id, order_partner_id, product_id, name,
                      product_uom_qty, price_unit, price_subtotal, price_total, company_id,
                      currency_id, state, customer_lead)
               SELECT o.id, o.partner_id, %s, 'RW', 1, 10, 10, 10, o.company_id, o.currency_id,
                      'sale', 0
                 FROM sale_order o
                WHERE o.partner_id = ANY(%s)
                  AND NOT EXISTS (SELECT FROM sale_order_line l WHERE l.order_id = o.id)""",
            [cup, self.partner_ids],
        )
        return result
