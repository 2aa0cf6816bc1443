"""scripts/test: linters, installation, uninstallation, and the tests themselves.

With arguments it is the quick inner loop: they go to pytest, and only the tests run.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lib import (
    browser,
    build,
    config,
    database,
    linters,
    odoo_log,
    odoo_source,
    paths,
    postgres,
    say,
    state,
    uninstall,
)
from lib.linters import Verdict
from lib.odoo_source import Odoo

DATABASE = "runwell_test"
SLOTS = 9
#: Modules that the addon does without, and the tests of what it gives where they are installed.
MORE = ("mass_mailing", "sale_stock")
MORE_TESTS = (
    "test_order_tracking_stock.py", "test_timeline_addons.py",
)
USAGE = """\
scripts/test                 linters, installing, uninstalling, other modules beside it, all tests
                             with coverage
scripts/test ARGUMENT...     only tests, ARGUMENT... as for pytest: -k score, crm_runwell/tests/…
  --reuse                    (first) update the test database of before, instead of a new one
scripts/test --lint          only the linters
scripts/test --fix           only the linters, which change what they can
"""


def main(arguments: list[str]) -> int:
    """Runs what was asked for; the exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        say.line(USAGE)
        return 0
    if arguments in (["--lint"], ["--fix"]):
        verdicts = linters.run(fix=arguments == ["--fix"])
        return 1 if report(verdicts) else 0
    # As Ctrl-C does: what was started ends, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    reuse = "--reuse" in arguments
    wanted = [word for word in arguments if word != "--reuse"]
    with postgres.running():
        odoo = odoo_source.ensure()
        db, _lock = take_database()
        verdicts = prepare(odoo, db, reuse) if arguments else check_all(odoo, db)
        problems = report(verdicts)
        say_missing_browser()
        if any(verdict.name == "installing" and verdict.problem for verdict in verdicts):
            if build.module_state(db)[0] != "installed":
                say.fail(f"{build.MODULE} is not installed, so that no test can run")
        status = run_pytest(odoo, db, wanted)
    return status or (1 if problems else 0)


def take_database() -> tuple[str, state.Lock]:
    """A name of its own for this run's database, and the lock that keeps it so."""
    for number in range(1, SLOTS + 1):
        lock = state.Lock(f"test-{number}")
        if lock.try_take():
            return (DATABASE if number == 1 else f"{DATABASE}_{number}"), lock
    say.fail(f"{SLOTS} runs of scripts/test are at work already")


def prepare(odoo: Odoo, db: str, reuse: bool) -> list[Verdict]:
    """Only the database."""
    if reuse and database.exists(db) and build.module_state(db)[0] == "installed":
        with say.step(f"{db}: updating"):
            return [install_verdict("installing", lambda: build.update(odoo, db))]
    source = build.template(odoo)
    with say.step(f"{db}: installing {build.MODULE}"):
        return [install_verdict("installing", lambda: build.install(odoo, source, db))]


def install_verdict(name: str, work: Callable[[], list[odoo_log.Record]]) -> Verdict:
    """Installs; a problem if that fails, or if Odoo warns."""
    try:
        records = work()
    except say.Failure as failure:
        return Verdict(name, str(failure))
    return Verdict(name, odoo_log.report(records))


def check_all(odoo: Odoo, db: str) -> list[Verdict]:
    """Everything but the tests, two things at a time."""
    with ThreadPoolExecutor(2) as pool:
        plain, with_demo = pool.map(lambda demo: build.template(odoo, demo), (False, True))
        tasks: dict[str, Callable[[], list[Verdict]]] = {
            "installing": lambda: [
                install_verdict("installing", lambda: build.install(odoo, plain, db))
            ],
            "uninstalling": lambda: [uninstall.check(odoo, plain, f"{db}_uninstall")],
            "installing with demo data": lambda: [demo_verdict(odoo, with_demo, f"{db}_demo")],
            f"tests with {' and '.join(MORE)}": lambda: [more_verdict(odoo, plain, f"{db}_more")],
            "linters": linters.run,
        }
        start = time.monotonic()
        say.line(f"· {', '.join(tasks)} …")
        futures = [pool.submit(task) for task in tasks.values()]
        verdicts = [verdict for future in futures for verdict in future.result()]
        say.line(f"  done in {say.seconds(time.monotonic() - start)}")
    return verdicts


def demo_verdict(odoo: Odoo, source: str, db: str) -> Verdict:
    """Installs with demo data, which have to load."""
    name = "installing with demo data"
    verdict = install_verdict(name, lambda: build.install(odoo, source, db))
    if not verdict.problem and not build.module_state(db)[1]:
        verdict = Verdict(name, "the demo data did not load")
    if not verdict.problem:
        database.drop(db)
    return verdict


def more_verdict(odoo: Odoo, source: str, db: str) -> Verdict:
    """Installs the other modules beside the addon; runs the tests that need them."""
    name = f"tests with {' and '.join(MORE)}"
    modules = ",".join((build.MODULE, *MORE))
    try:
        database.copy(source, db)
        build.run_odoo(
            odoo, f"install-{db}", ["-d", db, "-i", modules], f"{modules} do not install",
        )
        build.check_installed(db)
    except say.Failure as failure:
        return Verdict(name, str(failure))
    command, env = pytest_command(odoo, db)
    result = subprocess.run(
        [*command, "-q", *(f"{paths.ADDON.name}/tests/{file}" for file in MORE_TESTS)],
        cwd=paths.ROOT, env=env, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    # None may be left out: it is here that they run.
    if result.returncode or " skipped" in result.stdout.rstrip().rsplit("\n", 1)[-1]:
        return Verdict(name, result.stdout[-8000:])
    database.drop(db)
    return Verdict(name)


def report(verdicts: list[Verdict]) -> bool:
    """Says what the checks found; whether there were problems."""
    for verdict in verdicts:
        word = "FAILED" if verdict.problem else "SKIPPED" if verdict.skipped else "passed"
        say.line(f"  {verdict.name}: {word}{verdict.skipped and f' ({verdict.skipped})'}")
    failed = [verdict for verdict in verdicts if verdict.problem]
    for verdict in failed:
        say.line(f"\n{verdict.name} FAILED:\n{verdict.problem}")
    if failed:
        names = ", ".join(verdict.name for verdict in failed)
        say.line(f"\nThis run fails, whatever the tests say, because of: {names}")
    return bool(failed)


def say_missing_browser() -> None:
    """Loudly names the tests that will be skipped for want of a browser."""
    names = [] if browser.is_installed() else browser.tours()
    if names:
        say.line("\n*** No Chromium or Chrome here: these browser tests are SKIPPED ***")
        say.line("".join(f"    {name}\n" for name in names) + "On Debian: apt install chromium\n")


def run_pytest(odoo: Odoo, db: str, wanted: list[str]) -> int:
    """The tests; pytest's closing line is the last of the output."""
    database.keep_unvacuumed(db)
    command, env = pytest_command(odoo, db)
    command += ["--odoo-http", "--doctest-modules"]
    if not wanted:
        command += ["--cov", "--cov-report=term", "--durations=5"]
    if not any(Path(word.split("::")[0]).exists() for word in wanted):
        command += default_folders()
    sys.stdout.flush()
    return subprocess.run(
        [str(word) for word in [*command, *wanted]], cwd=paths.ROOT, env=env, check=False
    ).returncode


def pytest_command(odoo: Odoo, db: str) -> tuple[list[str], dict[str, str]]:
    """pytest in a database, and its environment."""
    file = config.write(odoo, paths.RUN / f"{db}.conf", max_cron_threads=0)
    command = [
        str(paths.VENV_PYTHON), "-m", "pytest", f"--odoo-config={file}", f"--odoo-database={db}",
        "-p", "no:cacheprovider", "-rs", "--no-fold-skipped",
    ]
    env = config.environment(file) | {"COVERAGE_FILE": str(paths.RUN / f"{db}.coverage")}
    return command, env


def default_folders() -> list[str]:
    """Where tests are: the addon's, the doctests of the plain mathematics, and the scripts'."""
    folders = ("tests", "scoring")
    found = [f"{paths.ADDON.name}/{name}" for name in folders]
    found += ["scripts/tests", "scripts/lib"]
    return [folder for folder in found if (paths.ROOT / folder).exists()]
