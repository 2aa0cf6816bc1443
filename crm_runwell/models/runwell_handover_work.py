"""The open work on a customer that changes its account manager: what there is, and moving it."""

from odoo import api, models
from odoo.tools import SQL

#: The kinds of open work that move with a customer, or stay.
KINDS = ("activities", "alerts", "opportunities", "requests")


class RunwellHandover(models.Model):
    _inherit = "runwell.handover"

    @api.model
    def _open_work(self, former, new_user=None):
        """Return the open work of the former managers on their customers.

        Activities on the customer, its contacts, opportunities and orders; those of an
        alert move with the alert. What nobody has goes along with a customer nobody had.
        In one query.

        :param dict former: the manager until now by customer
        :param new_user: work of companies where this user is not at work is left out
        :return: dict of lists of ids by kind (:data:`KINDS`)
        """
        self.env.flush_all()
        # sudo: the companies of a colleague. What companies do that one does not work in, stays.
        companies = (
            new_user.sudo().company_ids & self.env.user.company_ids if new_user
            else self.env.companies
        ).ids
        rows = self.env.execute_query(SQL(
            """
            WITH moved AS (
                SELECT * FROM unnest(%(partners)s::int[], %(users)s::int[])
                    row (partner_id, user_id)),
            person AS (
                SELECT p.id, m.user_id FROM moved m
                  JOIN res_partner p ON p.commercial_partner_id = m.partner_id),
            place AS (
                SELECT 'res.partner' AS model, id, user_id FROM person
                 UNION ALL
                SELECT 'crm.lead', l.id, c.user_id FROM crm_lead l
                  JOIN person c ON c.id = l.partner_id
                 WHERE l.company_id IS NULL OR l.company_id = ANY(%(companies)s)
                 UNION ALL
                SELECT 'sale.order', o.id, c.user_id FROM sale_order o
                  JOIN person c ON c.id = o.partner_id
                 WHERE o.company_id = ANY(%(companies)s))
            SELECT 'activities', a.id FROM mail_activity a
              JOIN place ON place.model = a.res_model AND place.id = a.res_id
             WHERE a.active AND a.user_id = place.user_id
             UNION ALL
            SELECT 'alerts', a.id FROM runwell_churn_alert a
              JOIN moved m ON m.partner_id = a.partner_id
             WHERE a.state IN ('warning', 'suspended') AND a.company_id = ANY(%(companies)s)
               AND a.user_id IS NOT DISTINCT FROM m.user_id
             UNION ALL
            SELECT 'opportunities', l.id FROM crm_lead l JOIN person c ON c.id = l.partner_id
             WHERE l.active AND coalesce(l.won_status, 'pending') = 'pending'
               AND (l.company_id IS NULL OR l.company_id = ANY(%(companies)s))
               AND l.user_id IS NOT DISTINCT FROM c.user_id
             UNION ALL
            SELECT 'requests', r.id FROM runwell_request r
              JOIN moved m ON m.partner_id = r.commercial_partner_id
             WHERE r.state = 'assigned' AND r.company_id = ANY(%(companies)s)
               AND r.user_id = m.user_id
            """,
            partners=[customer.id for customer in former],
            users=[user.id or None for user in former.values()], companies=companies,
        ))
        work = {kind: [] for kind in KINDS}
        for kind, id_ in rows:
            work[kind].append(id_)
        return work

    @api.model
    def _move_work(self, work, new_user, reason):
        """Give open work to the new manager, each kind by its own way of changing hands.

        :param dict work: ids by kind, of the kinds that move
        :raise UserError: if the new manager cannot process service requests
        """
        # sudo: it is the former manager's; the callers checked who may hand over.
        env = self.sudo().with_context(
            mail_activity_quick_update=True, mail_auto_subscribe_no_notify=True,
        ).env
        if ids := work.get("activities"):
            env["mail.activity"].browse(ids).write({"user_id": new_user.id})
        if ids := work.get("alerts"):
            env["runwell.churn.alert"].browse(ids).write({"user_id": new_user.id})
        if ids := work.get("opportunities"):
            env["crm.lead"].browse(ids).with_context(
                runwell_assignment_reason=reason,
            ).write({"user_id": new_user.id})
        if ids := work.get("requests"):
            env["runwell.request"].browse(ids)._hand_over(new_user, reason)
