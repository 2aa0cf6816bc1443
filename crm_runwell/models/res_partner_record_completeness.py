"""How complete a customer record is, and what is missing."""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from .constants import OURS

#: What a field counts for in percent; of fields joined by "|" one is enough. What decides on a
#: sale or an invoice counts most. Grade and credit are each company's own, so they do not count.
WEIGHTS = {
    "company": {
        "vat": 10, "industry_id": 10, "email": 10, "phone|runwell_mobile": 8, "country_id": 8,
        "user_id": 8, "street": 6, "city": 6, "company_registry": 6, "runwell_source": 5,
        "runwell_annual_turnover": 5, "zip": 4, "ref": 4, "website": 4,
        "runwell_legal_representative": 4, "runwell_registered_capital": 2,
    },
    "person": {
        "phone|runwell_mobile": 25, "email": 25, "user_id": 10, "street": 8, "city": 8,
        "country_id": 8, "zip": 6, "runwell_source": 5, "ref": 5,
    },
    "contact": {"email": 30, "phone|runwell_mobile": 30, "function": 30, "runwell_sex": 10},
}
COUNTED = sorted({
    name for weights in WEIGHTS.values() for names in weights for name in names.split("|")
})
#: Under this share a record is called incomplete.
COMPLETE_FROM = 80


class ResPartner(models.Model):
    _inherit = "res.partner"

    runwell_completeness = fields.Integer(
        "Complete (%)", compute="_compute_runwell_completeness", store=True, aggregator="avg",
        groups=OURS,
        help="Share of the customer record that is filled in, by the weight of each field.",
    )
    runwell_missing = fields.Char(
        "Missing", compute="_compute_runwell_missing", groups=OURS,
    )

    def _auto_init(self):
        """Fill the column in one statement, not partner by partner."""
        new = not column_exists(self.env.cr, self._table, "runwell_completeness")
        if new:
            create_column(self.env.cr, self._table, "runwell_completeness", "int4")
        result = super()._auto_init()
        if new:
            self.env.cr.execute(SQL(
                "UPDATE res_partner p SET runwell_completeness = %s", self._runwell_sql_complete(),
            ))
        return result

    @api.depends("is_company", "parent_id", *COUNTED)
    def _compute_runwell_completeness(self):
        for partner in self:
            partner.runwell_completeness = sum(
                weight for names, weight in partner._runwell_weights().items()
                if partner._runwell_has(names)
            )

    @api.depends("is_company", "parent_id", *COUNTED)
    @api.depends_context("lang")
    def _compute_runwell_missing(self):
        for partner in self:
            partner.runwell_missing = ", ".join(partner._runwell_missing_labels())

    def _runwell_weights(self):
        if self.parent_id:
            return WEIGHTS["contact"]
        return WEIGHTS["company" if self.is_company else "person"]

    def _runwell_has(self, names):
        return any(self[name] for name in names.split("|"))

    def _runwell_missing_labels(self):
        """Return the labels of what is missing, the weightiest first."""
        labels = self._runwell_labels()
        by_weight = sorted(self._runwell_weights().items(), key=lambda item: -item[1])
        return [labels[names] for names, _weight in by_weight if not self._runwell_has(names)]

    @api.model
    def _runwell_labels(self):
        """Return what the fields that count are called in a sentence."""
        return {
            "vat": self.env._("tax id"),
            "industry_id": self.env._("industry"),
            "email": self.env._("e-mail"),
            "phone|runwell_mobile": self.env._("telephone"),
            "country_id": self.env._("country"),
            "user_id": self.env._("account manager"),
            "street": self.env._("street"),
            "city": self.env._("city"),
            "company_registry": self.env._("registration number"),
            "runwell_source": self.env._("source"),
            "runwell_annual_turnover": self.env._("annual turnover"),
            "zip": self.env._("postcode"),
            "ref": self.env._("number"),
            "website": self.env._("website"),
            "runwell_legal_representative": self.env._("legal representative"),
            "runwell_registered_capital": self.env._("registered capital"),
            "function": self.env._("position"),
            "runwell_sex": self.env._("sex"),
        }

    @api.model
    def _runwell_sql_complete(self):
        """Return SQL of the completeness of partner ``p``, as the compute has it."""
        def has(name):
            column = SQL.identifier("p", name)
            if self._fields[name].type == "char":
                return SQL("%s <> ''", column)
            if self._fields[name].type == "monetary":
                return SQL("%s <> 0", column)
            return SQL("%s IS NOT NULL", column)

        def total(weights):
            return SQL(" + ").join(
                SQL(
                    "CASE WHEN %s THEN %s ELSE 0 END",
                    SQL(" OR ").join(has(name) for name in names.split("|")), weight,
                )
                for names, weight in weights.items()
            )

        return SQL(
            "CASE WHEN p.parent_id IS NOT NULL THEN %s WHEN p.is_company THEN %s ELSE %s END",
            total(WEIGHTS["contact"]), total(WEIGHTS["company"]), total(WEIGHTS["person"]),
        )

    def _runwell_header_chips(self):
        """Add grade, credit and completeness to the head of the customer's page."""
        customer = self.commercial_partner_id
        chips = super()._runwell_header_chips()
        credit = customer.runwell_credit
        missing = customer._runwell_missing_labels()
        chips += [
            {
                "key": "grade", "sequence": 10, "label": self.env._("Grade"),
                "value": customer._runwell_said("runwell_grade_id"), "hint": "", "tone": "",
                "action": "action_runwell_record",
            },
            {
                "key": "credit", "sequence": 12, "label": self.env._("Credit"),
                "value": self.env._("%s of 5", credit) if credit else "–",
                "hint": self.env._("1: poor, 5: excellent."),
                "tone": "warning" if credit in ("1", "2") else "",
                "action": "action_runwell_record",
            },
            {
                "key": "completeness", "sequence": 14, "label": self.env._("Customer record"),
                "value": self.env._("%s %% complete", customer.runwell_completeness),
                "hint": self.env._("Missing: %s", ", ".join(missing)) if missing else "",
                "tone": "" if customer.runwell_completeness >= COMPLETE_FROM else "warning",
                "action": "action_runwell_record",
            },
        ]
        return chips
