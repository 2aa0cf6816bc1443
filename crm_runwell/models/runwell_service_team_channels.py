from odoo import api, fields, models


class RunwellServiceTeam(models.Model):
    """How customers reach a team by themselves, and what they think of it."""

    _inherit = "runwell.service.team"

    _one_form = models.UniqueIndex(
        "(company_id) WHERE public_form AND active",
        "A company has one team behind its public form. Take it from the other team first.",
    )
    _reminder = models.Constraint("CHECK(reminder_days >= 0)", "Days are counted from 0.")

    public_form = fields.Boolean(
        "Public form", copy=False,
        help="Anybody may send this team a request at the address below.",
    )
    public_form_url = fields.Char("Address of the form", compute="_compute_public_form_url")
    ask_rating = fields.Boolean(
        "Ask for a rating", default=True, help="Send five stars to click after the answer.",
    )
    reminder_days = fields.Integer(
        "Remind after", default=3, help="Days until customers are reminded, once; 0: never.",
    )
    satisfaction_average = fields.Float(
        "Satisfaction", compute="_compute_satisfaction", digits=(2, 1), help="1 to 5.",
    )
    satisfaction_count = fields.Integer("Number of ratings", compute="_compute_satisfaction")

    @api.depends("company_id")
    def _compute_public_form_url(self):
        for team in self:
            team.public_form_url = f"{team.get_base_url()}/service/new/{team._origin.id}"

    @api.depends_context("uid")
    def _compute_satisfaction(self):
        found = self.env["runwell.request"]._satisfaction_of("team_id", self)
        for team in self:
            team.satisfaction_average, team.satisfaction_count = found.get(
                team._origin.id, (0.0, 0)
            )

    @api.model
    def _default_values(self, company):
        return super()._default_values(company) | {"public_form": True}

    @api.model
    def _of_form(self, team_id, company):
        """Return the team behind a public form, empty if there is no such form.

        :param team_id: the one asked for; None: the company's
        """
        # sudo: the public may write to it, but not look at it.
        domain = [("public_form", "=", True)]
        domain.append(("id", "=", team_id) if team_id else ("company_id", "=", company.id))
        return self.sudo().search(domain, limit=1)

    def action_open_rated(self):
        """Open the ratings behind the average."""
        self.ensure_one()
        return self.env["runwell.request"]._rated_action(
            self.env._("Ratings of %s", self.name), [("team_id", "=", self.id)],
        )
