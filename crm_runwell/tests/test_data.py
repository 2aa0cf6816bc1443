from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file


@tagged("post_install", "-at_install")
class TestData(TransactionCase):
    """What the addon brings along is loaded whatever people deleted of Odoo's own."""

    def test_without_the_activity_type_email(self):
        email = self.env.ref("mail.mail_activity_data_email")
        steps = self.env["mail.activity.plan.template"].search([
            ("activity_type_id", "=", email.id),
        ])
        names = [
            name for name in steps.get_external_id().values() if name.startswith("crm_runwell.")
        ]
        self.assertEqual(len(names), 3)
        steps.unlink()
        email.unlink()
        for mode in ("init", "update"):
            with self.subTest(mode=mode):
                for name in (
                    "runwell_contact_data.xml", "runwell_play_data.xml",
                    "runwell_lead_plan_data.xml",
                ):
                    convert_file(self.env, "crm_runwell", f"data/{name}", {}, mode=mode)
                todo = self.env.ref("mail.mail_activity_data_todo")
                for name in names:
                    step = self.env.ref(name)
                    self.assertEqual(step.activity_type_id, todo, name)
                    step.unlink()
                self.assertFalse(
                    self.env.ref("mail.mail_activity_data_email", raise_if_not_found=False)
                )
