"""The customer record: what a company keeps of a partner besides Odoo's own fields."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .constants import OURS

#: Kinds of partners; who has none is a customer.
PARTNER_KINDS = [
    ("customer", "Customer"), ("supplier", "Supplier"), ("competitor", "Competitor"),
    ("authority", "Authority"), ("other", "Other"),
]
SOURCES = [
    ("own", "Own accounts"), ("service", "Service"), ("campaign", "Campaign"),
    ("user_group", "User group"), ("branch", "Branch"), ("partner", "Partner"),
    ("third_party", "Third party"),
]
#: What a status says of ``runwell_exclusion``, which decides whether a customer is scored.
STATUS_OF_EXCLUSION = {"blocked": "frozen", "closed": "closed"}
NUMBER_CODE = "runwell.customer"


class ResPartner(models.Model):
    """A customer's record; a contact's part of it is how to reach a person."""

    _inherit = "res.partner"

    _runwell_capital_positive = models.Constraint(
        "CHECK(runwell_registered_capital >= 0)", "A registered capital is not negative.",
    )
    _runwell_turnover_positive = models.Constraint(
        "CHECK(runwell_annual_turnover >= 0)", "An annual turnover is not negative.",
    )

    runwell_partner_kind = fields.Selection(
        PARTNER_KINDS, "Kind of partner", copy=False, tracking=True, groups=OURS,
        help="Empty: a customer. Competitors, authorities and others are never scored, "
        "suppliers only if they buy from us too.",
    )
    runwell_status = fields.Selection(
        [("open", "Open for business"), ("frozen", "Frozen"), ("closed", "Closed")], "Standing",
        compute="_compute_runwell_status", inverse="_inverse_runwell_status",
        search="_search_runwell_status", groups=OURS,
        help="Frozen: no business for now. Closed: no business any more. Neither is scored.",
    )
    runwell_source = fields.Selection(
        SOURCES, "Source", copy=False, groups=OURS, help="Where they come from.",
    )
    runwell_involvement = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], "Involvement in purchases",
        copy=False, groups=OURS,
        help="How deeply the customer looks into a purchase. Low: orders out of habit; high: "
        "compares, tests and decides with many people.",
    )
    runwell_legal_representative = fields.Char("Legal representative", copy=False)
    runwell_registered_capital = fields.Monetary(
        "Registered capital", currency_field="runwell_currency_id", copy=False,
    )
    runwell_fax = fields.Char("Fax", copy=False)
    runwell_mobile = fields.Char("Mobile")
    runwell_sex = fields.Selection([("female", "Female"), ("male", "Male")], "Sex")

    @api.depends("runwell_exclusion", "active")
    def _compute_runwell_status(self):
        for partner in self:
            status = STATUS_OF_EXCLUSION.get(partner.runwell_exclusion, "open")
            partner.runwell_status = status if partner.active else "closed"

    def _inverse_runwell_status(self):
        """Say it where the scoring reads it; internal and one-off customers remain such."""
        said = {status: exclusion for exclusion, status in STATUS_OF_EXCLUSION.items()}
        for status, partners in self.grouped("runwell_status").items():
            if status in said:
                partners.runwell_exclusion = said[status]
            else:
                partners.filtered(
                    lambda partner: partner.runwell_exclusion in STATUS_OF_EXCLUSION
                ).runwell_exclusion = False

    @api.model
    def _search_runwell_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain.FALSE
        for exclusion, status in STATUS_OF_EXCLUSION.items():
            if status in value:
                domain |= fields.Domain("runwell_exclusion", "=", exclusion)
        if "open" in value:
            domain |= fields.Domain("runwell_exclusion", "not in", list(STATUS_OF_EXCLUSION))
        # Archived ones are closed, whatever was said of them before.
        domain &= fields.Domain("active", "=", True)
        if "closed" in value:
            domain |= fields.Domain("active", "=", False)
        return domain

    def init(self):
        """Index the mobile number as Odoo does the phone."""
        return super(ResPartner, self.with_context(runwell_mobile_too=True)).init()

    @api.model
    def _phone_get_number_fields(self):
        """Find people by mobile number, too; what is dialled and blocked remains Odoo's phone."""
        names = super()._phone_get_number_fields()
        if self.env.context.get("runwell_mobile_too"):
            names = [*names, "runwell_mobile"]
        return names

    def _search_phone_mobile_search(self, operator, value):
        return super(
            ResPartner, self.with_context(runwell_mobile_too=True)
        )._search_phone_mobile_search(operator, value)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env.company.runwell_number_customers:
            partners.filtered(
                lambda partner: not partner.parent_id and not partner.ref
                and (partner.is_company or partner.runwell_partner_kind == "customer")
                and partner.runwell_partner_kind in (False, "customer")
            )._runwell_number()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "runwell_partner_kind" in vals:
            # sudo: whoever may edit a customer need not see every score of it.
            self.env["runwell.score.refresh"]._ask(self.sudo().env["runwell.score"].search(
                [("partner_id", "in", self.commercial_partner_id.ids)]
            ))
        return result

    # Actions

    def action_runwell_record(self):
        """Open the customer record of the company that a partner belongs to."""
        self.ensure_one()
        customer = self.commercial_partner_id
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": customer.id,
            "name": self.env._("Customer record"),
            "views": [(self.env.ref("crm_runwell.view_partner_record_form").id, "form")],
        }

    def action_runwell_number(self):
        """Give each of these customers the next number of the company; who has one keeps it.

        :raise AccessError: if the user may not edit them
        :raise UserError: if all have a number
        """
        self.check_access("write")
        without = self.filtered(lambda partner: not partner.ref)
        if not without:
            raise UserError(self.env._(
                "There is a number already. To give another one, write it into the field."
            ))
        without._runwell_number()

    # Business

    def _runwell_number(self):
        sequence = self._runwell_number_sequence(self.env.company)
        for partner in self:
            partner.ref = sequence.next_by_id()

    @api.model
    def _runwell_number_sequence(self, company):
        """Return the sequence of a company's customer numbers, made when there is none."""
        # sudo: whoever may edit a customer need not see sequences.
        Sequence = self.env["ir.sequence"].sudo().with_company(company)
        return Sequence.search([
            ("code", "=", NUMBER_CODE), ("company_id", "=", company.id),
        ], limit=1) or Sequence.create({
            "name": self.env._("Customer numbers"), "code": NUMBER_CODE,
            "company_id": company.id, "prefix": "C", "padding": 5,
        })
