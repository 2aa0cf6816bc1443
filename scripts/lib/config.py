"""The configuration file that Odoo is started with."""

import os
from collections.abc import Mapping
from pathlib import Path

from lib import paths, postgres, state
from lib.odoo_source import Odoo


def write(odoo: Odoo, file: Path = paths.CONFIG, **more: object) -> Path:
    """Writes a configuration; `more` are further options."""
    server = postgres.server()
    folders = [paths.ROOT, *odoo.addons]
    values = {
        "addons_path": ",".join(map(str, folders)),
        "data_dir": data_folder(),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "list_db": False,
        # A scoring pass or an import may take its time; there is one user, and no worker to end.
        "limit_time_cpu": 3600,
        "limit_time_real": 3600,
        "limit_memory_hard": 0,
        "limit_memory_soft": 0,
        **more,
    }
    state.write(file, render(values))
    return file


def data_folder() -> Path:
    """Odoo's files beside the database; every server has its own."""
    if not postgres.is_external():
        return paths.DATA
    server = postgres.server()
    return paths.HOME / f"data-{state.digest(server.host, server.port)}"


def render(values: Mapping[str, object]) -> str:
    """The text of a configuration file; what is empty is left to Odoo's default.

    >>> print(render({"db_host": "", "db_port": 5432, "list_db": False}), end="")
    [options]
    db_port = 5432
    list_db = False
    """
    rows = (f"{name} = {value}\n" for name, value in values.items() if value != "")
    return "[options]\n" + "".join(rows)


def environment(file: Path = paths.CONFIG) -> dict[str, str]:
    """The environment that makes Odoo read the configuration, and nothing else."""
    stray = [name for name in os.environ if name.startswith("ODOO_")]
    env = {k: v for k, v in postgres.environment().items() if k not in stray}
    return env | {"ODOO_RC": str(file), "PYTHONUNBUFFERED": "1"}
