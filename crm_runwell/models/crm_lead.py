"""Prospects and opportunities: how far they are developed, and who may hand them to whom."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, sql

SUPERVISOR = "sales_team.group_sale_manager"
STATES = [
    ("unassigned", "Unassigned"), ("in_development", "In development"),
    ("developed", "Developed"), ("failed", "Failed"),
]
#: States in which there is something left to do.
OPEN = ("unassigned", "in_development")

# An object of this process: no RPC call, import or context from outside can hold it.
_MERGING = object()


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "runwell.machine.owned"]

    _people_make_rows = True
    _machine_fields = frozenset({
        "runwell_development_state", "runwell_assigned_by_id", "runwell_assigned_on",
    })

    runwell_development_state = fields.Selection(
        STATES, "Development", compute="_compute_development_state", store=True, copy=False,
        help="Follows from the salesperson and from winning or losing: it is never set by hand.",
    )
    runwell_assigned_by_id = fields.Many2one(
        "res.users", "Assigned by", compute="_compute_assigned", store=True, precompute=True,
        copy=False, ondelete="set null",
    )
    runwell_assigned_on = fields.Datetime(
        "Assigned on", compute="_compute_assigned", store=True, precompute=True, copy=False,
    )
    runwell_assignment_ids = fields.One2many(
        "runwell.lead.assignment", "lead_id", "Assignments", readonly=True, copy=False,
    )
    runwell_may_assign = fields.Boolean("May assign", compute="_compute_may_assign")
    runwell_may_take = fields.Boolean("May take", compute="_compute_may_assign")

    # Unassigned first, as the list of prospects is ordered.
    _runwell_prospects_idx = models.Index("(runwell_development_state DESC, id DESC)")

    def _auto_init(self):
        """Fill what follows from the past at once: who assigned then is not known."""
        if not sql.column_exists(self.env.cr, self._table, "runwell_development_state"):
            for column, kind in (
                ("runwell_development_state", "varchar"), ("runwell_assigned_by_id", "int4"),
                ("runwell_assigned_on", "timestamp"),
            ):
                sql.create_column(self.env.cr, self._table, column, kind)
            self.env.cr.execute(SQL(
                """UPDATE crm_lead
                      SET runwell_assigned_on = CASE WHEN user_id IS NOT NULL THEN date_open END,
                          runwell_development_state = CASE
                              WHEN won_status = 'won' THEN 'developed'
                              WHEN won_status = 'lost' THEN 'failed'
                              WHEN user_id IS NULL THEN 'unassigned'
                              ELSE 'in_development' END"""
            ))
        return super()._auto_init()

    # Computes

    @api.depends("won_status", "user_id")
    def _compute_development_state(self):
        ended = {"won": "developed", "lost": "failed"}
        for lead in self:
            lead.runwell_development_state = ended.get(
                lead.won_status, "in_development" if lead.user_id else "unassigned"
            )

    @api.depends("user_id")
    def _compute_assigned(self):
        """Note the first assignment; :meth:`write` notes each further one."""
        for lead in self:
            if not lead.user_id:
                lead.runwell_assigned_by_id = lead.runwell_assigned_on = False
            elif not lead.runwell_assigned_on:
                lead.runwell_assigned_by_id = self._who_assigns()
                lead.runwell_assigned_on = fields.Datetime.now()

    @api.depends_context("uid")
    @api.depends("team_id", "user_id")
    def _compute_may_assign(self):
        for lead in self:
            lead.runwell_may_assign = lead._is_assigner()
            lead.runwell_may_take = not lead.user_id and (
                lead.runwell_may_assign or lead.create_uid == self.env.user
            )

    # CRUD

    @api.model
    def default_get(self, fields):
        """Leave out what follows from other fields, whatever a caller or a user presets."""
        return super().default_get([name for name in fields if name not in self._machine_fields])

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        given = leads.filtered("user_id")
        for lead in given:
            if lead.user_id != self.env.user:
                lead._check_may_assign(lead.user_id)
        given._note_assignment({})
        return leads

    def write(self, vals):
        if "user_id" not in vals:
            return super().write(vals)
        user = self.env["res.users"].browse(vals["user_id"] or [])
        previous = {lead.id: lead.user_id for lead in self if lead.user_id != user}
        changed = self.browse(previous)
        changed._check_may_assign(user)
        result = super().write(vals)
        if changed:
            # sudo: whoever gave it away may no longer see it.
            changed = changed.sudo()
            changed._as_machine().write({
                "runwell_assigned_by_id": user and self._who_assigns().id,
                "runwell_assigned_on": user and fields.Datetime.now(),
            })
            changed._note_assignment(previous)
        return result

    def _untouched(self):
        # Nothing: these fields are computed, and default_get lets no default in.
        return {}

    def _machine_refusal(self):
        return self.env._(
            "How far an opportunity is, and who assigned it when, follow from what is done: "
            "assign it, win it or mark it as lost."
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_unassigned_only(self):
        """Let the creator or a supervisor delete, while nobody works on it.

        Merging deletes what it has merged, in Odoo's own way.
        """
        if self.env.su or self._is_merging():
            return
        is_supervisor = self.env.user.has_group(SUPERVISOR)
        for lead in self:
            if not is_supervisor and lead.create_uid != self.env.user:
                raise AccessError(self.env._(
                    "%s was created by somebody else. Ask its creator or a sales supervisor to "
                    "delete it.", lead.display_name,
                ))
            if lead.runwell_development_state != "unassigned":
                raise UserError(self.env._(
                    "%s has been assigned: it can no longer be deleted. Mark it as lost with its "
                    "reason, or let a sales supervisor take the salesperson away first.",
                    lead.display_name,
                ))

    # Assignment

    def action_runwell_take(self):
        """Take opportunities that nobody has: those one created, or may assign."""
        self.user_id = self.env.user

    def _check_may_assign(self, user):
        """Raise AccessError unless the caller may give these opportunities to ``user``.

        Supervisors may, the leader of the opportunity's team may; whoever created an
        opportunity may take it while nobody has it. Odoo's own assignment works as
        superuser.
        """
        if self.env.su or self.env.user.has_group(SUPERVISOR):
            return
        me = self.env.user
        for lead in self:
            is_own = user == me and lead.create_uid == me and not lead.user_id
            is_merged = not lead.user_id and user.id in self._merging_user_ids()
            if not (is_own or is_merged or lead._is_assigner()):
                raise AccessError(self.env._(
                    "Only a sales supervisor or the leader of the team assigns %s. You may take "
                    "an opportunity that you created yourself while nobody has it.",
                    lead.display_name,
                ))

    def _check_open(self):
        """Raise UserError for an opportunity that has ended: nobody is to develop it."""
        if ended := self.filtered(lambda lead: lead.runwell_development_state not in OPEN):
            raise UserError(self.env._(
                "Won and lost opportunities are not assigned: %s",
                ", ".join(ended.mapped("display_name")),
            ))

    def _is_assigner(self):
        """Return whether the caller assigns this one to anybody: a supervisor, its team's head."""
        # sudo: the team may be out of the caller's reach, its leader is all that is asked.
        return self.env.user.has_group(SUPERVISOR) or (
            self.sudo().team_id.user_id == self.env.user
        )

    @api.model
    def _who_assigns(self):
        """Return who is at work: OdooBot for what comes in through the website or the portal."""
        user = self.env.user
        return user if user._is_internal() else self.env.ref("base.user_root")

    def _note_assignment(self, previous):
        """Write down that these were assigned just now.

        :param previous: who had it before, by id; missing: nobody
        """
        if not self:
            return
        nobody = self.env["res.users"]
        # sudo: a fact that the product writes; the right to assign was checked.
        self.env["runwell.lead.assignment"].sudo()._as_machine().create([
            {
                "lead_id": lead.id, "previous_user_id": previous.get(lead.id, nobody).id,
                "new_user_id": lead.user_id.id, "user_id": self._who_assigns().id,
                "reason": self.env.context.get("runwell_assignment_reason") or False,
            }
            for lead in self
        ])

    # Merging

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        """Let the merged opportunity keep the salesperson of one of them."""
        merging = self.with_context(runwell_merging=(_MERGING, self.user_id.ids))
        merged = super(CrmLead, merging)._merge_opportunity(
            user_id=user_id, team_id=team_id, auto_unlink=auto_unlink, max_length=max_length,
        )
        return merged.with_env(self.env)

    def _merge_dependences(self, opportunities):
        # sudo: the course of the assignments goes where the opportunity goes.
        rows = opportunities.sudo().runwell_assignment_ids
        rows._as_machine().write({"lead_id": self.id})
        return super()._merge_dependences(opportunities)

    def _is_merging(self):
        """Return whether Odoo itself merges opportunities, not a caller who says so."""
        key = self.env.context.get("runwell_merging")
        return isinstance(key, tuple) and key[0] is _MERGING

    def _merging_user_ids(self):
        return self.env.context["runwell_merging"][1] if self._is_merging() else ()
