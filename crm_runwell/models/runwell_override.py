from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date

from .constants import OPEN_STATES

#: What a person may say of a customer; the other lifecycles follow from the orders alone.
LIFECYCLES_BY_HAND = [("active", "Active"), ("at_risk", "At risk"), ("lost", "Lost")]
#: How far away the day is that the dialog proposes.
PROPOSED_DAYS = 30


class RunwellOverride(models.Model):
    """What a person says of a customer until a day: its lifecycle, or "no alerts until then".

    The scoring respects it and keeps its own opinion beside it. An entry stays as it
    was made; it is ended, not changed. A new entry about a customer ends the former one.
    """

    _name = "runwell.override"
    _inherit = ["runwell.machine.owned"]
    _description = "Snooze or lifecycle set by a person"
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    _people_make_rows = True
    _machine_fields = frozenset({"user_id", "ended_on"})

    _one_in_force = models.UniqueIndex("(partner_id, company_id) WHERE ended_on IS NULL")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users", "Said by", required=True, readonly=True, default=lambda self: self.env.user,
    )
    lifecycle = fields.Selection(
        LIFECYCLES_BY_HAND, help="Empty: the lifecycle stays as computed.",
    )
    is_muted = fields.Boolean(
        "No alerts", default=True, help="No alert about this customer until the day.",
    )
    until = fields.Date(required=True, help="The last day on which it holds.")
    reason = fields.Text(required=True)
    ended_on = fields.Date("Ended on", readonly=True)

    is_in_force = fields.Boolean(
        "In force", compute="_compute_is_in_force", search="_search_is_in_force",
    )

    @api.depends("lifecycle", "is_muted", "until", "reason", "user_id")
    def _compute_display_name(self):
        for entry in self:
            # sudo: the name of whoever said it.
            entry.display_name = entry.until and self._sentence({
                "lifecycle": entry.lifecycle, "is_muted": entry.is_muted, "until": entry.until,
                "reason": entry.reason, "user_name": entry.sudo().user_id.name,
            })

    @api.depends("ended_on", "until")
    def _compute_is_in_force(self):
        today = fields.Date.context_today(self)
        for entry in self:
            entry.is_in_force = bool(not entry.ended_on and entry.until and entry.until >= today)

    def _search_is_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("ended_on", "=", False), ("until", ">=", "today")]

    @api.model
    def _sentence(self, values):
        """Return what a person said of a customer in one sentence."""
        labels = dict(self._fields["lifecycle"]._description_selection(self.env))
        texts = {
            (False, True): self.env._("No alerts until %(day)s, set by %(user)s: %(reason)s."),
            (True, False): self.env._(
                "%(lifecycle)s until %(day)s, set by %(user)s: %(reason)s."
            ),
            (True, True): self.env._(
                "%(lifecycle)s and no alerts until %(day)s, set by %(user)s: %(reason)s."
            ),
        }
        return texts[bool(values["lifecycle"]), bool(values["is_muted"])] % {
            "lifecycle": labels.get(values["lifecycle"], ""), "user": values["user_name"],
            "day": format_date(self.env, values["until"]),
            "reason": (values["reason"] or "").strip().rstrip("."),
        }

    @api.constrains("reason", "until", "lifecycle", "is_muted")
    def _check_entry(self):
        for entry in self:
            if not entry.reason.strip():
                raise ValidationError(self.env._("Write the reason: others will rely on it."))
            if not entry.lifecycle and not entry.is_muted:
                raise ValidationError(
                    self.env._("Choose a lifecycle, or no alerts, or both.")
                )
            if entry.lifecycle == "at_risk" and entry.is_muted:
                raise ValidationError(self.env._(
                    "A customer cannot be at risk and without alerts at once: choose one."
                ))

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"].browse(v.get("partner_id") for v in vals_list)
        for values, partner in zip(vals_list, partners, strict=True):
            values["partner_id"] = partner.commercial_partner_id.id
            until = fields.Date.to_date(values.get("until"))
            if until and until < fields.Date.context_today(self):
                raise ValidationError(self.env._("Choose a day from today on."))
        keys = {(v["partner_id"], v.get("company_id") or self.env.company.id) for v in vals_list}
        if len(keys) < len(vals_list):
            raise UserError(self.env._("Say one thing of a customer at a time."))
        if not self.env.su:
            self._check_own(partners.commercial_partner_id)
        # The former entry ends before the index sees the new one.
        self._in_force(partners.commercial_partner_id).filtered(
            lambda entry: (entry.partner_id.id, entry.company_id.id) in keys
        )._end()
        entries = super().create(vals_list)
        entries._apply()
        return entries

    def write(self, vals):
        if not self._is_machine():
            raise AccessError(self.env._(
                "What was said of a customer stays as it is. End it, or say something new."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _never_by_people(self):
        if not self._is_machine():
            raise AccessError(self.env._("What was said of a customer is ended, not deleted."))

    def action_end(self):
        """End the entries now: the customers are scored and warned about as usual."""
        self.check_access("create")
        self._check_own(self.partner_id)
        self._end()
        self._apply()

    @api.model
    def _ask(self, partner, company, is_snooze):
        """Return the dialog in which something is said of a customer.

        :param bool is_snooze: no alerts until a day; else a lifecycle until a day
        """
        self._check_own(partner.commercial_partner_id)
        until = fields.Date.context_today(self) + timedelta(days=PROPOSED_DAYS)
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "target": "new",
            "name": self.env._("Snooze") if is_snooze else self.env._("Set the lifecycle"),
            "views": [(self.env.ref("crm_runwell.view_override_dialog").id, "form")],
            "context": {
                "default_partner_id": partner.commercial_partner_id.id,
                "default_company_id": company.id, "default_is_muted": is_snooze,
                "default_until": str(until), "runwell_is_snooze": is_snooze,
            },
        }

    @api.model
    def _check_own(self, partners):
        """Raise AccessError unless the user may speak of these customers."""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return
        # sudo: whether the user works on an alert of the customer.
        given = self.env["runwell.churn.alert"].sudo().search([
            ("partner_id", "in", partners.ids), ("user_id", "=", self.env.uid),
            ("state", "in", OPEN_STATES),
        ]).partner_id
        others = partners.filtered(lambda partner: partner.user_id != self.env.user) - given
        if others:
            raise AccessError(self.env._(
                "%s is not your customer. Ask the account manager or a supervisor.",
                others[0].display_name,
            ))

    @api.model
    def _in_force(self, partners):
        # sudo: an entry of another person ends when a new one is made.
        return self.sudo().search([("partner_id", "in", partners.ids), ("ended_on", "=", False)])

    def _end(self):
        for company, entries in self.grouped("company_id").items():
            # sudo: the end is machine-owned; callers checked who may. The day is the
            # company's, as everywhere in the scoring.
            day = self.env["runwell.retention.policy"].sudo()._of(company)._today()
            entries.sudo()._as_machine().write({"ended_on": day})
            entries.flush_recordset(["ended_on"])

    @api.model
    def _merge_partners(self, sources, kept):
        """End all but the newest entry a company of partners who are about to be merged."""
        for entries in self._in_force(sources | kept).grouped("company_id").values():
            entries.sorted("id")[:-1]._end()
        self.flush_model()

    def _apply(self):
        """Tell alerts and scores at once, and ask for the customers to be scored again."""
        self.flush_recordset()
        self.env.cr.execute(SQL(
            """
            UPDATE runwell_score s SET override_id = CASE WHEN o.ended_on IS NULL THEN o.id END
              FROM runwell_override o
             WHERE o.id = ANY(%s)
               AND s.partner_id = o.partner_id AND s.company_id = o.company_id
            """,
            list(self.ids),
        ))
        self.env["runwell.score"].invalidate_model(["override_id"])
        self.env["runwell.churn.alert"]._sync_snooze(self.partner_id, self.company_id)
        self.env["runwell.score.refresh"]._ask(self)

    @api.model
    def _sql_in_force(self, company_id, as_of):
        """Return SQL ``(id, partner_id, lifecycle, is_muted, until)``: what holds on a day."""
        company = self.env["res.company"].browse(company_id)
        # sudo: the time zone stands in the settings.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        return SQL(
            """SELECT DISTINCT ON (partner_id) id, partner_id, lifecycle, is_muted, until
                 FROM runwell_override
                WHERE company_id = %(company)s AND until >= %(day)s
                  AND (create_date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date <= %(day)s
                  AND (ended_on IS NULL OR ended_on > %(day)s)
                ORDER BY partner_id, id DESC""",
            company=company_id, day=SQL("%s::date", as_of), zone=model._timezone(),
        )
