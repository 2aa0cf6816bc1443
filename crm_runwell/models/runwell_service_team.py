import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .runwell_request import REQUEST_TYPES


class RunwellServiceTeam(models.Model):
    """Agents who share a list of service requests, and how it is shared out."""

    _name = "runwell.service.team"
    _inherit = ["mail.alias.mixin", "mail.thread"]
    _description = "Service team"
    _order = "sequence, name, id"
    _check_company_auto = True

    _one_default = models.UniqueIndex(
        "(company_id) WHERE is_default AND active",
        "A company has one default team.",
    )
    _days = models.Constraint(
        "CHECK(archive_days >= 0 AND reopen_days >= 0)", "Days are counted from 0.",
    )

    name = fields.Char("Team", required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
    )
    member_ids = fields.Many2many(
        "res.users", "runwell_service_team_member_rel", "team_id", "user_id", "Members",
        domain=lambda self: self._agents_domain(), check_company=True,
        help="Agents who claim and are given the requests of this team.",
    )
    leader_id = fields.Many2one(
        "res.users", "Team leader", tracking=True, check_company=True,
        domain=lambda self: self._agents_domain(),
        help="Is told when nobody of the team is there to take a request.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar", "Working hours", check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        help="When the team works: what deadlines are counted in. Agents with working hours "
        "of their own are given requests in theirs.",
    )
    assignment_method = fields.Selection(
        [
            ("manual", "By hand"), ("round_robin", "In turn"),
            ("least_loaded", "To the least loaded"),
        ],
        "Assignment", required=True, default="manual", tracking=True,
        help="In turn and to the least loaded give a new request at once to an agent who is "
        "at work; the customer's usual agent comes first.",
    )
    usual_agent_first = fields.Boolean(
        "Usual agent first", default=True,
        help="Give a request to the agent of the customer's last one, if at work.",
    )
    last_assigned_id = fields.Many2one(
        "res.users", "Last in turn", readonly=True, copy=False,
        help="Whose turn was the last one.",
    )
    handles_enquiry = fields.Boolean("Enquiries", default=True)
    handles_complaint = fields.Boolean("Complaints", default=True)
    handles_suggestion = fields.Boolean("Suggestions", default=True)
    archive_days = fields.Integer(
        "Archive after", default=7,
        help="Days after the answer when a request without feedback is archived; 0: never.",
    )
    reopen_days = fields.Integer(
        "Reopen within", default=30,
        help="Days after archiving when the customer may reopen the request.",
    )
    is_default = fields.Boolean(
        "Default team", copy=False,
        help="Takes the requests of the company that no other team is named for.",
    )

    @api.model
    def _agents_domain(self):
        group = self.env.ref("crm_runwell.group_service_user", raise_if_not_found=False)
        return [("share", "=", False), ("all_group_ids", "in", group.ids if group else [])]

    @api.constrains("handles_enquiry", "handles_complaint", "handles_suggestion")
    def _check_handles_something(self):
        for team in self:
            if not any(team[f"handles_{kind}"] for kind, _label in REQUEST_TYPES):
                raise ValidationError(
                    self.env._("Say which types of requests the team %s takes.", team.name)
                )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("runwell.request")
        if self.id:
            defaults = ast.literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = defaults | {
                "team_id": self.id, "company_id": self.company_id.id,
            }
        return values

    @api.model_create_multi
    def create(self, vals_list):
        self._give_up_default([
            values.get("company_id") or self.env.company.id
            for values in vals_list if values.get("is_default")
        ])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("is_default"):
            self._give_up_default(self.company_id.ids, self.ids)
        return super().write(vals)

    @api.model
    def _give_up_default(self, companies, but=()):
        """Let no team of these companies be the default any more, but those of these ids."""
        former = self.search([
            ("company_id", "in", companies), ("is_default", "=", True), ("id", "not in", but),
        ])
        if former:
            former.is_default = False
            # The database takes no second default, not even for a moment.
            former.flush_recordset(["is_default"])

    @api.model
    def _default_of(self, company):
        """Return the default team of a company, made when there is none."""
        # sudo: whoever asks something of the company, a customer too, needs its team.
        Team = self.sudo().with_company(company)
        teams = Team.search([("company_id", "=", company.id)])
        return (
            teams.filtered("is_default")[:1] or teams[:1]
            or Team.create(Team._default_values(company))
        )

    @api.model
    def _default_values(self, company):
        """Return the values of the team that a company begins with."""
        return {
            "name": self.env._("Customer service"), "company_id": company.id, "is_default": True,
            "resource_calendar_id": company.resource_calendar_id.id,
        }

    @api.model
    def _for_request(self, company, request_type):
        """Return the team that takes the requests of a type: the default one if it does."""
        default = self._default_of(company)
        if not request_type or default[f"handles_{request_type}"]:
            return default
        # sudo: as in _default_of
        return self.sudo().search([
            ("company_id", "=", company.id), (f"handles_{request_type}", "=", True),
        ], limit=1) or default
