from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hmac

#: Requests that one address, and one computer, may send by the public form in an hour.
PER_ADDRESS = 5
PER_COMPUTER = 20
WINDOW = timedelta(hours=1)


# No dialog: transient, so that Odoo clears it away.
# pylint: disable-next=no-wizard-in-models
class RunwellFormAttempt(models.TransientModel):
    """Who sent the public form lately, as a fingerprint; gone after a day.

    In the database, so that all workers count together; Odoo's vacuum clears it by age,
    a set at a time.
    """

    _name = "runwell.form.attempt"
    _description = "Use of the public service form"
    _transient_max_hours = 24

    _recent_idx = models.Index("(fingerprint, create_date)")

    fingerprint = fields.Char(required=True, readonly=True)

    @api.model
    def _take(self, address, computer):
        """Count a use of the form, unless it is one too many; return whether it is allowed.

        :param address: e-mail address as given
        :param computer: IP address
        """
        limits = {
            self._fingerprint("address", address.strip().lower()): PER_ADDRESS,
            self._fingerprint("computer", computer): PER_COMPUTER,
        }
        # sudo: nobody may look at this
        Attempt = self.sudo()
        counts = dict(Attempt._read_group(
            [
                ("fingerprint", "in", list(limits)),
                ("create_date", ">", fields.Datetime.now() - WINDOW),
            ], ["fingerprint"], ["__count"],
        ))
        if any(counts.get(key, 0) >= limit for key, limit in limits.items()):
            return False
        Attempt.create([{"fingerprint": key} for key in limits])
        return True

    @api.model
    def _fingerprint(self, kind, value):
        # sudo: the secret of the database
        return hmac(self.env(su=True), "runwell-form", (kind, value))
