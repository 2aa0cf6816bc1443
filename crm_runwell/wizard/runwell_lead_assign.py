import heapq
from itertools import cycle

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_lead import OPEN

#: More rows than a person answers for at once.
MOST = 1000


class RunwellLeadAssign(models.TransientModel):
    """Gives many opportunities to one person or spreads them over several.

    What can be done is done at once; if something stands in the way, row by row, and each
    refused row is named with its reason.
    """

    _name = "runwell.lead.assign"
    _description = "Assign Opportunities"

    state = fields.Selection(
        selection=[("ask", "Ask"), ("done", "Done")], default="ask", readonly=True,
    )
    lead_ids = fields.Many2many(
        comodel_name="crm.lead", string="Opportunities", context={"active_test": False},
        default=lambda self: self._default_lead_ids(),
    )
    lead_count = fields.Integer(string="Number of opportunities", compute="_compute_lead_count")
    method = fields.Selection(
        selection=[
            ("one", "To one person"), ("evenly", "Spread evenly"),
            ("fewest", "To whoever has the fewest open"),
        ],
        string="How", default="one", required=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", domain=lambda self: self._domain_users(),
    )
    user_ids = fields.Many2many(
        comodel_name="res.users", string="Among", domain=lambda self: self._domain_users(),
        default=lambda self: self._default_user_ids(),
    )
    plan_id = fields.Many2one(
        comodel_name="mail.activity.plan",
        domain=[("res_model", "=", "crm.lead")],
        help="Started for each opportunity, from today; where it is under way already, it goes "
        "on. Empty: none.",
    )
    reason = fields.Char(help="Kept with the assignment.")
    line_ids = fields.One2many(
        comodel_name="runwell.lead.assign.line", inverse_name="assign_id", readonly=True,
    )
    done_count = fields.Integer(string="Assigned", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_counts")

    @api.model
    def _domain_users(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        return [
            ("share", "=", False), ("company_ids", "in", self.env.companies.ids),
            ("all_group_ids", "in", group.ids),
        ]

    @api.model
    def _default_lead_ids(self):
        if self.env.context.get("active_model") != "crm.lead":
            return False
        return self.env.context.get("active_ids") or False

    @api.model
    def _default_user_ids(self):
        """Return the members of the teams that the chosen opportunities belong to."""
        leads = self.env["crm.lead"].browse(self._default_lead_ids() or [])
        return leads.team_id.member_ids.ids or False

    @api.depends("lead_ids")
    def _compute_lead_count(self):
        for assign in self:
            assign.lead_count = len(assign.lead_ids)

    @api.depends("line_ids.is_done")
    def _compute_counts(self):
        for assign in self:
            assign.done_count = len(assign.line_ids.filtered("is_done"))
            assign.refused_count = len(assign.line_ids) - assign.done_count

    def action_apply(self):
        """Assign, tell each person once, and show what came of each opportunity.

        :raise UserError: if nobody or nothing is chosen, or too much
        """
        self.ensure_one()
        if not self.lead_ids:
            raise UserError(self.env._("Choose the opportunities in the list first."))
        if len(self.lead_ids) > MOST:
            raise UserError(self.env._("Choose at most %s opportunities at once.", MOST))
        refused, given = {}, []
        for user, leads in self._spread().items():
            refusals = self._assign(leads, user)
            refused |= refusals
            given.append((user, leads.filtered(lambda lead, no=refusals: lead.id not in no)))
        self.line_ids = [
            fields.Command.create({"lead_id": lead.id, "message": refused.get(lead.id)})
            for lead in self.lead_ids
        ]
        self.state = "done"
        for user, leads in given:
            self._tell(user, leads)
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "name": self.env._("Assign"), "views": [(False, "form")], "target": "new",
        }

    def _spread(self):
        """Return the opportunities by the person that gets them, in the order of the list."""
        people = self.user_id if self.method == "one" else self.user_ids
        if not people:
            raise UserError(self.env._("Choose who gets the opportunities."))
        turns = self._fewest(people) if self.method == "fewest" else cycle(people)
        spread = {}
        for lead, person in zip(self.lead_ids, turns, strict=False):
            spread[person] = spread.get(person, self.env["crm.lead"]) | lead
        return spread

    def _fewest(self, people):
        """Yield each time the person with the fewest open opportunities, given ones counted."""
        # sudo: how many somebody has, of all companies and teams.
        counts = dict(self.env["crm.lead"].sudo()._read_group(
            [("user_id", "in", people.ids), ("runwell_development_state", "in", OPEN),
             ("id", "not in", self.lead_ids.ids)],
            ["user_id"], ["__count"],
        ))
        heap = [(counts.get(person, 0), turn) for turn, person in enumerate(people)]
        heapq.heapify(heap)
        while True:
            count, turn = heapq.heappop(heap)
            heapq.heappush(heap, (count + 1, turn))
            yield people[turn]

    def _assign(self, leads, user):
        """Assign at once if nothing refuses, else one by one; return why not, by id."""
        if self._try(leads, user) is False:
            return {}
        return {
            lead.id: message for lead in leads if (message := self._try(lead, user)) is not False
        }

    def _try(self, leads, user):
        """Assign these; return why it was refused, or False."""
        # Whoever gets many hears of it once, not by a mail for each.
        leads = leads.with_context(
            mail_auto_subscribe_no_notify=True, runwell_assignment_reason=self.reason,
        )
        try:
            with self.env.cr.savepoint():
                leads._check_open()
                # Who may have these as customers may have them as opportunities.
                self.env["runwell.handover"]._check_manager(leads, user)
                leads.user_id = user
                if self.plan_id:
                    leads._start_or_go_on(self.plan_id)
                self.env.flush_all()
        except UserError as refusal:
            return str(refusal)
        return False

    def _tell(self, user, leads):
        """Tell a person once of all that was given to them."""
        if not leads or user == self.env.user:
            return
        env = self.with_context(lang=user.lang).env
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._("1 opportunity was assigned to you") if len(leads) == 1
            else env._("%s opportunities were assigned to you", len(leads)),
            body=Markup(", ").join(lead._get_html_link() for lead in leads),
        )

    def action_open_refused(self):
        """Open the opportunities that were refused."""
        self.ensure_one()
        refused = self.line_ids.filtered(lambda line: not line.is_done).lead_id
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_prospects")
        return action | {
            "domain": [("id", "in", refused.ids)], "context": {"active_test": False},
            "target": "current", "name": self.env._("Refused"),
        }
