import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from . import sla_statement
from .runwell_request import OPEN_STATES
from .runwell_sla_status import KINDS
from .working_time import AROUND_THE_CLOCK, WorkingTime

#: Fields of which deadlines are a function.
DECIDING = frozenset({
    "company_id", "team_id", "request_type", "priority", "partner_id", "active",
    "waiting_customer", "first_answer_on", "processed_on", "reopened_on", "duplicate_of_id",
})
#: Fields that end a clock, and the activities about it that are then done with.
ENDING = {
    "first_answer_on": ("crm_runwell.activity_sla_first_answer",),
    "processed_on": (
        "crm_runwell.activity_sla_first_answer", "crm_runwell.activity_sla_resolution",
    ),
}
#: From so many requests on, the working intervals are put into a table with indexes.
MANY = 100

#: Who sees the clocks: employees, not the customer whose request it is.
INTERNAL = "base.group_user"

MOODS = [
    ("running", "Running"), ("overdue", "Overdue"), ("paused", "Paused"),
    ("reached", "In time"), ("failed", "Missed"), ("open", "No deadline"),
]


class RunwellRequest(models.Model):
    """The clocks of a request and its next deadline."""

    _inherit = "runwell.request"

    _deadline_idx = models.Index("(company_id, deadline) WHERE deadline IS NOT NULL")

    deadline = fields.Datetime(
        "Next deadline", readonly=True, copy=False, groups=INTERNAL,
        help="The next of the open deadlines, by the strictest policy. Empty while the request "
        "waits for the customer.",
    )
    sla_kind = fields.Selection(
        KINDS, "Due next", readonly=True, copy=False, groups=INTERNAL,
        help="What the next deadline is for.",
    )
    sla_pauses = fields.Json(
        "Pauses", readonly=True, copy=False, groups=INTERNAL,
        help="When the request waited for the customer: pairs of moments in UTC.",
    )
    sla_status_ids = fields.One2many(
        "runwell.sla.status", "request_id", "Clocks", readonly=True, groups=INTERNAL,
    )
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue", groups=INTERNAL,
    )
    sla_alarm = fields.Boolean(
        "Needs action now", compute="_compute_is_overdue", groups=INTERNAL,
        help="Overdue, and the reader can do something about it.",
    )
    first_answer_clock = fields.Char("First answer", compute="_compute_clocks", groups=INTERNAL)
    first_answer_mood = fields.Selection(
        MOODS, "State of the first answer", compute="_compute_clocks", groups=INTERNAL,
    )
    resolution_clock = fields.Char("Resolution", compute="_compute_clocks", groups=INTERNAL)
    resolution_mood = fields.Selection(
        MOODS, "State of the resolution", compute="_compute_clocks", groups=INTERNAL,
    )

    @api.depends("deadline", "user_id", "state")
    @api.depends_context("uid")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        works = self.env.user.has_group("crm_runwell.group_service_user")
        for request in self:
            request.is_overdue = bool(request.deadline and request.deadline < now)
            request.sla_alarm = (
                request.is_overdue and works and (request.is_mine or request.state == "new")
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("deadline", "<", fields.Datetime.now())]

    @api.depends("sla_status_ids.state", "sla_status_ids.deadline", "sla_status_ids.reached_on")
    @api.depends_context("lang")
    def _compute_clocks(self):
        for request in self:
            for kind, _label in KINDS:
                clocks = request.sla_status_ids.filtered(lambda s, kind=kind: s.kind == kind)
                mood, words = clocks._strictest()._in_words()
                request[f"{kind}_mood"] = mood
                request[f"{kind}_clock"] = words

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._sla_refresh()
        return requests

    def write(self, vals):
        ended = {}
        if vals.get("waiting_customer") is False:
            ended = {
                request: [request.waiting_since, fields.Datetime.now()]
                for request in self if request.waiting_since
            }
        result = super().write(vals)
        for request, pause in ended.items():
            pauses = (request.sla_pauses or []) + [[str(moment) for moment in pause]]
            request._move({"sla_pauses": pauses})
        if not DECIDING.isdisjoint(vals):
            self._sla_refresh()
            self._sla_tidy(vals)
        return result

    def _sla_refresh(self):
        """Bring clocks and next deadline of these requests up to date, in a few queries."""
        if self.ids:
            self.flush_recordset()
            self._sla_run(SQL("r.id = ANY(%s)", self.ids), len(self) >= MANY)

    @api.model
    def _sla_recompute(self, scope):
        """Reckon the clocks of the open requests in scope again: one statement for all.

        :param scope: SQL condition on ``runwell_request r``
        :return: the number of requests whose next deadline changed
        """
        self.flush_model()
        return self._sla_run(SQL("(%s) AND r.state IN %s", scope, OPEN_STATES), many=True)

    @api.model
    def _of_new_value_class(self, company, scored, partner_ids=None):
        """Return the open requests whose customer is about to change the value class.

        Only where an active policy of the company is for the class before or after.

        :param scored: the working table of the pass, before its rows are kept
        :param partner_ids: commercial partners of the pass, None for all
        """
        classes = [value_class for (value_class,) in self.env.execute_query(SQL(
            """SELECT DISTINCT value_class FROM runwell_sla_policy
                WHERE company_id = %s AND active AND value_class IS NOT NULL""",
            company.id,
        ))]
        if not classes:
            return self.browse()
        return self.browse([id_ for (id_,) in self.env.execute_query(SQL(
            """
            SELECT r.id
              FROM runwell_request r
              LEFT JOIN runwell_score o
                ON o.partner_id = r.commercial_partner_id AND o.company_id = r.company_id
              LEFT JOIN %(scored)s n ON n.partner_id = r.commercial_partner_id
             WHERE r.company_id = %(company)s AND r.state IN %(open)s AND %(partners)s
               AND o.value_class IS DISTINCT FROM n.value_class
               AND (o.value_class = ANY(%(classes)s) OR n.value_class = ANY(%(classes)s))
            """,
            scored=SQL.identifier(scored), company=company.id, open=OPEN_STATES,
            partners=SQL("r.commercial_partner_id = ANY(%s)", list(partner_ids))
            if partner_ids else SQL("TRUE"), classes=classes,
        ))])

    @api.model
    def _sla_follow_grade(self, partners, company):
        """Reckon the clocks of the open requests of customers again whose grade changed.

        Only where an active policy of the company is for a grade.
        """
        if partners and self.env["runwell.sla.policy"].search_count(
            [("company_id", "=", company.id), ("grade_id", "!=", False)], limit=1,
        ):
            self.search([
                ("commercial_partner_id", "in", partners.ids), ("company_id", "=", company.id),
                ("state", "in", OPEN_STATES),
            ])._sla_refresh()

    def _sla_follow_class(self):
        """Reckon the clocks again after the class changed; a conflict leaves them to the watch.

        A person may have written on one of them since the pass began: that must not undo it.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._sla_refresh()
        except psycopg2.errors.SerializationFailure:
            self.env["runwell.service.team"]._sla_forget_hours(self.company_id)

    @api.model
    def _sla_run(self, scope, many):
        """Reckon the clocks of the requests in scope.

        :param scope: SQL condition on ``runwell_request r``
        :param many: whether they are many
        :return: the number of requests whose next deadline changed
        """
        for model, names in (
            ("runwell.sla.policy", None), ("runwell.service.team", ["resource_calendar_id"]),
            ("res.company", ["resource_calendar_id"]), ("runwell.score", None),
            ("res.partner", ["runwell_grade_id"]),
        ):
            self.env[model].flush_model(names)
        line = WorkingTime(self.env, fields.Datetime.now())
        Company, Calendar = self.env["res.company"], self.env["resource.calendar"]
        for company, calendar, low, hours in self.env.execute_query(sla_statement.clocks(scope)):
            if hours:
                line.add(
                    Company.browse(company),
                    Calendar.browse(calendar if calendar != AROUND_THE_CLOCK else ()),
                    low, hours * 3600,
                )
        changed = sla_statement.Refresh(self.env.cr, scope, line, many).run()
        self.env["runwell.sla.status"].invalidate_model(flush=False)
        self.invalidate_model(["deadline", "sla_kind", "sla_status_ids"], flush=False)
        return changed

    def _sla_tidy(self, vals):
        """Take away the activities about clocks that have ended."""
        types = {xmlid for name in ENDING if vals.get(name) for xmlid in ENDING[name]}
        # sudo: the activity may be the leader's
        if types and (warned := self.sudo().filtered("activity_ids")):
            warned.activity_unlink(list(types))
