from random import randint

from odoo import fields, models


class RunwellRequestTag(models.Model):
    """A word that the service requests of a company are found by."""

    _name = "runwell.request.tag"
    _description = "Service request tag"
    _order = "name, id"
    _check_company_auto = True

    _unique_name = models.UniqueIndex(
        "(company_id, lower(name->>'en_US'))", "There is such a tag already.",
    )

    name = fields.Char("Tag", required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade",
    )
