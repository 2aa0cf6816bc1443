from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .constants import CROWDS, MARGIN_BANDS

#: The type that each cell proposes until people choose another: number of customers × margin.
DEFAULTS = {
    "many": {"high": "accountable", "medium": "reactive", "low": "basic"},
    "medium": {"high": "proactive", "medium": "accountable", "low": "reactive"},
    "few": {"high": "partnership", "medium": "proactive", "low": "accountable"},
}


class RunwellRelationshipMatrix(models.Model):
    """The relationship selection matrix: which type suits how many customers at what margin.

    Nine rows a company, a cell each, made with the defaults when first asked for.
    """

    _name = "runwell.relationship.matrix"
    _description = "Cell of the relationship selection matrix"
    _order = "company_id, id"
    _check_company_auto = True

    _one_a_cell = models.Constraint(
        "UNIQUE (company_id, crowd, margin_band)", "The matrix has each cell once."
    )

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    crowd = fields.Selection(CROWDS, "Number of customers", required=True, readonly=True)
    margin_band = fields.Selection(MARGIN_BANDS, "Margin", required=True, readonly=True)
    type_id = fields.Many2one(
        "runwell.relationship.type", "Proposed type", required=True, ondelete="restrict",
        check_company=True,
    )

    def write(self, vals):
        if set(vals) - {"type_id"} and not self.env.su:
            raise AccessError(self.env._("Of a cell, only the proposed type can be changed."))
        result = super().write(vals)
        self.env["runwell.relation"]._refresh(self.company_id)
        return result

    @api.model
    def _of(self, company):
        """Return the cells of a company, made with the defaults if there are none."""
        # sudo: the cells are asked for by the machine and by readers.
        cells = self.sudo().search([("company_id", "=", company.id)])
        if cells:
            return cells
        types = self._types_of(company)
        return cells.create([
            {
                "company_id": company.id, "crowd": crowd, "margin_band": band,
                "type_id": types[code].id,
            }
            for crowd, row in DEFAULTS.items() for band, code in row.items() if code in types
        ])

    @api.model
    def _types_of(self, company):
        """Return the type that stands for each code; for an archived one the nearest in use."""
        # sudo: as above.
        types = self.env["runwell.relationship.type"].sudo().with_context(
            active_test=False
        ).search([("company_id", "in", (False, company.id))], order="company_id desc, id")
        in_use = types.filtered("active")
        found = {type_.code: type_ for type_ in types - in_use}
        for code, type_ in found.items():
            found[code] = min(
                in_use, key=lambda other, level=type_.level: abs(other.level - level),
                default=type_,
            )
        return found | {type_.code: type_ for type_ in in_use}

    @api.model
    def _leave(self, types):
        """Let the cells that propose these archived types propose the nearest one in use."""
        # sudo: the cells of every company that used the types.
        cells = self.sudo().search([("type_id", "in", types.ids)])
        for (company, type_), theirs in cells.grouped(
            lambda cell: (cell.company_id, cell.type_id)
        ).items():
            theirs.type_id = self._types_of(company)[type_.code]

    @api.model
    def get_page(self):
        """Return the matrix of the company one works in, with what stands in each cell.

        :return: dict: ``rows`` (a crowd each, with its ``cells``: id, type, number of customers,
            revenue, margin where the reader may see it, how many have the proposed type, and
            ``domain`` of its customers), ``types`` to choose from, ``may_edit``, ``currency_id``,
            ``unplaced`` (customers that bought nothing), ``without_cost``
        :raise AccessError: unless the user may read the matrix
        """
        self.check_access("read")
        company = self.env.company
        self._of(company)
        cells = self.search_fetch([("company_id", "=", company.id)], ["crowd", "margin_band"])
        figures, unplaced, without_cost = self._distribution(company)
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("crowd", "margin_band")
        }
        sees_margin = self.env["runwell.score"]._has_field_access(
            self.env["runwell.score"]._fields["margin_12m"], "read",
        )
        rows = []
        for crowd, of_crowd in cells.grouped("crowd").items():
            rows.append({
                "crowd": crowd, "label": labels["crowd"][crowd],
                "cells": [
                    cell._page_cell(figures.get((crowd, cell.margin_band)), sees_margin)
                    | {"label": labels["margin_band"][cell.margin_band]}
                    for cell in of_crowd
                ],
            })
        types = self.env["runwell.relationship.type"].search([])
        return {
            "rows": rows, "types": [{"id": type_.id, "name": type_.name} for type_ in types],
            "may_edit": self.has_access("write"), "currency_id": company.currency_id.id,
            "company_id": company.id, "unplaced": unplaced, "without_cost": without_cost,
        }

    def _page_cell(self, figures, sees_margin):
        count, revenue, margin, fitting = figures or (0, 0.0, 0.0, 0)
        return {
            "id": self.id, "type_id": self.type_id.id, "type": self.type_id.name,
            "count": count, "revenue": revenue, "margin": margin if sees_margin else None,
            "fitting": fitting,
            "domain": [
                ("company_id", "=", self.company_id.id), ("crowd", "=", self.crowd),
                ("margin_band", "=", self.margin_band),
            ],
        }

    @api.model
    def _distribution(self, company):
        """Return what stands in each cell: ``{(crowd, band): (customers, revenue, margin, fit)}``.

        And how many customers have no place, and how many were placed by their revenue for want
        of a known cost.
        """
        self.env["runwell.relation"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT r.crowd, r.margin_band, count(*), sum(r.revenue_12m)::float8,
                      coalesce(sum(s.margin_12m), 0)::float8,
                      count(*) FILTER (WHERE r.relationship_type_id = r.proposed_type_id),
                      count(*) FILTER (WHERE r.margin_basis = 'revenue')
                 FROM runwell_relation r
                 LEFT JOIN runwell_score s
                   ON s.partner_id = r.partner_id AND s.company_id = r.company_id
                WHERE r.company_id = %s GROUP BY r.crowd, r.margin_band""",
            company.id,
        ))
        placed = {(row[0], row[1]): row[2:6] for row in rows if row[0]}
        return placed, sum(row[2] for row in rows if not row[0]), sum(row[6] for row in rows)
