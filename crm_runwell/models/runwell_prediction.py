from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring import metrics
from ..scoring.purchases import documents

#: Customers whose prediction is kept each month, and days for which it is kept.
KEPT_CUSTOMERS, KEPT_DAYS = 20_000, 760


class RunwellPrediction(models.Model):
    """A churn risk as it was told, and, once its horizon is over, what happened.

    Kept monthly, so that everyone sees whether the risks that were told came true:
    "of 40 customers told 70 to 80 %, 29 left".
    """

    _name = "runwell.prediction"
    _inherit = ["runwell.machine.owned"]
    _description = "Churn risk that was told"
    _order = "as_of desc, churn_probability desc, id"
    _rec_name = "partner_id"
    _log_access = False
    _check_company_auto = True

    _one_a_day = models.UniqueIndex("(company_id, as_of, partner_id)")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True, readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Account manager")
    model_id = fields.Many2one("runwell.scoring.model", ondelete="cascade", readonly=True)
    as_of = fields.Date("Told on", required=True, readonly=True)
    due_on = fields.Date("Due on", required=True, readonly=True)
    churn_probability = fields.Float("Churn risk", readonly=True, aggregator="avg")
    outcome = fields.Selection(
        [("left", "No order came"), ("stayed", "Ordered")], readonly=True,
        help="Empty until the horizon is over.",
    )

    @api.model
    def _keep(self, model, as_of):
        """Keep the risks told on ``as_of``, once a month; forget those that are too old.

        :param model: the ``runwell.scoring.model`` that told them
        """
        company = model.company_id
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_prediction (
                   partner_id, company_id, model_id, as_of, due_on, churn_probability)
            SELECT partner_id, company_id, model_id, as_of, as_of + %(horizon)s, churn_probability
              FROM runwell_score
             WHERE company_id = %(company)s AND as_of = %(as_of)s
               AND churn_probability IS NOT NULL
               AND NOT EXISTS (SELECT FROM runwell_prediction
                                WHERE company_id = %(company)s AND as_of > %(month_ago)s)
             ORDER BY hashint4(partner_id), partner_id LIMIT %(limit)s
            """,
            horizon=model.horizon_days, company=company.id, as_of=as_of,
            month_ago=as_of - timedelta(days=30), limit=KEPT_CUSTOMERS,
        ))
        self.env.cr.execute(SQL(
            "DELETE FROM runwell_prediction WHERE company_id = %s AND as_of < %s",
            company.id, as_of - timedelta(days=KEPT_DAYS),
        ))
        self.invalidate_model()

    @api.model
    def _settle(self, model, today):
        """Note what happened to the predictions whose horizon is over."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            WITH bought AS MATERIALIZED (
                SELECT DISTINCT partner_id, day FROM (%(documents)s) d WHERE amount > 0
            )
            UPDATE runwell_prediction told
               SET outcome = CASE WHEN EXISTS (
                       SELECT FROM bought b JOIN res_partner p ON p.id = told.partner_id
                        WHERE b.partner_id = p.commercial_partner_id
                          AND b.day > told.as_of AND b.day <= told.due_on)
                   THEN 'stayed' ELSE 'left' END
             WHERE told.company_id = %(company)s AND told.outcome IS NULL
               AND told.due_on < %(today)s
            """,
            documents=documents(model._scope(today)), company=model.company_id.id, today=today,
        ))
        self.invalidate_model()

    @api.model
    def _calibration(self, company):
        """Return the calibration of the predictions that came due, as ``metrics`` has it."""
        rows = self.env.execute_query(SQL(
            """SELECT churn_probability, (outcome = 'left')::int FROM runwell_prediction
                WHERE company_id = %s AND outcome IS NOT NULL""",
            company.id,
        ))
        return metrics.calibration([row[0] for row in rows], [row[1] for row in rows])
