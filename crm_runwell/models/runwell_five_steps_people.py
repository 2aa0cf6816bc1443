"""Steps of the page that look at money and at people: who earns it, who decides, who refers."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

#: The best so many percent of the customers are looked at.
TOPS = (5, 10, 20, 50)
#: Rows of a list on the page.
SHORT = 8
#: The share of the money that a few customers bring.
MOST_OF_IT = 0.8


class RunwellFiveSteps(models.AbstractModel):
    _inherit = "runwell.five.steps"

    # Step 2

    @api.model
    def _earn(self):
        """Return who earns the company money: by margin where the reader may see it.

        :return: dict: ``basis`` (``margin`` or ``revenue``), ``count`` of customers that
            bought in twelve months, ``total`` of what is above 0, ``tops`` (the best so many
            percent and their share), ``most`` (how many bring four fifths), ``best`` customers,
            ``losses``
        """
        Score = self.env["runwell.score"]
        margin = Score._fields["margin_12m"]
        basis = "margin" if Score._has_field_access(margin, "read") else "revenue"
        field = f"{basis}_12m"
        domain = self._customers() & Domain("revenue_12m", "!=", 0)
        if basis == "margin":
            # Whose cost is unknown is not ranked, and not opened either.
            domain &= Domain(field, "!=", False)
        query = Score._search(domain)
        ranked = query.select(
            SQL("%s AS partner_id", Score._field_to_sql(Score._table, "partner_id", query)),
            SQL("%s AS value", Score._field_to_sql(Score._table, field, query)),
        )
        rows = self._pareto(ranked)
        count, total, most, losses, lost, tops, best = rows
        total = total or 0.0
        return {
            "basis": basis, "count": count, "total": total, "domain": list(domain),
            "most": {"share": MOST_OF_IT, "count": most or 0},
            "tops": [
                {
                    "percent": percent, "count": top["count"], "value": top["value"],
                    "share": top["value"] / total if total else 0,
                    "domain": list(domain & Domain(field, ">=", top["cut"])),
                }
                for percent, top in zip(TOPS, tops or [], strict=False) if top
            ],
            "best": [row | {"share": row["value"] / total} for row in best or [] if total],
            "losses": {
                "count": losses or 0, "value": lost or 0.0,
                "domain": list(domain & Domain(field, "<", 0)),
            },
        }

    @api.model
    def _pareto(self, ranked):
        """Return the figures of :meth:`_earn` in one row, over SQL ``(partner_id, value)``."""
        self.env["runwell.score"].flush_model()
        return self.env.execute_query(SQL(
            """
            WITH r AS (
                SELECT partner_id, value::float8 AS value,
                       row_number() OVER by_value AS place,
                       sum(greatest(value, 0)::float8) OVER by_value AS running,
                       -- With those who are as good: what opens goes by the value alone.
                       count(*) OVER equals AS upto,
                       sum(greatest(value, 0)::float8) OVER equals AS brought,
                       count(*) OVER () AS n, sum(greatest(value, 0)::float8) OVER () AS total
                  FROM (%(ranked)s) s WHERE value IS NOT NULL
                WINDOW by_value AS (ORDER BY value DESC, partner_id),
                       equals AS (ORDER BY value DESC)),
            top AS (
                SELECT percent, json_build_object(
                           'count', r.upto, 'value', r.brought, 'cut', r.value) AS figures
                  FROM unnest(%(tops)s) percent
                  JOIN r ON r.place = ceil(r.n * percent / 100.0))
            SELECT count(*), max(total),
                   min(place) FILTER (WHERE running >= total * %(most)s AND total > 0),
                   count(*) FILTER (WHERE value < 0), sum(value) FILTER (WHERE value < 0),
                   (SELECT json_agg(figures ORDER BY percent) FROM top),
                   (SELECT json_agg(json_build_object(
                               'id', p.id, 'name', p.complete_name, 'value', b.value
                           ) ORDER BY b.place)
                      FROM r b JOIN res_partner p ON p.id = b.partner_id
                     WHERE b.place <= %(short)s AND b.value > 0)
              FROM r
            """,
            ranked=ranked, tops=list(TOPS), most=MOST_OF_IT, short=SHORT,
        ))[0]

    # Step 4

    @api.model
    def _influence(self):
        """Return of how many chosen customers it is known who decides."""
        Score, choice = self.env["runwell.score"], self._progress()["choice"]
        found = {}
        for kind in ("keep", "attract"):
            domain = self._choice_domain(kind, choice)
            found[kind] = {
                "count": Score.search_count(domain), "domain": list(domain),
                "unknown": Score.search_count(domain & self._undecided()),
            }
        return found

    @api.model
    def _undecided(self):
        """Return the domain of scores of customers of whom nobody knows who decides."""
        roles = self.env["runwell.contact.role"]._search([("role", "=", "decides")])
        return Domain("partner_id", "not in", roles.subselect("partner_id"))

    @api.model
    def action_open_undecided(self, kind):
        """Open the chosen customers of whom nobody knows who decides.

        :param str kind: ``keep`` or ``attract``
        :raise UserError: for another choice
        """
        if kind not in ("keep", "attract"):
            raise UserError(self.env._("Choose whom to keep or whom to attract."))
        partners = self.env["runwell.score"].search_fetch(
            self._choice_domain(kind) & self._undecided(), ["partner_id"],
        ).partner_id
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "name": self.env._("Who decides there?"),
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("id", "in", partners.ids)],
        }

    # Step 5

    @api.model
    def _refer(self):
        """Return who referred customers, and what these bought in twelve months."""
        Score = self.env["runwell.score"]
        # Whom another company alone knows is not named.
        domain = self._customers() & Domain("partner_id.runwell_referrer_id", "any", [
            ("company_id", "in", (False, self.env.company.id)),
        ])
        self.env["res.partner"].flush_model(["runwell_referrer_id"])
        rows = self.env.execute_query(SQL(
            """
            WITH referred AS (
                SELECT p.runwell_referrer_id AS id, count(*) AS customers,
                       sum(s.revenue_12m)::float8 AS revenue
                  FROM runwell_score s JOIN res_partner p ON p.id = s.partner_id
                 WHERE s.id IN %s GROUP BY p.runwell_referrer_id)
            SELECT r.id, p.complete_name, r.customers, r.revenue,
                   sum(r.customers) OVER (), sum(r.revenue) OVER ()
              FROM referred r JOIN res_partner p ON p.id = r.id
             ORDER BY r.revenue DESC, r.id LIMIT %s
            """,
            Score._search(domain).subselect(), SHORT,
        ))
        return {
            "domain": list(domain),
            "count": int(rows[0][4]) if rows else 0, "revenue": rows[0][5] if rows else 0.0,
            "best": [
                {
                    "id": id_, "name": name, "count": count, "revenue": revenue,
                    "domain": list(
                        self._customers() & Domain("partner_id.runwell_referrer_id", "=", id_)
                    ),
                }
                for id_, name, count, revenue, *_totals in rows
            ],
        }
