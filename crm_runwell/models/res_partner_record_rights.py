"""Who sets the grade and the credit of a customer; both leave a note."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .constants import OURS

#: Fields whose change is checked and noted, whichever way it comes in.
GUARDED = ("runwell_grade_id", "runwell_credit")
#: What leaves a customer out of the figures, or moves them to another: not on others' customers.
OWN_ONLY = ("runwell_partner_kind", "runwell_exclusion", "runwell_referrer_id")
ALL_CUSTOMERS = "sales_team.group_sale_salesman_all_leads"
OWN_CUSTOMERS = "sales_team.group_sale_salesman"
CREDIT_GROUPS = ("account.group_account_invoice", "sales_team.group_sale_manager")


class ResPartner(models.Model):
    """Grade: by the account manager and supervisors. Credit: by finance and supervisors."""

    _inherit = "res.partner"

    runwell_may_grade = fields.Boolean(
        "May set the grade", compute="_compute_runwell_may", export_string_translation=False,
        groups=OURS,
    )
    runwell_may_credit = fields.Boolean(
        "May set the credit", compute="_compute_runwell_may", export_string_translation=False,
        groups=OURS,
    )

    @api.depends("commercial_partner_id.user_id")
    @api.depends_context("uid")
    def _compute_runwell_may(self):
        credit = self._runwell_may_credit()
        for partner in self:
            partner.runwell_may_grade = partner._runwell_may_grade()
            partner.runwell_may_credit = credit

    @api.model
    def default_get(self, fields):
        """Let no default of a caller or a user set what is checked only where it is given."""
        return super().default_get([name for name in fields if name not in GUARDED])

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        for name in GUARDED:
            given = self.browse(
                partner.id for partner, vals in zip(partners, vals_list, strict=True)
                if vals.get(name)
            )
            given._runwell_check_guarded([name])
            if name == "runwell_grade_id":
                given._runwell_check_grade()
        return partners

    def write(self, vals):
        guarded = [name for name in GUARDED if name in vals]
        for name in OWN_ONLY:
            if name in vals:
                self.filtered(
                    lambda p, n=name: p._runwell_raw(n) != (vals[n] or False)
                )._runwell_check_not_others()
        if not guarded:
            return super().write(vals)
        if self._runwell_only_rates(vals):
            # sudo: finance edits this one field of records that it reads; checked above.
            self.sudo().write(vals)
            return True
        before = {}
        for name in guarded:
            changed = self.filtered(lambda p, n=name: p._runwell_raw(n) != (vals[n] or False))
            changed._runwell_check_guarded([name])
            before |= {(partner, name): partner._runwell_said(name) for partner in changed}
        result = super().write(vals)
        if "runwell_grade_id" in vals:
            graded = self.browse({p.id for p, name in before if name == "runwell_grade_id"})
            graded._runwell_check_grade()
            # sudo: deadlines of all requests of the customer, whoever grades it.
            self.env["runwell.request"].sudo()._sla_follow_grade(
                graded.commercial_partner_id, self.env.company,
            )
        self._runwell_note_changes(before)
        return result

    # Actions

    def action_runwell_credit(self):
        """Open the dialog in which finance and supervisors rate the credit."""
        self.ensure_one()
        customer = self.commercial_partner_id
        customer._runwell_check_guarded(["runwell_credit"])
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.credit.rating",
            "name": self.env._("Rate the credit"), "views": [(False, "form")], "target": "new",
            "context": {
                "default_partner_id": customer.id, "default_credit": customer.runwell_credit,
            },
        }

    # Business

    @api.model
    def _runwell_may_credit(self):
        return self.env.su or any(self.env.user.has_group(group) for group in CREDIT_GROUPS)

    def _runwell_only_rates(self, vals):
        """Return whether somebody who may rate the credit rates partners that are only read."""
        return (
            set(vals) == {"runwell_credit"} and not self.env.su and self._runwell_may_credit()
            and self.has_access("read") and not self.has_access("write")
        )

    def _runwell_may_grade(self):
        """Return whether the user may grade this customer."""
        user = self.env.user
        if self.env.su or user.has_group(ALL_CUSTOMERS):
            return True
        return user.has_group(OWN_CUSTOMERS) and self.commercial_partner_id.user_id == user

    def _runwell_check_guarded(self, names):
        """Raise AccessError unless the user may set these fields of these partners."""
        if not self:
            return
        if "runwell_credit" in names and not self._runwell_may_credit():
            raise AccessError(self.env._(
                "The credit of %s is rated by finance or a sales supervisor. Ask one of them.",
                self[0].display_name,
            ))
        if "runwell_grade_id" in names and (
            others := self.filtered(lambda partner: not partner._runwell_may_grade())
        ):
            raise AccessError(self.env._(
                "%s is graded by its own account manager or a sales supervisor. Ask one of them.",
                others[0].display_name,
            ))

    def _runwell_is_others(self):
        """Return whether this is the customer of another account manager, and the user of none."""
        user, manager = self.env.user, self.commercial_partner_id.user_id
        return bool(manager) and manager != user and not (
            self.env.su or user.has_group(ALL_CUSTOMERS) or user.has_group("base.group_system")
        )

    def _runwell_check_not_others(self):
        """Raise AccessError for a customer of another account manager."""
        if others := self.filtered(lambda partner: partner._runwell_is_others()):
            raise AccessError(self.env._(
                "%(customer)s is a customer of %(manager)s. %(hint)s",
                customer=others[0].display_name,
                manager=others[0].commercial_partner_id.user_id.name,
                hint=self.env._("Ask a sales supervisor to change it."),
            ))

    def _runwell_check_grade(self):
        """Raise ValidationError if a grade belongs to another company than it is set in."""
        # sudo: a grade of another company is not readable.
        for partner in self.sudo():
            grade = partner.runwell_grade_id
            if grade.company_id and grade.company_id != self.env.company:
                raise ValidationError(self.env._(
                    "The grade %(grade)s belongs to another company. Choose one of %(company)s.",
                    grade=grade.name, company=self.env.company.name,
                ))

    def _runwell_raw(self, name):
        value = self[name]
        return value.id if isinstance(value, models.BaseModel) else value or False

    def _runwell_said(self, name):
        # sudo: a grade may be archived or of a dictionary the reader does not open.
        value = self.sudo()[name]
        return (value.name if isinstance(value, models.BaseModel) else value) or "–"

    def _runwell_note_changes(self, before):
        """Leave a note of what changed from what to what.

        Companies that share a customer share its talk too, but not how they grade it: there the
        note says only who changed what where.

        :param before: what stood there, by (partner, field)
        """
        if not before:
            return
        # sudo: whether there is another company, not which.
        alone = self.env["res.company"].sudo().search_count([], limit=2) < 2
        bodies = {}
        for (partner, name), old in before.items():
            label = self._fields[name]._description_string(self.env)
            if alone or partner.company_id:
                text = self.env._(
                    "%(field)s: %(old)s → %(new)s", field=label, old=old,
                    new=partner._runwell_said(name),
                )
            else:
                text = self.env._(
                    "%(field)s changed in %(company)s", field=label,
                    company=self.env.company.name,
                )
            bodies[partner.id] = bodies.get(partner.id, Markup()) + Markup("<p>%s</p>") % text
        # sudo: finance rates the credit of customers that it may only read.
        self.browse(bodies).sudo()._message_log_batch(
            bodies=bodies, author_id=self.env.user.partner_id.id,
        )
