from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring import next_product

#: What is told of a product that is due again, and of one that a customer usually buys.
DUE = ("product_id", "last_on", "rhythm_days", "due_on", "times", "worth")
USUAL = ("product_id", "times", "last_on")


class RunwellProductAffinity(models.Model):
    """Two products of a company and how they are bought: together, or one in place of the other.

    A row a direction, of the last year's baskets up to ``as_of``; how they are counted stands
    in ``scoring/affinity.py``, how they are built in ``runwell_product_affinity_build.py``.
    """

    _name = "runwell.product.affinity"
    _inherit = ["runwell.machine.owned"]
    _description = "Products bought together"
    _order = "company_id, product_id, kind desc, rank, id"
    _rec_name = "other_product_id"
    _log_access = False

    _one_pair = models.UniqueIndex("(company_id, product_id, other_product_id)")

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True, index=True,
    )
    other_product_id = fields.Many2one(
        "product.product", "Other product", required=True, ondelete="cascade", readonly=True,
        index=True,
    )
    kind = fields.Selection(
        [("together", "Bought together"), ("instead", "Bought in place of each other")],
        required=True, readonly=True,
    )
    as_of = fields.Date("As of", required=True, readonly=True)
    basket_count = fields.Integer("Baskets with both", readonly=True, aggregator=None)
    product_count = fields.Integer("Baskets with the product", readonly=True, aggregator=None)
    other_count = fields.Integer("Baskets with the other", readonly=True, aggregator=None)
    customer_count = fields.Integer("Customers with both", readonly=True, aggregator=None)
    product_customer_count = fields.Integer(
        "Customers with the product", readonly=True, aggregator=None,
    )
    switch_count = fields.Integer(
        "Times taken in turn", readonly=True, aggregator=None,
        help="Steps from one to the other and back at visits that follow each other.",
    )
    similarity = fields.Float(
        digits=(16, 4), readonly=True, aggregator=None,
        help="Shrunken cosine of the baskets: from 0 to below 1.",
    )
    rank = fields.Integer(readonly=True, aggregator=None)

    @api.model
    def _suggest(self, partner, company, limit=10, basket=(), as_of=None, is_paired=False):
        """Return new products that a customer probably needs, the best first.

        None that the customer bought before or has in the basket, that cannot be sold, that
        is a variant of what was just bought or that others buy in place of it. Nobody's
        access is checked here: the caller does.

        :param partner: ``res.partner``; its commercial partner's purchases count
        :param basket: ids of ``product.product`` that are being bought now
        :param as_of: the last day that counts; None: today in the company. Pairs that were
            built later than that are not used.
        :param bool is_paired: whether each must go together with one that is bought
        :return: list of dicts ``product_id``, ``score`` (1.2 at most), ``because_product_id``
            (the product that speaks for it most, False where popularity alone does), ``both``
            (customers with both of these) and ``of`` (customers with that one)
        """
        found = self._suggest_many(
            company, partner.commercial_partner_id.ids, limit, basket, as_of, is_paired,
        )
        if not found:
            return []
        scope = self._scope_of(company, as_of)
        why = {
            product_id: (because_id, both, of) for _partner, product_id, because_id, both, of
            in self.env.execute_query(next_product.reasons(
                scope, partner.commercial_partner_id.ids, [row[1] for row in found], basket,
            ))
        }
        suggestions = []
        for _partner, product_id, score, _rank in found:
            because_id, both, of = why.get(product_id, (False, 0, 0))
            suggestions.append({
                "product_id": product_id, "score": score, "because_product_id": because_id,
                "both": both, "of": of,
            })
        return suggestions

    @api.model
    def _suggest_many(self, company, partner_ids, limit=10, basket=(), as_of=None,
                      is_paired=False):
        """Return the new products of many commercial partners, in one statement.

        :return: list of ``(partner_id, product_id, score, rank)``, by partner and rank
        """
        self.env.flush_all()
        return self.env.execute_query(SQL(
            "SELECT * FROM (%s) suggestion ORDER BY partner_id, rank",
            next_product.ranked(
                self._scope_of(company, as_of), partner_ids, limit,
                self._fee_products(company), tuple(basket), is_paired, self._alternatives(),
            ),
        ))

    @api.model
    def _due(self, partner, company, limit=10, as_of=None):
        """Return the products that a customer buys again and again and that are due by now.

        Ordered by how late they are times what they are worth. Access: see :meth:`_suggest`.

        :return: list of dicts ``product_id``, ``last_on``, ``rhythm_days`` (median of the own
            days between), ``due_on``, ``times`` (days with it) and ``worth`` (mean amount of
            such a day, company currency)
        """
        rows = self._due_many(company, partner.commercial_partner_id.ids, limit, as_of)
        return [dict(zip(DUE, row[1:], strict=True)) for row in rows]

    @api.model
    def _usual(self, partner, company, limit=10, as_of=None):
        """Return what a customer bought before, the most often first; what is due is among them.

        Access: see :meth:`_suggest`.

        :return: list of dicts ``product_id``, ``times`` (days with it) and ``last_on``
        """
        rows = self._usual_many(company, partner.commercial_partner_id.ids, limit, as_of)
        return [dict(zip(USUAL, row[1:], strict=True)) for row in rows]

    @api.model
    def _due_many(self, company, partner_ids, limit=10, as_of=None):
        """Return what is due again of many commercial partners, in one statement.

        :return: list of ``(partner_id, …)``, see :data:`DUE`, by partner and rank
        """
        return self._listed(next_product.due, DUE, company, partner_ids, limit, as_of)

    @api.model
    def _usual_many(self, company, partner_ids, limit=10, as_of=None):
        """Return what many commercial partners usually buy, in one statement.

        :return: list of ``(partner_id, …)``, see :data:`USUAL`, by partner and rank
        """
        return self._listed(next_product.usual, USUAL, company, partner_ids, limit, as_of)

    def _listed(self, query, names, company, partner_ids, limit, as_of):
        self.env.flush_all()
        return self.env.execute_query(SQL(
            "SELECT %s FROM (%s) listed ORDER BY partner_id, rank",
            SQL(", ").join(map(SQL.identifier, ("partner_id", *names))),
            query(
                self._scope_of(company, as_of), partner_ids, limit, self._fee_products(company),
            ),
        ))

    @api.model
    def _alternatives(self):
        """Return SQL of the templates that people named as alternatives; None without a shop."""
        field = self.env["product.template"]._fields.get("alternative_product_ids")
        return field and SQL(
            "SELECT %s AS product_tmpl_id, %s AS other_tmpl_id FROM %s",
            SQL.identifier(field.column1), SQL.identifier(field.column2),
            SQL.identifier(field.relation),
        )

    @api.model
    def _scope_of(self, company, as_of=None):
        """Return the :class:`~..scoring.purchases.Scope` of a company's purchases."""
        # sudo: the purchases are read by the machine, by the scoring's own settings.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        return model._scope(fields.Date.to_date(as_of) or model._today())

    @api.model
    def _fee_products(self, company):
        """Return the ids of products that stand for fees: delivery, discounts, down payments."""
        # sudo: these products stand in settings.
        env = self.sudo().with_context(active_test=False).env
        company = company.with_env(env)
        found = env["product.product"]
        if "sale_discount_product_id" in company._fields:
            found |= company.sale_discount_product_id
        if "sale_down_payment_product_id" in company._fields:
            found |= company.sale_down_payment_product_id
        for model, name in (
            ("delivery.carrier", "product_id"), ("loyalty.reward", "discount_line_product_id"),
        ):
            if model in env:
                found |= env[model].search([(name, "!=", False)])[name]
        return found.ids
