from random import randint

from odoo import fields, models


class RunwellRequestTag(models.Model):
    """A word that service requests are found by; shared by all companies."""

    _name = "runwell.request.tag"
    _description = "Service request tag"
    _order = "name, id"

    _unique_name = models.UniqueIndex("(lower(name->>'en_US'))", "There is such a tag already.")

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)
