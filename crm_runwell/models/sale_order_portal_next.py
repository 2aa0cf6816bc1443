from odoo import models
from odoo.exceptions import UserError

#: So many products are shown to a customer at once.
PORTAL_LIMIT = 3
#: How many customers have both products is told from so many on: nobody shall be recognised.
PORTAL_MIN_CUSTOMERS = 5


class SaleOrder(models.Model):
    """Often bought together, as a customer sees it on the own quotation."""

    _inherit = "sale.order"

    def _runwell_portal_offers(self, is_noted=True):
        """Return what to show the customer of a quotation; nothing on an order or an expired one.

        Never a name or an amount of others, and a number of customers only if it is large enough.

        :param bool is_noted: whether the customer sees it now; not so when we look ourselves
        :return: dict ``asked`` (products asked for already), ``offers``: dicts product_id, name,
            text and price, in words, of what the customer adds itself, and ``may_add``: whether
            there are such
        """
        self.ensure_one()
        Product, Suggestion = self.env["product.product"], self.env["runwell.suggestion"]
        if self.state not in ("draft", "sent") or self.is_expired:
            return {"offers": [], "asked": Product, "may_add": False}
        partner = self.partner_id.commercial_partner_id
        asked = self._runwell_asked()
        offers = Suggestion._offers(
            partner, self.company_id, {*self.order_line.product_id.ids, *asked.ids},
            limit=PORTAL_LIMIT * 3,
        )
        products = Product.browse([offer["product_id"] for offer in offers]).filtered(
            self._runwell_is_public
        )[:PORTAL_LIMIT]
        shown = [offer for offer in offers if offer["product_id"] in products.ids]
        if is_noted:
            Suggestion._note_shown(partner, self.company_id, shown, "portal", self)
        prices = self._runwell_portal_prices(products)
        return {
            "offers": [
                {
                    "product_id": offer["product_id"], "name": screen["name"],
                    "text": screen["text"] if offer["both"] >= PORTAL_MIN_CUSTOMERS else "",
                    "price": prices.get(offer["product_id"], ""),
                }
                for offer, screen in zip(shown, Suggestion._screen(shown), strict=True)
            ],
            "asked": asked, "may_add": bool(prices),
        }

    def _runwell_portal_prices(self, products):
        """Return the prices at which the customer adds products itself, in words, by product.

        What has no price is asked for, as is everything where the customer adds nothing.
        """
        if not products or not self._runwell_customer_adds():
            return {}
        currency = self.currency_id
        prices = self.pricelist_id._get_products_price(
            products, 1.0, currency=currency, date=self.date_order,
        )
        return {
            product_id: currency.format(price) for product_id, price in prices.items()
            if currency.compare_amounts(price, 0) > 0
        }

    def _runwell_customer_adds(self):
        """Return whether the customer adds products to this quotation itself.

        If the company lets its customers do so, from when it was sent until the customer said yes.
        """
        self.ensure_one()
        is_open = (
            self.state == "sent" and not self.is_expired and not self.locked
            and not self.signature and not self.signed_on
            and not any(
                payment.state in ("pending", "authorized", "done")
                for payment in self.transaction_ids
            )
        )
        # sudo: whoever works by the policy need not see it.
        return is_open and bool(self.env["runwell.retention.policy"].sudo().search_count([
            ("company_id", "=", self.company_id.id), ("customers_add_products", "=", True),
        ], limit=1))

    def _runwell_asked(self):
        """Return the products that the customer asked for on this quotation, not on it yet."""
        # sudo: the log is the machine's; the order was checked.
        asked = self.env["runwell.suggestion"].sudo().search([
            ("order_id", "=", self.id), ("place", "=", "portal"), ("state", "=", "accepted"),
        ]).product_id
        return asked - self.order_line.product_id

    def _runwell_is_public(self, product):
        """Return whether customers may know of a product: where a shop publishes, what it shows."""
        return "is_published" not in product._fields or product.is_published

    def _runwell_interest(self, product_id, author):
        """Tell the salesperson that the customer asks for a product that was shown to it.

        The quotation itself is not changed: what it says stays what was offered. Asked once, it
        is said once.

        :raise UserError: if the quotation is past, or the product was not shown on it
        """
        self.ensure_one()
        if self.state not in ("draft", "sent") or self.is_expired:
            raise UserError(self.env._("This quotation is closed. Write to us instead."))
        if product_id in self._runwell_asked().ids:
            return
        product = self._runwell_shown_product(product_id)
        self.env["runwell.suggestion"]._accept(
            self.partner_id.commercial_partner_id, self.company_id, product, "portal", self,
        )
        person = self._runwell_contact_person()
        # In the words of who reads it.
        ours = self._runwell_in_language_of(person)
        name = product.with_env(ours.env).display_name
        ours.message_post(
            body=ours.env._("I am interested in %s. Please send me a price.", name),
            message_type="comment", subtype_xmlid="mail.mt_comment", author_id=author.id,
        )
        if person:
            ours.activity_schedule(
                "mail.mail_activity_data_todo", user_id=person.id,
                summary=ours.env._("Interested in %s", name),
            )

    def _runwell_customer_adds_product(self, product_id, author):
        """Add a product that was shown to the customer, at the price it was shown with.

        The salesperson is told in the talk. What is on the quotation stays as it is.

        :raise UserError: if the customer adds nothing to this quotation, or the product was not
            shown on it
        """
        self.ensure_one()
        if product_id in self.order_line.product_id.ids:
            return
        if not self._runwell_customer_adds():
            raise UserError(self.env._("This quotation is closed. Write to us instead."))
        product = self._runwell_shown_product(product_id)
        price = self._runwell_portal_prices(product).get(product.id)
        if not price:
            raise UserError(self.env._("This product is not offered any more."))
        self._add_runwell_product(product, "portal")
        person = self._runwell_contact_person()
        ours = self._runwell_in_language_of(person)
        ours.message_post(
            body=ours.env._(
                "I added %(product)s to the quotation, at %(price)s.",
                product=product.with_env(ours.env).display_name, price=price,
            ),
            message_type="comment", subtype_xmlid="mail.mt_comment", author_id=author.id,
            partner_ids=person.partner_id.ids,
        )

    def _runwell_shown_product(self, product_id):
        """Return a product that was shown to the customer and is still offered.

        :raise UserError: for any other
        """
        Suggestion, partner = self.env["runwell.suggestion"], self.partner_id.commercial_partner_id
        product = Suggestion._shown(
            partner, self.company_id, self.env["product.product"].browse(product_id),
            [("place", "=", "portal")],
        ).product_id
        # What was shown may be sold no longer, and the customer be left out since.
        if (
            not product or Suggestion._no_offers(partner, self.company_id)
            or not self._runwell_is_public(self._runwell_product(product.id))
        ):
            raise UserError(self.env._("This product is not offered any more."))
        return product

    def _runwell_contact_person(self):
        """Return who answers the customer: the salesperson, else who leads and can see the order.

        :return: ``res.users``, empty if there is nobody
        """
        policy = self.env["runwell.retention.policy"]._of(self.company_id)
        for user in (self.user_id, self.team_id.user_id, policy._supervisor()):
            if (
                user.active and not user.share and self.company_id in user.company_ids
                and self.with_user(user).with_context(
                    allowed_company_ids=self.company_id.ids
                ).has_access("read")
            ):
                return user
        return self.env["res.users"]

    def _runwell_in_language_of(self, user):
        lang = user.lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang) if lang else self
