from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import create_index

from . import (  # noqa: F401  each adds its sources
    runwell_timeline_mailing,
    runwell_timeline_money,
    runwell_timeline_sales,
    runwell_timeline_service,
    runwell_timeline_talk,
)
from .runwell_timeline_source import KINDS, SOURCES, Reader, place

EVENTS = [
    ("interaction_out", "We contacted the customer"),
    ("interaction_in", "The customer contacted us"),
    ("mail_out", "Message to the customer"), ("mail_in", "Message from the customer"),
    ("meeting", "Meeting"), ("activity_done", "Activity done"),
    ("lead_created", "Opportunity created"), ("lead_won", "Opportunity won"),
    ("lead_lost", "Opportunity lost"),
    ("quotation_sent", "Quotation sent"), ("order_confirmed", "Order confirmed"),
    ("order_cancelled", "Quotation or order cancelled"),
    ("delivered", "Delivered"), ("returned", "Goods returned"),
    ("invoice", "Invoice"), ("credit_note", "Credit note"),
    ("paid", "Payment received"), ("paid_back", "Paid back"),
    ("request_new", "Request received"), ("request_answered", "Request answered"),
    ("request_rated", "Answer rated"),
    ("mailing_sent", "Mailing sent"), ("mailing_opened", "Mailing opened"),
    ("mailing_clicked", "Mailing clicked"),
    ("alert_raised", "Churn alert raised"), ("alert_lost", "Confirmed lost"),
    ("alert_won_back", "Won back"), ("alert_false_alarm", "False alarm"),
    ("measure", "Measure against the loss"),
    ("handover_handover", "Handed over"), ("handover_claimed", "Claimed from the pool"),
    ("handover_pooled", "Back to the pool"), ("handover_other", "Account manager changed"),
]
#: The columns of an event, as every source gives them.
COLUMNS = (
    "id", "kind", "event", "date", "is_day", "title", "amount", "currency_id", "res_model",
    "res_id", "partner_id", "company_id", "author_id",
)


class RunwellTimeline(models.Model):
    """Every touch with a customer: a row an event, of the customer or any of its contacts.

    Who may see an event is said by the record it is of: each source (see
    ``runwell_timeline_source.py``) is read through the access and the record rules of
    its own model, within the same statement. So the rows differ by reader, and are no
    more than the reader finds elsewhere.
    """

    _name = "runwell.timeline"
    _description = "Timeline of a customer"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "title"

    kind = fields.Selection([(key, label) for key, label, _icon in KINDS], readonly=True)
    event = fields.Selection(EVENTS, readonly=True)
    date = fields.Datetime(readonly=True)
    is_day = fields.Boolean("Without an hour", readonly=True)
    title = fields.Char(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    author_id = fields.Many2one("res.partner", "Who", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)

    def _register_hook(self):
        """Index the traces of mailings, wherever they are installed: before us or after us."""
        super()._register_hook()
        if "mailing.trace" in self.env:
            for name, model in (("runwell", "res.partner"), ("runwell_lead", "crm.lead")):
                create_index(
                    self.env.cr, f"mailing_trace_{name}_idx", "mailing_trace", ["res_id"],
                    where=f"model = '{model}'",
                )

    @property
    def _table_query(self) -> SQL:
        # What a source reads is known only here; nothing is left behind in the cache.
        self.env.flush_all()
        reader = Reader(self.env)
        parts = [part for source in SOURCES.values() if (part := source.all(reader))]
        columns = SQL(", ").join(map(SQL.identifier, (*COLUMNS, "commercial_partner_id")))
        if not parts:
            nothing = SQL(", ").join([SQL("NULL")] * (len(COLUMNS) + 1))
            parts = [SQL("SELECT %s WHERE FALSE", nothing)]
        return SQL(
            "SELECT * FROM (%s) AS event (%s)", SQL(" UNION ALL ").join(parts), columns,
        )

    def _check_access(self, operation):
        """Refuse what the reader would not find, also where another one read it before."""
        refused = super()._check_access(operation)
        if refused or self.env.su or not any(self._ids):
            return refused
        found = self._visible_ids()
        hidden = self.filtered(lambda event: event.id not in found)
        if hidden:
            return hidden, lambda: self.env["ir.rule"]._make_access_error(operation, hidden)
        return None

    def _visible_ids(self):
        """Return which of these the reader may see: asked of their own models, in one query."""
        return {event_id for [event_id] in self._of_ids(Reader(self.env), self._ids, only_ids=True)}

    @api.model
    def _of_ids(self, reader, ids, only_ids=False):
        """Return the rows of ``of_rows`` of these events: only their own sources are asked."""
        by_source = {}
        for event_id in ids:
            number, row_id = place(event_id)
            by_source.setdefault(number, []).append(row_id)
        parts = [
            part for number, rows in by_source.items()
            if number in SOURCES and (part := SOURCES[number].of_rows(reader, rows, only_ids))
        ]
        self.env.flush_all()
        return self.env.execute_query(SQL(" UNION ALL ").join(parts)) if parts else []

    def action_open(self):
        """Open the record that the event is of."""
        self.ensure_one()
        self.check_access("read")
        return self.env[self.res_model].browse(self.res_id).get_formview_action()

    @api.model
    def _icons(self):
        return {key: icon for key, _label, icon in KINDS}
