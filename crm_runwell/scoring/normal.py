"""The normal distribution in SQL: PostgreSQL has erf() from version 16 on only.

Both formulas are rational approximations with four right digits: a customer's
overdue figure is not known to more.
"""

from odoo.tools import SQL


def sql_cumulative(z):
    """Return SQL of Φ(z), within .0002: a logistic of a cubic (Bowling and others, 2009)."""
    return SQL(
        "1 / (1 + exp(greatest(-700, least(700, -1.5976 * (%s) - 0.07056 * (%s) ^ 3))))",
        z, z,
    )


def sql_upper_quantile(p):
    """Return SQL of the z above which a share ``p`` (0 < p <= .5) lies, within .0005.

    Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.2.23.
    """
    return SQL(
        """(SELECT t - (2.515517 + 0.802853 * t + 0.010328 * t * t)
                     / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
              FROM (SELECT sqrt(-2 * ln(greatest(%s, 1e-12))) AS t) tail)""",
        p,
    )
