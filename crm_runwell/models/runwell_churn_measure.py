from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .constants import OPEN_STATES

#: Facts that follow from who records a measure, when and where.
GIVEN = ("user_id", "date", "partner_id", "company_id")


class RunwellChurnMeasure(models.Model):
    """What somebody did to keep a customer: who, when, what, at what cost, and what is next.

    Append-only: once recorded it can be neither changed nor deleted, by nobody. A
    mistake is put right by a further measure.
    """

    _name = "runwell.churn.measure"
    _inherit = ["runwell.machine.owned"]
    _description = "Measure to keep a customer"
    _order = "date desc, id desc"
    _rec_name = "description"
    _check_company_auto = True

    _people_make_rows = True
    _machine_fields = frozenset({"user_id", "date"})

    _not_empty = models.Constraint(
        "CHECK (btrim(description, E' \\t\\r\\n') <> '')", "Write what was done."
    )
    _no_negative_cost = models.Constraint("CHECK (cost >= 0)", "A cost cannot be below 0.")

    alert_id = fields.Many2one(
        "runwell.churn.alert", required=True, ondelete="cascade", index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        related="alert_id.company_id", store=True, precompute=True, index=True,
    )
    partner_id = fields.Many2one(
        related="alert_id.partner_id", string="Customer", store=True, precompute=True,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", "Who", required=True, readonly=True, default=lambda self: self.env.user,
    )
    date = fields.Datetime(
        "When", required=True, readonly=True, default=lambda self: fields.Datetime.now(),
    )
    kind = fields.Selection(
        [
            ("call", "Call"), ("visit", "Visit"), ("offer", "Offer"), ("email", "E-mail"),
            ("complaint", "Complaint settled"), ("payment", "Payment arranged"),
            ("other", "Other"),
        ],
        required=True, default="call",
    )
    description = fields.Text("What was done", required=True)
    cost = fields.Monetary(help="What it cost the company, in its currency.")
    next_date = fields.Date("Next step on")

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if not (values.get("description") or "").strip():
                raise ValidationError(self.env._("Write what was done to keep the customer."))
            if (values.get("cost") or 0) < 0:
                raise ValidationError(self.env._("A cost cannot be below 0."))
        if not self._is_machine():
            # Who and when are facts, not entries.
            vals_list = [
                {name: value for name, value in values.items() if name not in GIVEN}
                for values in vals_list
            ]
            if not all(values.get("alert_id") for values in vals_list):
                raise UserError(self.env._("Record a measure on the alert that it is about."))
            alerts = self.env["runwell.churn.alert"].browse(
                values.get("alert_id") for values in vals_list
            )
            alerts._check_may_measure()
        measures = super().create(vals_list)
        measures.alert_id._measured()
        for measure in measures.sorted("id"):
            if measure.next_date and measure.alert_id.state in OPEN_STATES:
                measure.alert_id._move_deadline(measure.next_date)
        return measures

    def write(self, vals):
        if not self._is_machine():
            raise AccessError(self.env._(
                "A measure stays as it was recorded. Record another one to put it right."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _never_by_people(self):
        if not self._is_machine():
            raise UserError(self.env._(
                "A measure cannot be deleted. Record another one to put it right."
            ))
