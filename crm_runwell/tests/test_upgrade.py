from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import RunwellCase

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@tagged("post_install", "-at_install")
class TestUpgrade(RunwellCase):
    """What an upgrade from the version before fills as a first installation does."""

    def migrate(self, version):
        path = MIGRATIONS / version / "post-migrate.py"
        load_script(str(path), "post-migrate").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_sales(self):
        call = self.env.ref("mail.mail_activity_data_call")
        meeting = self.env.ref("mail.mail_activity_data_meeting")
        major = self.env.ref("crm_runwell.grade_major")
        fax = self.env.ref("crm_runwell.channel_fax")
        call.runwell_channel_id = major.min_relationship_id = False
        meeting.runwell_channel_id = fax
        self.env["runwell.pool.policy"].search([("company_id", "=", self.company.id)]).unlink()
        self.env.flush_all()
        self.migrate("19.0.1.1.0")
        self.assertEqual(call.runwell_channel_id.kind, "phone")
        self.assertEqual(major.min_relationship_id.code, "accountable")
        self.assertEqual(meeting.runwell_channel_id, fax)
        self.assertTrue(
            self.env["runwell.pool.policy"].search([("company_id", "=", self.company.id)])
        )
        self.assertTrue(self.env["ir.cron.trigger"].search([
            ("cron_id", "=", self.env.ref("crm_runwell.ir_cron_affinity").id),
        ]))
