from odoo import api, fields, models
from odoo.tools import SQL


class RunwellScoreRefresh(models.Model):
    """Customers whose documents changed: asked for by the hot paths, settled by a cron.

    No uniqueness and no lock, so that two confirmations never wait for each other.
    """

    _name = "runwell.score.refresh"
    _inherit = ["runwell.machine.owned"]
    _description = "Customer to score again"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True,
    )

    @api.model
    def _ask(self, documents):
        """Ask for the customers of the documents to be scored soon: one query, no lock.

        :param documents: records with ``partner_id`` and ``company_id``
        """
        pairs = {
            (document.partner_id.id, document.company_id.id)
            for document in documents if document.partner_id
        }
        if not pairs:
            return
        # The trigger of the cron rides on the same query; one that waits already is enough.
        self.env.cr.execute(SQL(
            """
            WITH asked AS (
                INSERT INTO runwell_score_refresh (partner_id, company_id) VALUES %s
            )
            INSERT INTO ir_cron_trigger (cron_id, call_at)
            SELECT d.res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data d
             WHERE d.module = 'crm_runwell' AND d.name = 'ir_cron_refresh'
               AND NOT EXISTS (SELECT FROM ir_cron_trigger t
                                WHERE t.cron_id = d.res_id
                                  AND t.call_at <= now() AT TIME ZONE 'UTC')
            """,
            SQL(", ").join(SQL("(%s, %s)", *pair) for pair in sorted(pairs)),
        ))

    @api.model
    def _take(self, company, limit):
        """Take the oldest requests of a company off the queue.

        :return: ``(number of requests, list of commercial partner ids)``
        """
        rows = self.env.execute_query(SQL(
            """
            DELETE FROM runwell_score_refresh
             WHERE id IN (SELECT id FROM runwell_score_refresh WHERE company_id = %s
                           ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING partner_id
            """,
            company.id, limit,
        ))
        partners = self.env["res.partner"].browse({partner_id for [partner_id] in rows})
        return len(rows), partners.commercial_partner_id.ids
