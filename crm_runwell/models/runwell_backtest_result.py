from odoo import api, fields, models
from odoo.exceptions import UserError

from ..scoring import backtest, tally


class RunwellBacktestResult(models.Model):
    """One past day of a back-test: planned by a person, measured by the machine."""

    _name = "runwell.backtest.result"
    _inherit = ["runwell.machine.owned", "runwell.backtest.figures"]
    _description = "Day of a back-test"
    _order = "backtest_id, as_of"

    _one_day = models.Constraint("UNIQUE (backtest_id, as_of)", "A back-test has each day once.")

    _people_make_rows = True
    _machine_fields = frozenset({"state", "tally", "n", *backtest.MEASURES, "days_earlier"})

    backtest_id = fields.Many2one("runwell.backtest", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="backtest_id.company_id", store=True)
    as_of = fields.Date(
        "As of", required=True,
        help="The last day that counts: the orders after it tell who left.",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done")], required=True, default="planned",
        readonly=True,
    )
    tally = fields.Json(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        results = super().create(vals_list)
        results._check_planning()
        return results

    def write(self, vals):
        if {"backtest_id", "as_of"} & vals.keys():
            self._check_planning()
        result = super().write(vals)
        if "backtest_id" in vals:
            self._check_planning()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_while_planning(self):
        self._check_planning()

    @api.depends("as_of")
    def _compute_display_name(self):
        for result in self:
            result.display_name = fields.Date.to_string(result.as_of) or ""

    def _check_planning(self):
        if any(result.backtest_id.state != "draft" for result in self):
            raise UserError(self.env._(
                "The days of a back-test that has been run stay as they are. Make a new one."
            ))

    def _measure(self):
        """Learn and score as of the day, and measure that against what then happened."""
        for day in self:
            test = day.backtest_id
            rows, early = test.model_id._evaluate(day.as_of, test.horizon_days)
            day._as_machine().write({
                "state": "done", **backtest.measure(rows),
                "days_earlier": early["days"] if early else None,
                "tally": tally.tally(rows, test.threshold, test.min_silence_days),
            })

    def _forget(self):
        """Plan the day anew."""
        self._as_machine().write({
            **dict.fromkeys(self._machine_fields, None), "state": "planned", "n": 0,
        })
