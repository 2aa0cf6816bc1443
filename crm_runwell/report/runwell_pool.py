from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..models.constants import LIFECYCLES, VALUE_CLASSES
from ..models.optional_fields import OptionalMonetary
from ..scoring.score import eligible

FIRST_CONTACT = "crm_runwell.mail_activity_type_first_contact"


class RunwellPool(models.Model):
    """The customer pool: customers without account manager, a row a customer and company.

    An account manager who was archived is none; the nightly run hands those customers over.

    A read model with figures of its own, because the scores of customers that are nobody's
    are hidden from account managers. A company sees its own customers and, of the shared
    ones, those it deals with; what nobody deals with yet is the company's of whoever made it.
    """

    _name = "runwell.pool"
    _description = "Customer in the pool"
    _auto = False
    _order = "revenue_12m desc nulls last, pooled_on, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    city = fields.Char(readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    phone = fields.Char(readonly=True)
    lifecycle = fields.Selection(LIFECYCLES, readonly=True)
    value_class = fields.Selection(VALUE_CLASSES, "Value class", readonly=True)
    revenue_12m = OptionalMonetary("Revenue, 12 months", readonly=True)
    revenue_total = OptionalMonetary("Revenue, all time", readonly=True)
    last_order_date = fields.Date("Last order", readonly=True)
    previous_user_id = fields.Many2one("res.users", "Last account manager", readonly=True)
    reason = fields.Text("Why it is there", readonly=True)
    pooled_on = fields.Date("In the pool since", readonly=True)
    days_in_pool = fields.Integer("Days in the pool", readonly=True, aggregator="avg")

    _depends = {
        "res.partner": [
            "active", "user_id", "company_id", "commercial_partner_id", "runwell_exclusion",
            "runwell_partner_kind", "supplier_rank", "customer_rank",
            "city", "country_id", "industry_id", "phone",
        ],
        "res.company": ["partner_id", "currency_id"],
        "res.users": ["partner_id", "share", "company_id", "active"],
        "crm.lead": ["partner_id", "company_id"],
        "runwell.score": [
            "partner_id", "company_id", "lifecycle", "value_class", "revenue_12m",
            "revenue_total", "last_order_date", "order_count",
        ],
        "runwell.handover": [
            "partner_id", "company_id", "date", "previous_user_id", "new_user_id", "reason",
        ],
    }

    @property
    def _table_query(self) -> SQL:
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self) -> SQL:
        return SQL(
            """SELECT (p.id::bigint << 16) + c.id AS id, p.id AS partner_id, c.id AS company_id,
                      c.currency_id, p.city, p.country_id, p.industry_id, p.phone, s.lifecycle,
                      s.value_class, s.last_order_date,
                      CASE WHEN s.order_count > 0 THEN s.revenue_12m END AS revenue_12m,
                      CASE WHEN s.order_count > 0 THEN s.revenue_total END AS revenue_total,
                      coalesce(p.user_id, h.previous_user_id) AS previous_user_id,
                      CASE WHEN p.user_id IS NULL THEN h.reason END AS reason,
                      since.pooled_on,
                      greatest((now() AT TIME ZONE 'UTC')::date - since.pooled_on, 0)
                          AS days_in_pool"""
        )

    @api.model
    def _from(self) -> SQL:
        return SQL(
            """FROM res_partner p
               LEFT JOIN res_users maker ON maker.id = p.create_uid
               LEFT JOIN res_users manager ON manager.id = p.user_id
               JOIN res_company c ON p.company_id IS NULL OR p.company_id = c.id
               LEFT JOIN runwell_score s ON s.partner_id = p.id AND s.company_id = c.id
               LEFT JOIN LATERAL (
                    SELECT date, previous_user_id, reason FROM runwell_handover
                     WHERE partner_id = p.id AND company_id = c.id AND new_user_id IS NULL
                     ORDER BY date DESC, id DESC LIMIT 1) h ON TRUE
               CROSS JOIN LATERAL (
                    SELECT coalesce(manager.write_date, h.date, p.create_date)::date
                        AS pooled_on) since"""
        )

    @api.model
    def _where(self) -> SQL:
        return SQL(
            """WHERE manager.active IS NOT TRUE AND %(customer)s
                 AND (s.id IS NOT NULL OR h.date IS NOT NULL
                      OR EXISTS (SELECT FROM crm_lead l JOIN res_partner q ON q.id = l.partner_id
                                  WHERE q.commercial_partner_id = p.id
                                    AND (l.company_id IS NULL OR l.company_id = c.id))
                      OR p.customer_rank > 0 AND c.id = coalesce(p.company_id, maker.company_id)
                         AND NOT EXISTS (SELECT FROM runwell_score o WHERE o.partner_id = p.id))""",
            customer=eligible("p"),
        )

    def action_claim(self):
        """Take these customers for oneself: all of them, or none.

        :raise AccessError: if the company lets others claim
        :raise UserError: if somebody was faster, or past the limit of claims
        """
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("An account manager claims customers of the pool."))
        # The number carries the customer and the company: somebody may have taken it meanwhile.
        wanted = {}
        for id_ in self.ids:
            wanted.setdefault(id_ & 0xFFFF, []).append(id_ >> 16)
        if not set(wanted) <= set(self.env.companies.ids):
            raise AccessError(self.env._("This customer is of another company."))
        customers = self.env["res.partner"].search([
            ("id", "in", [partner_id for ids in wanted.values() for partner_id in ids]),
        ])
        self._lock(customers)
        self._check_free(customers)
        # Whoever is in the pool of the company one works in, and no other.
        if self.search_count([("id", "in", self.ids)]) != len(self):
            raise UserError(self.env._("This customer is no longer in the pool."))
        for company_id, ids in wanted.items():
            company = self.env["res.company"].browse(company_id)
            self.with_company(company)._claim(customers.browse(ids) & customers)
        return self._tell_claimed(customers)

    def _lock(self, customers):
        """Wait for whoever is claiming the same customers.

        Whoever comes second begins again, as PostgreSQL has it, and then reads who got them.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            customers.ids,
        ))
        self.env.invalidate_all()

    def _check_free(self, customers):
        # sudo: who has it now is what the reader needs to know.
        taken = customers.sudo().filtered(lambda customer: not customer._runwell_is_free())[:1]
        if taken:
            raise UserError(self.env._(
                "%(customer)s was claimed by %(manager)s in the meantime.",
                customer=taken.name, manager=taken.user_id.name,
            ))

    def _claim(self, customers):
        """Give customers of the pool of one company to the user; who is free was checked.

        A customer that companies share may be the user's by now, from the pool of another one.
        """
        user, policy = self.env.user, self.env["runwell.pool.policy"]._of(self.env.company)
        # sudo: whose they are now is no question of who looks.
        customers = customers.sudo().filtered(lambda customer: customer.user_id != user)
        if not customers:
            return
        policy._check_claim(user, customers)
        self.env["runwell.handover"]._hand_over(
            customers, user, self.env._("Claimed from the customer pool."), "claimed",
        )
        # sudo: an activity may be planned on a customer whom the user may not edit.
        Activity = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        kind = self.env.ref(FIRST_CONTACT)
        Activity.create([
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": customer.id, "activity_type_id": kind.id, "user_id": user.id,
                "summary": kind.name,
                "date_deadline": policy._today() + timedelta(days=policy.first_contact_days),
            }
            for customer in customers
        ])

    def _tell_claimed(self, customers):
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s is yours now. The first contact stands among your activities.",
                    customers.name,
                ) if len(customers) == 1 else self.env._(
                    "%s customers are yours now. The first contacts stand among your activities.",
                    len(customers),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()
