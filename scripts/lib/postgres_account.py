"""The account that the embedded PostgreSQL runs under.

PostgreSQL refuses to run as root. For an ordinary user this module does nothing; for root it
finds or makes an account, and places the data where that account can reach it.
"""

import functools
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lib import paths, say, state

ACCOUNT = "pgserver"
OUTSIDE = Path("/var/tmp")


@functools.cache
def account() -> pwd.struct_passwd | None:
    """The account, or nothing for an ordinary user."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        say.fail(f"PostgreSQL does not run as root, and no account could be made: {problem}.\n"
                 "Run this as an ordinary user, or set PGHOST to a server of your own.")
    say.line(f"  made the account {ACCOUNT}: PostgreSQL does not run as root")
    return pwd.getpwnam(ACCOUNT)


def identity() -> dict[str, Any]:
    """Arguments for subprocess.run to run a program under the account."""
    found = account()
    if found is None:
        return {}
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def ours() -> set[int]:
    """The users that may own PostgreSQL's files."""
    found = account()
    return {os.geteuid()} | ({found.pw_uid} if found else set())


def own(path: Path) -> None:
    """Gives a file or folder to the account, and to nobody else."""
    found = account()
    if found is not None:
        os.chown(path, found.pw_uid, found.pw_gid)
    path.chmod(0o700 if path.is_dir() else 0o600)


def can_reach(folder: Path) -> bool:
    """Whether the account can enter a folder."""
    command = ["test", "-x", str(folder)]
    return subprocess.run(command, cwd="/", check=False, **identity()).returncode == 0


def prepare(folder: Path) -> None:
    """Makes the folder of PostgreSQL; if the account cannot enter it there, elsewhere."""
    state.remove(folder)
    folder.mkdir(parents=True)
    if can_reach(folder):
        return
    folder.rmdir()
    outside = OUTSIDE / f"runwell-postgres-{state.digest(paths.ROOT)}"
    if outside.exists() and outside.stat().st_uid:
        say.fail(f"{outside} belongs to somebody else; PostgreSQL's data were to lie there")
    state.remove(outside)
    outside.mkdir(mode=0o755)
    folder.symlink_to(outside)
    say.line(f"  PostgreSQL's account cannot enter {folder.parent}: its data lie in {outside}")


def reachable(package: Path) -> Path:
    """The package with the server's programs, where the account can reach it."""
    if not paths.POSTGRES.is_symlink():
        return package
    server = paths.POSTGRES.resolve() / "server"
    if not server.exists():
        new = state.fresh_folder(server.with_name("server.new"))
        # The programs look for their libraries beside the package.
        for folder in package.parent.glob(f"{package.name}*"):
            shutil.copytree(folder, new / folder.name, symlinks=True)
        new.rename(server)
    return server / package.name
