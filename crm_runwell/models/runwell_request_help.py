from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

#: So many former requests of the customer are shown.
FORMER = 5
#: So many characters of an answer are shown before it is used.
SNIPPET = 160


class RunwellRequest(models.Model):
    """Knowledge at hand: what helps to answer a request, in one call."""

    _inherit = "runwell.request"

    @api.readonly
    def get_help(self, search=None):
        """Return what helps to answer this request, as far as the reader may see it.

        :param str search: words to look for in solved requests and canned answers; empty: the
            request's own
        :return: dict: ``canned`` (answers with their placeholders filled in), ``similar``
            (solved requests about the same, with their answers), ``former`` (the customer's
            last requests)
        """
        self.ensure_one()
        self.env.flush_all()
        search = search.strip() if isinstance(search, str) else ""
        return {
            "canned": self._canned(search),
            "similar": [
                row | {"snippet": _snippet(row["answer"])}
                for row in self._similar_solved(search)
            ],
            "former": self._former(),
        }

    def _former(self):
        """Return the last requests of the customer, or of the unknown sender."""
        if self.commercial_partner_id:
            sender = ("commercial_partner_id", "=", self.commercial_partner_id.id)
        elif self.email_from:
            sender = ("email_from", "=", self.email_from)
        else:
            return []
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            {
                "id": request.id, "number": request.number, "name": request.name,
                "state": labels[request.state], "satisfaction": request.satisfaction,
                "day": fields.Date.to_string(
                    fields.Datetime.context_timestamp(self, request.create_date)
                ),
            }
            for request in self.search_fetch(
                [sender, ("company_id", "=", self.company_id.id), ("id", "!=", self.id)],
                ["number", "name", "state", "satisfaction", "create_date"],
                order="id desc", limit=FORMER,
            )
        ]

    def _canned(self, search):
        """Return the canned answers that fit, ready to be inserted."""
        Canned = self.env["runwell.canned.answer"]
        values = self._placeholder_values()
        return [
            row | {
                "body": (body := Canned._fill_in(row["body"], values)),
                "snippet": _snippet(body),
            }
            for row in Canned._offered(self, search)
        ]

    def _placeholder_values(self):
        """Return what the placeholders of canned answers stand for: names, nothing else."""
        [row] = self.env.execute_query_dict(SQL(
            """
            SELECT request.number, request.name AS subject,
                   coalesce(customer.name, request.email_from) AS customer,
                   coalesce(contact.name, request.email_from) AS contact,
                   sale.name AS "order", agent.name AS agent, company.name AS company
              FROM runwell_request request
              JOIN res_company company ON company.id = request.company_id
              JOIN res_users reader ON reader.id = %s
              JOIN res_partner agent ON agent.id = reader.partner_id
              LEFT JOIN res_partner customer ON customer.id = request.commercial_partner_id
              LEFT JOIN res_partner contact ON contact.id = request.partner_id
              LEFT JOIN sale_order sale ON sale.id = request.sale_order_id
             WHERE request.id = %s
            """,
            self.env.uid, self.id,
        ))
        return row


def _snippet(html):
    """Return the beginning of an answer as plain text in one line."""
    text = " ".join(html2plaintext(html or "").split())
    return text if len(text) <= SNIPPET else f"{text[:SNIPPET].rstrip()}…"
