"""Number fields that can be empty.

Odoo reads an empty number as 0, but "no score yet" is not "no risk": these
fields read as False instead, stay blank on screen and are left out of averages.
In a domain ``= False`` finds what is unknown, ``= 0`` what is 0, and what is
unknown is neither below nor above any number.
"""

from odoo import fields


class _Optional:
    """Keeps NULL, None and False apart from 0, on the way in and on the way out."""

    # Else ">= 0" and "< 1" would find the rows of whom nothing is known as well.
    falsy_value = None

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

    def filter_function(self, records, field_expr, operator, value):
        if operator != "in":
            return super().filter_function(records, field_expr, operator, value)
        getter = self.expression_getter(field_expr)
        known = [number for number in value if number is not False and number is not None]
        with_unknown = len(known) < len(value)

        def is_in(record):
            number = getter(record)
            return with_unknown if number is False else number in known
        return is_in


class OptionalFloat(_Optional, fields.Float):
    """A float that is False, not 0, while it is unknown."""


class OptionalMonetary(_Optional, fields.Monetary):
    """An amount that is False, not 0, while it is unknown."""


class OptionalInteger(_Optional, fields.Integer):
    """A whole number that is False, not 0, while it is unknown."""
