"""When a customer was last contacted."""

from odoo.tools import SQL


def last_touches(company_id, partner_ids=None):
    """Return SQL: ``partner_id`` (commercial), ``last_on`` (moment in UTC) of the last contact.

    A contact is an interaction; a message that one of us wrote and that reached the
    customer, by mail or in the portal; a service request that was answered. An order is
    none, nor what the product says by itself.

    :param partner_ids: commercial partners to look at; None: all of the company
    """
    def only(column):
        return SQL() if partner_ids is None else SQL(
            "AND %s = ANY(%s)", SQL.identifier(*column.split(".")), list(partner_ids),
        )

    return SQL(
        """
        SELECT partner_id, max(last_on) AS last_on
          FROM (SELECT commercial_partner_id AS partner_id, max(date) AS last_on
                  FROM runwell_interaction
                 WHERE company_id = %(company)s %(of_interaction)s
                 GROUP BY commercial_partner_id
                 UNION ALL
                SELECT p.commercial_partner_id, max(m.date)
                  FROM res_partner p
                  JOIN mail_notification n ON n.res_partner_id = p.id
                  JOIN mail_message m ON m.id = n.mail_message_id
                  LEFT JOIN mail_message_subtype t ON t.id = m.subtype_id
                  -- Not the robot, who is one of us too.
                  JOIN res_users u ON u.partner_id = m.author_id AND u.id <> 1
                                  AND u.share IS NOT TRUE
                 WHERE p.partner_share AND m.message_type IN ('comment', 'email')
                   AND m.is_internal IS NOT TRUE AND t.internal IS NOT TRUE
                   AND n.notification_status NOT IN ('bounce', 'exception', 'canceled')
                   AND coalesce(m.record_company_id, u.company_id) = %(company)s
                   %(of_partner)s
                 GROUP BY p.commercial_partner_id
                 UNION ALL
                SELECT commercial_partner_id, max(greatest(first_answer_on, processed_on))
                  FROM runwell_request
                 WHERE company_id = %(company)s AND commercial_partner_id IS NOT NULL
                   AND first_answer_on IS NOT NULL %(of_request)s
                 GROUP BY commercial_partner_id) contact
         GROUP BY partner_id
        """,
        company=company_id, of_interaction=only("commercial_partner_id"),
        of_partner=only("p.commercial_partner_id"), of_request=only("commercial_partner_id"),
    )
