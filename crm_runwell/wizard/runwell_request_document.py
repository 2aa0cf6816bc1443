from odoo import api, fields, models
from odoo.exceptions import UserError

#: So many of the customer's latest orders, and invoices, are offered.
SHOWN = 20


class RunwellRequestDocument(models.TransientModel):
    """An order or invoice of the customer, to be linked to a request.

    An agent need not have access to sales or accounting: number and date are
    enough to choose by, and are all that is shown.
    """

    _name = "runwell.request.document"
    _description = "Document to link to a request"
    _order = "date desc, id"

    request_id = fields.Many2one("runwell.request", required=True, ondelete="cascade")
    model = fields.Selection(
        [("sale.order", "Order"), ("account.move", "Invoice")], "Kind", required=True,
    )
    res_id = fields.Integer(required=True)
    name = fields.Char("Number", required=True)
    date = fields.Date()

    @api.model
    def _offer(self, request):
        """Return a row for each of the latest documents of the request's customer."""
        request.check_access("write")
        if not request.commercial_partner_id:
            raise UserError(self.env._("Choose the customer first: its orders are shown then."))
        ours = [
            ("company_id", "=", request.company_id.id),
            ("partner_id", "child_of", request.commercial_partner_id.id),
        ]
        # sudo: number and date of the customer's own documents, for who works on its request.
        env = request.sudo().env
        orders = env["sale.order"].search(
            [*ours, ("state", "!=", "cancel")], order="date_order desc, id desc", limit=SHOWN,
        )
        invoices = env["account.move"].search(
            [*ours, ("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted")],
            order="invoice_date desc, id desc", limit=SHOWN,
        )
        if not (orders or invoices):
            raise UserError(self.env._(
                "%s has neither orders nor invoices here.", request.commercial_partner_id.name
            ))
        return self.create([
            {
                "request_id": request.id, "model": document._name, "res_id": document.id,
                "name": document.name, "date": date,
            }
            for documents, name in ((orders, "date_order"), (invoices, "invoice_date"))
            for document, date in ((document, document[name]) for document in documents)
        ])

    def action_link(self):
        """Link the document and close the dialog."""
        self.ensure_one()
        field = "sale_order_id" if self.model == "sale.order" else "invoice_id"
        offered = self._offer(self.request_id)
        if (self.model, self.res_id) not in [(row.model, row.res_id) for row in offered]:
            raise UserError(self.env._("This document is not the customer's any more."))
        self.request_id.write({field: self.res_id})
        return {"type": "ir.actions.act_window_close"}
