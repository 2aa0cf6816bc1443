from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

#: Claims are counted over so many days.
CLAIM_DAYS = 30


class RunwellPoolPolicy(models.Model):
    """How a company keeps its customer pool: who goes there, when, and who may claim how many.

    One row a company, made with the defaults when it is first asked for.
    """

    _name = "runwell.pool.policy"
    _inherit = ["runwell.company.policy", "mail.thread"]
    _description = "Policy of the customer pool"
    _rec_name = "company_id"
    _order = "company_id"
    _check_company_auto = True

    _one_a_company = models.Constraint(
        "UNIQUE (company_id)", "A company has one policy of the customer pool."
    )

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    days_untouched = fields.Integer(
        "To the pool after (days)", default=0, required=True, tracking=True,
        help="Without contact and without order. 0: no customer goes by itself.",
    )
    announce_days = fields.Integer(
        "Announced before (days)", default=7, required=True, tracking=True,
        help="The account manager gets one e-mail with the customers; a contact or an order "
        "until then keeps a customer.",
    )
    claim_limit = fields.Integer(
        "Claims in 30 days", default=10, required=True, tracking=True,
        help="How many customers a person may claim within 30 days. 0: no limit.",
    )
    hold_limit = fields.Integer(
        "Customers held", default=0, required=True, tracking=True,
        help="Who has so many customers claims no more. 0: no limit.",
    )
    who_claims = fields.Selection(
        [("manager", "Account managers"), ("supervisor", "Sales supervisors alone")],
        "Who may claim", default="manager", required=True, tracking=True,
    )
    first_contact_days = fields.Integer(
        "First contact within (days)", default=3, required=True, tracking=True,
        help="Deadline of the activity that whoever claims a customer gets.",
    )

    @api.constrains("days_untouched", "announce_days", "first_contact_days")
    def _check_days(self):
        for policy in self:
            if policy.days_untouched and not 14 <= policy.days_untouched <= 3650:
                raise ValidationError(self.env._(
                    "To the pool after 14 to 3650 days, or 0: no customer goes by itself."
                ))
            if not 1 <= policy.announce_days <= 60:
                raise ValidationError(self.env._("Announce from 1 to 60 days before."))
            if policy.days_untouched and policy.announce_days >= policy.days_untouched:
                raise ValidationError(self.env._(
                    "A customer must be untouched for longer than the announcement takes."
                ))
            if not 1 <= policy.first_contact_days <= 60:
                raise ValidationError(self.env._("First contact within 1 to 60 days."))

    @api.constrains("claim_limit", "hold_limit")
    def _check_limits(self):
        if any(policy.claim_limit < 0 or policy.hold_limit < 0 for policy in self):
            raise ValidationError(self.env._("A limit is 0 (none) or more."))

    def _check_claim(self, user, customers):
        """Raise unless the user may claim these customers of the company now.

        :raise AccessError: if the user is not among those who claim
        :raise UserError: past a limit; says what is left and when more is possible
        """
        self.ensure_one()
        group = (
            "sales_team.group_sale_manager" if self.who_claims == "supervisor"
            else "sales_team.group_sale_salesman"
        )
        if not user.has_group(group):
            raise AccessError(
                self.env._("A sales supervisor claims customers of the pool.")
                if self.who_claims == "supervisor"
                else self.env._("An account manager claims customers of the pool.")
            )
        # Who claims twice at once begins again the second time, and counts the first one then.
        self.env.cr.execute(SQL(
            "UPDATE res_users SET write_uid = write_uid WHERE id = %s", user.id,
        ))
        self._check_claim_limit(user, len(customers))
        self._check_hold_limit(user, len(customers))

    def _check_claim_limit(self, user, count):
        if not self.claim_limit:
            return
        start = fields.Datetime.now() - timedelta(days=CLAIM_DAYS)
        # sudo: the user's own claims, of customers that somebody else may have by now too.
        claims = self.env["runwell.handover"].sudo().search([
            ("kind", "=", "claimed"), ("new_user_id", "=", user.id), ("date", ">", start),
            ("company_id", "=", self.company_id.id),
        ], order="date")
        if len(claims) + count <= self.claim_limit:
            return
        left = max(self.claim_limit - len(claims), 0)
        if not claims:
            raise UserError(self.env._(
                "At most %(limit)s customers can be claimed in %(days)s days. Choose fewer.",
                limit=self.claim_limit, days=CLAIM_DAYS,
            ))
        raise UserError(self.env._(
            "You claimed %(used)s of %(limit)s customers of the last %(days)s days; %(left)s "
            "more can be claimed now. The next one is free on %(day)s.",
            used=len(claims), limit=self.claim_limit, days=CLAIM_DAYS, left=left,
            day=fields.Date.to_string(claims[0].date.date() + timedelta(days=CLAIM_DAYS)),
        ))

    def _check_hold_limit(self, user, count):
        if not self.hold_limit:
            return
        # sudo: how many customers the user has in all.
        held = self.env["res.partner"].sudo().search_count([
            ("user_id", "=", user.id), "|", ("is_company", "=", True), ("parent_id", "=", False),
            ("company_id", "in", (False, self.company_id.id)),
        ])
        if held + count > self.hold_limit:
            raise UserError(self.env._(
                "You have %(held)s customers; %(limit)s is the most. Hand some over first.",
                held=held, limit=self.hold_limit,
            ))

    @api.model
    def _window_name(self):
        return self.env._("Customer pool")
