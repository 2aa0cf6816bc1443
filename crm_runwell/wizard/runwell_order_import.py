import base64
import io

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError


class RunwellOrderImport(models.TransientModel):
    """Loads an order history for a user without a shell, and shows what came of it."""

    _name = "runwell.order.import"
    _description = "Import an Order History"

    state = fields.Selection(
        selection=[("upload", "Upload"), ("done", "Done")], default="upload", readonly=True,
    )
    file = fields.Binary(help="CSV in UTF-8, plain or gzipped.")
    file_name = fields.Char()
    company_id = fields.Many2one(
        comodel_name="res.company", required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    origin = fields.Char(readonly=True)
    summary = fields.Html(readonly=True)
    rejected_file = fields.Binary(string="Rejected rows", readonly=True)
    rejected_name = fields.Char(readonly=True)

    def action_import(self):
        """Load the file and show the result.

        :raises UserError: when the file cannot be read; nothing is loaded then
        """
        self._check_company_choice()
        history = self.env["runwell.order.history"]
        rejected = io.StringIO(newline="")
        source = io.BytesIO(base64.b64decode(self.file or b""))
        name = self.file_name or self.env._("upload")
        report = history._load(source, self.company_id, name, lambda: rejected)
        self.write({
            "state": "done",
            "file": False,
            "origin": report.origin,
            "summary": _table(history._summary(report, self.company_id)),
            "rejected_file": base64.b64encode(rejected.getvalue().encode()) or False,
            "rejected_name": f"{name}.rejected.csv",
        })
        return self._reopen()

    def action_open_customers(self):
        """Open the customers of the imported orders."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("account.res_partner_action_customer")
        return dict(action, domain=[("sale_order_ids", "any", self._orders_domain())], context={})

    def action_open_orders(self):
        """Open the imported orders."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale.action_orders")
        return dict(action, domain=self._orders_domain(), context={})

    def action_compute_scores(self):
        """Open the dialog that computes the scores of the company, step by step."""
        self._check_company_choice()
        return self.env["runwell.scoring.model"]._active_of(self.company_id).action_compute_now()

    def _check_company_choice(self):
        """Raise AccessError unless the user works in the company: the loader does not ask."""
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose a company that you may work in."))

    def _orders_domain(self):
        return [("company_id", "=", self.company_id.id), ("origin", "=", self.origin)]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _table(pairs):
    """Return labels and texts as an HTML table."""
    rows = Markup().join(
        Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>") % pair for pair in pairs
    )
    return Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows
