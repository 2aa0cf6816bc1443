from odoo import api, fields, models
from odoo.tools import SQL


class RunwellServiceTeam(models.Model):
    """The hours that the deadlines of a team's requests are counted in."""

    _inherit = "runwell.service.team"

    sla_hours = fields.Char(
        "Mark of the hours", readonly=True, copy=False,
        help="A mark of the working hours and days off that deadlines were last reckoned with.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """With its first team a company gets the policies to begin with."""
        teams = super().create(vals_list)
        for company in teams.filtered("is_default").company_id:
            self.env["runwell.sla.policy"]._make_defaults(company)
        return teams

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["runwell.request"]._sla_recompute(SQL("r.team_id = ANY(%s)", self.ids))
        return result

    @api.model
    def _sla_follow_hours(self):
        """Reckon the deadlines of the teams again whose hours or days off have changed.

        Compared by a mark, so that it does not matter how they were changed.

        :return: the teams
        """
        self.env.flush_all()
        changed = self.env.execute_query(SQL(
            """
            UPDATE runwell_service_team t SET sla_hours = h.mark
              FROM (%s) h
             WHERE h.team_id = t.id AND t.sla_hours IS DISTINCT FROM h.mark
            RETURNING t.id, t.company_id
            """,
            self._sla_marks(),
        ))
        if changed:
            teams, companies = map(list, zip(*changed, strict=True))
            self.env["runwell.request"]._sla_recompute(SQL(
                "r.team_id = ANY(%s) OR r.team_id IS NULL AND r.company_id = ANY(%s)",
                teams, companies,
            ))
        teams = self.browse(team for team, _company in changed)
        teams.invalidate_recordset(["sla_hours"], flush=False)
        return teams

    @api.model
    def _sla_forget_hours(self, companies):
        """Let the next watch reckon all open requests of these companies again."""
        self.env.cr.execute(SQL(
            "UPDATE runwell_service_team SET sla_hours = NULL WHERE company_id = ANY(%s)",
            companies.ids,
        ))
        self.invalidate_model(["sla_hours"], flush=False)

    @api.model
    def _sla_marks(self):
        """Return SQL: a mark of the working hours of each team."""
        return SQL(
            """
            SELECT t.id AS team_id, md5(concat_ws('|', k.id, k.tz, k.two_weeks_calendar,
                       k.flexible_hours, k.hours_per_day, k.full_time_required_hours, (
                           SELECT string_agg(concat_ws(' ', a.week_type, a.dayofweek, a.hour_from,
                                                       a.hour_to), ',' ORDER BY a.week_type,
                                             a.dayofweek, a.hour_from, a.hour_to)
                             FROM resource_calendar_attendance a
                            WHERE a.calendar_id = k.id AND a.display_type IS NULL
                              AND a.day_period <> 'lunch'
                       ), (
                           SELECT string_agg(concat_ws(' ', l.date_from, l.date_to), ','
                                             ORDER BY l.date_from, l.date_to)
                             FROM resource_calendar_leaves l
                            WHERE l.resource_id IS NULL AND l.time_type = 'leave'
                              AND coalesce(l.calendar_id, k.id) = k.id
                              AND coalesce(l.company_id, t.company_id) = t.company_id
                       ))) AS mark
              FROM runwell_service_team t
              JOIN res_company c ON c.id = t.company_id
              LEFT JOIN resource_calendar k
                     ON k.id = coalesce(t.resource_calendar_id, c.resource_calendar_id)
            """
        )
