"""Odoo 19: the one in ODOO_HOME, else Debian's package, else a clone of Odoo's repository."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lib import odoo_debian, odoo_git, paths, say, state

SERIES = (19, 0)
MODULES = ("base", "web", "mail", "crm", "sale_management", "sale_crm", "contacts")
STEP = "odoo"
CHOICES = ("debian", "git")


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run: the folder that Python imports it from, and its addons folders."""

    root: Path
    addons: tuple[Path, ...]
    identity: str

    @property
    def package(self) -> Path:
        """The Python package."""
        return self.root / "odoo"


def ensure() -> Odoo:
    """Odoo, fetched if it is not there."""
    home = os.environ.get("ODOO_HOME")
    if home:
        odoo = inspect(Path(home).expanduser().resolve(), "ODOO_HOME")
        say.line(f"· Odoo {odoo.identity}, as ODOO_HOME says")
        return odoo
    wanted = os.environ.get("RUNWELL_ODOO_SOURCE", "")
    if wanted and wanted not in CHOICES:
        say.fail(f"RUNWELL_ODOO_SOURCE is {wanted!r}; it can be {' or '.join(CHOICES)}")
    with_git = state.digest("git", odoo_git.repository())
    with_debian = state.digest("debian", odoo_debian.RECIPE)
    if is_fetched(wanted, with_git):
        return describe(paths.ODOO)
    state.forget(STEP)
    if wanted == "git" or not (wanted == "debian" or odoo_debian.is_possible()):
        fetch_git(with_git)
    else:
        try:
            fetch("debian", odoo_debian.fetch, with_debian)
        except say.Failure as failure:
            if wanted:
                raise
            say.error(f"{failure}\nDebian's package could not be had: cloning Odoo's repository.")
            fetch_git(with_git)
    return describe(paths.ODOO)


def fetch_git(inputs: str) -> None:
    """The clone, with a word on what else can be done when it fails."""
    try:
        fetch("git", odoo_git.fetch, inputs)
    except say.Failure as failure:
        say.fail(
            f"{failure}\n"
            "Odoo 19 could not be fetched. Set ODOO_HOME to an Odoo 19 that is on this machine, "
            "or ODOO_REPOSITORY to a git repository that has it on branch 19.0."
        )


def is_fetched(wanted: str, with_git: str) -> bool:
    """Whether there is an Odoo already, and nothing in the environment asks for another."""
    stamp = state.stamp(STEP)
    if not stamp or not paths.ODOO.exists():
        return False
    if wanted and stamp.get("source") != wanted:
        return False
    if stamp.get("source") == "git" and os.environ.get("ODOO_REPOSITORY"):
        return stamp.get("inputs") == with_git
    return True


def fetch(source: str, maker: Callable[[Path], str], inputs: str) -> None:
    """Has `maker` fill a new folder, examines it, puts it into its place, says it is finished."""
    new = state.fresh_folder(paths.ODOO.with_name("odoo.new"))
    identity = maker(new)
    describe(new)
    state.put_in_place(new, paths.ODOO)
    state.finish(STEP, inputs, identity=identity, source=source)


def describe(folder: Path) -> Odoo:
    """The Odoo that was fetched into a folder."""
    return inspect(folder, "the Odoo that was fetched", state.stamp(STEP).get("identity", ""))


def inspect(home: Path, what: str, identity: str = "") -> Odoo:
    """Looks at a checkout, an installed package or an unpacked one; fails if it is not Odoo 19."""
    candidates = (home, home / "usr/lib/python3/dist-packages", home.parent)
    root = next((c for c in candidates if (c / "odoo" / "release.py").is_file()), None)
    if root is None:
        say.fail(
            f"{what}: no Odoo in {home} (it should hold the folder odoo/ with release.py: "
            "a checkout of Odoo, or the dist-packages folder it is installed in)"
        )
    release = (root / "odoo" / "release.py").read_text(encoding="utf-8")
    version = parse_version(release)
    if version != SERIES:
        found = ".".join(map(str, version)) if version else "of an unknown version"
        say.fail(f"{what}: {root} is Odoo {found}; Runwell CRM needs Odoo 19.0")
    # Debian's package has a second folder `addons`, with leftovers of no use.
    checkout = (root / "addons" / "web" / "static").is_dir()
    addons = (root / "odoo" / "addons",)
    if checkout:
        addons = (root / "addons", *addons)
    missing = [m for m in MODULES if not any((f / m / "__manifest__.py").is_file() for f in addons)]
    if missing:
        say.fail(f"{what}: {root} lacks Odoo's modules {', '.join(missing)}")
    if not identity:
        identity = f"19.0 in {root} {odoo_git.commit(root)}".strip()
    return Odoo(root, addons, identity)


def parse_version(release: str) -> tuple[int, int] | None:
    """Major and minor version from the text of Odoo's release.py.

    >>> parse_version("version_info = (19, 0, 0, FINAL, 0, '')")
    (19, 0)
    >>> parse_version("version_info = ('saas~19', 2, 0, FINAL, 0, '')") is None
    True
    """
    match = re.search(r"^version_info\s*=\s*\((\d+)\s*,\s*(\d+)\s*,", release, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else None
