"""What the timeline asks of native tables: an index for each way in, and two moments of an order.

Every index begins with the customer and goes on with the moment, so that a page is read from
its end. Those that can are partial, to cost nothing where nothing is to be found.
"""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    runwell_sent_on = fields.Datetime("Quotation sent on", readonly=True, copy=False)
    runwell_cancelled_on = fields.Datetime("Cancelled on", readonly=True, copy=False)

    _runwell_timeline_idx = models.Index(
        "(partner_id, date_order DESC, id DESC) WHERE state = 'sale'"
    )
    _runwell_sent_idx = models.Index(
        "(partner_id, (coalesce(runwell_sent_on, date_order)) DESC, id DESC) "
        "WHERE state = 'sent' OR runwell_sent_on IS NOT NULL"
    )
    _runwell_cancelled_idx = models.Index(
        "(partner_id, (coalesce(runwell_cancelled_on, date_order)) DESC, id DESC) "
        "WHERE state = 'cancel'"
    )

    def write(self, vals):
        """Note when a quotation was sent and an order cancelled: in the same UPDATE."""
        stamp = {"sent": "runwell_sent_on", "cancel": "runwell_cancelled_on"}.get(
            vals.get("state")
        )
        if stamp:
            vals = {stamp: fields.Datetime.now(), **vals}
        return super().write(vals)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    _runwell_timeline_idx = models.Index("(partner_id, create_date DESC, id DESC)")
    _runwell_closed_idx = models.Index(
        "(partner_id, date_closed DESC, id DESC) WHERE date_closed IS NOT NULL"
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    _runwell_invoice_idx = models.Index(
        "(commercial_partner_id, invoice_date DESC, id DESC) "
        "WHERE move_type = 'out_invoice' AND state = 'posted'"
    )
    _runwell_refund_idx = models.Index(
        "(commercial_partner_id, invoice_date DESC, id DESC) "
        "WHERE move_type = 'out_refund' AND state = 'posted'"
    )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _runwell_timeline_idx = models.Index("(partner_id, date DESC, id DESC)")


class MailMessage(models.Model):
    _inherit = "mail.message"

    # Tracking and system notes are not in it: most of what a confirmation writes costs nothing.
    _runwell_mail_idx = models.Index(
        "(model, res_id, date DESC, id DESC) "
        "WHERE message_type IN ('email', 'email_outgoing', 'comment', 'auto_comment') "
        "AND model IN ('res.partner', 'crm.lead', 'sale.order', 'runwell.request', "
        "'account.move')"
    )
    _runwell_activity_idx = models.Index(
        "(model, res_id, date DESC, id DESC) WHERE mail_activity_type_id IS NOT NULL"
    )


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    _runwell_partner_idx = models.Index("(partner_id)")


class RunwellInteraction(models.Model):
    _inherit = "runwell.interaction"

    _runwell_timeline_idx = models.Index("(commercial_partner_id, date DESC, id DESC)")


class RunwellRequest(models.Model):
    _inherit = "runwell.request"

    _runwell_timeline_idx = models.Index("(commercial_partner_id, create_date DESC, id DESC)")
