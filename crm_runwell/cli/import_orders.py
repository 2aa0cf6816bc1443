"""Loads an order history from the command line: odoo import_orders FILE.csv[.gz] -d DB."""

import contextlib
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID, api, sql_db
from odoo.cli import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

MODULE = "crm_runwell"


class Failure(Exception):
    """Something the user can read and act on."""


class ImportOrders(Command):
    """Load an order history as customers, products and confirmed sale orders.

    FILE is CSV in UTF-8, plain or gzipped, with a header that names the columns
    customer, date, order, product, quantity, amount (any order). Amounts are untaxed,
    in the company's currency. Loading the same file again changes nothing.
    """

    name = "import_orders"

    def run(self, cmdargs):
        """Run the command; the process ends with 1 when nothing could be loaded."""
        self.parser.prog = os.environ.get("RUNWELL_COMMAND") or self.prog
        self.parser.add_argument("file", metavar="FILE", type=Path)
        self.parser.add_argument("-d", "--database", required=True, help="an existing database")
        self.parser.add_argument("--company", help="name or id (default: the database's first)")
        arguments = self.parser.parse_args(cmdargs)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="replace")
        config.parse_config(
            ["-d", arguments.database, "--no-http", "--log-level=warn"], setup_logging=True)
        # A clash with another import is solved by beginning again: no error to show.
        logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
        try:
            _run(arguments)
        except (Failure, UserError) as error:
            sys.exit(f"error: {error.args[0]}")
        except KeyboardInterrupt:
            _say("\ninterrupted: nothing was loaded", sys.stderr)
            sys.exit(130)


def _run(arguments):
    path = arguments.file
    if not path.is_file():
        raise Failure(f"there is no file {path}")
    _check_database(arguments.database)
    with Registry(arguments.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = _find_company(env, arguments.company)
        rejected = RejectedList(path)
        _say(f"Loading {path.name} for {company.name}")

        def load():
            with path.open("rb") as source:
                return env["runwell.order.history"]._load(
                    source, company, path.name, rejected.open, Progress())

        try:
            report = retrying(load, env)
        finally:
            rejected.close()
        for label, text in env["runwell.order.history"]._summary(report, company):
            _say(f"{label + ':':<52} {text:>18}")
    if rejected.path:
        _say(f"Rejected rows are listed in {rejected.path}")
    if report.loaded:
        _say("Scores follow with tonight's run; now: Runwell > Configuration > Scoring")


def _check_database(name):
    """Raise Failure unless the database exists and has the module installed."""
    try:
        cursor = sql_db.db_connect(name).cursor()
    except psycopg2.OperationalError as error:
        raise Failure(f"cannot open database {name}: {str(error).strip()}") from error
    with contextlib.closing(cursor) as cr:
        cr.execute("SELECT to_regclass('ir_module_module') IS NOT NULL")
        [odoo] = cr.fetchone()
        if odoo:
            cr.execute(
                "SELECT 1 FROM ir_module_module WHERE name = %s AND state = 'installed'",
                (MODULE,))
        if not odoo or not cr.fetchone():
            raise Failure(f"Runwell CRM ({MODULE}) is not installed in database {name}")


def _find_company(env, wanted):
    """Return the company of a name or id; without one, the first."""
    companies = env["res.company"].search([], order="id")
    if not wanted:
        return env.ref("base.main_company", raise_if_not_found=False) or companies[:1]
    found = companies.filtered(lambda company: company.name == wanted)
    if not found and wanted.isdecimal():
        found = companies.filtered(lambda company: company.id == int(wanted))
    if len(found) != 1:
        names = ", ".join(f"{company.name} ({company.id})" for company in companies)
        raise Failure(f"no single company is called {wanted}; there are: {names}")
    return found


class RejectedList:
    """The file of rejected rows, beside the input or where one may write.

    :ivar path: where it was written; None while no row was rejected
    """

    def __init__(self, source: Path):
        self._name = f"{source.name}.rejected.csv"
        self._folders = (source.parent, Path.cwd(), Path(tempfile.gettempdir()))
        self._file = None
        self.path = None
        with contextlib.suppress(OSError):
            (source.parent / self._name).unlink()

    def open(self):
        """Open the list, emptied, in the first folder that allows it."""
        self.close()
        for folder in self._folders:
            path = folder / self._name
            with contextlib.suppress(OSError):
                self._file = path.open("w", encoding="utf-8", newline="")
                self.path = path
                return self._file
        raise Failure(f"cannot write {self._name} in {', '.join(map(str, self._folders))}")

    def close(self):
        """Close the list, if it was opened."""
        if self._file:
            self._file.close()


class Progress:
    """Shows a bar on a terminal, and a plain line for each stage elsewhere."""

    WIDTH = 30

    def __init__(self):
        self._terminal = sys.stderr.isatty()
        self._finished = None
        self._start = time.monotonic()

    def __call__(self, stage, done, total):
        """Tell that a stage has done so much."""
        share = min(1.0, done / total) if total else 1.0
        if stage == self._finished:
            return
        if share == 1.0:
            self._finished = stage
        if not self._terminal:
            if share == 1.0:
                _say(f"{stage}: {done:,} in {self._seconds()}", sys.stderr)
            return
        bar = "█" * round(share * self.WIDTH)
        line = f"\r{stage:<10} {bar:<{self.WIDTH}} {share:4.0%} {self._seconds()} "
        _say(line, sys.stderr, end="\n" if share == 1.0 else "")

    def _seconds(self):
        return f"{time.monotonic() - self._start:.1f} s"


def _say(text, file=None, end="\n"):
    """Print a text at once, on standard output unless told otherwise."""
    file = file or sys.stdout
    file.write(f"{text}{end}")
    file.flush()
