"""What looks odd in a customer record: said, never refused, for reality is messy."""

import re

from stdnum.util import get_cc_module

from odoo import api, fields, models
from odoo.tools import email_normalize_all

from .constants import OURS

#: Digits of a telephone number, country code included (ITU-T E.164 allows 15).
PHONE_DIGITS = range(6, 16)
#: A yearly turnover under this share of the capital looks like another unit (thousands).
ODD_TURNOVER = 0.01
#: The country code in front of a tax id, where it is not the country's.
TAX_PREFIX = {"GR": "EL"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    runwell_record_warnings = fields.Text(
        "Please check", compute="_compute_runwell_record_warnings", groups=OURS,
    )

    @api.depends(
        "phone", "runwell_mobile", "runwell_fax", "email", "vat", "country_id", "ref",
        "runwell_annual_turnover", "runwell_registered_capital",
    )
    def _compute_runwell_record_warnings(self):
        """List what looks odd, a line each; one query for the numbers of all."""
        refs = [partner.ref for partner in self if partner.ref and not partner.parent_id]
        taken = {}
        if refs:
            taken = {
                (ref, company.id): set(ids)
                for ref, company, ids in self._read_group(
                    [("ref", "in", refs), ("parent_id", "=", False)], ["ref", "company_id"],
                    ["id:array_agg"],
                )
            }
        for partner in self:
            partner.runwell_record_warnings = "\n".join(partner._runwell_oddities(taken))

    def _runwell_oddities(self, taken):
        """Return what looks odd in one record.

        :param taken: ids of the partners who bear a number, by (number, company or False)
        """
        found = []
        if self.ref and not self.parent_id:
            companies = {key[1] for key in taken} if not self.company_id else {
                self.company_id.id, False,
            }
            bearers = set().union(*(taken.get((self.ref, company), ()) for company in companies))
            if bearers - {self._origin.id}:
                found.append(self.env._("The number %s is another partner's too.", self.ref))
        for name in ("phone", "runwell_mobile", "runwell_fax"):
            if self[name] and not _is_phone(self[name]):
                found.append(self.env._(
                    "%(field)s: %(value)s does not look like a telephone number.",
                    field=self._fields[name]._description_string(self.env), value=self[name],
                ))
        if self.email and not email_normalize_all(self.email):
            found.append(self.env._("E-mail: %s is no address one could write to.", self.email))
        if self.vat and not _is_tax_id(self.vat, self.country_id.code):
            found.append(self.env._(
                "Tax id: %(number)s does not fit the rules of %(country)s.",
                number=self.vat, country=self.country_id.name,
            ))
        turnover, capital = self.runwell_annual_turnover, self.runwell_registered_capital
        if turnover and capital and turnover < ODD_TURNOVER * capital:
            found.append(self.env._(
                "The turnover is less than a hundredth of the capital: is it in another unit?"
            ))
        return found


def _is_phone(text):
    """Return whether a text may be a number to call: enough digits, an extension allowed."""
    number = re.split(r"(?:ext|x|#|转)", text.lower())[0]
    only_marks = not re.search(r"[^\d\s()+./-]", number)
    return only_marks and len(re.sub(r"\D", "", number)) in PHONE_DIGITS


def _is_tax_id(number, country):
    """Return whether a tax id has the form and the check digits of its country.

    True where the country is unknown or has no rule that we know, and for the
    "/" by which Odoo says that there is none.
    """
    rules = country and get_cc_module(country.lower(), "vat")
    if not rules or number.strip() == "/":
        return True
    prefix = TAX_PREFIX.get(country, country)
    return rules.is_valid(number) or (
        number.upper().startswith(prefix) and rules.is_valid(number[len(prefix):])
    )
