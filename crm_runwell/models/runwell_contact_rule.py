"""Customers not contacted for longer than their relationship asks: what is done about it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: The activity that the machine plans for the account manager.
CONTACT = "crm_runwell.mail_activity_type_contact"


class RunwellRetentionPolicy(models.Model):
    _inherit = "runwell.retention.policy"

    plan_contacts = fields.Boolean(
        "Plan contacts", tracking=True,
        help="Give the account manager an activity for each customer who was not contacted "
        "for longer than the relationship asks; at most one a customer.",
    )


class RunwellRelation(models.Model):
    _inherit = "runwell.relation"

    @api.model
    def action_contact_due(self):
        """Open the customers whose contact is due: one's own, or by account manager."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_contact_due")
        if self.env.user.has_group("sales_team.group_sale_manager"):
            action["context"] = {"search_default_group_user": 1}
        elif self.env.user.has_group("sales_team.group_sale_salesman"):
            action["context"] = {"search_default_mine": 1}
        return action

    def action_open_customer(self):
        """Open the customer of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "res_id": self.partner_id.id, "views": [(False, "form")],
        }

    def action_plan_contact(self):
        """Ask what to plan with the chosen customers, as Odoo does for any activity."""
        if not self:
            raise UserError(self.env._("Choose the customers first."))
        return {
            "type": "ir.actions.act_window", "res_model": "mail.activity.schedule",
            "name": self.env._("Plan a contact"), "views": [(False, "form")], "target": "new",
            "context": {
                "active_model": "res.partner", "active_ids": self.partner_id.ids,
                "default_activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
            },
        }

    # The machine's own activities

    @api.model
    def _cron_plan_contacts(self):
        """Nightly, after the contact rules were worked out: plan what companies want planned."""
        for policy in self.env["runwell.retention.policy"].search([]):
            if policy.plan_contacts:
                self._plan_contacts(policy)
        self._end_planned()

    @api.model
    def _plan_contacts(self, policy):
        """Give account managers an activity for each customer whose contact is due.

        Not where a contact is planned already, for whomever; one statement.

        :return: how many were planned; none where people deleted the type of activity
        """
        contact = self.env.ref(CONTACT, raise_if_not_found=False)
        if not contact:
            return 0
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            INSERT INTO mail_activity (
                   res_model_id, res_model, res_id, res_name, activity_type_id, summary, user_id,
                   user_tz, date_deadline, automated, active, create_uid, create_date, write_uid,
                   write_date)
            SELECT %(model_id)s, 'res.partner', p.id, p.name, t.id,
                   coalesce(t.name ->> person.lang, t.name ->> 'en_US'), u.id, person.tz,
                   %(today)s, TRUE, TRUE, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                   now() AT TIME ZONE 'UTC'
              FROM runwell_relation r
              JOIN res_partner p ON p.id = r.partner_id AND p.active
              JOIN res_users u ON u.id = p.user_id AND u.active AND u.share IS NOT TRUE
              JOIN res_company_users_rel of ON of.user_id = u.id AND of.cid = r.company_id
              JOIN res_partner person ON person.id = u.partner_id
              JOIN mail_activity_type t ON t.id = %(type)s
             WHERE r.company_id = %(company)s AND r.touch_overdue_days > 0
               AND p.runwell_exclusion IS NULL
               AND NOT EXISTS (
                   SELECT FROM mail_activity other
                     JOIN res_partner contact ON contact.id = other.res_id
                     JOIN mail_activity_type kind ON kind.id = other.activity_type_id
                    WHERE other.res_model = 'res.partner' AND other.active
                      AND contact.commercial_partner_id = p.id
                      AND kind.runwell_channel_id IS NOT NULL)
            """,
            model_id=self.env["ir.model"]._get_id("res.partner"), type=contact.id,
            today=policy._today(), company=policy.company_id.id, uid=self.env.uid,
        ))
        count = self.env.cr.rowcount
        self.env["mail.activity"].invalidate_model()
        self.env["res.partner"].invalidate_model(["activity_ids"])
        return count

    @api.model
    def _end_planned(self, partners=None):
        """Take the machine's own activities away where a contact is due no longer.

        Due, that is, in a company that has contacts planned.

        :param partners: customers to look at; None: all
        """
        contact = self.env.ref(CONTACT, raise_if_not_found=False)
        if not contact:
            return
        for name in ("mail.activity", "runwell.retention.policy"):
            self.env[name].flush_model()
        only = SQL() if partners is None else SQL("AND a.res_id = ANY(%s)", partners.ids)
        rows = self.env.execute_query(SQL(
            """SELECT a.id FROM mail_activity a
                WHERE a.activity_type_id = %s AND a.res_model = 'res.partner' AND a.active
                  AND a.automated %s
                  AND NOT EXISTS (SELECT FROM runwell_relation r
                                    JOIN runwell_retention_policy policy
                                      ON policy.company_id = r.company_id AND policy.plan_contacts
                                   WHERE r.partner_id = a.res_id AND r.touch_overdue_days > 0)""",
            contact.id, only,
        ))
        # sudo: the machine's own, given to whomever.
        self.env["mail.activity"].sudo().browse(id_ for (id_,) in rows).unlink()
