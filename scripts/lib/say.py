"""Plain progress lines, and the one way to give up."""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import NoReturn


class Failure(Exception):
    """Something the user can read and act on; ends the script without a traceback."""


#: Progress goes to the error channel: the output is for another program to read.
aside = False


def line(text: str = "") -> None:
    """One line of progress, at once."""
    print(text, file=sys.stderr if aside else sys.stdout, flush=True)


def error(text: str) -> None:
    """A line on the error channel."""
    sys.stdout.flush()
    print(f"error: {text}", file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    """Gives up with a message."""
    raise Failure(text)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Says what begins, and when it is done how long it took."""
    start = time.monotonic()
    line(f"· {text} …")
    yield
    line(f"  done in {seconds(time.monotonic() - start)}")


def seconds(duration: float) -> str:
    """A duration as a person writes it: 0.8 s, 12 s, 2 min 05 s.

    >>> seconds(0.84), seconds(12.3), seconds(125)
    ('0.8 s', '12 s', '2 min 05 s')
    """
    if duration < 10:
        return f"{duration:.1f} s"
    if duration < 60:
        return f"{duration:.0f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest:02d} s"


def size(count: float) -> str:
    """A number of bytes as a person writes it.

    >>> size(912), size(83456), size(122533504), size(1.2e9)
    ('912 B', '83 kB', '123 MB', '1.2 GB')
    """
    if count < 1000:
        return f"{count:.0f} B"
    for unit in ("kB", "MB"):
        count /= 1000
        if count < 999.5:
            return f"{count:.0f} {unit}"
    return f"{count / 1000:.1f} GB"
