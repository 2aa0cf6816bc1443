"""Fits and versions of ``runwell.scoring.model``: what is learnt, taken over, rolled back."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..scoring.opinion import FEATURES
from ..scoring.season import CATEGORY_DAYS

#: A new fit that is worse on the newest past days by more than this is not taken over.
TOLERANCE = 0.002


class RunwellScoringModel(models.Model):
    _inherit = "runwell.scoring.model"

    learned_text = fields.Html("What was learnt", compute="_compute_learned_text")
    came_true_text = fields.Html("Did it come true?", compute="_compute_came_true_text")

    @api.depends("learned")
    def _compute_learned_text(self):
        """Say in words what was learnt, and whether it helps on the company's own past."""
        for model in self:
            learned = model._learned()
            model.learned_text = learned and Markup("<p>%s</p><p>%s</p><p>%s</p><p>%s</p>%s") % (
                model._season_text(learned), model._category_text(learned),
                model._opinion_text(learned),
                self.env._(
                    "Nothing but orders, amounts, product categories, returns and overdue invoices "
                    "goes in; never sex, age, origin, health or life events."
                ),
                model._coefficient_table(learned),
            )

    def _season_text(self, learned):
        if learned.season and not learned.season.is_flat:
            return self.env._(
                "Season: on. The Brier score on past days is better by %(gain).4f; recent "
                "activity counts %(factor).2f times.",
                gain=learned.season_gain, factor=learned.factor,
            )
        if learned.season_gain is None:
            return self.env._("Season: off. It takes a year of history and a fitted model.")
        return self.env._("Season: off. It does not help on your history.")

    def _category_text(self, learned):
        if learned.category_gain is None:
            return self.env._(
                "Season by product category: off. It takes two categories with %(days)s order days "
                "each over two years.", days=CATEGORY_DAYS,
            )
        if not (learned.season and learned.season.categories):
            return self.env._("Season by product category: off. It does not help on your history.")
        # sudo: the names of product categories, for whoever may read the settings.
        categories = self.env["product.category"].sudo().browse(
            one.category for one in learned.season.categories
        ).exists()
        return self.env._(
            "Season by product category: on for %(names)s. The Brier score on past days is better "
            "by %(gain).4f than without; recent activity counts %(factor).2f times.",
            names=", ".join(categories.mapped("display_name")),
            gain=learned.category_gain, factor=learned.factor,
        )

    def _opinion_text(self, learned):
        if learned.opinion:
            return self.env._(
                "Second opinion: on. On customers it had not seen, it ranks better by %.4f (AUC).",
                learned.opinion.gain,
            )
        return self.env._(
            "Second opinion: off. It does not rank better on your history, or there is too little."
        )

    def _coefficient_table(self, learned):
        """Return the second opinion's coefficients, the largest first, as an HTML table."""
        if not learned.opinion:
            return Markup()
        labels = self._feature_labels()
        rows = sorted(
            zip(FEATURES, learned.opinion.coefficients, strict=True), key=lambda row: -abs(row[1])
        )
        return Markup("<table class='table table-sm'><thead><tr><th>%s</th><th>%s</th></tr></thead>"
                      "<tbody>%s</tbody></table>") % (
            self.env._("Feature"), self.env._("Raises (+) or lowers (−) the risk"),
            Markup().join(
                Markup("<tr><td>%s</td><td>%s</td></tr>") % (labels[name], f"{value:+.2f}")
                # Nothing was learnt of what is the same for everybody.
                for name, value in rows if value
            ),
        )

    def _feature_labels(self):
        """Return what each feature of the second opinion is called."""
        return {
            "risk": self.env._("Risk by the churn model"),
            "alive": self.env._("Probability of still being a customer"),
            "orders": self.env._("Order days in all"),
            "tenure": self.env._("Days since the first order"),
            "gap": self.env._("Days between orders"),
            "last_gap": self.env._("Days between the last two orders"),
            "orders_90": self.env._("Order days in 90 days"),
            "orders_365": self.env._("Order days in a year"),
            "amount_365": self.env._("Amount in a year"),
            "same_window": self.env._("Order days in the same window last year"),
            "same_season": self.env._("Order days in that season last year"),
            "mean_amount": self.env._("Mean amount of an order day"),
            "last_amount": self.env._("Last amount against the mean"),
            "mean_lines": self.env._("Mean lines of an order day"),
            "last_lines": self.env._("Last lines against the mean"),
            "returns": self.env._("Return days in a year"),
            "returned": self.env._("Share returned in a year"),
            "returned_last": self.env._("Returned since the last order"),
            "own_return": self.env._("Own silences this long that ended within the horizon"),
            "amount_trend": self.env._("Amount of half a year against the half before"),
            "stopped": self.env._("Product categories no longer bought"),
            "overdue": self.env._("Overdue amount against the mean order"),
            "overdue_days": self.env._("Days the oldest overdue invoice is late"),
            "open_complaints": self.env._("Open complaints"),
            "complaints": self.env._("Complaints in half a year"),
            "complaint_trend": self.env._("Complaints of three months against the three before"),
            "let_down": self.env._("Missed deadlines and unhappy ratings in half a year"),
        }

    @api.depends("scored_at")
    def _compute_came_true_text(self):
        """Say of the risks told in the past, once their time was over, how many came true."""
        for model in self:
            # sudo: sums over all customers, shown to whoever may read the settings.
            rows = self.env["runwell.prediction"].sudo()._calibration(model.company_id)
            model.came_true_text = rows and Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % self.env._(
                    "Of %(count)s told %(low)s to %(high)s %%, %(left)s left.",
                    count=row["count"], low=round(100 * row["low"]),
                    high=round(100 * row["high"]), left=round(row["left"] * row["count"]),
                )
                for row in rows
            )

    @api.model
    def _fit(self, company, as_of=None):
        """Fit the model of ``company`` on its history up to ``as_of`` (None: today).

        Where the history does not carry a fit, stated default parameters for the
        customers' rhythm stand in, marked as not fitted, with the reason. A fit that
        is worse than the one in use is kept to be read, but not taken over.

        :return: the active ``runwell.scoring.model``
        """
        model = self._active_of(company)
        as_of = fields.Date.to_date(as_of) or model._today()
        learner = model._learner(as_of, model.horizon_days)
        learned = learner.learn()
        former = model._learned()
        brier = learner.brier(learned)
        values = {
            **vars(learned.parameters), "is_fitted": learned.is_fitted,
            "refusal": learned.refusal, "log_likelihood": learned.log_likelihood,
            "fit_customers": learned.customers, "fit_date": fields.Datetime.now(),
            "learned": learned.as_json() | model._learning_settings(),
            "brier": brier or 0.0,
        }
        if former is None or not model.fit_date:
            return model._take_over(
                values, self.env._("First fit, or the first with these settings.")
            )
        if former.is_fitted and not learned.is_fitted:
            return model._refuse(values, self.env._("It could not be fitted; the last fit stays."))
        before = learner.brier(former)
        if brier is not None and before is not None and brier > before + TOLERANCE:
            return model._refuse(values, self.env._(
                "Worse on the newest past days: %(new).4f against %(old).4f (Brier score).",
                new=brier, old=before,
            ))
        return model._take_over(values, self.env._("Weekly fit."))

    def _take_over(self, values, verdict):
        """Make ``values`` the version in use; a fit that moved nothing only says when it ran."""
        self.ensure_one()
        # sudo: a fit is the machine's, whoever asked for it; the caller was checked.
        machine = self.sudo()._as_machine()
        if machine.learned == values["learned"] or not self.fit_date:
            machine.write(values | {"verdict": verdict})
            return self
        successor = machine._new_version(values | {"state": "refused", "verdict": verdict})
        successor._activate()
        return self.browse(successor.id)

    def _refuse(self, values, verdict):
        """Keep ``values`` as a version that is not in use, and say why on the one that is."""
        self.ensure_one()
        # sudo: see _take_over.
        machine = self.sudo()._as_machine()
        refused = machine._new_version(values | {"state": "refused", "verdict": verdict})
        self.sudo().message_post(body=self.env._(
            "Version %(version)s was not taken over. %(verdict)s",
            version=refused.version, verdict=verdict,
        ))
        return self

    def _new_version(self, values):
        """Return a copy of this version with the next free number."""
        last = self.search(
            [("company_id", "=", self.company_id.id)], order="version desc", limit=1
        )
        return self.copy(values | {"version": last.version + 1})

    def _activate(self):
        """Put this version in use instead of the one that is; its scores follow with a pass."""
        self.ensure_one()
        # sudo: the caller was checked; the state is machine-owned.
        machine = self.sudo()._as_machine()
        machine._active_of(self.company_id)._as_machine().write({"state": "retired"})
        self.env.flush_all()
        # Its common figures are of another day or of another learning: the next pass is a full one.
        machine.write({"state": "active", "statistics": False})

    def action_activate(self):
        """Roll back to this version.

        :raise AccessError: unless an administrator does it
        :raise UserError: if it is in use already
        """
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("An administrator changes the version in use."))
        self.check_access("write")
        if self.state == "active":
            raise UserError(self.env._("Version %s is in use already.", self.version))
        self._activate()
        self.message_post(body=self.env._("Put in use by %s.", self.env.user.name))

    def action_open_versions(self):
        """Open all versions of this company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_runwell.action_scoring_model")
        title = self.env._("Versions")
        return action | {"name": title, "domain": [("company_id", "=", self.company_id.id)]}

    @api.model
    def _cron_fit(self):
        """Fit the model of every company and settle its past predictions, a transaction each."""
        companies = self.env["res.company"].search([])
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            # A company that another worker is scoring waits for next week.
            if self.env["runwell.score"]._lock_model(self._active_of(company)):
                model = self._fit(company)
                self.env["runwell.prediction"]._settle(model, model._today())
            self.env["ir.cron"]._commit_progress(1)
