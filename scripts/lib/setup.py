"""scripts/setup: Odoo, a virtual environment and PostgreSQL, all under .odoo/."""

import time

from lib import odoo_source, paths, say, state, venv

USAGE = """\
scripts/setup: makes under .odoo/ everything that scripts/demo, scripts/test and scripts/odoo need:
Odoo 19, a Python environment, PostgreSQL. A second run checks and takes seconds.

What it heeds in the environment:
  ODOO_HOME         an Odoo 19 that is there: a checkout, or the folder it is installed in
  ODOO_REPOSITORY   the git repository to clone Odoo from (default: Odoo's public one)
  RUNWELL_ODOO_SOURCE  debian or git: where to get Odoo from, instead of what suits the machine
  RUNWELL_PYTHON    the Python to use
  PGHOST PGPORT PGUSER PGPASSWORD   a PostgreSQL server of your own, instead of the embedded one
"""


def ensure(quiet: bool, arguments: list[str]) -> None:
    """The part that needs no more than the standard library: Odoo and the venv."""
    if arguments:
        say.line(USAGE)
        raise SystemExit(0 if arguments[0] in ("-h", "--help") else 2)
    start = time.monotonic()
    with state.locked("setup", "· another setup is at work: waiting for it …"):
        odoo = odoo_source.ensure()
        venv.ensure()
        venv.link_odoo(odoo)
    if not quiet:
        say.line(f"· Odoo {odoo.identity}")
        say.line(f"· {paths.HOME}: {say.seconds(time.monotonic() - start)}")


def finish() -> int:
    """The part that needs the venv: PostgreSQL, and the configuration."""
    from lib import config, postgres

    start = time.monotonic()
    with postgres.running() as server:
        connection = server.connect()
        version = connection.server_version // 10000
        connection.close()
        config.write(odoo_source.ensure())
    where = "your own" if postgres.is_external() else "embedded"
    say.line(f"· PostgreSQL {version} ({where}): {say.seconds(time.monotonic() - start)}")
    say.line("Ready: scripts/demo shows Runwell CRM, scripts/test tests it.")
    return 0
