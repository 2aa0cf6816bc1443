from odoo import fields, models

from .constants import OURS


class ResPartner(models.Model):
    """What people say of the relation with a customer, company by company."""

    _inherit = "res.partner"

    runwell_grade_id = fields.Many2one(
        "runwell.grade", "Grade", company_dependent=True, copy=False, groups=OURS,
    )
    runwell_credit = fields.Selection(
        [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")], "Credit",
        company_dependent=True, copy=False, groups=OURS, help="1: poor, 5: excellent.",
    )
    runwell_relationship_type_id = fields.Many2one(
        "runwell.relationship.type", "Relationship", company_dependent=True, copy=False,
        groups=OURS,
    )
    runwell_min_relationship_id = fields.Many2one(
        "runwell.relationship.type", "Minimum relationship", company_dependent=True, copy=False,
        groups=OURS,
    )
    runwell_ideal_relationship_id = fields.Many2one(
        "runwell.relationship.type", "Ideal relationship", company_dependent=True, copy=False,
        groups=OURS,
    )
    runwell_currency_id = fields.Many2one(
        "res.currency", "Currency of the record",
        help="Of turnover and capital as the customer states them; empty: the company's.",
    )
    runwell_annual_turnover = fields.Monetary(
        "Annual turnover", currency_field="runwell_currency_id", copy=False,
    )

    def _runwell_header_chips(self):
        """Return what the head of the customer's page shows beside the score.

        Extended by whoever knows more; at most a few queries each, for one customer.

        :return: dicts ``{"key", "sequence", "label", "value", "hint", "tone", "action"}``;
            ``tone`` is "" or a Bootstrap colour, ``action`` the name of a method of the partner
            that returns an action, or False
        """
        self.ensure_one()
        return []
