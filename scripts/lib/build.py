"""Building databases: templates of what the addon depends on, and the addon on top of a copy."""

import ast
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lib import config, database, odoo_log, paths, process, say, state
from lib.odoo_source import Odoo

RECIPE = 2
PREFIX = "runwell_template_"
MODULE = paths.ADDON.name


def depends() -> list[str]:
    """The modules that the addon's manifest asks for."""
    file = paths.ADDON / "__manifest__.py"
    if not file.exists():
        say.fail(f"{file} is not there")
    return sorted(ast.literal_eval(file.read_text(encoding="utf-8"))["depends"])


def odoo_command(*arguments: str) -> list[str | Path]:
    """Odoo's command line for work that ends by itself."""
    return [*paths.ODOO_COMMAND, *arguments, "--stop-after-init", "--no-http"]


def configuration(odoo: Odoo, name: str) -> Path:
    """A configuration for such work: no scheduled jobs."""
    return config.write(odoo, paths.RUN / f"{name}.conf", max_cron_threads=0)


def run_odoo(odoo: Odoo, name: str, arguments: Sequence[str], failure: str) -> Path:
    """Runs Odoo to its end; its log."""
    file = configuration(odoo, name)
    return process.run(
        odoo_command(*arguments), log=name, env=config.environment(file), failure=failure
    )


def run_script(odoo: Odoo, db: str, name: str, script: str) -> str:
    """Runs Python lines in `odoo shell`; what they print after a line of `>>>`."""
    file = configuration(odoo, name)
    command = [*paths.ODOO_COMMAND, "shell", "-d", db, "--no-http"]
    log = paths.LOGS / f"{name}.log"
    with log.open("w", encoding="utf-8") as errors:
        result = subprocess.run(
            command,
            input=script,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=config.environment(file),
            check=False,
        )
    marked = [line[3:] for line in result.stdout.splitlines() if line.startswith(">>>")]
    if result.returncode or not marked or marked[-1] != "done":
        say.fail(f"a script in Odoo failed. The end of {log}:\n{process.tail(log)}\n"
                 f"{result.stdout[-2000:]}")
    return "\n".join(marked[:-1])


def template_name(odoo: Odoo, demo: bool) -> str:
    """The name of a template, which changes with all that goes into it."""
    key = state.digest(RECIPE, paths.ROOT, odoo.identity, depends(), demo)
    return f"{PREFIX}{'demo_' if demo else ''}{key[:10]}"


def template(odoo: Odoo, demo: bool = False) -> str:
    """A database with what the addon depends on; built if it is not there yet."""
    name = template_name(odoo, demo)
    kind = "with demo data" if demo else "without demo data"
    with state.locked(f"template-{demo}", f"· another run builds the template {kind}: waiting …"):
        if database.facts(name):
            return name
        for old in database.names(f"{PREFIX}demo_" if demo else PREFIX):
            if database.facts(old).get("demo") == demo and is_ours(old):
                database.drop(old)
        new = f"{name}_new"
        modules = ",".join(depends())
        with say.step(f"template database {kind}: {modules} (1 to 2 minutes, once)"):
            database.create(new)
            arguments = ["-d", new, "-i", modules, *(["--with-demo"] if demo else [])]
            log = run_odoo(odoo, name, arguments, "Odoo could not build the template database")
            known = sorted({record.key for record in odoo_log.warnings(log)})
            state.write(paths.STAMPS / f"{name}.warnings", "\0".join(known))
            database.note(new, root=str(paths.ROOT), demo=demo)
            database.rename(new, name)
    return name


def is_ours(name: str) -> bool:
    """Whether this copy of the repository made a database."""
    return database.facts(name).get("root") == str(paths.ROOT)


def known_warnings(name: str) -> list[str]:
    """What Odoo warned of while a template was built."""
    file = paths.STAMPS / f"{name}.warnings"
    return file.read_text(encoding="utf-8").split("\0") if file.exists() else []


def install(odoo: Odoo, source: str, db: str) -> list[odoo_log.Record]:
    """Installs the addon in a copy of a template; what Odoo warned of."""
    database.copy(source, db)
    log = run_odoo(odoo, f"install-{db}", ["-d", db, "-i", MODULE], f"{MODULE} does not install")
    check_installed(db)
    return odoo_log.new_warnings(log, known_warnings(source))


def update(odoo: Odoo, db: str, modules: str = MODULE) -> list[odoo_log.Record]:
    """Updates the addon in a database; what Odoo warned of."""
    arguments = ["-d", db, "-u", modules, "--i18n-overwrite"]
    log = run_odoo(odoo, f"update-{db}", arguments, f"{MODULE} does not update")
    check_installed(db)
    return odoo_log.new_warnings(log, known_warnings(template_name(odoo, False)))


def module_state(db: str) -> tuple[str, bool]:
    """The addon's state in a database, and whether its demo data are loaded."""
    with database.cursor(db) as cr:
        cr.execute("SELECT state, demo FROM ir_module_module WHERE name = %s", (MODULE,))
        return cr.fetchone() or ("unknown", False)


def check_installed(db: str) -> None:
    """Fails if the addon is not installed (Odoo may say so in its log only)."""
    found = module_state(db)[0]
    if found != "installed":
        say.fail(f"{MODULE} is {found} in {db} after Odoo installed it; see {paths.LOGS}")
