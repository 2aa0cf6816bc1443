from odoo import models
from odoo.exceptions import AccessError

from .runwell_handover import TOLD


class ResPartner(models.Model):
    """Every change of account manager leaves a record, whichever way it is made."""

    _inherit = "res.partner"

    def write(self, vals):
        if "user_id" not in vals or self.env.context.get("runwell_handover") is TOLD:
            return super().write(vals)
        new_user = self.env["res.users"].browse(vals["user_id"] or [])
        # Contacts follow their company; what is recorded is who has the customer.
        former = {
            customer: customer.user_id for customer in self
            if customer.commercial_partner_id == customer and customer.user_id != new_user
        }
        self._runwell_check_contacts(new_user)
        taken = former and self.browse(
            customer.id for customer in former
        )._runwell_check_may_change(new_user)
        result = super().write(vals)
        if former:
            # sudo: machine-owned; the right was checked above.
            self.env["runwell.handover"].sudo()._note(
                former, new_user,
                self.env._("Taken from the pool on the customer.") if taken
                else self.env._("Changed on the customer."),
                "claimed" if taken else "other",
            )
        return result

    def _runwell_may_assign(self):
        """Return whether the user gives any customer to anyone: supervisors do."""
        user = self.env.user
        return self.env.su or user.has_group("sales_team.group_sale_manager") or user.has_group(
            "base.group_system"
        )

    def _runwell_is_free(self):
        """Return whether the customer has no account manager, or one who has left."""
        # sudo: whether a colleague is still there.
        return not self.user_id.sudo().active

    def _runwell_check_own(self, hint):
        """Raise AccessError unless the user is the manager of these customers, or a supervisor.

        :param str hint: what to do instead
        """
        if self._runwell_may_assign():
            return
        for customer in self:
            if customer.user_id != self.env.user:
                raise AccessError(self.env._(
                    "%(customer)s is a customer of %(manager)s. %(hint)s",
                    customer=customer.display_name, manager=customer.user_id.name, hint=hint,
                ) if not customer._runwell_is_free() else self.env._(
                    "%(customer)s is in the customer pool. %(hint)s",
                    customer=customer.display_name, hint=self.env._("Claim it there."),
                ))

    def _runwell_check_contacts(self, new_user):
        """Raise AccessError for the contacts of others: who has one reads what it asks for."""
        self.filtered(
            lambda contact: contact.commercial_partner_id != contact
            and contact.user_id != new_user and contact.commercial_partner_id.user_id
        ).commercial_partner_id._runwell_check_own(
            self.env._("Ask a sales supervisor to hand it over.")
        )

    def _runwell_check_may_change(self, new_user):
        """Check a change of manager that is made on the customers themselves.

        Whoever takes one from the pool that way claims it, with the same limit.

        :return: whether that is so
        :raise AccessError: for customers of others
        :raise UserError: past the limit of claims
        """
        if self._runwell_may_assign():
            return False
        free = self.filtered(lambda customer: customer._runwell_is_free())
        (self - free)._runwell_check_own(self.env._("Ask a sales supervisor to hand it over."))
        if not free or new_user != self.env.user:
            free._runwell_check_own("")
            return False
        # sudo: what counts as the pool is no question of who looks.
        pool = self.env["runwell.pool"].sudo().search([("partner_id", "in", free.ids)])
        for company, rows in pool.grouped("company_id").items():
            self.env["runwell.pool.policy"]._of(company)._check_claim(
                self.env.user, rows.partner_id
            )
        return bool(pool)

    def action_runwell_handover(self):
        """Open the dialog that hands these customers over.

        :raise AccessError: if they are not the user's to give away
        """
        customers = self.commercial_partner_id
        self.env["runwell.handover"]._check_may_hand_over(customers)
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.handover.wizard",
            "name": self.env._("Hand over"), "views": [(False, "form")], "target": "new",
            "context": {"default_partner_ids": customers.ids},
        }

    def action_open_runwell_handovers(self):
        """Open the changes of account manager of the customer; what is to be done stands there."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_handover")
        return action | {
            "domain": [("partner_id", "=", self.commercial_partner_id.id)], "context": {},
            "name": self.env._("Account managers of %s", self.display_name),
        }

    def action_open_runwell_pool(self):
        """Open the customer in the pool, where it is claimed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_pool")
        return action | {
            "domain": [("partner_id", "=", self.commercial_partner_id.id)], "context": {},
        }

    def _runwell_header_chips(self):
        customer = self.commercial_partner_id
        manager = customer.user_id
        Pool = self.env["runwell.pool"]
        is_free = customer._runwell_is_free() and Pool.has_access("read") and Pool.search_count([
            ("partner_id", "=", customer.id), ("company_id", "=", self.env.company.id),
        ])
        chip = {
            "key": "manager", "sequence": 30, "label": self.env._("Account manager"),
            "value": manager.name or self.env._("Nobody"),
            "hint": self.env._("In the customer pool: claim it there") if is_free
            else self.env._("Every change of manager, with its reason"),
            "tone": "warning" if is_free else "",
            "action": "action_open_runwell_pool" if is_free else "action_open_runwell_handovers",
        }
        return [*super()._runwell_header_chips(), chip]
