from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class RunwellGrade(models.Model):
    """How a company grades its customers: a dictionary that the supervisor edits."""

    _name = "runwell.grade"
    _description = "Customer grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="From the least to the most important.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: every company uses it.")
    partner_count = fields.Integer("Customers", compute="_compute_partner_count")

    @api.depends_context("company")
    def _compute_partner_count(self):
        """Count the customers of each grade in the company one works in, in one query."""
        counts = dict(self.env["res.partner"]._read_group(
            [("runwell_grade_id", "in", self.ids)], ["runwell_grade_id"], ["__count"],
        ))
        for grade in self:
            grade.partner_count = counts.get(grade, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        """A grade that a customer has, in whichever company, is archived instead."""
        self.env["res.partner"].flush_model(["runwell_grade_id"])
        rows = self.env.execute_query(SQL(
            """SELECT (e.value)::int FROM res_partner p
                CROSS JOIN LATERAL jsonb_each_text(p.runwell_grade_id) e
                WHERE p.runwell_grade_id IS NOT NULL AND e.value = ANY(%s) LIMIT 1""",
            [str(id_) for id_ in self.ids],
        ))
        # sudo: a policy or a play may be another company's.
        policy = self.env["runwell.sla.policy"].sudo().with_context(active_test=False).search(
            [("grade_id", "in", self.ids)], limit=1,
        ).grade_id
        play = self.env["mail.activity.plan"].sudo().with_context(active_test=False).search(
            [("runwell_grade_id", "in", self.ids)], limit=1,
        ).runwell_grade_id
        used = self.browse(row[0] for row in rows) or policy or play
        if used:
            raise UserError(self.env._(
                "The grade %s is in use, by customers, SLA policies or plays: archive it, so that "
                "they keep it.", used.name,
            ))

    def action_open_customers(self):
        """Open the records of the customers of this grade."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_runwell.action_partner_record"
        ) | {"domain": [("runwell_grade_id", "=", self.id)], "context": {}}
