"""What was finished, and who is at work: stamps and locks under .odoo/.

A step is trusted only when its stamp names the same inputs as now. The stamp is written last,
by a rename, so that a killed run leaves none.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lib import paths, say


def digest(*parts: object) -> str:
    """A short name for a set of inputs."""
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def tree_digest(folder: Path, skip: tuple[str, ...] = ()) -> str:
    """A short name for a folder's content; hidden files, caches and `skip` do not count."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            continue
        if parts[0] in skip or file.suffix == ".pyc" or not file.is_file():
            continue
        total.update("/".join(parts).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def write(file: Path, text: str) -> None:
    """Writes a file so that nobody ever sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def stamp(name: str) -> dict[str, Any]:
    """What is known of a finished step; empty when it is not finished."""
    try:
        found = json.loads((paths.STAMPS / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def finished(name: str, inputs: str) -> bool:
    """Whether the step was finished with these inputs."""
    return stamp(name).get("inputs") == inputs


def finish(name: str, inputs: str, **facts: Any) -> None:
    """Marks the step as finished."""
    write(paths.STAMPS / f"{name}.json", json.dumps({"inputs": inputs, **facts}, indent=1))


def forget(name: str) -> None:
    """The step is no longer to be trusted."""
    (paths.STAMPS / f"{name}.json").unlink(missing_ok=True)


def fresh_folder(folder: Path) -> Path:
    """An empty folder; what a killed run left there is removed."""
    remove(folder)
    folder.mkdir(parents=True)
    return folder


def remove(folder: Path) -> None:
    """Removes a folder, or a link to one, if it is there."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def put_in_place(new: Path, folder: Path) -> None:
    """Makes the finished folder `new` the one in use."""
    old = folder.with_name(folder.name + ".old")
    remove(old)
    if folder.exists() or folder.is_symlink():
        folder.rename(old)
    new.rename(folder)
    remove(old)


class Lock:
    """A lock on a file, which ends with the process that holds it, however it ends."""

    def __init__(self, name: str) -> None:
        paths.LOCKS.mkdir(parents=True, exist_ok=True)
        self.file = os.open(paths.LOCKS / name, os.O_RDWR | os.O_CREAT, 0o644)

    def try_take(self, shared: bool = False) -> bool:
        """Takes it if nobody is in the way."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self.file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, shared: bool = False, waiting: str = "") -> None:
        """Takes it; says `waiting` if that has to wait for another."""
        if self.try_take(shared):
            return
        if waiting:
            say.line(waiting)
        fcntl.flock(self.file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def release(self) -> None:
        """Lets others have it."""
        fcntl.flock(self.file, fcntl.LOCK_UN)


@contextlib.contextmanager
def locked(name: str, waiting: str = "") -> Iterator[None]:
    """Only one process at a time does what is inside."""
    lock = Lock(name)
    lock.take(waiting=waiting)
    try:
        yield
    finally:
        lock.release()
        os.close(lock.file)
