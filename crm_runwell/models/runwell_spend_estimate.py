from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class RunwellSpendEstimate(models.Model):
    """What a customer is estimated to spend a year in our categories, with all its suppliers.

    Append-only: a newer estimate takes over, a wrong one is archived by a supervisor. The
    amount is in the currency of the company, a year, untaxed.
    """

    _name = "runwell.spend.estimate"
    _description = "Estimated spending of a customer"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _course = models.Index("(company_id, partner_id, date DESC, id DESC) WHERE active")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "An estimate is above 0.")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", "Estimated by", required=True, readonly=True,
        default=lambda self: self.env.user,
    )
    amount = fields.Monetary("Spending a year", required=True)
    date = fields.Date(
        "As of", required=True, default=lambda self: self._today_of(self.env.company),
    )
    source = fields.Char(
        required=True, help="Where the figure comes from: a talk, a report, a tender.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("date", "source")
    def _check_entry(self):
        for estimate in self:
            if not estimate.source.strip():
                raise ValidationError(
                    self.env._("Write where the figure comes from: others will rely on it.")
                )
            if estimate.date > self._today_of(estimate.company_id):
                raise ValidationError(self.env._("An estimate cannot be of a day to come."))

    @api.model
    def _today_of(self, company):
        """Return today in a company: the relation goes by that day, not by the reader's."""
        # sudo: the settings of the scoring are not everybody's to read.
        return self.env["runwell.scoring.model"].sudo()._active_of(company)._today()

    @api.model_create_multi
    def create(self, vals_list):
        if not all(values.get("partner_id") for values in vals_list):
            raise ValidationError(self.env._("Say whose spending it is."))
        partners = self.env["res.partner"].browse(values["partner_id"] for values in vals_list)
        for values, partner in zip(vals_list, partners, strict=True):
            values["partner_id"] = partner.commercial_partner_id.id
            if not self.env.su:
                values["user_id"] = self.env.uid
        partners.commercial_partner_id._check_may_relate()
        estimates = super().create(vals_list)
        estimates._tell_relations()
        return estimates

    def write(self, vals):
        if set(vals) - {"active"} and not self.env.su:
            raise AccessError(self.env._(
                "An estimate stays as it was made. Add a newer one: it takes over."
            ))
        self._check_may_archive()
        result = super().write(vals)
        self._tell_relations()
        return result

    def _check_may_archive(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("A sales supervisor may archive a wrong estimate."))

    def _tell_relations(self):
        """Let the share follow at once."""
        for company, estimates in self.grouped("company_id").items():
            # sudo: the machine writes the row, whoever estimated.
            self.env["runwell.relation"].sudo()._touched(estimates.partner_id, company)
