from odoo.fields import Command, Datetime
from odoo.tools import SQL

from .service_common import ServiceCase

#: A Monday, 9:00 UTC, in the hours that the team works (8 to 12, 13 to 17).
MONDAY = "2024-07-01 09:00:00"


class SlaCase(ServiceCase):
    """One policy: first answer in 4 working hours, resolution in 16; a team in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy, cls.Status = cls.env["runwell.sla.policy"], cls.env["runwell.sla.status"]
        cls.defaults = cls.Policy.search([("company_id", "=", cls.company.id)])
        cls.defaults.active = False
        cls.policy = cls.Policy.create({
            "name": "Standard", "first_answer_hours": 4, "resolution_hours": 16,
        })
        cls.calendar = cls.working_hours("UTC")
        cls.team.resource_calendar_id = cls.calendar
        cls.team.leader_id = cls.manager

    @classmethod
    def working_hours(cls, zone):
        return cls.env["resource.calendar"].create({
            "name": zone, "tz": zone, "company_id": cls.company.id,
            "attendance_ids": [Command.clear()] + [
                Command.create({"name": "x", "dayofweek": str(day), "hour_from": start,
                                "hour_to": stop, "day_period": "morning"})
                for day in range(5) for start, stop in ((8, 12), (13, 17))
            ],
        })

    def came(self, moment=MONDAY, agent=True, **values):
        """Return a request that came at a moment, with the agent at once."""
        with self.at(moment):
            request = self.assigned(**values) if agent else self.request(**values)
            self.env.cr.execute(SQL(
                "UPDATE runwell_request SET create_date = %s WHERE id = %s", moment, request.id,
            ))
            request.invalidate_recordset(["create_date"])
            request._sla_refresh()
        return request

    def clock(self, request, kind, policy=None, turn=0):
        """Return the clock of a request by the policy."""
        return request.sla_status_ids.filtered(
            lambda s: (s.kind, s.policy_id, s.turn) == (kind, policy or self.policy, turn)
        )

    def answer(self, request, moment):
        """Write to the customer, as the agent, at a moment."""
        with self.at(moment):
            request.with_user(self.agent).message_post(
                body="We look into it.", message_type="comment", subtype_xmlid="mail.mt_comment",
            )

    def process(self, request, moment):
        with self.at(moment):
            request.answer = "<p>Tighten the ring.</p>"
            request.with_user(self.agent).action_process()

    def assertDeadlines(self, request, first_answer=False, resolution=False):
        """Check both deadlines of the standard policy, and that the next one is the request's."""
        found = [self.clock(request, kind).deadline for kind in ("first_answer", "resolution")]
        expected = [moment and Datetime.to_datetime(moment)
                    for moment in (first_answer, resolution)]
        self.assertEqual(found, expected)
