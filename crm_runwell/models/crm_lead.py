"""Prospects and opportunities: how far they are developed, and who may hand them to whom."""

from collections import defaultdict

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
    runwell_may_give_back = fields.Boolean("May give back", compute="_compute_may_give_back")

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

    @api.depends_context("uid")
    @api.depends("user_id", "won_status")
    def _compute_may_give_back(self):
        own = self._only_ever_own()
        for lead in self:
            lead.runwell_may_give_back = lead in own

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

    def copy_data(self, default=None):
        """Let whoever may not assign a colleague's opportunity have the copy of it."""
        result = super().copy_data(default)
        if self.env.su or "user_id" in (default or {}):
            return result
        for lead, values in zip(self, result, strict=True):
            if values.get("user_id") and not lead._is_assigner():
                values["user_id"] = self.env.uid
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
                raise UserError(lead._why_not_deleted())

    def _why_not_deleted(self):
        self.ensure_one()
        name = self.display_name
        if self.runwell_development_state == "developed":
            return self.env._("%s is won: it stays with its customer.", name)
        if self.runwell_development_state == "failed":
            return self.env._("%s has failed: it stays, so that its reason counts.", name)
        if self._only_ever_own():
            return self.env._("%s is yours. Give it back first, then delete it.", name)
        return self.env._(
            "%s has been assigned: it can no longer be deleted. Mark it as lost with its "
            "reason, or let a sales supervisor take the salesperson away first.", name,
        )

    # Assignment

    def action_runwell_take(self):
        """Take opportunities that nobody has: those one created, or may assign."""
        self.user_id = self.env.user

    def action_runwell_give_back(self):
        """Let nobody have opportunities that one made for oneself."""
        self.user_id = False

    def _check_may_assign(self, user):
        """Raise AccessError unless the caller may give these opportunities to ``user``.

        Supervisors may, the leader of the opportunity's team may; whoever created an
        opportunity may take it while nobody has it, and give it back while nobody else
        has had it. Odoo's own assignment works as superuser.
        """
        if self.env.su or self.env.user.has_group(SUPERVISOR):
            return
        me = self.env.user
        given_back = self.browse() if user else self._only_ever_own()
        for lead in self - given_back:
            is_own = user == me and lead.create_uid == me and not lead.user_id
            is_merged = not lead.user_id and user.id in self._merging_user_ids()
            if not (is_own or is_merged or lead._is_assigner()):
                raise AccessError(self.env._(
                    "Only a sales supervisor or the leader of the team assigns %s. You may take "
                    "an opportunity that you created yourself while nobody has it.",
                    lead.display_name,
                ))

    def _only_ever_own(self):
        """Return those in development that the caller made, took and alone has had."""
        me = self.env.user
        own = self.filtered(
            lambda lead: lead.runwell_development_state == "in_development"
            and lead.create_uid == lead.user_id == lead.runwell_assigned_by_id == me
        )
        if not own:
            return own
        # sudo: the whole course, whoever had it.
        return own - self.env["runwell.lead.assignment"].sudo().search([
            ("lead_id", "in", own.ids), "|", ("previous_user_id", "not in", [False, me.id]),
            ("new_user_id", "not in", [False, me.id]),
        ]).lead_id

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
        """Write down that these were assigned just now, and hand on the steps of their plans.

        One statement notes it and finds the open steps of whoever had them last.

        :param previous: who had it before, by id; missing: nobody
        """
        if not self:
            return
        self.env["mail.activity"].flush_model()
        self.env["runwell.lead.assignment"].flush_model()
        nobody = self.env["res.users"]
        found = self.env.execute_query(SQL(
            """
            WITH given AS (
                SELECT * FROM unnest(%(leads)s::int[], %(previous)s::int[], %(new)s::int[])
                    row (lead_id, previous_id, user_id)),
            noted AS (
                INSERT INTO runwell_lead_assignment (
                       lead_id, date, previous_user_id, new_user_id, user_id, reason,
                       create_uid, create_date, write_uid, write_date)
                SELECT lead_id, %(now)s, previous_id, user_id, %(who)s, %(reason)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM given)
            SELECT a.id, g.user_id
              FROM mail_activity a JOIN given g ON g.lead_id = a.res_id
             WHERE a.res_model = %(model)s AND a.active AND a.runwell_plan_id IS NOT NULL
               AND a.user_id <> g.user_id
               AND a.user_id = coalesce(g.previous_id, (
                   SELECT c.previous_user_id FROM runwell_lead_assignment c
                    WHERE c.lead_id = g.lead_id ORDER BY c.date DESC, c.id DESC LIMIT 1))
            """,
            leads=self.ids, previous=[previous.get(lead.id, nobody).id or None for lead in self],
            new=[lead.user_id.id or None for lead in self], model=self._name,
            now=fields.Datetime.now(), who=self._who_assigns().id, uid=self.env.uid,
            reason=self.env.context.get("runwell_assignment_reason") or None,
        ))
        self.invalidate_recordset(["runwell_assignment_ids"], flush=False)
        steps = defaultdict(list)
        for step_id, user_id in found:
            steps[user_id].append(step_id)
        for user_id, step_ids in steps.items():
            # sudo: steps of somebody else. Without a mail for each: the assignment tells.
            self.env["mail.activity"].sudo().with_context(
                mail_activity_quick_update=True,
            ).browse(step_ids).write({"user_id": user_id})

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
