from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..scoring.purchases import lines
from .optional_fields import OptionalFloat

#: How long after it was first shown a product may be bought to count as a hit.
HIT_DAYS = 60
#: How long a product is not offered again to a customer for whom a person put it aside.
REST_DAYS = 180
PLACES = [("order", "Order"), ("customer", "Customer page"), ("portal", "Portal")]
KINDS = [("new", "New product"), ("due", "Due again"), ("usual", "Usual product")]
STATES = [
    ("shown", "Undecided"), ("accepted", "Taken"), ("bought", "Bought later"),
    ("dismissed", "Put aside"), ("ignored", "Not bought"),
]
HITS = ("accepted", "bought")


class RunwellSuggestion(models.Model):
    """What was suggested to whom, and what came of it: a row a customer, product and place.

    Written by the machine alone. A row is open (``shown``) for at most 60 days; a product shown
    again after that begins a new row, so that each row is one try. A hit is a product that was
    taken with one click, or bought within 60 days after it was first shown. The kind is that of
    the first time.
    """

    _name = "runwell.suggestion"
    _inherit = "runwell.machine.owned"
    _description = "Suggested product"
    _order = "last_shown_on desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    _shown_once = models.UniqueIndex(
        "(partner_id, company_id, product_id, place) WHERE state = 'shown'",
        "A product is suggested to a customer once at a place.",
    )
    _resting = models.Index(
        "(partner_id, company_id, dismissed_until) WHERE dismissed_until IS NOT NULL"
    )

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", "Account manager", index="btree_not_null",
        help="When the product was first shown.",
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade",
    )
    because_product_id = fields.Many2one(
        "product.product", "Because of", ondelete="set null", index="btree_not_null",
        help="The product that others bought together with it.",
    )
    order_id = fields.Many2one(
        "sale.order", "Last shown on", ondelete="set null", index="btree_not_null",
    )
    place = fields.Selection(PLACES, "Shown where", required=True)
    kind = fields.Selection(KINDS, required=True)
    state = fields.Selection(STATES, required=True, default="shown")
    first_shown_on = fields.Date("First shown", required=True)
    last_shown_on = fields.Date("Last shown", required=True)
    shown_count = fields.Integer("Days shown", default=1)
    done_by_id = fields.Many2one(
        "res.users", "By", index="btree_not_null", help="Who took it or put it aside.",
    )
    decided_on = fields.Date("Decided on")
    bought_on = fields.Date("Bought on")
    dismissed_until = fields.Date("Not offered before")
    hit = OptionalFloat(
        "Hit rate", aggregator="avg",
        help="1: taken or bought within 60 days; 0: put aside or not bought; empty: undecided.",
    )

    # What is shown

    @api.model
    def _note_shown(self, partner, company, offers, place, order=None):
        """Note that products are shown to a customer; a day counts once.

        :param offers: dicts with ``product_id``, ``kind`` and, of a new product,
            ``because_product_id``
        """
        if not offers:
            return
        self.flush_model()
        today = self._today_of(company)
        self.env.cr.execute(SQL(
            """
            INSERT INTO runwell_suggestion AS known (
                   partner_id, company_id, user_id, product_id, because_product_id, kind, place,
                   order_id, state, first_shown_on, last_shown_on, shown_count,
                   create_uid, create_date)
            SELECT %(partner)s, %(company)s, %(manager)s, offer.product_id,
                   offer.because_product_id, offer.kind, %(place)s, %(order)s, 'shown',
                   %(today)s, %(today)s, 1, %(user)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(products)s::int[], %(because)s::int[], %(kinds)s::varchar[])
                AS offer (product_id, because_product_id, kind)
                ON CONFLICT (partner_id, company_id, product_id, place) WHERE state = 'shown'
                DO UPDATE SET last_shown_on = excluded.last_shown_on,
                              shown_count = known.shown_count + 1,
                              order_id = coalesce(excluded.order_id, known.order_id),
                              because_product_id = coalesce(
                                  excluded.because_product_id, known.because_product_id)
                 WHERE known.last_shown_on < excluded.last_shown_on
                    OR known.order_id IS DISTINCT FROM excluded.order_id
                       AND excluded.order_id IS NOT NULL
            """,
            partner=partner.id, company=company.id, manager=partner.user_id.id or None,
            place=place, order=order.id or None if order else None, today=today,
            user=self.env.uid, products=[offer["product_id"] for offer in offers],
            because=[offer.get("because_product_id") or None for offer in offers],
            kinds=[offer["kind"] for offer in offers],
        ))
        self.invalidate_model()

    @api.model
    def _resting_products(self, partner, company):
        """Return the ids of the products that a person put aside for this customer."""
        return set(self.sudo().search([
            ("partner_id", "=", partner.id), ("company_id", "=", company.id),
            ("dismissed_until", ">=", self._today_of(company)),
        ]).product_id.ids)

    # What comes of it

    @api.model
    def _accept(self, partner, company, products, place, order):
        """Note that products were taken with one click; what was not shown is not noted."""
        self._shown(partner, company, products, [("place", "=", place)]).write({
            "state": "accepted", "hit": 1.0, "order_id": order.id, "done_by_id": self.env.uid,
            "decided_on": self._today_of(company),
        })

    @api.model
    def _dismiss(self, partner, company, product, place):
        """Note that a person put a product aside for this customer: it rests for 180 days.

        It rests everywhere, but only what was shown at this place is decided by it.
        """
        today = self._today_of(company)
        here = [("place", "=", place)]
        shown = self._shown(partner, company, product, here)
        if not shown:
            self._note_shown(
                partner, company, [{"product_id": product.id, "kind": "new"}], place,
            )
            shown = self._shown(partner, company, product, here)
        shown.write({
            "state": "dismissed", "hit": 0.0, "done_by_id": self.env.uid, "decided_on": today,
            "dismissed_until": fields.Date.add(today, days=REST_DAYS),
        })

    def action_offer_again(self):
        """Offer products again that were put aside, wherever that was."""
        self.check_access("read")
        if not self.env["sale.order"].has_access("create"):
            raise AccessError(self.env._("Whoever makes quotations may offer a product again."))
        self.flush_model()
        self.env.cr.execute(SQL(
            """UPDATE runwell_suggestion aside SET dismissed_until = NULL
                 FROM runwell_suggestion chosen
                WHERE chosen.id = ANY(%s) AND aside.dismissed_until IS NOT NULL
                  AND (aside.partner_id, aside.company_id, aside.product_id)
                    = (chosen.partner_id, chosen.company_id, chosen.product_id)""",
            self.ids,
        ))
        self.invalidate_model()

    def _shown(self, partner, company, products, domain=()):
        # sudo: rows of the machine; the caller checked the order or the customer.
        return self.sudo()._as_machine().search([
            ("partner_id", "=", partner.id), ("company_id", "=", company.id),
            ("product_id", "in", products.ids), ("state", "=", "shown"), *domain,
        ])

    @api.model
    def _cron_settle(self):
        """Nightly: note what became of suggestions, a transaction a company."""
        companies = self.env["res.company"].search([])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(companies))
        for company in companies:
            self._settle(company)
            commit(1)

    @api.model
    def _settle(self, company):
        """Close a company's suggestions that were bought, or not bought in time.

        A purchase settles one row of a customer, product and place: the oldest.

        :return: how many were closed
        """
        # sudo: the scoring model is read by the machine.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        today = model._today()
        self.flush_model()
        self.env.flush_all()
        waiting = self.env.execute_query(SQL(
            """SELECT DISTINCT partner_id FROM runwell_suggestion
                WHERE company_id = %s AND bought_on IS NULL
                  AND (state = 'shown' OR state = 'accepted' AND first_shown_on >= %s)""",
            company.id, fields.Date.subtract(today, days=2 * HIT_DAYS),
        ))
        if not waiting:
            return 0
        scope = model._scope(today, [partner_id for (partner_id,) in waiting])
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_suggestion known
               SET bought_on = bought.day, hit = 1,
                   state = CASE WHEN known.state = 'shown' THEN 'bought' ELSE known.state END,
                   decided_on = coalesce(known.decided_on, bought.day)
              FROM (SELECT DISTINCT ON (partner_id, product_id, place) id, day
                      FROM (SELECT s.id, s.partner_id, s.product_id, s.place, s.first_shown_on,
                                   min(line.day) AS day
                              FROM (%(lines)s) line
                              JOIN runwell_suggestion s ON s.partner_id = line.partner_id
                                                       AND s.product_id = line.product_id
                             WHERE s.company_id = %(company)s AND s.bought_on IS NULL
                               AND s.state IN ('shown', 'accepted') AND line.amount > 0
                               AND line.day BETWEEN s.first_shown_on
                                                AND s.first_shown_on + %(days)s
                               AND NOT EXISTS (
                                   SELECT FROM runwell_suggestion settled
                                    WHERE settled.company_id = s.company_id
                                      AND settled.partner_id = s.partner_id
                                      AND settled.product_id = s.product_id
                                      AND settled.place = s.place
                                      AND settled.bought_on = line.day)
                             GROUP BY s.id) one
                     ORDER BY partner_id, product_id, place, first_shown_on, id) bought
             WHERE known.id = bought.id
            """,
            lines=lines(scope, today), company=company.id, days=HIT_DAYS,
        ))
        closed = self.env.cr.rowcount
        self.env.cr.execute(SQL(
            """UPDATE runwell_suggestion SET state = 'ignored', hit = 0, decided_on = %(today)s
                WHERE company_id = %(company)s AND state = 'shown'
                  AND first_shown_on + %(days)s < %(today)s::date""",
            company=company.id, today=today, days=HIT_DAYS,
        ))
        closed += self.env.cr.rowcount
        self.invalidate_model()
        return closed

    @api.model
    def _today_of(self, company):
        # sudo: the day of the company is its scoring's.
        return self.env["runwell.scoring.model"].sudo()._active_of(company)._today()

    @api.model
    def _merge_partners(self, sources, kept):
        """Leave one open row a product and place of partners who are about to be merged."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """DELETE FROM runwell_suggestion late USING runwell_suggestion early
                WHERE late.partner_id = ANY(%(ids)s) AND early.partner_id = ANY(%(ids)s)
                  AND late.state = 'shown' AND early.state = 'shown'
                  AND (early.company_id, early.product_id, early.place)
                    = (late.company_id, late.product_id, late.place)
                  AND early.id < late.id""",
            ids=(sources | kept).ids,
        ))
        self.invalidate_model()
