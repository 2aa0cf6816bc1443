"""What came of churn alerts, as facts: money kept, what was bought within the horizon."""

from odoo import api, models

from ..scoring import ledger


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    @api.model
    def _settle(self, company):
        """Note what became of a company's alerts, then judge its rules by it.

        Nightly, after the alerts were raised and closed, under the same lock. A
        statement each, whatever the number.
        """
        # sudo: the scoring model is read by the machine.
        model = self.env["runwell.scoring.model"].sudo()._active_of(company)
        today = model._today()
        scope = model._scope(today).without(self._fees_of(company))
        self.env.flush_all()
        for kind, _label in self._fields["kind"].selection:
            if not self._has_kind(company, kind):
                continue
            self.env.cr.execute(ledger.settle_horizons(scope, today, kind))
            self.env.cr.execute(ledger.note_returned(scope, kind))
            self.env.cr.execute(ledger.update_kept(scope, today, kind))
        self.invalidate_model(["orders_after", "revenue_after", "returned_on", "kept_revenue"])
        self.env["runwell.alert.rule"]._judge(company)

    def _has_kind(self, company, kind):
        """Return whether a company has alerts of a kind: of some, most have none."""
        # sudo: asked by the machine.
        return bool(self.sudo().search_count(
            [("company_id", "=", company.id), ("kind", "=", kind)], limit=1,
        ))
