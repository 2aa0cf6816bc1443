from odoo import api, fields, models


class RunwellBulkLine(models.AbstractModel):
    """What came of one record of a dialog that works on many: done, or why not."""

    _name = "runwell.bulk.line"
    _description = "Record of a Bulk Operation"
    _order = "is_done, id"

    message = fields.Char(string="Refused because", readonly=True)
    result = fields.Char(compute="_compute_result")
    is_done = fields.Boolean(string="Done", compute="_compute_is_done", store=True)

    @api.depends("message")
    def _compute_is_done(self):
        for line in self:
            line.is_done = not line.message

    @api.depends("message")
    def _compute_result(self):
        for line in self:
            line.result = line.message or line._done_text()

    def _done_text(self):
        """Return what is said of a record that was not refused."""
        return self.env._("Done")
