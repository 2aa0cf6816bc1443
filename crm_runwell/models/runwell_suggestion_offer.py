from odoo import api, models
from odoo.tools import format_date

#: The most products of a kind that are suggested at once.
LIMIT = 5
#: Who sees what every customer of the company buys.
SEES_ALL = ("sales_team.group_sale_salesman_all_leads", "crm_runwell.group_executive")


class RunwellSuggestion(models.Model):
    """What to suggest: the engine's products, less those that do not belong on a screen."""

    _inherit = "runwell.suggestion"

    @api.model
    def _takes_offers(self, partner, company):
        """Return whether anything may be suggested to a customer.

        Not to whom a person left out of the scoring, nor to a customer of another company.
        """
        partner = partner.commercial_partner_id
        return bool(
            partner and not partner.runwell_exclusion
            and (not partner.company_id or partner.company_id == company)
        )

    @api.model
    def _may_know(self, partner, company):
        """Return whether the reader may know what a customer buys: as with its score.

        An account manager reads the scores of own customers alone; a suggestion tells as much.
        """
        Score = self.env["runwell.score"]
        domain = [
            ("partner_id", "=", partner.commercial_partner_id.id),
            ("company_id", "=", company.id),
        ]
        if self.env.su or Score.has_access("read") and Score.search_count(domain, limit=1):
            return True
        # sudo: whether there is a score that the reader may not see.
        if Score.sudo().search_count(domain, limit=1):
            return False
        # Not scored yet: what was bought is there to be told all the same.
        user, manager = self.env.user, partner.commercial_partner_id.user_id
        return manager in (user, user.browse()) or any(map(user.has_group, SEES_ALL))

    @api.model
    def _offers(self, partner, company, basket=(), limit=LIMIT, is_paired=True):
        """Return the new products to suggest, best first: see `runwell.product.affinity`.

        :param basket: ids of the products on the order that is being made
        :param bool is_paired: whether each must go together with one that is bought; else
            products that many buy are suggested too
        :return: dicts ``kind, product_id, because_product_id, both, of``
        """
        if not self._takes_offers(partner, company) or not self._may_know(partner, company):
            return []
        partner = partner.commercial_partner_id
        resting = self._resting_products(partner, company)
        # sudo: the engine counts over all customers of the company; only counts come out.
        found = self.env["runwell.product.affinity"].sudo()._suggest(
            partner, company, limit=limit + len(resting) + len(basket), basket=tuple(basket),
        )
        if is_paired:
            found = [one for one in found if one["because_product_id"]]
        return self._on_sale(found, "new", company, resting | set(basket), limit)

    @api.model
    def _due_offers(self, partner, company, basket=(), limit=LIMIT):
        """Return the products that the customer usually buys again about now.

        :return: dicts ``kind, product_id, last_on, rhythm_days, due_on, times``
        """
        if not self._takes_offers(partner, company) or not self._may_know(partner, company):
            return []
        partner = partner.commercial_partner_id
        resting = self._resting_products(partner, company)
        # sudo: the reader may see the customer; the rhythm is over all its orders.
        found = self.env["runwell.product.affinity"].sudo()._due(
            partner, company, limit=limit + len(resting) + len(basket),
        )
        return self._on_sale(found, "due", company, resting | set(basket), limit)

    @api.model
    def _on_sale(self, found, kind, company, without, limit):
        """Keep of the engine's products those that the user may sell here, in their order."""
        ids = [one["product_id"] for one in found if one["product_id"] not in without]
        on_sale = set(self.env["product.product"].search([
            ("id", "in", ids), ("sale_ok", "=", True),
            ("company_id", "in", (False, company.id)),
        ]).ids)
        return [
            one | {"kind": kind} for one in found
            if one["product_id"] in on_sale and one["product_id"] not in without
        ][:limit]

    @api.model
    def _screen(self, offers, pricelist=None, currency=None, date=None):
        """Return offers as screens of ours show them, with the reason in words.

        :param pricelist: the prices are this one's, before taxes; no prices without a currency
        """
        Product = self.env["product.product"].with_context(display_default_code=False)
        products = Product.browse([offer["product_id"] for offer in offers])
        because = Product.browse([
            offer["because_product_id"] for offer in offers if offer.get("because_product_id")
        ])
        names = {product.id: product.display_name for product in products | because}
        prices = pricelist._get_products_price(
            products, 1.0, currency=currency, date=date,
        ) if currency and products else {}
        return [
            {
                "product_id": offer["product_id"], "kind": offer["kind"],
                "name": names[offer["product_id"]],
                "price": currency.format(prices[offer["product_id"]]) if prices else "",
                "text": self._reason(offer, names),
            }
            for offer in offers
        ]

    @api.model
    def _reason(self, offer, names):
        if offer["kind"] == "due":
            return self.env._(
                "Last on %(day)s, usually every %(days)s days",
                day=format_date(self.env, offer["last_on"]), days=round(offer["rhythm_days"]),
            )
        if not offer.get("because_product_id") or not offer.get("of"):
            return self.env._("Bought by many customers")
        return self.env._(
            "%(both)s of %(of)s customers with %(product)s also buy it",
            both=offer["both"], of=offer["of"], product=names[offer["because_product_id"]],
        )
