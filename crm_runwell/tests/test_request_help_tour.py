from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import html2plaintext


@tagged("post_install", "-at_install")
class TestHelpTour(HttpCase):
    """The panel beside the answer, in a real browser."""

    def test_insert_and_never_overwrite(self):
        agent = new_test_user(
            self.env, "rw_help_agent", "crm_runwell.group_service_user",
            context={"no_reset_password": True},
        )
        customer = self.env["res.partner"].create({"name": "Tour Teahouse", "is_company": True})
        team = self.env["runwell.service.team"]._default_of(self.env.company)
        team.write({"member_ids": [(4, agent.id)], "assignment_method": "manual"})
        Request = self.env["runwell.request"].with_user(agent)
        solved = Request.create({"name": "Samovar cold", "partner_id": customer.id})
        solved.action_claim()
        solved.answer = "<p>Heat it twice.</p>"
        solved.action_process()
        self.env["runwell.canned.answer"].create({
            "name": "Tour gasket", "body": "<p>Dear {{customer}}, change the gasket.</p>",
            "sequence": -1, "request_type": "complaint",
        })
        request = Request.create({
            "name": "Kettle leaks", "partner_id": customer.id, "request_type": "complaint",
        })
        request.action_claim()
        self.start_tour(
            f"/odoo/service-requests/{request.id}", "runwell_help_insert", login=agent.login,
        )
        request.invalidate_recordset()
        self.assertEqual(
            html2plaintext(request.answer).split("\n"),
            ["Hello from the tour", "Dear Tour Teahouse, change the gasket.", "Heat it twice."],
        )
