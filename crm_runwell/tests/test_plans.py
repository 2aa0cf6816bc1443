from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import SQL

from ..scoring.score import collect
from .common import AS_OF, RunwellCase
from .histories import memoryless, write_orders

CUSTOMERS = 300


@tagged("post_install", "-at_install")
class TestPlans(RunwellCase):
    """What PostgreSQL expects of a pass: many customers, or it joins them one by one."""

    def expected(self, statement):
        """Return how many rows the planner expects of a statement."""
        [[plan]] = self.env.execute_query(SQL("EXPLAIN (FORMAT JSON) %s", statement))
        return plan[0]["Plan"]["Plan Rows"]

    def test_many_customers_are_expected(self):
        write_orders(self, memoryless(CUSTOMERS, Date.to_date(AS_OF)))
        scope, rules = self.scoring._scope(Date.to_date(AS_OF)), self.scoring._rules()
        for everyone in (False, True):
            with self.subTest(everyone=everyone):
                statement = collect(scope, rules, everyone=everyone)
                self.assertEqual(len(self.env.execute_query(statement)), CUSTOMERS)
                self.assertGreater(self.expected(statement), CUSTOMERS / 10)
