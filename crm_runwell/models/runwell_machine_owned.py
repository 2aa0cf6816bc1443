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
    #: Whether people too make and delete rows; the machine-owned fields are never theirs.
    _people_make_rows = False

    def _as_machine(self):
        return self.with_context(runwell_machine=_MACHINE)

    @api.model_create_multi
    def create(self, vals_list):
        given = self._machine_fields and any(
            name in values for values in vals_list for name in self._machine_fields
        )
        if given or not self._people_make_rows:
            self._check_machine()
        else:
            vals_list = [self._untouched() | values for values in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if self._machine_fields is None or not self._machine_fields.isdisjoint(vals):
            self._check_machine()
        return super().write(vals)

    def unlink(self):
        if not self._people_make_rows:
            self._check_machine()
        return super().unlink()

    def _untouched(self):
        """Return the machine-owned fields as they begin, whatever defaults a user keeps."""
        fields = {name: self._fields[name] for name in self._machine_fields}
        begin = {
            name: field.default(self) if field.default else False
            for name, field in fields.items()
        }
        return {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in begin.items()
        }

    def _is_machine(self):
        """Return whether the product itself is at work, not a person or a caller over RPC."""
        return self.env.context.get("runwell_machine") is _MACHINE

    def _check_machine(self):
        """Raise AccessError unless the scoring itself is at work."""
        if not self._is_machine():
            raise AccessError(self._machine_refusal())

    def _machine_refusal(self):
        """Return why a person is refused, and what to do instead."""
        return self.env._(
            "%s is kept by the scoring alone, so that its figures can be trusted. "
            "Change the orders, invoices or settings behind it, then compute again.",
            self.env["ir.model"]._get(self._name).name,
        )
