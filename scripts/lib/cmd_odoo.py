"""scripts/odoo …: the odoo command line, with this environment's configuration and database."""

import signal
import subprocess

from lib import config, odoo_source, paths, postgres


def main(arguments: list[str]) -> int:
    """Runs it; its exit status."""
    with postgres.running():
        file = config.write(odoo_source.ensure())
        process = subprocess.Popen([*paths.ODOO_COMMAND, *arguments], env=config.environment(file))
        # The terminal's Ctrl-C reaches Odoo by itself; the others are handed on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, _frame: process.send_signal(received))
        return process.wait()
