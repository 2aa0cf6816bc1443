from odoo import api, fields, models
from odoo.tools import SQL


class RunwellRequest(models.Model):
    """The number of a request: REQ/year/count, counted by company."""

    _inherit = "runwell.request"

    @api.model
    def _next_number(self, company):
        sequence = self._number_sequence(company)
        self._open_year(sequence)
        return sequence.next_by_id()

    @api.model
    def _number_sequence(self, company):
        """Return the sequence of a company, made when there is none."""
        # sudo: whoever may make a request, a customer too, need not see sequences.
        Sequence = self.env["ir.sequence"].sudo().with_company(company)
        return Sequence.search([
            ("code", "=", self._name), ("company_id", "=", company.id),
        ], limit=1) or Sequence.create({
            "name": self.env._("Service requests"), "code": self._name,
            "company_id": company.id, "prefix": "REQ/%(range_year)s/", "padding": 5,
            "use_date_range": True,
        })

    @api.model
    def _open_year(self, sequence):
        """Make the range of this year, once, even if two requests come at its first second."""
        today = fields.Date.today()
        if self.env["ir.sequence.date_range"].sudo().search_count([
            ("sequence_id", "=", sequence.id),
            ("date_from", "<=", today), ("date_to", ">=", today),
        ], limit=1):
            return
        # Whoever comes second is refused this row, and begins anew when the range is there.
        self.env.cr.execute(SQL(
            "UPDATE ir_sequence SET write_date = now() AT TIME ZONE 'UTC' WHERE id = %s",
            sequence.id,
        ))
        sequence._create_date_range_seq(today)
