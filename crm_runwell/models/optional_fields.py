"""Number fields that can be empty.

Odoo reads an empty number as 0, but "no score yet" is not "no risk": these
fields read as False instead, stay blank on screen and are left out of averages.
"""

from odoo import fields


class _Optional:
    """Keeps NULL, None and False apart from 0, on the way in and on the way out."""

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value


class OptionalFloat(_Optional, fields.Float):
    """A float that is False, not 0, while it is unknown."""


class OptionalMonetary(_Optional, fields.Monetary):
    """An amount that is False, not 0, while it is unknown."""


class OptionalInteger(_Optional, fields.Integer):
    """A whole number that is False, not 0, while it is unknown."""
