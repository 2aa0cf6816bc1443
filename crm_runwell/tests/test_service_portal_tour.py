from odoo.tests import tagged

from .test_request_portal import PortalCase


@tagged("post_install", "-at_install")
class TestServicePortalTour(PortalCase):
    """The portal in a real browser, as two customers."""

    def test_two_customers(self):
        self.start_tour("/my/home", "runwell_portal_ask", login=self.ours.login)
        request = self.newest()
        self.assertEqual(
            (request.name, request.request_type, request.partner_id),
            ("The pump leaks", "complaint", self.contact),
        )
        request._assign(self.agent)
        request.answer = "<p>Tighten the ring.</p>"
        self.as_("agent", request).action_process()

        self.start_tour("/my/requests", "runwell_portal_other", login=self.theirs.login)
        self.start_tour(
            request.access_url, "runwell_portal_intruder", login=self.theirs.login,
        )
        self.start_tour("/my/requests", "runwell_portal_rate", login=self.ours.login)
        self.env.invalidate_all()
        self.assertEqual(
            (request.state, request.satisfaction, request.rating_comment), ("archived", 4, "Quick"),
        )
