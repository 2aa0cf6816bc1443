"""Whose account manager leaves goes to the pool: nobody is left who could keep the customer."""

from odoo import api, models
from odoo.tools import SQL

from ..scoring.score import eligible


class RunwellHandover(models.Model):
    _inherit = "runwell.handover"

    @api.model
    def _pool_of_who_left(self):
        """Put the customers of archived users into the pool; return how many.

        One query, and one handover a user and company.
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT u.id, coalesce(p.company_id, u.company_id), array_agg(p.id)
                 FROM res_partner p JOIN res_users u ON u.id = p.user_id
                WHERE NOT u.active AND %s
                GROUP BY 1, 2 ORDER BY 1, 2""",
            eligible("p"),
        ))
        return sum(
            self._leave(
                self.env["res.users"].browse(user_id), self.env["res.company"].browse(company_id),
                self.env["res.partner"].browse(partner_ids),
            )
            for user_id, company_id, partner_ids in rows
        )

    @api.model
    def _leave(self, user, company, customers):
        """Put customers of a user who leaves into the pool; return how many."""
        handover = self.with_company(company).with_context(lang=user.lang or self.env.lang)
        return len(handover._hand_over(
            customers, self.env["res.users"], handover.env._("%s has left.", user.name), "pooled",
        ))


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_customers_to_the_pool(self):
        """Record that the customers of deleted users go to the pool."""
        # sudo: whoever deletes a user need not see the customers; archived ones go as well.
        customers = self.env["res.partner"].sudo().with_context(active_test=False).search(
            [("user_id", "in", self.ids)]
        ).filtered(lambda partner: partner.commercial_partner_id == partner)
        for (user, company), theirs in customers.grouped(
            lambda customer: (customer.user_id, customer.company_id)
        ).items():
            # sudo: as above.
            self.env["runwell.handover"].sudo()._leave(user, company or user.company_id, theirs)
