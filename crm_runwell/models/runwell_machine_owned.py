from odoo import api, models
from odoo.exceptions import AccessError

# An object of this process: no RPC call, import or context from outside can hold it.
_MACHINE = object()


class RunwellMachineOwned(models.AbstractModel):
    """Rows, or fields, that the scoring alone may write.

    A figure that a person can change is no evidence. The methods of the scoring
    write through :meth:`_as_machine`; everyone else, administrators included,
    is refused, whichever way they come in.
    """

    _name = "runwell.machine.owned"
    _description = "Written by the scoring alone"

    #: The names of the fields that are machine-owned; None: the whole row.
    _machine_fields = None

    def _as_machine(self):
        return self.with_context(runwell_machine=_MACHINE)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_machine()
        return super().create(vals_list)

    def write(self, vals):
        if self._machine_fields is None or not self._machine_fields.isdisjoint(vals):
            self._check_machine()
        return super().write(vals)

    def unlink(self):
        self._check_machine()
        return super().unlink()

    def _check_machine(self):
        """Raise AccessError unless the scoring itself is at work."""
        if self.env.context.get("runwell_machine") is not _MACHINE:
            raise AccessError(
                self.env._(
                    "%s is kept by the scoring alone, so that its figures can be trusted. "
                    "Change the orders, invoices or settings behind it, then compute again.",
                    self._description,
                )
            )
