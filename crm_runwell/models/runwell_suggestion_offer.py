from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..scoring.sellable import APART

#: The most products that are suggested at once: new ones, and those that are due.
LIMIT = 5
#: The most products to buy again, those that are due among them.
AGAIN_LIMIT = 10
#: Who sees what every customer of the company buys.
SEES_ALL = ("sales_team.group_sale_salesman_all_leads", "crm_runwell.group_executive")


class RunwellSuggestion(models.Model):
    """What to suggest: the engine's products, less those that do not belong on a screen."""

    _inherit = "runwell.suggestion"

    @api.model
    def _no_offers(self, partner, company):
        """Return why nothing may be suggested to a customer, in words; "" if something may.

        Nothing to whom a person left out of the scoring, nor to a customer of another company;
        one of a parent company is a branch's own.
        """
        partner = partner.commercial_partner_id
        if partner.runwell_exclusion:
            return self.env._("This customer is left out of the scoring: nothing is suggested.")
        if partner.company_id and partner.company_id not in company.parent_ids:
            return self.env._("This is another company's customer: nothing is suggested here.")
        return ""

    @api.model
    def _may_offer(self, partner, company):
        """Return whether something may be suggested to a customer, and told to the reader."""
        return bool(
            partner and not self._no_offers(partner, company)
            and self._may_know(partner, company)
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
        if not self._may_offer(partner, company):
            return []
        partner = partner.commercial_partner_id
        without = self._not_now(partner, company, basket)
        # sudo: the engine counts over all customers of the company; only counts come out.
        found = self.env["runwell.product.affinity"].sudo()._suggest(
            partner, company, limit=limit + len(without), basket=tuple(basket),
            is_paired=is_paired,
        )
        return self._on_sale([one | {"kind": "new"} for one in found], company, without)[:limit]

    @api.model
    def _again_offers(self, partner, company, basket=(), limit=AGAIN_LIMIT):
        """Return what the customer buys again: what is due about now, then what it usually buys.

        :return: dicts ``kind, product_id, last_on, times``; of those that are due also
            ``rhythm_days, due_on``
        """
        if not self._may_offer(partner, company):
            return []
        partner = partner.commercial_partner_id
        without = self._not_now(partner, company, basket)
        # sudo: the reader may see the customer; what is usual is over all its orders.
        Affinity = self.env["runwell.product.affinity"].sudo()
        many = limit + LIMIT + len(without)
        due = [one | {"kind": "due"} for one in Affinity._due(partner, company, many)]
        usual = [one | {"kind": "usual"} for one in Affinity._usual(partner, company, many)]
        on_sale = self._on_sale(due + usual, company, without)
        due = [one for one in on_sale if one["kind"] == "due"][:LIMIT]
        shown = {one["product_id"] for one in due}
        usual = [
            one for one in on_sale
            if one["kind"] == "usual" and one["product_id"] not in shown
        ]
        return (due + usual)[:limit]

    @api.model
    def _not_now(self, partner, company, basket):
        """Return the ids of products that are not offered: put aside, on the order, or quoted."""
        # sudo: what a colleague quoted is offered already, whoever may see the quotation.
        quoted = self.env["sale.order.line"].sudo()._read_group([
            ("order_id.partner_id.commercial_partner_id", "=", partner.id),
            ("order_id.company_id", "=", company.id), ("order_id.state", "in", ("draft", "sent")),
            ("product_id", "!=", False),
            "|", ("order_id.validity_date", "=", False),
            ("order_id.validity_date", ">=", self._today_of(company)),
        ], ["product_id"])
        return {
            *basket, *(product.id for [product] in quoted),
            *self._resting_products(partner, company),
        }

    @api.model
    def _on_sale(self, found, company, without):
        """Keep of the engine's products those that the user may sell here, in their order."""
        ids = [one["product_id"] for one in found if one["product_id"] not in without]
        on_sale = set(self.env["product.product"].search(
            Domain("id", "in", ids) & self._sold_by(company)
        ).ids)
        return [one for one in found if one["product_id"] in on_sale]

    @api.model
    def _sold_by(self, company):
        """Return the domain of the products that a company sells on a line of their own.

        The same in SQL: ``scoring/sellable.py``.
        """
        return Domain([
            ("sale_ok", "=", True), ("type", "!=", "combo"), ("service_tracking", "not in", APART),
            ("company_id", "in", [False, *company.parent_ids.ids]),
        ])

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
        if offer["kind"] == "usual":
            day = format_date(self.env, offer["last_on"])
            if offer["times"] == 1:
                return self.env._("Bought on %(day)s", day=day)
            return self.env._(
                "Bought on %(times)s days, last on %(day)s", times=offer["times"], day=day,
            )
        if not offer.get("because_product_id") or not offer.get("of"):
            return self.env._("Bought by many customers")
        return self.env._(
            "%(both)s of %(of)s customers with %(product)s also buy it",
            both=offer["both"], of=offer["of"], product=names[offer["because_product_id"]],
        )
