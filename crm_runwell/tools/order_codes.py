"""Which customers and products the codes of a file mean, and their external ids."""

from odoo.tools import SQL


def xmlid_prefix(company, kind):
    """Return how the external ids of a company's ``kind`` (order, customer, product) begin."""
    return f"runwell_{company.id}_{kind}_"


def same_order():
    """Return the condition that line ``l`` belongs to order ``h``."""
    return SQL(
        "h.customer = l.customer AND h.order_ref = l.order_ref"
        " AND (h.day IS NULL OR h.day = l.day)"
    )


class OrderCodes:
    """Maps the codes of the new orders to record ids.

    Makes the temporary tables ``runwell_history_customer`` and ``runwell_history_product``:
    a row a code, with the id of its record and, where it has none yet, the id that it
    will have (``is_new``).

    :param env: a superuser's environment of the company
    """

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def map_customers(self):
        """Map customer codes: by external id, else by a reference that only one partner has."""
        self.env.cr.execute(SQL(
            """
            DROP TABLE IF EXISTS pg_temp.runwell_history_customer;
            CREATE TEMPORARY TABLE runwell_history_customer ON COMMIT DROP AS
            SELECT f.*, d.name IS NOT NULL AND r.id IS NOT NULL AS has_xmlid,
                   coalesce(r.id, same.id) AS id
              FROM (SELECT customer AS code, %(prefix)s || md5(customer) AS xmlid,
                           min(line) AS line
                      FROM runwell_history_order WHERE is_new GROUP BY customer) f
              LEFT JOIN ir_model_data d
                     ON d.module = '__import__' AND d.name = f.xmlid AND d.model = 'res.partner'
              LEFT JOIN res_partner r ON r.id = d.res_id
              LEFT JOIN (SELECT ref, %(only)s AS id FROM res_partner r
                          WHERE ref IS NOT NULL AND %(ours)s GROUP BY ref) same
                     ON same.ref = f.code
            """,
            prefix=xmlid_prefix(self.company, "customer"), only=_only(SQL("r")),
            ours=self._ours(SQL("r")),
        ))
        self._number("runwell_history_customer", "res_partner")

    def map_products(self):
        """Map product codes: by external id, else by an internal reference of one product.

        No code means the one product for sales of unknown goods.
        """
        self.env.cr.execute(SQL(
            """
            DROP TABLE IF EXISTS pg_temp.runwell_history_product;
            CREATE TEMPORARY TABLE runwell_history_product ON COMMIT DROP AS
            SELECT f.*, d.name IS NOT NULL AND p.id IS NOT NULL AS has_xmlid,
                   coalesce(p.id, same.id) AS id, NULL::int AS template_id,
                   NULL::int AS unit_id, NULL::numeric AS cost, NULL::text AS label
              FROM (SELECT l.product AS code, %(prefix)s || md5(l.product) AS xmlid,
                           coalesce(nullif(l.product, ''), %(unknown)s) AS name,
                           min(l.line) AS line,
                           sum(l.amount) FILTER (WHERE l.quantity > 0)
                             / sum(l.quantity) FILTER (WHERE l.quantity > 0) AS price
                      FROM runwell_history_line l
                      JOIN runwell_history_order h ON %(same_order)s
                     WHERE h.is_new GROUP BY l.product) f
              LEFT JOIN ir_model_data d
                     ON d.module = '__import__' AND d.name = f.xmlid
                    AND d.model = 'product.product'
              LEFT JOIN product_product p ON p.id = d.res_id
              LEFT JOIN (SELECT r.default_code, %(only)s AS id
                           FROM product_product r
                           JOIN product_template t ON t.id = r.product_tmpl_id
                          WHERE r.default_code <> '' AND %(ours)s
                          GROUP BY r.default_code) same
                     ON same.default_code = f.code
            """,
            prefix=xmlid_prefix(self.company, "product"), only=_only(SQL("r")),
            ours=self._ours(SQL("t")), unknown=self.env._("Imported sales"),
            same_order=same_order(),
        ))
        self._number("runwell_history_product", "product_product")
        self._number_templates()

    def _ours(self, alias):
        """Return the condition that a record may be used by the company."""
        return SQL("(%s.company_id IS NULL OR %s.company_id = %s)", alias, alias, self.company.id)

    def _number(self, mapping, table):
        """Give the codes without a record the next ids of the table, and mark them new."""
        mapping = SQL.identifier(mapping)
        self.env.cr.execute(SQL(
            """
            ALTER TABLE %(mapping)s ADD COLUMN is_new boolean DEFAULT FALSE;
            UPDATE %(mapping)s m SET is_new = TRUE, id = n.id
              FROM (SELECT code, nextval(pg_get_serial_sequence(%(table)s, 'id')) AS id
                      FROM %(mapping)s WHERE id IS NULL ORDER BY line) n
             WHERE n.code = m.code;
            ANALYZE %(mapping)s
            """,
            mapping=mapping, table=table,
        ))

    def _number_templates(self):
        """Number the templates of new products; look up those of the others."""
        self.env.cr.execute(SQL("""
            UPDATE runwell_history_product m SET template_id = n.id
              FROM (SELECT code, nextval(pg_get_serial_sequence('product_template', 'id')) AS id
                      FROM runwell_history_product WHERE is_new ORDER BY line) n
             WHERE n.code = m.code;
            UPDATE runwell_history_product m SET template_id = p.product_tmpl_id
              FROM product_product p
             WHERE p.id = m.id AND NOT m.is_new
        """))

    def complete_products(self):
        """Note all that order lines take from a product, so that they need no other table.

        PostgreSQL knows nothing yet of the rows we have just inserted into the others,
        and would now and then join them in the slowest way.
        """
        cr = self.env.cr
        cr.execute(SQL("SELECT id FROM runwell_history_product WHERE NOT is_new"))
        products = self.env["product.product"].browse([row[0] for row in cr.fetchall()])
        labels = [product.get_product_multiline_description_sale() for product in products]
        cr.execute(SQL(
            """
            UPDATE runwell_history_product m
               SET unit_id = t.uom_id,
                   cost = coalesce((p.standard_price ->> %(company)s)::numeric, 0),
                   label = CASE m.code WHEN '' THEN m.name
                                       ELSE '[' || m.code || '] ' || m.name END
              FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE p.id = m.id;
            UPDATE runwell_history_product m SET label = known.label
              FROM unnest(%(ids)s::int[], %(labels)s::text[]) known(id, label)
             WHERE m.id = known.id;
            ANALYZE runwell_history_product
            """,
            company=str(self.company.id), ids=products.ids, labels=labels,
        ))

    def write_external_ids(self):
        """Note the external ids.

        First of all writing: where another transaction has just noted the same ones,
        PostgreSQL ends ours with a serialization failure, and Odoo begins it again.
        """
        self.env.cr.execute(SQL(
            """
            INSERT INTO ir_model_data
                   (module, name, model, res_id, noupdate,
                    create_uid, create_date, write_uid, write_date)
            SELECT '__import__', n.xmlid, n.model, n.id, TRUE,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM (SELECT xmlid, 'res.partner' AS model, id, line
                      FROM runwell_history_customer WHERE NOT has_xmlid
                    UNION ALL
                    SELECT xmlid, 'product.product', id, line
                      FROM runwell_history_product WHERE NOT has_xmlid
                    UNION ALL
                    SELECT xmlid, 'sale.order', id, line
                      FROM runwell_history_order WHERE is_new) n
             ORDER BY n.model, n.line
            ON CONFLICT (module, name) DO UPDATE
                    SET model = EXCLUDED.model, res_id = EXCLUDED.res_id
            """,
            uid=self.env.uid, now=_now(),
        ))


def _only(alias):
    """Return SQL of the one active record of a group, else of its one record, else null."""
    return SQL(
        "CASE WHEN count(*) FILTER (WHERE %(r)s.active) = 1"
        " THEN min(%(r)s.id) FILTER (WHERE %(r)s.active)"
        " WHEN count(*) = 1 THEN min(%(r)s.id) END",
        r=alias,
    )


def _now():
    return SQL("(now() AT TIME ZONE 'UTC')")
