from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: What says that a change of manager is recorded already: no context from outside can hold it.
TOLD = object()


class RunwellHandover(models.Model):
    """A change of a customer's account manager, kept for good with its reason.

    Recorded in the customer's own company; a customer that companies share, in the
    one where the change was made.
    """

    _name = "runwell.handover"
    _inherit = "runwell.machine.owned"
    _description = "Change of account manager"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _course = models.Index("(partner_id, company_id, date DESC)")
    _claims = models.Index("(new_user_id, company_id, date) WHERE kind = 'claimed'")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
        readonly=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    previous_user_id = fields.Many2one(
        "res.users", "From", index="btree_not_null", readonly=True,
    )
    new_user_id = fields.Many2one("res.users", "To", index="btree_not_null", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Changed by", default=lambda self: self.env.user, readonly=True,
    )
    kind = fields.Selection(
        [
            ("handover", "Handed over"), ("claimed", "Claimed from the pool"),
            ("pooled", "Back to the pool"), ("other", "Changed on the customer"),
        ],
        required=True, default="handover", readonly=True,
    )
    reason = fields.Text(required=True, readonly=True)

    def _machine_refusal(self):
        return self.env._(
            "A change of account manager stays as it was recorded. Hand the customer over "
            "again, and write the reason."
        )

    @api.model
    def _hand_over(self, partners, new_user, reason, kind, follow=()):
        """Give customers to another account manager, or to the pool, and record it.

        The contacts that had the former manager get the new one. Whether the user may is
        checked by the callers. Customers that have the manager already are left alone.

        :param new_user: ``res.users``; empty: to the customer pool
        :param str reason: why; never empty
        :param str kind: ``handover``, ``claimed``, ``pooled`` or ``other``
        :param follow: which open work of the former manager goes along: ``activities``,
            ``alerts``, ``opportunities``, ``requests``; the rest stays
        :return: the new ``runwell.handover`` records, in no particular order
        :raise UserError: without a reason, or if the new manager cannot have the customers
        """
        if not (reason or "").strip():
            raise UserError(self.env._(
                "Write the reason: the next account manager begins with it."
            ))
        # sudo: whoever may hand over need not be able to edit the customers.
        customers = partners.commercial_partner_id.sudo().filtered(
            lambda customer: customer.user_id != new_user
        )
        if not customers:
            return self
        if new_user:
            self._check_manager(customers, new_user)
        former = {customer: customer.user_id for customer in customers}
        work = self._open_work(former, new_user) if new_user and follow else {}
        contacts = customers.search([
            ("commercial_partner_id", "in", customers.ids), ("id", "not in", customers.ids),
            ("user_id", "in", [user.id for user in former.values() if user]),
        ]).filtered(lambda contact: contact.user_id == former[contact.commercial_partner_id])
        # The record tells more than tracking would; no mail for each customer.
        (customers | contacts).with_context(
            runwell_handover=TOLD, tracking_disable=True,
        ).write({"user_id": new_user.id})
        self._move_work({name: work.get(name, ()) for name in follow}, new_user, reason)
        return self._note(former, new_user, reason, kind)

    @api.model
    def _note(self, former, new_user, reason, kind):
        """Record changes of manager in one statement.

        :param dict former: the manager until now (``res.users``, possibly empty) by customer
        :return: the new records
        """
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO runwell_handover (
                   partner_id, company_id, date, previous_user_id, new_user_id, user_id, kind,
                   reason, create_uid, create_date, write_uid, write_date)
            SELECT p.id, coalesce(p.company_id, %(company)s), %(now)s, row.user_id, %(new)s,
                   %(uid)s, %(kind)s, %(reason)s, %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM unnest(%(partners)s::int[], %(users)s::int[]) row (partner_id, user_id)
              JOIN res_partner p ON p.id = row.partner_id
            RETURNING id
            """,
            company=self.env.company.id, now=fields.Datetime.now(), new=new_user.id or None,
            uid=self.env.uid, kind=kind, reason=reason,
            partners=[customer.id for customer in former],
            users=[user.id or None for user in former.values()],
        ))
        self.invalidate_model()
        return self.browse([id_ for (id_,) in rows])

    @api.model
    def _check_manager(self, customers, user):
        """Raise UserError unless the user can be the account manager of these customers."""
        # sudo: the groups and companies of a colleague.
        manager = user.sudo()
        if not (manager.active and manager.has_group("sales_team.group_sale_salesman")):
            raise UserError(self.env._(
                "%s is no account manager. Choose somebody of sales.", user.name
            ))
        # sudo: where the colleague does not work.
        missing = (customers.sudo().company_id or self.env.company) - manager.company_ids
        if missing:
            raise UserError(self.env._(
                "%(user)s does not work in %(company)s.", user=user.name,
                company=missing[:1].name,
            ))

    @api.model
    def _check_may_hand_over(self, customers):
        """Raise AccessError unless the user may give these customers away.

        A supervisor gives any; an account manager the own ones.
        """
        customers._runwell_check_own(self.env._("Ask a sales supervisor to hand it over."))

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()
