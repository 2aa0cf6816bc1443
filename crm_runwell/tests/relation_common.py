from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import AS_OF, RunwellCase

NOON = f"{AS_OF} 12:00:00"


class RelationCase(RunwellCase):
    """Customers whose scores stand without orders: the figures of each test by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.user("supervisor", "sales_team.group_sale_manager")
        cls.seller = cls.user("seller", "sales_team.group_sale_salesman")
        cls.types = {
            code: cls.env.ref(f"crm_runwell.relationship_{code}")
            for code in ("basic", "reactive", "accountable", "proactive", "partnership")
        }

    @classmethod
    def user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, f"rw_{login}", groups, company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def worth(cls, name, revenue, margin=None, prior=0, company=None, score=None, **values):
        """Return a customer with the figures of twelve months; ``margin`` None: cost unknown."""
        company = company or cls.company
        customer = cls.customer(name, **values)
        model = cls.env["runwell.scoring.model"]._active_of(company)
        cls.env["runwell.score"]._as_machine().create({
            "partner_id": customer.id, "company_id": company.id, "as_of": AS_OF,
            "currency_id": company.currency_id.id, "model_id": model.id, "lifecycle": "active",
            "sufficiency": "enough", "revenue_12m": revenue, "revenue_prior_12m": prior,
            **({} if margin is None else {"margin_12m": margin}), **(score or {}),
        })
        return customer

    def refresh(self, customer=None):
        """Write the relations as of AS_OF; return the row of a customer."""
        with self.at(NOON):
            self.env["runwell.relation"]._refresh(self.company)
        return self.relation(customer) if customer else None

    def relation(self, customer, company=None):
        return self.env["runwell.relation"].search([
            ("partner_id", "=", customer.id), ("company_id", "=", (company or self.company).id),
        ])

    def relate(self, customer, today=None, minimum=None, ideal=None):
        """Let people set the levels, as of AS_OF."""
        with self.at(NOON):
            customer.write({
                f"runwell_{name}_id": self.types[code].id
                for name, code in (
                    ("relationship_type", today), ("min_relationship", minimum),
                    ("ideal_relationship", ideal),
                ) if code
            })

    def contact(self, customer, days_ago):
        """Record a contact so many days before AS_OF."""
        return self.env["runwell.interaction"].create({
            "partner_id": customer.id, "company_id": self.company.id, "name": "Called",
            "channel_id": self.env.ref("crm_runwell.channel_phone").id,
            "date": fields.Datetime.to_datetime(NOON) - timedelta(days=days_ago),
        })

    def estimate(self, customer, amount, date="2024-01-01", **values):
        with self.at(NOON):
            return self.env["runwell.spend.estimate"].create({
                "partner_id": customer.id, "company_id": self.company.id, "amount": amount,
                "date": date, "source": "The buyer", **values,
            })
