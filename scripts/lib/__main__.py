"""lib/run COMMAND …: sets up, then goes on inside the venv with the command."""

import os
import sys
from pathlib import Path

# The folder of this file would hide modules of the standard library (venv).
sys.path[0] = str(Path(__file__).resolve().parent.parent)
sys.dont_write_bytecode = True
# The account of PostgreSQL has to read what is installed here.
os.umask(0o022)

from lib import paths, say, setup  # noqa: E402

COMMANDS = ("setup", "odoo", "demo", "test", "bench")
INSIDE = "--inside-venv"


def main(arguments: list[str]) -> int:
    """Runs a command; the exit status."""
    inside = arguments[:1] == [INSIDE]
    command, *rest = arguments[1:] if inside else arguments
    if command not in COMMANDS:
        say.fail(f"no command {command}; there are: {', '.join(COMMANDS)}")
    say.aside = command == "bench" and "--json" in rest
    if not inside:
        setup.ensure(quiet=command != "setup", arguments=rest if command == "setup" else [])
        python = str(paths.VENV_PYTHON)
        os.execv(python, [python, __file__, INSIDE, command, *rest])
    if command == "setup":
        return setup.finish()
    if command == "odoo":
        from lib import cmd_odoo as module
    elif command == "demo":
        from lib import cmd_demo as module
    elif command == "bench":
        from lib import cmd_bench as module
    else:
        from lib import cmd_test as module
    return module.main(rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except say.Failure as failure:
        say.error(str(failure))
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has gone (… | head); Python is not to write there again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except KeyboardInterrupt:
        say.error("interrupted")
        sys.exit(130)
