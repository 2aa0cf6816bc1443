from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

#: Who may log a contact in the name of somebody else.
SUPERVISOR = "sales_team.group_sale_manager"
#: What a person changes on a row that came about by itself: from then on it is theirs.
FOLLOWED = frozenset({
    "partner_id", "date", "channel_id", "direction", "place", "name", "note", "user_id",
})
#: What moves the last contact of a customer.
TOUCHES = frozenset({"partner_id", "date"})
#: What it belongs to.
LINKS = frozenset({"lead_id", "request_id"})
#: Whether talk with partner ``c`` is one with a customer, where nobody says so: not with a company
#: of the database, nor with a supplier who never bought.
MAY_BUY = SQL(
    """(NOT EXISTS (SELECT FROM res_company k WHERE k.partner_id = c.id)
        AND NOT (c.supplier_rank > 0 AND c.customer_rank = 0 AND NOT EXISTS (
                 SELECT FROM runwell_score s WHERE s.partner_id = c.id)))"""
)


class RunwellInteraction(models.Model):
    """A contact with a customer: when, through which channel, who, and what was said.

    Logged by hand, or by itself from an activity that was done and a meeting that is over.
    """

    _name = "runwell.interaction"
    _inherit = ["runwell.machine.owned", "mail.thread"]
    _description = "Interaction"
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    _people_make_rows = True
    _machine_fields = frozenset({
        "origin", "activity_id", "message_id", "calendar_event_id", "source_key", "is_edited",
    })

    _course = models.Index("(commercial_partner_id, company_id, date DESC)")
    _once = models.UniqueIndex(
        "(source_key) WHERE source_key IS NOT NULL",
        "An activity or a meeting becomes one contact only.",
    )
    _not_empty = models.Constraint(
        "CHECK (btrim(name) <> '')", "Say in a few words what the contact was about.",
    )

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade",
        check_company=True, tracking=True, help="The contact one talked with, or the company.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Company of the customer",
        store=True, precompute=True,
    )
    account_manager_id = fields.Many2one(
        related="commercial_partner_id.user_id", string="Account manager",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True,
        default=lambda self: self.env.company,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True, tracking=True)
    channel_id = fields.Many2one(
        "runwell.channel", required=True, ondelete="restrict", check_company=True,
        index=True, default=lambda self: self._default_channel(),
        domain="[('company_id', 'in', (False, company_id))]",
    )
    direction = fields.Selection(
        [("out", "We reached out"), ("in", "The customer reached out")],
        required=True, default="out",
    )
    place = fields.Char()
    name = fields.Char("Summary", required=True, index="trigram")
    note = fields.Text("Detail", index="trigram")
    user_id = fields.Many2one(
        "res.users", "Who", required=True, index=True, tracking=True,
        default=lambda self: self.env.user, domain="[('share', '=', False)]",
        help="Who talked with the customer. Only a sales supervisor logs in another's name.",
    )
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", index="btree_not_null", check_company=True,
        domain="[('partner_id', 'child_of', commercial_partner_id or [])]",
    )
    request_id = fields.Many2one(
        "runwell.request", index="btree_not_null", check_company=True,
        domain="[('partner_id', 'child_of', commercial_partner_id or [])]",
    )
    origin = fields.Selection(
        [("hand", "Logged by hand"), ("activity", "Activity done"), ("meeting", "Meeting")],
        required=True, readonly=True, default="hand", copy=False, help="How it came about.",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null",
        help="The activity that became this contact by being done.",
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null",
        help="The message that tells of the same activity.",
    )
    calendar_event_id = fields.Many2one(
        "calendar.event", "Meeting", readonly=True, copy=False, index="btree_not_null",
    )
    source_key = fields.Char(
        readonly=True, copy=False,
        help="What it came from: a second run finds it here and makes no second row.",
    )
    is_edited = fields.Boolean(
        "Changed by a person", readonly=True, copy=False,
        help="It no longer follows the meeting or activity that it came from.",
    )

    @api.model
    def _default_channel(self):
        """Return the channel that the user logged last, else the first one."""
        last = self.search(
            [("user_id", "=", self.env.uid), ("origin", "=", "hand"),
             ("company_id", "=", self.env.company.id)],
            order="id desc", limit=1,
        ).channel_id
        return last.filtered("active") or self.env["runwell.channel"].search(
            [("company_id", "in", (False, self.env.company.id))], limit=1,
        )

    @api.constrains("date")
    def _check_date(self):
        # A day's grace: clocks and time zones of phones.
        latest = fields.Datetime.now() + timedelta(days=1)
        for interaction in self:
            if interaction.date > latest:
                raise ValidationError(self.env._(
                    "%(moment)s is in the future, and a contact is something that happened. "
                    "Plan an activity or a meeting instead.",
                    moment=format_datetime(self.env, interaction.date),
                ))

    @api.constrains("lead_id", "request_id", "partner_id")
    def _check_same_customer(self):
        """Refuse an opportunity or request of another customer."""
        if self._is_machine():
            return
        for interaction in self:
            for record in (interaction.lead_id, interaction.request_id):
                other = record.partner_id.commercial_partner_id
                if other and other != interaction.commercial_partner_id:
                    raise ValidationError(self.env._(
                        "%(record)s is about %(other)s, not about %(customer)s.",
                        record=record.display_name, other=other.display_name,
                        customer=interaction.partner_id.display_name,
                    ))

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_summary(values.get("name", self.env.context.get("default_name")))
        # A row is its own log: no message that it was made, no followers.
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        interactions = super(RunwellInteraction, quiet).create(vals_list).with_env(self.env)
        interactions._check_own_name(interactions.user_id - self.env.user)
        interactions._check_links()
        interactions._tell_relation()
        return interactions

    def write(self, vals):
        if "name" in vals:
            self._check_summary(vals["name"])
        if "company_id" in vals and any(row.company_id.id != vals["company_id"] for row in self):
            raise ValidationError(self.env._(
                "A contact stays with the company that logged it. Log it again in the other one."
            ))
        moves, before = not TOUCHES.isdisjoint(vals), self.env["res.partner"]
        if moves:
            before = self.commercial_partner_id
        if "user_id" in vals:
            self._check_own_name(self.filtered(lambda row: row.user_id.id != vals["user_id"]))
        result = super().write(vals)
        if not self._is_machine():
            if not LINKS.isdisjoint(vals):
                self._check_links()
            self._make_own(vals)
            if "partner_id" in vals:
                # Not away to a customer whose contacts one may not change.
                self.check_access("write")
        if moves:
            self._tell_relation(before)
        return result

    def unlink(self):
        touched = [
            (company, rows.commercial_partner_id)
            for company, rows in self.grouped("company_id").items()
        ]
        result = super().unlink()
        for company, partners in touched:
            self._touch(partners, company)
        return result

    def _check_summary(self, name):
        if not (name or "").strip():
            raise ValidationError(self.env._("Say in a few words what the contact was about."))

    def _check_own_name(self, others):
        """Raise AccessError where a person says that somebody else talked with the customer.

        :param others: what is not in the person's own name; empty if all is
        """
        if not others or self.env.su or self._is_machine() \
                or self.env.user.has_group(SUPERVISOR):
            return
        raise AccessError(self.env._(
            "A contact is logged in one's own name. Ask a sales supervisor to log it for "
            "somebody else."
        ))

    def _check_links(self):
        """Raise AccessError where a person links what that person may not read."""
        if not self._is_machine():
            for records in filter(None, (self.lead_id, self.request_id)):
                records.check_access("read")

    def _make_own(self, vals):
        """Note that people changed rows that came about by themselves."""
        if FOLLOWED.isdisjoint(vals):
            return
        machine = self.filtered(lambda row: row.origin != "hand" and not row.is_edited)
        if machine:
            machine._as_machine().write({"is_edited": True})

    def _tell_relation(self, before=None):
        """Have the last contact of the customers looked up again.

        :param before: customers who had these rows until now
        """
        for company, rows in self.grouped("company_id").items():
            partners = rows.commercial_partner_id
            self._touch(partners | before if before else partners, company)

    @api.model
    def _touch(self, partners, company):
        self.env["runwell.relation"]._touched(partners, company)
        self.env["runwell.relation"]._end_planned(partners)

    # What happened by itself

    @api.model
    def _log_by_itself(self, vals_list):
        """Make the rows of what was done elsewhere; what cannot be logged was checked before."""
        if not vals_list:
            return self.browse()
        # sudo: whoever does an activity need not have a right to log contacts.
        machine = self.sudo()._as_machine().with_context(tracking_disable=True)
        return machine.create(vals_list)

    def _add_result(self, values):
        """Add what a done activity says to the row that its meeting has become already."""
        self.ensure_one()
        notes = [note for note in (self.note, values["note"]) if note]
        self._as_machine().write({
            "activity_id": values["activity_id"], "message_id": values["message_id"],
            "note": "\n".join(notes) or False,
        })

    def _take_back(self):
        """Delete what did not happen after all; what a person changed stays, and is theirs."""
        machine = self.sudo()._as_machine()
        edited = machine.filtered("is_edited")
        if edited:
            edited.write({"source_key": False, "activity_id": False, "calendar_event_id": False})
            # The same may be logged anew at once, and an INSERT does not wait.
            edited.flush_recordset()
        (machine - edited).unlink()

    def action_open_source(self):
        """Open the meeting, or the record whose activity was done."""
        self.ensure_one()
        if self.calendar_event_id:
            record = self.calendar_event_id
        elif self.message_id:
            # sudo: which record it is; the right to it is asked for when it opens.
            message = self.message_id.sudo()
            record = self.env[message.model].browse(message.res_id)
        else:
            record = self.lead_id or self.request_id or self.partner_id
        return {
            "type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id,
            "views": [(False, "form")],
        }
