from odoo import api, fields, models
from odoo.tools import SQL


class RunwellReferral(models.Model):
    """What a referrer brought: a row a referrer and company.

    Revenue is that of the referred customers by their scores, untaxed, in the company's
    currency. A shared customer counts in the companies that score it.
    """

    _name = "runwell.referral"
    _description = "Referrer"
    _auto = False
    _order = "revenue_12m desc, customer_count desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Referrer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Account manager", readonly=True)
    customer_count = fields.Integer("Customers referred", readonly=True)
    revenue_12m = fields.Monetary("Their revenue, 12 months", readonly=True)
    revenue_total = fields.Monetary("Their revenue, all time", readonly=True)
    lead_open_count = fields.Integer("Open opportunities", readonly=True)
    lead_won_count = fields.Integer("Won opportunities", readonly=True)

    _depends = {
        "res.partner": [
            "runwell_referrer_id", "commercial_partner_id", "active", "company_id", "user_id",
        ],
        "res.company": ["currency_id"],
        "res.users": ["company_id"],
        "crm.lead": [
            "runwell_referrer_id", "company_id", "active", "won_status", "partner_id",
        ],
        "runwell.score": ["partner_id", "company_id", "revenue_12m", "revenue_total"],
    }

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """SELECT (r.id::bigint << 16) + c.id AS id, r.id AS partner_id, c.id AS company_id,
                      c.currency_id, owner.user_id, sum(f.customers)::int AS customer_count,
                      sum(f.revenue_12m) AS revenue_12m, sum(f.revenue_total) AS revenue_total,
                      sum(f.lead_open)::int AS lead_open_count,
                      sum(f.lead_won)::int AS lead_won_count
                 FROM (%s UNION ALL %s) f
                 -- Whom another company alone knows is not named.
                 JOIN res_partner r ON r.id = f.referrer_id
                                   AND (r.company_id IS NULL OR r.company_id = f.company_id)
                 JOIN res_partner owner ON owner.id = r.commercial_partner_id
                 JOIN res_company c ON c.id = f.company_id
                GROUP BY r.id, c.id, owner.user_id""",
            self._customers(), self._leads(),
        )

    @api.model
    def _customers(self) -> SQL:
        """Return SQL of the referred customers, a row a customer and company."""
        return SQL(
            """SELECT p.id, p.runwell_referrer_id AS referrer_id,
                      coalesce(s.company_id, p.company_id, maker.company_id) AS company_id,
                      1 AS customers, coalesce(s.revenue_12m, 0) AS revenue_12m,
                      coalesce(s.revenue_total, 0) AS revenue_total, 0 AS lead_open, 0 AS lead_won
                 FROM res_partner p
                 LEFT JOIN res_users maker ON maker.id = p.create_uid
                 LEFT JOIN runwell_score s ON s.partner_id = p.id
                  AND (p.company_id IS NULL OR p.company_id = s.company_id)
                WHERE p.runwell_referrer_id IS NOT NULL AND p.active
                  AND p.commercial_partner_id = p.id"""
        )

    @api.model
    def _leads(self) -> SQL:
        """Return SQL of the referred opportunities; those of no company are their makers'."""
        return SQL(
            """SELECT l.id, l.runwell_referrer_id AS referrer_id,
                      coalesce(l.company_id, maker.company_id) AS company_id,
                      0 AS customers, 0 AS revenue_12m, 0 AS revenue_total,
                      (l.active AND coalesce(l.won_status, 'pending') = 'pending')::int
                          AS lead_open,
                      (coalesce(l.won_status, '') = 'won')::int AS lead_won
                 FROM crm_lead l LEFT JOIN res_users maker ON maker.id = l.create_uid
                WHERE l.runwell_referrer_id IS NOT NULL"""
        )

    def action_open_partner(self):
        """Open the referrer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_open_customers(self):
        """Open the customers of the row: those of its company."""
        self.ensure_one()
        return self._customers_action(self.partner_id, self.company_id)

    @api.model
    def _customers_action(self, referrers, company):
        """Return the action that opens the customers of these referrers in a company."""
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "name": self.env._("Referred by %s", referrers[:1].display_name),
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("id", "in", self._ids_of(self._customers(), referrers, company))],
        }

    @api.model
    def _ids_of(self, source, referrers, company):
        """Return the ids of the rows of :meth:`_customers` or :meth:`_leads` that are counted."""
        self.env.flush_all()
        return [id_ for (id_,) in self.env.execute_query(SQL(
            """SELECT id FROM (%s) f WHERE referrer_id = ANY(%s) AND company_id = %s
                  AND customers + lead_open + lead_won > 0""",
            source, referrers.ids, company.id,
        ))]

    def action_open_leads(self):
        """Open the opportunities that the referrer brought to the company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        return action | {
            "name": self.env._("Referred by %s", self.partner_id.display_name),
            "views": [(False, "list"), (False, "form")], "view_mode": "list,form",
            "domain": [
                ("id", "in", self._ids_of(self._leads(), self.partner_id, self.company_id)),
            ],
            "context": {"active_test": False},
        }
