import logging
from datetime import timedelta

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..scoring import backtest, tally
from .optional_fields import OptionalFloat

_logger = logging.getLogger(__name__)

#: What is proposed, and the most that is run.
PLANNED_DAYS, MONTHS_APART, MOST_DAYS = 4, 3, 24
#: An order history that ended longer ago was loaded from elsewhere: test up to its end.
STALE_DAYS = 30


class RunwellBacktest(models.Model):
    """What the product would have said on past days, against what then happened.

    draft → queued (a person) → running → done | failed (a cron, a transaction a
    day). What a broken-off run has measured stays: the next cron goes on from there.
    """

    _name = "runwell.backtest"
    _inherit = ["runwell.machine.owned", "runwell.backtest.figures"]
    _description = "Back-test"
    _order = "id desc"

    _people_make_rows = True
    _machine_fields = frozenset({
        "model_id", "state", "progress", "error", "started", "ended", "threshold",
        "min_silence_days", "grade", "best_rule_days", "auc_best_rule", "caught_share",
        "summary", "n", *backtest.MEASURES, "days_earlier",
    })

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    horizon_days = fields.Integer(
        "Horizon (days)", required=True, default=lambda self: self._default_horizon(),
        help="A customer left who did not order within so many days.",
    )
    result_ids = fields.One2many(
        "runwell.backtest.result", "backtest_id", "Days",
        default=lambda self: self._plan(self.env.company, self._default_horizon()),
    )
    model_id = fields.Many2one(
        "runwell.scoring.model", "Scoring model", ondelete="restrict", readonly=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("draft", "Planned"), ("queued", "Waiting"), ("running", "Running"),
            ("done", "Done"), ("failed", "Run failed"),
        ],
        required=True, default="draft", readonly=True, index=True,
    )
    progress = fields.Integer("Progress (%)", readonly=True, aggregator=None)
    error = fields.Char(readonly=True)
    started = fields.Datetime(readonly=True)
    ended = fields.Datetime(readonly=True)

    threshold = fields.Float("Warned from", readonly=True, aggregator=None)
    threshold_in_force = fields.Float(compute="_compute_threshold_in_force")
    min_silence_days = fields.Integer("Not before (days)", readonly=True, aggregator=None)
    grade = fields.Selection(
        [
            ("clear", "Clearly better"), ("better", "Better"), ("same", "As good"),
            ("worse", "Worse"), ("few", "Too few to tell"),
        ],
        "Against plain rules", readonly=True,
    )
    verdict = fields.Char(compute="_compute_verdict")
    best_rule_days = fields.Integer("Best plain rule (days)", readonly=True, aggregator=None)
    auc_best_rule = OptionalFloat(
        "Best plain rule", digits=(16, 3), readonly=True, aggregator="avg",
        help="Ranked right by the plain rule of the number of days that did best on these "
        "customers.",
    )
    caught_share = OptionalFloat(
        "Money caught", digits=(16, 4), readonly=True, aggregator="avg",
        help="Of the twelve-month revenue of the customers who left, the share of those "
        "warned of at the threshold in force.",
    )
    summary = fields.Json(readonly=True)

    @api.depends("company_id", "horizon_days", "create_date")
    def _compute_display_name(self):
        for test in self:
            day = fields.Date.to_string(test.create_date) if test.create_date else ""
            test.display_name = self.env._(
                "%(days)s days ahead, %(day)s", days=test.horizon_days, day=day,
            ) if day else self.env._("New back-test")

    @api.depends("company_id")
    def _compute_threshold_in_force(self):
        in_force = {
            company: threshold
            for company, threshold in self.env["runwell.scoring.model"]._read_group(
                [("company_id", "in", self.company_id.ids), ("state", "=", "active")],
                ["company_id"], ["alert_threshold:max"],
            )
        }
        for test in self:
            test.threshold_in_force = in_force.get(test.company_id, test.threshold)

    @api.depends("grade", "auc", "summary", "auc_recency", "auc_best_rule")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for test in self:
            test.verdict = test.grade and test._verdict()

    @api.constrains("horizon_days")
    def _check_horizon(self):
        for test in self:
            if not 7 <= test.horizon_days <= 730:
                raise ValidationError(self.env._("The horizon must be from 7 to 730 days."))

    @api.onchange("company_id", "horizon_days")
    def _onchange_plan(self):
        """Propose the days anew: the last one is a horizon before the last known day."""
        if self.company_id and self.horizon_days:
            self.result_ids = [Command.clear(), *self._plan(self.company_id, self.horizon_days)]

    def write(self, vals):
        if {"company_id", "horizon_days"} & vals.keys() and any(t.state != "draft" for t in self):
            raise UserError(self.env._(
                "The company and the horizon of a back-test that has been run stay as they "
                "are. Make a new one."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_running(self):
        if any(test.state == "running" for test in self):
            raise UserError(self.env._("This back-test is running. Delete it once it is done."))

    # Planning

    def _default_horizon(self):
        model = self.env["runwell.scoring.model"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "active")], limit=1,
        )
        return model.horizon_days or 90

    def _plan(self, company, horizon):
        """Return the commands of the days to propose."""
        last = self._last_known_day(company) - timedelta(days=horizon)
        return [
            Command.create({"as_of": last - relativedelta(months=MONTHS_APART * back)})
            for back in reversed(range(PLANNED_DAYS))
        ]

    def _last_known_day(self, company):
        """Return today, or the day of the last order where the history ended long ago."""
        today = fields.Date.context_today(self)
        # sudo: the day alone is told, and supervisors see all orders anyway.
        last = self.env["sale.order"].sudo().search(
            [("company_id", "=", company.id), ("state", "=", "sale")],
            order="date_order desc, id desc", limit=1,
        )
        day = last.date_order.date() if last else today
        return day if (today - day).days > STALE_DAYS else today

    def _check_plan(self):
        """Raise UserError unless the days can be tested."""
        self.ensure_one()
        if not 1 <= len(self.result_ids) <= MOST_DAYS:
            raise UserError(self.env._("Choose 1 to %s days to test.", MOST_DAYS))
        latest = fields.Date.context_today(self) - timedelta(days=self.horizon_days)
        if max(self.result_ids.mapped("as_of")) > latest:
            raise UserError(self.env._(
                "Who left is known %(horizon)s days after a day. Choose days up to %(latest)s.",
                horizon=self.horizon_days, latest=latest,
            ))

    # Running

    def action_run(self):
        """Queue the back-test; a failed one goes on, one that is done begins anew."""
        self.ensure_one()
        self.check_access("write")
        if self.state in ("queued", "running"):
            raise UserError(self.env._("This back-test runs already."))
        self._check_plan()
        if self.state == "done":
            self.result_ids._forget()
        self._as_machine().write({"state": "queued", "error": False, "ended": False})
        self._note_progress()
        self.env.ref("crm_runwell.ir_cron_backtest")._trigger()

    @api.model
    def _cron_run(self):
        """Run what is queued, and what another worker left half-way, a transaction a day."""
        commit = self.env["ir.cron"]._commit_progress
        waiting = self.search([("state", "in", ("queued", "running"))], order="id")
        commit(remaining=sum(
            1 + len(test.result_ids.filtered(lambda day: day.state == "planned"))
            for test in waiting
        ))
        for test in waiting:
            more = test._start()
            commit(1)
            while more:
                more = test._step()
                if not commit(1):
                    return
        # Whatever is left now is another worker's.
        commit(remaining=0)

    def _lock(self):
        """Return whether this transaction now holds the back-test; False: another worker does."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                held = bool(self.try_lock_for_update(allow_referencing=True))
        except psycopg2.errors.SerializationFailure:
            return False
        # What the other worker did before counts, not what we read then.
        self.env.invalidate_all()
        return held

    def _start(self):
        """Take the back-test on; return whether it is ours."""
        if not self._lock() or self.state not in ("queued", "running"):
            return False
        values = {"state": "running", "started": self.started or fields.Datetime.now()}
        if not any(day.state == "done" for day in self.result_ids):
            # sudo: a supervisor reads the settings, the machine goes by them.
            model = self.env["runwell.scoring.model"].sudo()._active_of(self.company_id)
            values |= {
                "model_id": model.id, "threshold": model.alert_threshold,
                "min_silence_days": model.min_silence_days, "started": fields.Datetime.now(),
            }
        self._as_machine().write(values)
        return True

    def _step(self):
        """Measure the next day, the last one and all together; return whether there is more."""
        if not self._lock() or self.state != "running":
            return False
        planned = self.result_ids.filtered(lambda day: day.state == "planned")
        try:
            with self.env.cr.savepoint():
                planned[:1]._measure()
                self._note_progress()
                if len(planned) <= 1:
                    self._conclude()
        except psycopg2.OperationalError:
            # The database went away, or wants it tried again: the next cron goes on.
            raise
        except Exception as error:
            _logger.exception("Back-test %s failed", self.id)
            self.env.invalidate_all(flush=False)
            self._as_machine().write({
                "state": "failed", "error": str(error).partition("\n")[0] or type(error).__name__,
                "ended": fields.Datetime.now(),
            })
            return False
        return len(planned) > 1

    def _note_progress(self):
        done = self.result_ids.filtered(lambda day: day.state == "done")
        self._as_machine().write({
            "progress": 100 * len(done) // max(len(self.result_ids), 1),
        })

    # Concluding

    def _conclude(self):
        """Bring the days together and grade what they say."""
        days = self.result_ids
        names = [*backtest.MEASURES, "days_earlier"]
        # False stands for empty, and an average of 0 is one.
        known = {
            name: [day[name] for day in days if day[name] is not False] for name in names
        }
        means = {
            name: sum(values) / len(values) if values else None for name, values in known.items()
        }
        total = tally.pooled(days.mapped("tally"))
        points, rule = tally.curve(total), tally.best_rule(total)
        current = tally.warnings(total, self.threshold, total["current"])
        level = rule and rule["precision"] and tally.matched(points, rule["precision"])
        plain = [area for area in (means["auc_recency"], rule and rule["auc"]) if area]
        self._as_machine().write({
            **means, "n": total["count"], "state": "done", "progress": 100,
            "ended": fields.Datetime.now(),
            "best_rule_days": rule["days"] if rule else 0,
            "auc_best_rule": rule and rule["auc"],
            "caught_share": current["caught_share"],
            "grade": tally.grade(
                means["auc"], max(plain, default=None), total["left"],
                total["count"] - total["left"],
                level and level["recall"], rule and rule["recall"],
            ),
            "summary": {
                "count": total["count"], "left": total["left"],
                "revenue_left": total["revenue_left"], "current": current, "curve": points,
                "rule": rule, "matched": level or None,
                "calibration": tally.calibration(total), "classes": tally.classes(total),
            },
        })

    def _verdict(self):
        """Return in words what the figures are worth, in the user's language."""
        self.ensure_one()
        summary, rule = self.summary, self.summary["rule"]
        if self.grade == "few":
            return self.env._(
                "Too few customers to tell: %(left)s left and %(stayed)s stayed, it takes "
                "%(few)s of each.",
                left=summary["left"], stayed=summary["count"] - summary["left"], few=tally.FEW,
            )
        figures = {
            "auc": round(100 * self.auc), "days": rule["days"],
            "plain": round(100 * max(self.auc_recency, self.auc_best_rule)),
        }
        texts = {
            "clear": self.env._(
                "Clearly better than counting days without an order. Of a customer who left and "
                "one who stayed, the risk picks the right one %(auc)s times in 100, the best "
                "count of days %(plain)s times."
            ),
            "better": self.env._(
                "A little better than counting days without an order. Of a customer who left "
                "and one who stayed, the risk picks the right one %(auc)s times in 100, the best "
                "count of days %(plain)s times."
            ),
            "same": self.env._(
                "The plain rule is as good on your history: warn after %(days)s days without "
                "an order. It is simpler, use it."
            ),
            "worse": self.env._(
                "The plain rule is better on your history: warn after %(days)s days without "
                "an order, and do not go by the risk."
            ),
        }
        return texts[self.grade] % figures
