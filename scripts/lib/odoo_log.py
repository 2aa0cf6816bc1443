"""Reading Odoo's log: what did it warn of?"""

import re
from dataclasses import dataclass
from pathlib import Path

from lib import paths

LEVELS = ("WARNING", "ERROR", "CRITICAL")
OURS = re.compile(r"crm_runwell|runwell\.|runwell_(?!test|template|demo|uninstall)")
VARYING = r"runwell_\w+|0x[0-9a-f]+|\d+"
HEAD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>\S+): "
)


@dataclass
class Record:
    """One entry of the log, with the lines that follow it."""

    level: str
    logger: str
    text: str

    @property
    def key(self) -> str:
        """The entry without what differs from run to run."""
        return re.sub(VARYING, "#", f"{self.level} {self.logger} {self.text}")

    @property
    def is_of_others(self) -> bool:
        """Whether it says that Odoo's own code, or a library, uses what will go.

        >>> text = "/odoo/res_partner.py:830: DeprecationWarning: url_parse\\n  crm_runwell/x.py"
        >>> Record("WARNING", "py.warnings", text).is_of_others
        True
        >>> Record("WARNING", "py.warnings", "/crm_runwell/x.py:1: DeprecationWarning").is_of_others
        False
        """
        place = self.text.partition("\n")[0]
        return (
            self.logger == "py.warnings"
            and "DeprecationWarning" in place
            and not OURS.search(place)
        )

    def __str__(self) -> str:
        return f"{self.level} {self.logger}: {self.text}"


def warnings(file: Path) -> list[Record]:
    """The entries of level WARNING and above, and what Python itself warned of our code.

    Python's own warnings, given before Odoo has set up its log, have no head.
    """
    found: list[Record] = []
    current: Record | None = None
    # The folder that all this lies in may have our name.
    text = file.read_text(encoding="utf-8", errors="replace").replace(str(paths.ROOT), "")
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            current = Record(head["level"], head["logger"], line[head.end() :])
            if current.level in LEVELS:
                found.append(current)
        elif current is not None:
            current.text += "\n" + line
        elif OURS.search(line) and "Warning" in line:
            found.append(Record("WARNING", "python", line))
    return found


def new_warnings(file: Path, known: list[str]) -> list[Record]:
    """Warnings that concern this addon, or that Odoo does not give without it."""
    return [
        record
        for record in warnings(file)
        if not record.is_of_others
        and (
            record.key not in known
            or OURS.search(record.text)
            or OURS.search(record.logger)
        )
    ]


def report(records: list[Record]) -> str:
    """Entries for a person to read."""
    return "\n".join(f"    {line}" for record in records for line in str(record).splitlines())
