from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from .common import RunwellCase


class AutomaticCase(RunwellCase):
    """A salesperson with a customer, what is done for it and meetings with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "rw_seller", "sales_team.group_sale_salesman", company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.own = cls.customer("Own", user_id=cls.seller.id)

    def contacts(self, partner=None):
        return self.env["runwell.interaction"].search([
            ("commercial_partner_id", "=", (partner or self.own).id),
            ("company_id", "=", self.company.id),
        ])

    def activity(self, record, kind="call", **values):
        return self.env["mail.activity"].with_user(self.seller).create({
            "res_model_id": self.env["ir.model"]._get_id(record._name), "res_id": record.id,
            "activity_type_id": self.env.ref(f"mail.mail_activity_data_{kind}").id,
            "user_id": self.seller.id, **values,
        })

    def meeting(self, *partners, ago=timedelta(hours=3), **values):
        start = fields.Datetime.now() - ago
        partners = self.env["res.partner"].union(self.seller.partner_id, *partners)
        return self.env["calendar.event"].with_user(self.seller).create({
            "name": "Tasting", "start": start, "stop": start + timedelta(hours=1),
            "partner_ids": [Command.set(partners.ids)], "user_id": self.seller.id, **values,
        })

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_runwell.ir_cron_meetings").method_direct_trigger()
        self.env.invalidate_all()

    def changed(self, event):
        """Let the change be after the last look: in a test all is at the same moment."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """UPDATE calendar_event SET runwell_logged_on = runwell_logged_on - interval '1 hour'
                WHERE id = %s""", event.id,
        ))
        self.run_cron()
