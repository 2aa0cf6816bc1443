"""scripts/bench: what the product costs on this machine, and how right it is."""

import argparse
import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from lib import (
    bench_affinity,
    bench_alerts,
    bench_churn,
    bench_requests,
    bench_scoring,
    bench_timeline,
    build,
    config,
    database,
    odoo_source,
    paths,
    postgres,
    say,
    state,
)

DATABASE = "runwell_bench"
SIZES = [10_000, 20_000, 40_000]
REQUESTS = 100_000
LINES = 5_000_000
EVENTS = 100_000


def main(arguments: list[str]) -> int:
    """Runs the benchmark that was asked for; its exit status."""
    options = parse(arguments)
    with postgres.running():
        if options.churn:
            rows = run_churn(options)
            say.line(bench_churn.table(rows))
        elif options.affinity:
            rows = run_affinity(options)
            say.line(bench_affinity.table(rows))
        elif options.affinity_lines:
            rows = [run_affinity_lines(count) for count in options.affinity_lines]
            say.line(bench_affinity.cost_table(rows))
        elif options.alerts:
            rows = [run_alerts(count) for count in options.alerts]
            say.line(bench_alerts.table(rows))
        elif options.requests:
            rows = [run_requests(count) for count in options.requests]
            say.line(bench_requests.table(rows))
        elif options.timeline:
            rows = [run_timeline(count) for count in options.timeline]
            say.line(bench_timeline.table(rows))
        else:
            rows = [run_scoring(size) for size in options.scoring]
            say.line(bench_scoring.table(rows))
    if options.json:
        print(json.dumps(rows))
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--scoring", nargs="+", type=int, metavar="CUSTOMERS", default=SIZES,
        help=f"score made-up companies of so many customers (default: {SIZES})",
    )
    parser.add_argument(
        "--alerts", nargs="+", type=int, metavar="COUNT",
        help="raise, close and show so many churn alerts of one company",
    )
    parser.add_argument(
        "--requests", nargs="*", type=int, metavar="COUNT",
        help=f"show so many service requests and reckon their clocks (default: {REQUESTS})",
    )
    parser.add_argument(
        "--timeline", nargs="*", type=int, metavar="EVENTS",
        help=f"open the timeline of one customer with so many events (default: {EVENTS})",
    )
    parser.add_argument(
        "--churn", type=Path, metavar="FILE",
        help="back-test the churn risk on this order history (CSV, plain or gzipped)",
    )
    parser.add_argument(
        "--affinity", type=Path, metavar="FILE",
        help="try the suggested products on this order history (CSV, plain or gzipped)",
    )
    parser.add_argument(
        "--affinity-lines", nargs="*", type=int, metavar="COUNT",
        help=f"count what is bought together in so many order lines (default: {LINES})",
    )
    parser.add_argument("--returns", type=Path, metavar="FILE", help="its returns")
    parser.add_argument("--horizon", type=int, default=90, help="days ahead (default: 90)")
    parser.add_argument(
        "--cutoffs", type=dates, metavar="DAY,DAY…",
        help="the days on which the future begins, as 2011-03-01",
    )
    parser.add_argument(
        "--json", action="store_true", help="JSON alone on the standard output"
    )
    options = parser.parse_args(arguments)
    if options.requests == []:
        options.requests = [REQUESTS]
    if options.affinity_lines == []:
        options.affinity_lines = [LINES]
    for name in ("churn", "affinity"):
        if getattr(options, name) and not options.cutoffs:
            parser.error(f"--{name} needs --cutoffs")
    if options.timeline == []:
        options.timeline = [EVENTS]
    for file in histories(options):
        if not file.is_file():
            parser.error(f"there is no file {file}")
    return options


def dates(text: str) -> list[date]:
    """Days written one after the other.

    >>> dates("2011-03-01,2011-06-01")
    [datetime.date(2011, 3, 1), datetime.date(2011, 6, 1)]
    """
    return [date.fromisoformat(day.strip()) for day in text.split(",")]


def histories(options: argparse.Namespace) -> list[Path]:
    """The files of the order history that was asked for, with its returns.

    >>> histories(argparse.Namespace(churn=None, affinity="orders.csv", returns="back.csv"))
    ['orders.csv', 'back.csv']
    """
    return [*filter(None, (options.churn, options.affinity, options.returns))]


def run_churn(options: argparse.Namespace) -> list[dict]:
    """The figures of a back-test at each cutoff."""
    with fresh_environment() as env:
        with say.step("loading the order history"):
            bench_churn.load(env, histories(options))
        return bench_churn.evaluate(env, options.cutoffs, options.horizon)


def run_affinity(options: argparse.Namespace) -> list[dict]:
    """The figures of the suggested products at each cutoff."""
    with fresh_environment() as env:
        with say.step("loading the order history"):
            bench_churn.load(env, histories(options))
        return bench_affinity.evaluate(env, options.cutoffs)


def run_made(what: str, making: str, fill: Callable, measure: Callable) -> dict:
    """The figures of one made-up company, from a database of its own.

    `measure` gets the environment and what `fill` returned.
    """
    with fresh_environment() as env:
        with say.step(f"{what}: making {making}"):
            made = fill(env)
        with say.step(f"{what}: measuring"):
            return measure(env, made)


def run_affinity_lines(count: int) -> dict:
    """What counting so many order lines costs."""
    return run_made(
        f"{count} order lines", "them", lambda env: bench_affinity.fill(env, count),
        lambda env, _made: bench_affinity.measure(env),
    )


def run_scoring(customers: int) -> dict:
    """The figures of one size."""
    return run_made(
        f"{customers} customers", "their orders", lambda env: bench_scoring.fill(env, customers),
        lambda env, _made: bench_scoring.measure(env, customers),
    )


def run_alerts(count: int) -> dict:
    """The figures of so many alerts."""
    return run_made(
        f"{count} alerts", "their customers", lambda env: bench_alerts.fill(env, count),
        lambda env, prototype: bench_alerts.measure(env, count, prototype),
    )


def run_requests(count: int) -> dict:
    """The figures of so many service requests."""
    return run_made(
        f"{count} requests", "them and their customers",
        lambda env: bench_requests.fill(env, count),
        lambda env, _made: bench_requests.measure(env, count),
    )


def run_timeline(count: int) -> dict:
    """The figures of a customer of so many events."""
    return run_made(
        f"{count} events", "them", lambda env: bench_timeline.fill(env, count),
        lambda env, customer: bench_timeline.measure(env, count, customer),
    )


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
        log = paths.LOGS / f"{DATABASE}.log"
        odoo.tools.config.parse_config(["-c", str(file), "-d", DATABASE, "--logfile", str(log)])
        try:
            with Registry(DATABASE).cursor() as cr:
                yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        finally:
            odoo.sql_db.close_all()
            Registry.delete(DATABASE)
            database.drop(DATABASE)
