import re

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .runwell_request import REQUEST_TYPES

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
#: What may stand in double braces.
PLACEHOLDERS = ("customer", "contact", "number", "subject", "order", "agent", "company")
#: So many are offered at a time; the search finds the others.
OFFERED = 5


class RunwellCannedAnswer(models.Model):
    """An answer that fits many requests, with ``{{placeholders}}`` for what differs."""

    _name = "runwell.canned.answer"
    _description = "Canned answer"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="What agents find it by; customers never see it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    body = fields.Html(
        "Answer", required=True, sanitize_attributes=True,
        help="{{customer}}, {{contact}}, {{number}}, {{subject}}, {{order}}, {{agent}} and "
        "{{company}} are filled in when it is inserted.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
    )
    team_id = fields.Many2one(
        "runwell.service.team", check_company=True, ondelete="restrict",
        help="Offered to this team alone; empty: to every team.",
    )
    request_type = fields.Selection(
        REQUEST_TYPES, "Type", help="Offered on requests of this type alone; empty: on all.",
    )
    tag_ids = fields.Many2many(
        "runwell.request.tag", "runwell_canned_answer_tag_rel", "answer_id", "tag_id", "Tags",
        check_company=True, help="Comes first on requests with the same tags.",
    )

    @api.constrains("body")
    def _check_placeholders(self):
        for answer in self:
            for name in PLACEHOLDER.findall(answer.body or ""):
                if name not in PLACEHOLDERS:
                    raise ValidationError(self.env._(
                        "Nobody knows what %(name)s stands for. You can use %(known)s.",
                        name=f"{{{{{name}}}}}",
                        known=", ".join(f"{{{{{known}}}}}" for known in PLACEHOLDERS),
                    ))

    @api.model
    def _offered(self, request, search=None):
        """Return the answers that fit a request, those with the same tags first.

        :return: a list of dicts: id, name, body with the placeholders as they are
        """
        domain = [
            ("company_id", "=", request.company_id.id),
            ("team_id", "in", (False, request.team_id.id)),
            ("request_type", "in", (False, request.request_type)),
        ]
        if search:
            domain += [
                "|", "|", ("name", "ilike", search), ("body", "ilike", search),
                ("tag_ids.name", "ilike", search),
            ]
        query = self._search(domain)
        return self.env.execute_query_dict(SQL(
            """
            SELECT runwell_canned_answer.id, runwell_canned_answer.name,
                   runwell_canned_answer.body
              FROM %(tables)s
             WHERE %(mine)s
             ORDER BY (
                       SELECT count(*)
                         FROM runwell_canned_answer_tag_rel own
                         JOIN runwell_request_runwell_request_tag_rel asked
                           ON asked.runwell_request_tag_id = own.tag_id
                        WHERE own.answer_id = runwell_canned_answer.id
                          AND asked.runwell_request_id = %(request)s
                   ) DESC,
                   num_nonnulls(runwell_canned_answer.team_id,
                                runwell_canned_answer.request_type) DESC,
                   runwell_canned_answer.sequence, runwell_canned_answer.name
             LIMIT %(offered)s
            """,
            tables=query.from_clause, mine=query.where_clause, request=request.id,
            offered=OFFERED,
        ))

    @api.model
    def _fill_in(self, body, values):
        """Return a body with its placeholders replaced; what is unknown stays to be seen.

        Values are text, never HTML: what a customer wrote cannot become part of the page.

        :param values: ``{placeholder: text or False}``
        """
        def value(match):
            name = match[1]
            return str(escape(values.get(name) or f"[{name}]"))

        return Markup(PLACEHOLDER.sub(value, body or ""))
