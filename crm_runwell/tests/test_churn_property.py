import math

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, TransactionCase, tagged

from ..scoring.churn import Parameters
from .test_churn_sql import from_sql

# Parameters as a fit may find them: the bounds of its search, in days.
PARAMETERS = st.builds(
    Parameters,
    *(st.floats(*bounds) for bounds in ((1e-3, 50), (1e-2, 5e3), (1e-4, 50), (1e-3, 500))),
)
ROWS = st.tuples(st.integers(0, 5000), st.integers(0, 10000), st.integers(0, 10000))
STABLE = settings(derandomize=True, max_examples=300, deadline=None)


@tagged("post_install", "-at_install")
class TestProbabilityProperties(BaseCase):
    """What holds of any customer under any parameters."""

    @STABLE
    @given(PARAMETERS, ROWS, st.integers(7, 730))
    def test_always_a_probability(self, parameters, row, horizon):
        x, t_x, silence = row
        alive = parameters.p_alive(x, t_x, t_x + silence)
        no_order = parameters.p_no_order(x, t_x, t_x + silence, horizon)
        self.assertTrue(0 <= alive <= 1)
        self.assertTrue(0 <= no_order <= 1)
        # Whoever has left orders no more; who is alive may be silent by chance.
        self.assertGreaterEqual(no_order, 1 - alive - 1e-12)

    @STABLE
    @given(PARAMETERS, ROWS, st.integers(7, 730), st.integers(1, 730))
    def test_silence_and_horizon(self, parameters, row, horizon, more):
        x, t_x, silence = row
        age = t_x + silence
        self.assertLessEqual(
            parameters.p_alive(x, t_x, age + more), parameters.p_alive(x, t_x, age) + 1e-12
        )
        self.assertLessEqual(
            parameters.p_no_order(x, t_x, age, horizon + more),
            parameters.p_no_order(x, t_x, age, horizon) + 1e-12,
        )


@tagged("post_install", "-at_install")
class TestSqlProperties(TransactionCase):
    """PostgreSQL raises nothing and returns probabilities."""

    @STABLE
    @given(PARAMETERS, st.lists(ROWS, min_size=1, max_size=5), st.integers(7, 730))
    def test_never_an_error_nor_nan(self, parameters, rows, horizon):
        rows = [(x, t_x, t_x + silence) for x, t_x, silence in rows]
        for alive, no_order in from_sql(self.env, parameters, rows, horizon):
            self.assertFalse(math.isnan(alive) or math.isnan(no_order))
            self.assertTrue(0 <= alive <= 1 and 0 <= no_order <= 1)
