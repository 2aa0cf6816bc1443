"""When a customer was last contacted."""

from odoo.tools import SQL


def last_touches(company_id, partner_ids=None):
    """Return SQL: ``partner_id`` (commercial), ``last_on`` (moment in UTC) of the last contact."""
    return SQL(
        """SELECT commercial_partner_id AS partner_id, max(date) AS last_on
             FROM runwell_interaction WHERE company_id = %s AND %s
            GROUP BY commercial_partner_id""",
        company_id,
        SQL("TRUE") if partner_ids is None
        else SQL("commercial_partner_id = ANY(%s)", list(partner_ids)),
    )
