from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RunwellCase
from .role_matrix import ROLES as MATRIX_ROLES

#: Two account managers of a team, its leader, and every role of DOMAIN.md.
ROLES = {
    "owner": MATRIX_ROLES["account manager"], "colleague": MATRIX_ROLES["account manager"],
    "leader": MATRIX_ROLES["account manager"],
} | {role: group for role, group in MATRIX_ROLES.items() if role != "account manager"}


class LeadCase(RunwellCase):
    """A team with its leader, opportunities of it, and people of every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"rw_lead_{role.replace(' ', '_')}", groups, company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, groups in ROLES.items()
        }
        cls.team = cls.env["crm.team"].create({
            "name": "Field", "company_id": cls.company.id, "user_id": cls.users["leader"].id,
            "member_ids": [Command.set([cls.users["owner"].id, cls.users["colleague"].id])],
        })
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too far away"})
        cls.plan = cls.env.ref("crm_runwell.plan_develop")

    @classmethod
    def lead(cls, role=None, user=None, **values):
        """Return an opportunity that ``role`` created and ``user`` (a role) has."""
        creator = cls.users[role] if role else cls.env.user
        lead = cls.env["crm.lead"].with_user(creator).with_context(
            allowed_company_ids=cls.company.ids,
        ).sudo().create({
            "name": "Prospect", "type": "opportunity", "company_id": cls.company.id,
            "team_id": cls.team.id, "user_id": cls.users[user].id if user else False, **values,
        })
        return cls.env["crm.lead"].browse(lead.id)

    def seen_by(self, lead, role):
        return lead.with_user(self.users[role]).with_context(
            allowed_company_ids=self.company.ids,
        )

    def attempt(self, call):
        """Do it and undo it; return the class of the refusal, or None."""
        with self.env.cr.savepoint() as savepoint:
            try:
                call()
                self.env.flush_all()
                return None
            except AccessError:
                return AccessError
            except UserError:
                return UserError
            finally:
                savepoint.rollback()
                self.env.invalidate_all()
