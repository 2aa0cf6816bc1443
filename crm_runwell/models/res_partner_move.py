"""Customers that become contacts of another, and contacts that become customers of their own."""

from odoo import models
from odoo.exceptions import AccessError

#: What decides whether a partner is a customer, or a contact of which.
MOVES = frozenset({"parent_id", "is_company", "company_type"})


class ResPartner(models.Model):
    """A customer changes hands by its account manager alone, not by way of a parent."""

    _inherit = "res.partner"

    def write(self, vals):
        if MOVES.isdisjoint(vals):
            return super().write(vals)
        before = {
            partner: (partner.commercial_partner_id, partner.commercial_partner_id.user_id)
            for partner in self
        }
        pooled = {} if "user_id" in vals else self._runwell_pooled()
        result = super().write(vals)
        moved = {
            partner: former for partner, former in before.items()
            if partner.commercial_partner_id != former[0]
        }
        self._runwell_check_moved(moved)
        self._runwell_note_moved(moved, pooled)
        return result

    def _runwell_pooled(self):
        """Return the companies in whose pool these partners are, by partner."""
        free = self.filtered(
            lambda partner: partner.commercial_partner_id == partner and not partner.user_id
        )
        if not free or self._runwell_may_assign():
            return {}
        # sudo: what counts as the pool is no question of who looks.
        rows = self.env["runwell.pool"].sudo().search([("partner_id", "in", free.ids)])
        return {
            partner: of_partner.company_id
            for partner, of_partner in rows.grouped("partner_id").items()
        }

    def _runwell_check_moved(self, moved):
        """Raise AccessError where the customer that was moved, or lost a contact, is another's.

        :param dict moved: customer and account manager until now, by partner
        """
        if self._runwell_may_assign():
            return
        for partner, (_customer, manager) in moved.items():
            if manager and manager != self.env.user:
                raise AccessError(self.env._(
                    "%(customer)s is a customer of %(manager)s. %(hint)s",
                    customer=partner.display_name, manager=manager.name,
                    hint=self.env._("Ask a sales supervisor to hand it over."),
                ))

    def _runwell_note_moved(self, moved, pooled):
        """Record who has a customer now: one taken from the pool, or one that was a contact."""
        user, nobody = self.env.user, self.env["res.users"]
        # sudo: machine-owned; who may was checked.
        Handover = self.env["runwell.handover"].sudo()
        for partner, (customer, _manager) in moved.items():
            now = partner.commercial_partner_id
            if partner in pooled and now.user_id == user:
                for company in pooled[partner]:
                    self.env["runwell.pool.policy"]._of(company)._check_claim(user, partner)
                    Handover.with_company(company)._note(
                        {partner: nobody}, user,
                        self.env._("Taken from the pool as a contact of %s.", now.name), "claimed",
                    )
            elif customer != partner and now == partner and partner.user_id:
                Handover._note(
                    {partner: nobody}, partner.user_id,
                    self.env._("Was a contact of %s.", customer.name), "other",
                )
