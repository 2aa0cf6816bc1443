from datetime import timedelta

from odoo import fields, models


class RunwellSlaStatus(models.Model):
    """A clock, in words for the form of its request."""

    _inherit = "runwell.sla.status"

    def _strictest(self):
        """Return the clock that counts: the open one that ends first, else the last one's worst."""
        last = self.filtered(lambda s: s.turn == max(self.mapped("turn")))
        if running := last.filtered(lambda s: not s.reached_on):
            return min(running, key=lambda s: (
                not s.deadline, s.deadline or s.started_on, s.allowed_seconds, s.id,
            ))
        return min(last, key=lambda s: (s.in_time, s.allowed_seconds), default=last)

    def _in_words(self):
        """Return the mood and a sentence; nothing for no clock."""
        if not self:
            return False, False
        now, _ = fields.Datetime.now(), self.env._
        if self.reached_on:
            if self.state == "reached":
                return "reached", _("In time")
            return "failed", _("Missed by %s", self._span(self.reached_on - self.deadline))
        if self.deadline and self.deadline < now:
            return "overdue", _("Overdue by %s", self._span(now - self.deadline))
        if self.deadline:
            return "running", _("%s left", self._span(self.deadline - now))
        if self.state == "paused":
            left = max(self.allowed_seconds - self.used_seconds, 0)
            return "paused", _(
                "Stands still, %s of work left", self._span(timedelta(seconds=left))
            )
        return "open", _("No working hours in sight")

    def _span(self, delta):
        """Return a length of time in words, as fine as one needs it."""
        minutes = int(delta.total_seconds() // 60)
        hours, minutes = divmod(minutes, 60)
        if hours >= 48:
            return self.env._("%s days", hours // 24)
        if hours:
            return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
        return self.env._("%s min", minutes)
