"""scripts/demo: Odoo with Runwell CRM and demo data, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys

from lib import build, config, database, odoo_source, paths, postgres, say, server, state
from lib.odoo_source import Odoo

DATABASE = "runwell_demo"
LOGIN = PASSWORD = "admin"
LANGUAGE = """\
language = env["res.lang"].with_context(active_test=False).search([("code", "=", {code!r})])
if not language:
    print(">>>unknown")
else:
    env["base.language.install"].create({{"lang_ids": [(6, 0, language.ids)]}}).lang_install()
    env.ref("base.user_admin").lang = language.code
    env.cr.commit()
print(">>>done")
"""


class Stop(BaseException):
    """A signal asks the demo to end."""


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="Odoo with Runwell CRM and its demo data."
    )
    parser.add_argument("--port", type=int, default=8069, help="the port to serve on (8069)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to serve on (127.0.0.1: this machine only)"
    )
    parser.add_argument("--fresh", action="store_true", help="begin with a new database")
    parser.add_argument("--lang", metavar="CODE", help="the administrator's language, as zh_CN")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Serves until it is told to end; the exit status."""
    wanted = options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    lock = state.Lock("demo")
    if not lock.try_take():
        say.fail("another scripts/demo of this folder is running; end it first")
    check_port(wanted.host, wanted.port)
    try:
        with postgres.running():
            try:
                odoo = odoo_source.ensure()
                config.write(odoo)
                prepare(odoo, wanted.fresh)
                if wanted.lang:
                    speak(odoo, wanted.lang)
                serve(wanted.host, wanted.port)
            finally:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
    except Stop:
        say.line("Ended.")
    return 0


def on_signal(_number: int, _frame: object) -> None:
    """The first signal ends the demo; the next ones do not disturb that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stop


def check_port(host: str, port: int) -> None:
    """Fails with advice if somebody else serves there."""
    if server.is_free(host, port):
        return
    text = f"port {port} is in use. Take another: scripts/demo --port {port + 1}"
    with contextlib.suppress(OSError, ValueError):
        left_over = int((paths.RUN / "demo.pid").read_text())
        os.kill(left_over, 0)
        text += f"\nIt may be a demo that was killed before: kill {left_over} would end it."
    say.fail(text)


def prepare(odoo: Odoo, fresh: bool) -> None:
    """The database, with the addon as it is now."""
    content = state.tree_digest(paths.ADDON, skip=("tests",))
    facts = {} if fresh else database.facts(DATABASE)
    if facts and facts.get("root") != str(paths.ROOT):
        say.fail(f"the database {DATABASE} belongs to {facts.get('root')}")
    now = {"root": str(paths.ROOT), "content": content, "odoo": odoo.identity}
    if facts == now:
        return
    if facts:
        with say.step(f"{DATABASE}: updating, as files of the addon changed"):
            same = facts.get("odoo") == odoo.identity
            build.update(odoo, DATABASE, build.MODULE if same else "all")
    else:
        make(odoo)
    database.note(DATABASE, **now)


def make(odoo: Odoo) -> None:
    """A new database, under another name until it is whole."""
    source = build.template(odoo, demo=True)
    new = f"{DATABASE}_new"
    with say.step(f"{DATABASE}: Runwell CRM and its demo data"):
        warnings = build.install(odoo, source, new)
        if not build.module_state(new)[1]:
            shown = build.odoo_log.report(warnings)
            say.fail(f"the demo data of {build.MODULE} did not load:\n{shown}")
        database.drop(DATABASE)
        database.rename(new, DATABASE)


def speak(odoo: Odoo, code: str) -> None:
    """Loads a language and gives it to the administrator."""
    with database.cursor(DATABASE) as cr:
        cr.execute(
            "SELECT FROM res_users u JOIN res_partner p ON p.id = u.partner_id"
            " WHERE u.login = %s AND p.lang = %s", (LOGIN, code),
        )
        if cr.rowcount:
            return
    with say.step(f"{DATABASE}: the language {code}"):
        answer = build.run_script(odoo, DATABASE, "language", LANGUAGE.format(code=code))
    if answer == "unknown":
        say.fail(f"Odoo knows no language {code}; it is written like zh_CN or fr_FR")


def serve(host: str, port: int) -> None:
    """Runs the server, says when it answers, and waits for it to end."""
    log = paths.LOGS / "demo-server.log"
    url = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    say.line("· Odoo starts; the first time it prepares its pages (half a minute) …")
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*paths.ODOO_COMMAND, "-d", DATABASE, f"--db-filter=^{DATABASE}$",
             f"--http-interface={host}", f"--http-port={port}"],
            env=config.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The terminal's Ctrl-C reaches this script alone, which then ends Odoo in order.
            start_new_session=True,
        )
        state.write(paths.RUN / "demo.pid", str(process.pid))
        try:
            known = server.wait_until_ready(url, process, LOGIN, PASSWORD)
            word = f"login {LOGIN}, password {PASSWORD}" if known else "log in as before"
            say.line(f"\nRunwell CRM: {url}   ({word})\nCtrl-C ends it. Odoo's log: {log}")
            process.wait()
            say.fail(f"Odoo ended by itself. {server.failure(log)}")
        except say.Failure:
            if process.poll() is not None:
                print(server.failure(log), file=sys.stderr)
            raise
        except Stop:
            say.line("\n· ending Odoo and the database …")
            raise
        finally:
            server.stop(process)
            (paths.RUN / "demo.pid").unlink(missing_ok=True)
