from odoo.tests import new_test_user

from .common import RunwellCase

SERVICE_ROLES = {
    "agent": "crm_runwell.group_service_user",
    "colleague": "crm_runwell.group_service_user",
    "stranger": "crm_runwell.group_service_user",
    "manager": "crm_runwell.group_service_manager",
    "account manager": "sales_team.group_sale_salesman",
    "other account manager": "sales_team.group_sale_salesman",
    "supervisor": "sales_team.group_sale_manager",
    "finance": "account.group_account_invoice",
    "executive": "crm_runwell.group_executive",
    "employee": "base.group_user",
    "portal": "base.group_portal",
}


class ServiceCase(RunwellCase):
    """A company with a service team of two agents, and a customer with an account manager.

    ``stranger`` is an agent of another team; ``portal`` is the customer.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.be")
        cls.users = {
            role: new_test_user(
                cls.env, f"rws_{role.replace(' ', '_')}", groups, company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)], tz="UTC", name=role.title(),
            )
            for role, groups in SERVICE_ROLES.items()
        }
        cls.agent, cls.colleague, cls.manager = (
            cls.users[role] for role in ("agent", "colleague", "manager")
        )
        cls.team = cls.env["runwell.service.team"]._default_of(cls.company)
        cls.team.member_ids = cls.agent + cls.colleague
        cls.buyer = cls.customer(
            "Buyer", email="buyer@example.com", phone="+32 470 12 34 56",
            user_id=cls.users["account manager"].id,
        )
        cls.contact = cls.env["res.partner"].create({
            "name": "Contact", "parent_id": cls.buyer.id, "email": "contact@example.com",
        })

    @classmethod
    def request(cls, name="The pump leaks", **values):
        """Return a new request of the customer."""
        return cls.env["runwell.request"].create(
            {"name": name, "partner_id": cls.buyer.id, **values}
        )

    def assigned(self, user=None, **values):
        """Return a request that ``user`` works on."""
        request = self.request(**values)
        request._assign(user or self.agent)
        return request

    def processed(self, user=None, **values):
        """Return a request that ``user`` answered."""
        request = self.assigned(user, **values)
        request.answer = "<p>Tighten the ring.</p>"
        request.with_user(user or self.agent).action_process()
        return request

    def in_state(self, state, user=None):
        """Return a request in a state, of the agent from "assigned" on."""
        if state == "new":
            return self.request()
        if state == "assigned":
            return self.assigned(user)
        request = self.processed(user)
        if state == "archived":
            request._record_feedback(4)
        return request

    def as_(self, role, record):
        return record.with_user(self.users[role]).with_context(
            allowed_company_ids=self.company.ids,
        )

    def mails_of(self, request):
        """Return the messages of a request that its customer reads."""
        return request.message_ids.filtered(
            lambda message: message.subtype_id == self.env.ref("mail.mt_comment")
        )
