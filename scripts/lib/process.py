"""Running other programs, their output kept in a log that is shown when they fail."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lib import paths, say

TAIL = 25
PATIENCE = 15


def run(
    command: Sequence[str | Path],
    log: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    failure: str = "",
    progress: Callable[[], str] | None = None,
) -> Path:
    """Runs a program to its end; its output goes to .odoo/logs/LOG.log."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    file = paths.LOGS / f"{log}.log"
    with file.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
        )
        try:
            status = wait(process, progress)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status:
        name = Path(command[0]).name
        say.fail(
            f"{failure or f'{name} failed'} (exit status {status}).\n"
            f"The end of {file}:\n{tail(file)}"
        )
    return file


def wait(process: subprocess.Popen, progress: Callable[[], str] | None) -> int:
    """Waits for a program, with a line of progress now and then; its exit status."""
    while progress:
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            say.line(f"  {progress()}")
    return process.wait()


def output(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """What a program prints; a Failure if it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=dict(env) if env is not None else None,
        check=False,
    )
    if result.returncode:
        say.fail(f"{' '.join(map(str, command))}\n{result.stderr.strip()}")
    return result.stdout


def tail(file: Path, count: int = TAIL) -> str:
    """The last lines of a file."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {text}" for text in lines[-count:])


def plain_environment(*without: str) -> dict[str, str]:
    """The environment without what would lead another program astray."""
    drop = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "ODOO_RC", *without}
    return {name: value for name, value in os.environ.items() if name not in drop}


def folder_size(folder: Path) -> int:
    """The bytes in a folder that may change while it is read."""
    total = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total
