from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Value classes that have a deadline of their own.
DEADLINES = ("high", "potential", "secondary", "low")
#: Closed alerts of one outcome: no new alert before so many days have passed.
COOL_DOWNS = {"won_back": "cool_down_won_back", "false_alarm": "cool_down_false_alarm",
              "lost": "cool_down_lost"}


class RunwellRetentionPolicy(models.Model):
    """How a company works on its churn alerts: owners, deadlines, cool-downs, hold-back.

    One row a company, made with the defaults when it is first asked for.
    """

    _name = "runwell.retention.policy"
    _inherit = ["runwell.company.policy", "mail.thread"]
    _description = "Retention policy"
    _rec_name = "company_id"
    _order = "company_id"
    _check_company_auto = True

    _one_a_company = models.Constraint(
        "UNIQUE (company_id)", "A company has one retention policy."
    )

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    supervisor_id = fields.Many2one(
        "res.users", tracking=True, check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the alerts of customers without account manager and team leader, the "
        "overdue ones, and the proposed losses. Empty: the first sales supervisor of the company.",
    )
    finance_user_id = fields.Many2one(
        "res.users", "Finance", tracking=True, check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the plays whose cause is an overdue invoice. Empty: the first person of "
        "the company who may post invoices.",
    )
    deadline_high = fields.Integer("High value (days)", default=2, required=True, tracking=True)
    deadline_potential = fields.Integer(
        "Potential value (days)", default=3, required=True, tracking=True,
    )
    deadline_secondary = fields.Integer(
        "Secondary value (days)", default=5, required=True, tracking=True,
    )
    deadline_low = fields.Integer("Low value (days)", default=10, required=True, tracking=True)
    urgent_risk = fields.Float(
        "Urgent from", default=0.9, required=True, tracking=True,
        help="From this churn risk on the deadline is half as far away.",
    )
    cool_down_won_back = fields.Integer(
        "After a win-back (days)", default=30, required=True, tracking=True,
        help="No new alert about the customer before so many days after the alert was closed.",
    )
    cool_down_false_alarm = fields.Integer(
        "After a false alarm (days)", default=60, required=True, tracking=True,
    )
    cool_down_lost = fields.Integer(
        "After a loss (days)", default=90, required=True, tracking=True,
    )
    hold_back_share = fields.Float(
        "Hold back", default=0.0, required=True, tracking=True,
        help="Share of the new alerts that is left unworked by design, drawn by lot, so that "
        "the money kept can be compared with doing nothing. 0: none.",
    )
    precision_floor = fields.Float(
        "Mute a rule under", default=0.3, required=True, tracking=True,
        help="A rule is muted when less than this share of its warnings was right.",
    )
    precision_min_alerts = fields.Integer(
        "Judge a rule from", default=30, required=True, tracking=True,
        help="Number of decided warnings from which a rule is judged.",
    )

    @api.constrains(
        "deadline_high", "deadline_potential", "deadline_secondary", "deadline_low",
        "cool_down_won_back", "cool_down_false_alarm", "cool_down_lost", "precision_min_alerts",
    )
    def _check_days(self):
        for policy in self:
            deadlines = [policy[f"deadline_{name}"] for name in DEADLINES]
            if min(deadlines) < 1 or max(deadlines) > 365:
                raise ValidationError(self.env._("A deadline must be from 1 to 365 days."))
            cool_downs = [policy[name] for name in COOL_DOWNS.values()]
            if min(cool_downs) < 0 or max(cool_downs) > 730:
                raise ValidationError(self.env._("A cool-down must be from 0 to 730 days."))
            if policy.precision_min_alerts < 1:
                raise ValidationError(
                    self.env._("A rule can be judged from 1 decided warning on.")
                )

    @api.constrains("urgent_risk", "hold_back_share", "precision_floor")
    def _check_shares(self):
        for policy in self:
            if not 0 < policy.urgent_risk <= 1:
                raise ValidationError(self.env._("Urgent from a risk above 0 % and up to 100 %."))
            if not 0 <= policy.hold_back_share <= 0.5:
                raise ValidationError(
                    self.env._("Between 0 and 50 % of the alerts can be held back.")
                )
            if not 0 <= policy.precision_floor < 1:
                raise ValidationError(
                    self.env._("A rule can be muted under a share from 0 to 99 %.")
                )

    def _supervisor(self):
        """Return who decides in this company: the one that is set, else the first supervisor."""
        self.ensure_one()
        set_one = self.supervisor_id.filtered("active")
        return set_one or self._first_user("sales_team.group_sale_manager")

    def _finance_user(self):
        """Return who gets the work on overdue invoices."""
        self.ensure_one()
        set_one = self.finance_user_id.filtered("active")
        return set_one or self._first_user("account.group_account_invoice")

    def _first_user(self, group):
        """Return the first active person of the company in a group; persons before administrators.

        Whoever is a system administrator has every group, which makes none a supervisor.
        """
        users = self.env.ref(group).all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        people = users.filtered(lambda user: not user.has_group("base.group_system"))
        return (people or users).sorted("id")[:1]
