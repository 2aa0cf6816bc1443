"""scripts/bench: what the product costs on this machine, as ratios to plain queries."""

import argparse
import contextlib
import json
from collections.abc import Iterator

from lib import bench_scoring, build, config, database, odoo_source, paths, postgres, say, state

DATABASE = "runwell_bench"


def main(arguments: list[str]) -> int:
    """Runs the benchmark that was asked for; its exit status."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--scoring", nargs="+", type=int, metavar="CUSTOMERS", default=[10_000, 20_000, 40_000],
        help="score made-up companies of so many customers (default: 10000 20000 40000)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone on the last line")
    options = parser.parse_args(arguments)
    with postgres.running():
        rows = [run_scoring(size) for size in options.scoring]
    say.line(bench_scoring.table(rows))
    if options.json:
        print(json.dumps(rows))
    return 0


def run_scoring(customers: int) -> dict:
    """The figures of one size, from a database of its own."""
    with fresh_environment() as env:
        with say.step(f"{customers} customers: making their orders"):
            bench_scoring.fill(env, customers)
        with say.step(f"{customers} customers: measuring"):
            return bench_scoring.measure(env, customers)


@contextlib.contextmanager
def fresh_environment() -> Iterator:
    """An Odoo environment on a new database with the addon; dropped afterwards."""
    odoo_found = odoo_source.ensure()
    with state.locked("bench", "· another benchmark is at work: waiting …"):
        source = build.template(odoo_found)
        with say.step(f"{DATABASE}: installing {build.MODULE}"):
            build.install(odoo_found, source, DATABASE)
        import odoo
        from odoo.modules.registry import Registry

        file = config.write(odoo_found, paths.RUN / f"{DATABASE}.conf", max_cron_threads=0)
        odoo.tools.config.parse_config(["-c", str(file), "-d", DATABASE, "--logfile", "/dev/null"])
        try:
            with Registry(DATABASE).cursor() as cr:
                yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        finally:
            odoo.sql_db.close_all()
            Registry.delete(DATABASE)
            database.drop(DATABASE)
