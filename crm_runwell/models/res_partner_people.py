from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_amount

from .constants import OURS
from .runwell_contact_role import ROLES


class ResPartner(models.Model):
    """Who has a say in a customer's purchases, and who refers whom."""

    _inherit = "res.partner"

    runwell_referrer_id = fields.Many2one(
        "res.partner", "Referred by", copy=False, index="btree_not_null", ondelete="set null",
        groups=OURS,
        domain="[('id', '!=', id)]", help="Who brought this customer to us.",
    )

    @api.constrains("runwell_referrer_id", "parent_id")
    def _check_runwell_referrer(self):
        """Refuse a customer who refers itself, be it through others: one query.

        Whom these partners refer is looked at too: a referrer becomes a contact.
        """
        circles = self._runwell_referred_by_itself(SQL(
            """
            SELECT id, runwell_referrer_id FROM res_partner
             WHERE id = ANY(%(ids)s) AND runwell_referrer_id IS NOT NULL
             UNION
            SELECT p.id, r.id FROM res_partner r JOIN res_partner p ON p.runwell_referrer_id = r.id
             WHERE r.commercial_partner_id = ANY(%(customers)s)
            """,
            ids=self.ids, customers=self.commercial_partner_id.ids,
        ))
        if circles:
            raise ValidationError(self.env._(
                "%s would be its own referrer. Choose somebody else.",
                self.browse(min(circles)).display_name,
            ))

    @api.model
    def _runwell_referred_by_itself(self, links):
        """Return the ids of customers who would refer themselves, be it through others.

        :param SQL links: rows (partner, referrer): those that are asked about, there or to come
        """
        self.env["res.partner"].flush_model(["commercial_partner_id", "runwell_referrer_id"])
        return {id_ for (id_,) in self.env.execute_query(SQL(
            """
            WITH RECURSIVE link (partner_id, referrer_id) AS (
                SELECT p.commercial_partner_id, r.commercial_partner_id
                  FROM (%s) asked (partner_id, referrer_id)
                  JOIN res_partner p ON p.id = asked.partner_id
                  JOIN res_partner r ON r.id = asked.referrer_id),
            chain (start_id, at_id) AS (
                SELECT partner_id, referrer_id FROM link
                 UNION
                SELECT c.start_id, next.referrer_id
                  FROM chain c CROSS JOIN LATERAL (
                       SELECT r.commercial_partner_id AS referrer_id
                         FROM res_partner p JOIN res_partner r ON r.id = p.runwell_referrer_id
                        WHERE p.commercial_partner_id = c.at_id
                        UNION
                       SELECT l.referrer_id FROM link l WHERE l.partner_id = c.at_id) next)
            SELECT DISTINCT start_id FROM chain WHERE start_id = at_id
            """,
            links,
        ))}

    def _runwell_forget_own_referrers(self):
        """Let go of referrers among partners who are about to be merged: nobody refers itself."""
        # sudo: whoever may merge partners may do so.
        partners = self.sudo()
        partners.filtered(
            lambda partner: partner.runwell_referrer_id.commercial_partner_id
            in partners.commercial_partner_id
        ).runwell_referrer_id = False

    @api.readonly
    def get_runwell_people(self):
        """Return who has a say in the customer's purchases, for the block of its page.

        :return: dict: ``roles`` (list of ``role``, ``label``, ``missing`` (a sentence, if nobody
            is known), ``people``), ``contacts`` (to choose from), ``may_edit``,
            ``referrer`` (``id``, ``name``, or False), ``may_edit_customer``
        :raise AccessError: if the reader may not see the customer
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        customer.check_access("read")
        Role = self.env["runwell.contact.role"]
        if not Role.has_access("read"):
            return {}
        rows = Role.search([
            ("partner_id", "=", customer.id), ("company_id", "=", self.env.company.id),
        ])
        labels = dict(Role._fields["role"]._description_selection(self.env))
        influences = dict(Role._fields["influence"]._description_selection(self.env))
        missing = {
            "decides": self.env._("Nobody is known to decide."),
            "influences": self.env._("Nobody is known to have influence."),
            "uses": self.env._("Nobody is known to use what we sell."),
            "refers": self.env._("Nobody is known to refer others."),
        }
        contacts = (
            self.search([("commercial_partner_id", "=", customer.id), ("id", "!=", customer.id),
                         ("is_company", "=", False), ("type", "=", "contact")])
            or customer.filtered(lambda person: not person.is_company)
        )
        referrer = customer.runwell_referrer_id
        return {
            "roles": [
                {
                    "role": role, "label": labels[role],
                    "missing": not rows.filtered(lambda row, role=role: row.role == role)
                    and missing[role],
                    "people": [
                        row._runwell_row(influences) for row in rows if row.role == role
                    ],
                }
                for role, _label in ROLES
            ],
            "contacts": [
                {"id": person.id, "name": person.name or person.display_name,
                 "function": person.function or ""}
                for person in contacts
            ],
            "may_edit": Role.has_access("create") and (
                self.env.user.has_group("sales_team.group_sale_salesman_all_leads")
                or customer.user_id == self.env.user
            ),
            "may_edit_customer": customer.has_access("write") and not customer._runwell_is_others(),
            "referrer": bool(referrer) and referrer.has_access("read") and {
                "id": referrer.id, "name": referrer.display_name,
            },
        }

    def add_runwell_role(self, contact_id, role):
        """Give a person a role in the customer's purchases; one who has it keeps it.

        :return: the id of the ``runwell.contact.role``
        :raise AccessError: if the customer is somebody else's
        """
        self.ensure_one()
        Role = self.env["runwell.contact.role"]
        values = {
            "partner_id": self.commercial_partner_id.id, "contact_id": contact_id, "role": role,
            "company_id": self.env.company.id,
        }
        known = Role.search([
            *((name, "=", value) for name, value in values.items()), ("lead_id", "=", False),
        ], limit=1)
        return (known or Role.create(values)).id

    def action_open_runwell_roles(self):
        """Open who has a say in the customer's purchases."""
        self.ensure_one()
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_contact_role")
        return action | {
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
            "name": self.env._("People at %s", customer.display_name),
        }

    def action_set_runwell_referrer(self):
        """Open the dialog in which the referrer is chosen."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "res_id": self.commercial_partner_id.id, "target": "new",
            "name": self.env._("Referred by"),
            "views": [(self.env.ref("crm_runwell.view_partner_referrer_form").id, "form")],
        }

    def action_open_runwell_referred(self):
        """Open the customers whom this one, or a contact of it, brought."""
        self.ensure_one()
        # sudo: the contacts through whom they came, whoever may see those.
        people = self.sudo().with_context(active_test=False).search([
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
        ])
        return self.env["runwell.referral"]._customers_action(
            self.commercial_partner_id | people.sudo(False), self.env.company
        )

    def _runwell_header_chips(self):
        return [
            *super()._runwell_header_chips(), *self._runwell_decider_chip(),
            *self._runwell_referral_chip(),
        ]

    def _runwell_decider_chip(self):
        Role = self.env["runwell.contact.role"]
        if not Role.has_access("read"):
            return []
        deciders = Role.search([
            ("partner_id", "=", self.commercial_partner_id.id), ("role", "=", "decides"),
            ("company_id", "=", self.env.company.id),
        ]).contact_id
        return [{
            "key": "decides", "sequence": 32, "label": self.env._("Who decides"),
            "value": ", ".join(person.name or person.display_name for person in deciders[:2])
            or self.env._("Not known"),
            "hint": self.env._("Who decides, influences, uses and refers"),
            "tone": "" if deciders else "warning", "action": "action_open_runwell_roles",
        }]

    def _runwell_referral_chip(self):
        Referral = self.env["runwell.referral"]
        if not Referral.has_access("read"):
            return []
        [(count, revenue)] = Referral._read_group(
            [("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id),
             ("company_id", "=", self.env.company.id)],
            [], ["customer_count:sum", "revenue_12m:sum"],
        )
        if not count:
            return []
        money = format_amount(
            self.env, round(revenue or 0.0), self.env.company.currency_id, trailing_zeroes=False,
        )
        return [{
            "key": "referred", "sequence": 34, "label": self.env._("Referred"),
            "value": self.env._("1 customer, %s", money) if count == 1
            else self.env._("%(count)s customers, %(money)s", count=count, money=money),
            "hint": self.env._(
                "Customers who came through this one, and their revenue of 12 months"
            ),
            "tone": "", "action": "action_open_runwell_referred",
        }]
