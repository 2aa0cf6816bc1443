from odoo import api, fields, models

from .optional_fields import OptionalFloat, OptionalInteger

KINDS = [("first_answer", "First answer"), ("resolution", "Resolution")]
STATES = [
    ("running", "Running"), ("paused", "Paused"), ("reached", "In time"), ("failed", "Missed"),
]


class RunwellSlaStatus(models.Model):
    """A clock: a request, a policy that applies to it, and what is to be reached.

    Written in SQL (``sla_statement``) from what the request records. A clock
    that was reached stays as it is; a reopened request gets a new one for its resolution.
    """

    _name = "runwell.sla.status"
    _inherit = ["runwell.machine.owned"]
    _description = "SLA status"
    _order = "deadline, id"
    _log_access = False
    _check_company_auto = True

    _one = models.UniqueIndex("(request_id, policy_id, kind, turn)")
    # Of the moments none: moving the deadlines of all is then cheap, and few clocks run at once.
    _open_idx = models.Index("(request_id) WHERE reached_on IS NULL")

    request_id = fields.Many2one(
        "runwell.request", required=True, readonly=True, ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    policy_id = fields.Many2one(
        "runwell.sla.policy", required=True, readonly=True, ondelete="restrict",
    )
    kind = fields.Selection(KINDS, "Goal", required=True, readonly=True)
    turn = fields.Integer(
        readonly=True, required=True, default=0, aggregator=None,
        help="How many times the request had been reopened when the clock began.",
    )
    started_on = fields.Datetime("Started on", required=True, readonly=True)
    deadline = fields.Datetime(
        readonly=True, help="Empty while the clock stands, or while no working hours are known.",
    )
    warn_at = fields.Datetime("Warning on", readonly=True)
    reached_on = fields.Datetime("Reached on", readonly=True)
    allowed_seconds = fields.Integer("Time allowed (s)", readonly=True, aggregator=None)
    used_seconds = OptionalInteger(
        "Working time used (s)", readonly=True, aggregator="avg",
        help="When the goal was reached, or while the clock stands.",
    )
    paused_seconds = fields.Integer(
        "Waited for the customer (s)", readonly=True, aggregator="avg",
    )
    state = fields.Selection(STATES, required=True, readonly=True)
    in_time = OptionalFloat(
        "Share in time", readonly=True, aggregator="avg",
        help="1: reached in time, 0: missed; empty while it runs.",
    )
    warned_on = fields.Datetime("Warned on", readonly=True)
    passed_on = fields.Datetime("Passed to the leader on", readonly=True)

    allowed_hours = fields.Float(
        "Hours allowed", compute="_compute_hours", aggregator=None,
    )
    used_hours = OptionalFloat("Hours used", compute="_compute_hours", aggregator=None)
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue",
        help="Past the deadline and not reached yet.",
    )
    # The request's own, for reports to group by.
    team_id = fields.Many2one(related="request_id.team_id", related_sudo=True)
    user_id = fields.Many2one(related="request_id.user_id", string="Agent", related_sudo=True)
    commercial_partner_id = fields.Many2one(
        related="request_id.commercial_partner_id", string="Customer", related_sudo=True,
    )
    request_type = fields.Selection(
        related="request_id.request_type", string="Type", related_sudo=True,
    )
    priority = fields.Selection(related="request_id.priority", related_sudo=True)
    channel = fields.Selection(related="request_id.channel", related_sudo=True)

    @api.depends("kind", "request_id.display_name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for status in self:
            status.display_name = f"{status.request_id.display_name}: {labels.get(status.kind)}"

    @api.depends("allowed_seconds", "used_seconds")
    def _compute_hours(self):
        for status in self:
            status.allowed_hours = status.allowed_seconds / 3600
            used = status.used_seconds
            status.used_hours = False if used is False else used / 3600

    @api.depends("deadline", "reached_on")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for status in self:
            status.is_overdue = bool(
                not status.reached_on and status.deadline and status.deadline < now
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reached_on", "=", False), ("deadline", "<", fields.Datetime.now())]

    def action_open_request(self):
        """Open the request whose clock this is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "runwell.request",
            "res_id": self.request_id.id, "view_mode": "form", "views": [(False, "form")],
        }

    def _machine_refusal(self):
        return self.env._(
            "Clocks of requests follow from what happened and from the policies; nobody "
            "writes them by hand."
        )
