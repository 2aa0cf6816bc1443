from odoo.tests import new_test_user

from .common import AS_OF, RunwellCase, days_before


class PoolCase(RunwellCase):
    """A company whose rule is 90 days, two account managers and their supervisor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.sales_user("rw_pool_one")
        cls.colleague = cls.sales_user("rw_pool_two")
        cls.supervisor = cls.sales_user("rw_pool_boss", "sales_team.group_sale_manager")
        cls.policy = cls.env["runwell.pool.policy"]._of(cls.company)
        cls.policy.write({"days_untouched": 90, "announce_days": 7})
        cls.Notice = cls.env["runwell.pool.notice"]
        cls.Handover = cls.env["runwell.handover"]

    @classmethod
    def sales_user(cls, login, group="sales_team.group_sale_salesman", companies=None):
        companies = companies or cls.company
        return new_test_user(
            cls.env, login, group, name=login, company_id=companies[0].id,
            company_ids=[(6, 0, companies.ids)], email=f"{login}@example.com",
        )

    @classmethod
    def held(cls, name="Held", since=400, company=None, **values):
        """Return a customer of the company that is there since so many days before AS_OF."""
        values = {
            "user_id": cls.manager.id, "company_id": (company or cls.company).id,
            "customer_rank": 1, **values,
        }
        return cls.made_on(cls.customer(name, **values), days_before(since))

    @classmethod
    def touch(cls, customer, days, company=None):
        """Note that somebody talked with the customer so many days before AS_OF."""
        return cls.env["runwell.interaction"].create({
            "partner_id": customer.id, "company_id": (company or cls.company).id,
            "name": "Called", "date": f"{days_before(days)} 10:00:00",
            "channel_id": cls.env.ref("crm_runwell.channel_phone").id,
        })

    def run_pool(self, days_later=0):
        """Run the nightly job so many days after AS_OF."""
        done = self.Notice._run(days_before(-days_later, AS_OF))
        self.env.invalidate_all()
        return done

    def announced(self, customer):
        return self.Notice.search([
            ("partner_id", "=", customer.id), ("state", "=", "announced"),
        ])

    def in_pool(self, customer, company=None):
        """Return the rows of the customer in the pool of a company."""
        return self.env["runwell.pool"].search([
            ("partner_id", "=", customer.id),
            ("company_id", "=", (company or self.company).id),
        ])
