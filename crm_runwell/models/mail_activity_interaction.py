"""Activities with a customer that were done: the interactions they become."""

from odoo import fields, models
from odoo.tools import SQL

from .runwell_interaction import MAY_BUY

#: The field that names the customer, by model; "id" where the record is the customer.
CUSTOMER_OF = {
    "res.partner": "id", "crm.lead": "partner_id", "sale.order": "partner_id",
    "runwell.churn.alert": "partner_id", "runwell.request": "partner_id",
    "account.move": "partner_id",
}
#: What a customer is invoiced by; other journal entries are no customer's.
SALE_DOCUMENTS = ("out_invoice", "out_refund", "out_receipt")
#: The field of an interaction that points to the record, by model.
LINKS = {"crm.lead": "lead_id", "runwell.request": "request_id"}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active"):
            # Not done after all.
            # sudo: whoever takes an activity up again need not see what was logged.
            self.env["runwell.interaction"].sudo().search(
                [("activity_id", "in", self.ids)]
            )._take_back()
        return result

    def _action_done(self, feedback=False, attachment_ids=None):
        """Log what was done with a customer as an interaction, once."""
        # sudo: the type says whether it is a contact, whoever does it.
        contacts = self.sudo().filtered(
            lambda activity: activity.active and activity.res_model in CUSTOMER_OF
            and activity.activity_type_id.runwell_channel_id
        )
        found = contacts._runwell_contacts(feedback) if contacts else {}
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if found:
            self._runwell_log(found, result[0])
        return result

    def _runwell_contacts(self, feedback):
        """Return the values of the interactions that these become, by activity."""
        customers = {}
        for model, activities in self.grouped("res_model").items():
            records = self.env[model].browse(activities.mapped("res_id")).exists()
            by_id = {record.id: record for record in records}
            for activity in activities:
                record = by_id.get(activity.res_id)
                if record and (customer := self._runwell_customer(record)):
                    customers[activity] = record, customer
        allowed = self._runwell_may_buy(customer for _record, customer in customers.values())
        return {
            activity: activity._runwell_contact(record, customer, feedback)
            for activity, (record, customer) in customers.items()
            if customer.commercial_partner_id.id in allowed
        }

    def _runwell_may_buy(self, customers):
        """Return the ids of the commercial partners that talk with is talk with a customer."""
        ids = list({customer.commercial_partner_id.id for customer in customers})
        if not ids:
            return set()
        self.env["res.partner"].flush_model(["supplier_rank", "customer_rank"])
        self.env["runwell.score"].flush_model(["partner_id"])
        return {id_ for [id_] in self.env.execute_query(SQL(
            "SELECT c.id FROM res_partner c WHERE c.id = ANY(%s) AND %s", ids, MAY_BUY,
        ))}

    @staticmethod
    def _runwell_customer(record):
        """Return the customer whom a record is about; none where it is one of us."""
        if record._name == "account.move" and record.move_type not in SALE_DOCUMENTS:
            return record.env["res.partner"]
        partner = record if record._name == "res.partner" else record.partner_id
        return partner.filtered(
            lambda partner: partner.partner_share and partner.commercial_partner_id.partner_share
        )

    def _runwell_contact(self, record, customer, feedback):
        """Return the values of the interaction that an activity becomes."""
        now = fields.Datetime.now()
        event = self.calendar_event_id
        company = customer.company_id or record.company_id or self.env.company
        link = LINKS.get(record._name)
        if record.company_id and record.company_id != company:
            link = None
        return {
            "partner_id": customer.id, "company_id": company.id,
            "date": event.start if event and event.start <= now else now,
            "channel_id": self.activity_type_id.runwell_channel_id.id,
            "name": (self.summary or "").strip() or self.activity_type_id.name,
            "note": (feedback or "").strip() or False, "user_id": self.env.user.id,
            "place": event.location, "origin": "activity", "activity_id": self.id,
            "calendar_event_id": event.id, "source_key": f"activity:{self.id}",
            **({link: record.id} if link else {}),
        }

    def _runwell_log(self, found, messages):
        """Log the interactions, with the messages that tell of the same; one a meeting.

        :param dict found: values by activity
        :param messages: those that :meth:`_action_done` posted
        """
        posted = {}
        # sudo: as for the activities.
        for message in messages.sudo():
            key = (message.model, message.res_id, message.mail_activity_type_id.id)
            posted.setdefault(key, []).append(message.id)
        known = self._runwell_logged_meetings(found)
        vals_list = []
        for activity, values in found.items():
            same = posted.get((activity.res_model, activity.res_id, activity.activity_type_id.id))
            values["message_id"] = same.pop(0) if same else False
            row = known.get((values["calendar_event_id"], values["partner_id"]))
            if row:
                row._add_result(values)
            else:
                vals_list.append(values)
        self.env["runwell.interaction"]._log_by_itself(vals_list)

    def _runwell_logged_meetings(self, found):
        """Return the interactions that the meetings of these activities are already."""
        events = [v["calendar_event_id"] for v in found.values() if v["calendar_event_id"]]
        if not events:
            return {}
        # sudo: as for the activities.
        rows = self.env["runwell.interaction"].sudo().search([
            ("calendar_event_id", "in", events), ("activity_id", "=", False),
        ])
        Partner = self.env["res.partner"].sudo()
        return {
            (values["calendar_event_id"], values["partner_id"]): row
            for values in found.values() for row in rows
            if row.calendar_event_id.id == values["calendar_event_id"]
            and row.commercial_partner_id
            == Partner.browse(values["partner_id"]).commercial_partner_id
        }
