"""One pass over the lines of a company: from its purchases to rows of products bought together."""

from contextlib import contextmanager

from odoo.tools import SQL

from ..scoring import affinity, sellable, substitutes
from . import working_table

#: The working tables; they live as long as the transaction.
SOLD, VISITS, BACK = "runwell_sold_pass", "runwell_visit_pass", "runwell_back_pass"
OWN, PRODUCTS = "runwell_own_pass", "runwell_product_pass"
BASKETS, COUNTS, PAIRS = "runwell_basket_pass", "runwell_count_pass", "runwell_pair_pass"
SWITCHES, INSTEAD = "runwell_switch_pass", "runwell_instead_pass"
NEAR, BITS = "runwell_near_pass", "runwell_bit_pass"
TABLES = (SOLD, VISITS, BACK, OWN, PRODUCTS, BASKETS, COUNTS, PAIRS, SWITCHES, INSTEAD, NEAR, BITS)
#: Memory for a step of the pass: it sorts and counts pairs by the million.
WORK_MEM = "256MB"


class AffinityPass:
    """Fills the working tables from the purchases of a scope, then the rows that are kept.

    Usage: ``AffinityPass(env, scope, left_out).run()``, then ``.insert()``

    :param left_out: ids of products that stand for fees
    """

    def __init__(self, env, scope, left_out):
        self.env, self.cr = env, env.cr
        self.scope = scope
        self.left_out = left_out

    def run(self):
        """Count baskets, pairs, customers and substitutes; writes no row that is kept."""
        day = self.scope.as_of
        with self._much_memory():
            self._keep(SOLD, sellable.for_sale(self.scope.company_id, self.left_out))
            self._keep(VISITS, affinity.visits(self.scope, table(SOLD)))
            self._forget_taken_back()
            self._keep(OWN, affinity.owned(table(VISITS)))
            self._keep(PRODUCTS, affinity.products(table(OWN), table(SOLD)))
            self._keep(BASKETS, affinity.baskets(
                table(VISITS), table(PRODUCTS), table(SOLD), day
            ))
            pair_count = self._cut_baskets()
            self._keep(COUNTS, affinity.counts(table(BASKETS)))
            self._keep(PAIRS, affinity.pairs(table(BASKETS), pair_count))
            self._keep(SWITCHES, substitutes.switches(table(VISITS), table(PRODUCTS), day))
            self._keep_bits(affinity.buyers(table(OWN), table(PRODUCTS)))
            self._keep(INSTEAD, affinity.common_buyers(substitutes.substitutes(
                table(SWITCHES), table(PAIRS), table(COUNTS)
            ), table(BITS)))
            self._keep(NEAR, affinity.neighbours(
                table(PAIRS), table(COUNTS), table(INSTEAD), table(BITS)
            ))

    def insert(self):
        """Insert the rows to be kept, and drop the working tables; return how many pairs."""
        [(count,)] = self.env.execute_query(SQL(
            """
            WITH inserted AS (
                INSERT INTO runwell_product_affinity (
                       company_id, as_of, product_id, other_product_id, kind, basket_count,
                       product_count, other_count, customer_count, product_customer_count,
                       switch_count, similarity, rank)
                SELECT %(company)s, %(as_of)s, product_id, other_product_id, kind, n, n_i, n_j,
                       common, product_customer_count, switches, similarity, rank
                  FROM (%(pairs)s) pair
                 ORDER BY i, kind DESC, rank, j
                RETURNING 1)
            SELECT count(*) FROM inserted
            """,
            company=self.scope.company_id, as_of=self.scope.as_of,
            pairs=affinity.named(SQL(
                """SELECT i, j, n, n_i, n_j, common, 'together' AS kind, 0 AS switches,
                          similarity, rank
                     FROM %s
                    UNION ALL
                   SELECT i, j, n, n_i, n_j, common, 'instead', switches, 0, 0 FROM %s""",
                table(NEAR), table(INSTEAD),
            ), table(PRODUCTS)),
        ))
        self.cr.execute(SQL(
            """INSERT INTO runwell_product_demand (
                      company_id, as_of, product_id, customer_count, basket_count, recent_count,
                      popularity)
               SELECT %s, %s, product_id, customer_count, basket_count, recent_count, popularity
                 FROM (%s) demand""",
            self.scope.company_id, self.scope.as_of,
            affinity.demand(table(VISITS), table(PRODUCTS), table(COUNTS), self.scope.as_of),
        ))
        for name in TABLES:
            working_table.drop(self.cr, name)
        for name in ("runwell_product_affinity", "runwell_product_demand"):
            working_table.analyse(self.cr, name)
        return count

    def _keep(self, name, query):
        working_table.keep(self.cr, name, query)

    def _keep_bits(self, query):
        """Keep the bit strings as they are: to unpack them for each pair takes longer."""
        working_table.make(self.cr, BITS, SQL("%s LIMIT 0", query))
        self.cr.execute(SQL("ALTER TABLE %s ALTER bits SET STORAGE EXTERNAL", table(BITS)))
        self.cr.execute(SQL("INSERT INTO %s %s", table(BITS), query))
        self.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (i)", table(BITS)))
        working_table.analyse(self.cr, BITS)

    def _forget_taken_back(self):
        """Take out what was given back in full; without returns the lines are read once."""
        [(any_back,)] = self.env.execute_query(SQL(
            "SELECT EXISTS (SELECT FROM %s WHERE back IS NOT NULL)", table(VISITS),
        ))
        if any_back:
            self._keep(BACK, affinity.taken_back(self.scope, table(SOLD), table(VISITS)))
            self.cr.execute(affinity.forget(table(VISITS), table(BACK)))
            working_table.analyse(self.cr, VISITS)

    def _cut_baskets(self):
        """Bring large baskets down where all the pairs would be too many; return how many are."""
        sizes = self.env.execute_query(SQL(
            "SELECT cardinality(items), count(*) FROM %s GROUP BY 1", table(BASKETS),
        ))
        if cap := affinity.basket_cap(sizes):
            self.cr.execute(affinity.cut_baskets(table(BASKETS), cap))
            working_table.analyse(self.cr, BASKETS)
        return affinity.pair_count(sizes, cap)

    @contextmanager
    def _much_memory(self):
        """Let each step sort and hash in memory, for this transaction at most."""
        [(before,)] = self.env.execute_query(SQL("SELECT current_setting('work_mem')"))
        set_memory = "SELECT set_config('work_mem', %s, TRUE)"
        self.env.execute_query(SQL(set_memory, WORK_MEM))
        yield
        self.env.execute_query(SQL(set_memory, before))


def table(name):
    """Return SQL of the name of a working table."""
    return SQL.identifier(name)
