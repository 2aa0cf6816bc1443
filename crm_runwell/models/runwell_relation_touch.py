"""The contact rule of each customer, worked out: in one statement, for all or for some."""

from odoo import api, models
from odoo.tools import SQL

from ..scoring.touches import last_touches


class RunwellRelation(models.Model):
    _inherit = "runwell.relation"

    @api.model
    def _touched(self, partners, company):
        """Look up the last contact of customers again, after one was logged or changed."""
        # sudo: machine-owned; whoever logs a contact need not see how the relation stands.
        self.sudo()._refresh(company, partners.commercial_partner_id.ids)

    @api.model
    def _refresh(self, companies=None, partner_ids=None):
        """Work out last contact and contact rule; one statement a company.

        Whoever was never contacted counts from the day the record was made.

        :param companies: all companies without it
        :param partner_ids: commercial partners; None: all
        """
        self.env.flush_all()
        for company in companies or self.env["res.company"].search([]):
            self._refresh_company(company, partner_ids)
        self.invalidate_model()

    def _refresh_company(self, company, partner_ids):
        model = self.env["runwell.scoring.model"]._active_of(company)
        zone = model._timezone()
        only = SQL() if partner_ids is None else SQL("AND p.id = ANY(%s)", list(partner_ids))
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_relation (
                   partner_id, company_id, as_of, last_touch_on, touch_days, touch_overdue_days,
                   create_uid, create_date, write_uid, write_date)
            SELECT p.id, %(company)s, %(today)s, touch.day, coalesce(rule.touch_days, 0),
                   CASE WHEN rule.touch_days > 0
                        THEN greatest(%(today)s - coalesce(touch.day, p.create_date::date)
                                      - rule.touch_days, 0)
                        ELSE 0 END,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM res_partner p
              LEFT JOIN (SELECT partner_id,
                                (last_on AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
                           FROM (%(touches)s) t) touch ON touch.partner_id = p.id
              LEFT JOIN runwell_relationship_type rule
                     ON rule.id = (p.runwell_relationship_type_id ->> %(key)s)::int
             WHERE p.commercial_partner_id = p.id AND p.partner_share
               AND (p.company_id IS NULL OR p.company_id = %(company)s)
               AND (touch.partner_id IS NOT NULL OR rule.id IS NOT NULL OR EXISTS (
                    SELECT FROM runwell_relation old
                     WHERE old.partner_id = p.id AND old.company_id = %(company)s)) %(only)s
                ON CONFLICT (partner_id, company_id) DO UPDATE
               SET as_of = excluded.as_of, last_touch_on = excluded.last_touch_on,
                   touch_days = excluded.touch_days,
                   touch_overdue_days = excluded.touch_overdue_days,
                   write_date = excluded.write_date
            """,
            company=company.id, key=str(company.id), today=model._today(), zone=zone,
            touches=last_touches(company.id, partner_ids), only=only, uid=self.env.uid,
        ))


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # One row a customer and company: it is worked out again from what was merged.
        # sudo: whoever may merge partners need not see how the relations stand.
        Relation = self.env["runwell.relation"].sudo()
        rows = Relation.search([("partner_id", "in", src_partners.ids)])
        companies = rows.company_id
        rows._as_machine().unlink()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        for company in companies:
            Relation._touched(dst_partner, company)
        return result
