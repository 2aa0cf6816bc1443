"""From a back-test to the threshold from which the scoring warns."""

from odoo import models
from odoo.exceptions import UserError

from ..scoring import tally


class RunwellBacktest(models.Model):
    _inherit = "runwell.backtest"

    def find_threshold(self, by, value):
        """Return what the lowest threshold that fits would have done, a row of the curve.

        :param by: ``precision``: right at least this often (0 to 1); ``weekly``: at
            most so many new warnings a week
        """
        self._check_concluded()
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise UserError(self.env._("Give a number above 0."))
        points = self.summary["curve"]
        if by == "precision":
            point = tally.matched(points, value)
            if not point:
                raise UserError(self.env._(
                    "No threshold was right in %(wanted)s %% of its warnings (of %(few)s "
                    "warnings or more).", wanted=round(100 * value), few=tally.FEW_WARNINGS,
                ))
        elif by == "weekly":
            point = tally.at_most(points, value)
            if not point:
                raise UserError(self.env._(
                    "Even the highest threshold that warned of %(few)s customers or more "
                    "brings more than %(wanted)s new warnings a week.",
                    wanted=value, few=tally.FEW_WARNINGS,
                ))
        else:
            raise UserError(self.env._("Find a threshold by precision or by warnings a week."))
        return point

    def set_threshold(self, threshold):
        """Let the scoring warn from ``threshold``, and say in its chatter why.

        :param threshold: one of the curve's
        """
        self._check_concluded()
        self.check_access("write")
        point = next((p for p in self.summary["curve"] if p["threshold"] == threshold), None)
        if not point or not point["warned"]:
            raise UserError(self.env._("The back-test has nothing to say of this threshold."))
        model = self.env["runwell.scoring.model"]._active_of(self.company_id)
        if model.horizon_days != self.horizon_days:
            raise UserError(self.env._(
                "This back-test looked %(ours)s days ahead, the scoring looks %(theirs)s. Run "
                "one with the same horizon.", ours=self.horizon_days, theirs=model.horizon_days,
            ))
        # sudo: administrators write the settings, supervisors this one from a back-test.
        settings = model.sudo()
        former = settings.alert_threshold
        settings.alert_threshold = threshold
        settings.message_post(body=self.env._(
            "Warn from %(threshold)s %%, before from %(former)s %%, by a back-test "
            "(%(test)s): %(precision)s %% of the warnings were right, %(recall)s %% of those who "
            "left were warned of, about %(weekly)s new warnings a week.",
            threshold=round(100 * threshold), former=round(100 * former),
            test=self.display_name, precision=round(100 * point["precision"]),
            recall=round(100 * (point["recall"] or 0)), weekly=round(point["weekly"]),
        ), subtype_xmlid="mail.mt_note")
        return True

    def _check_concluded(self):
        self.ensure_one()
        self.check_access("read")
        if self.state != "done":
            raise UserError(self.env._("Run the back-test first."))
        if self.grade == "few":
            raise UserError(self.env._(
                "Too few customers left, or stayed, to set a threshold by this back-test."
            ))
