"""Odoo from its public git repository, or from the one that ODOO_REPOSITORY names."""

import os
import shutil
from pathlib import Path

from lib import process, say

BRANCH = "19.0"
PUBLIC = "https://github.com/odoo/odoo.git"


def repository() -> str:
    """The address to clone from."""
    return os.environ.get("ODOO_REPOSITORY") or PUBLIC


def fetch(folder: Path) -> str:
    """Clones the newest commit alone into a folder; what it is."""
    if not shutil.which("git"):
        say.fail("git is not installed, and it is needed to fetch Odoo")
    env = process.plain_environment("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    env["GIT_TERMINAL_PROMPT"] = "0"
    address = repository()
    # A shallow clone of a plain path would copy the whole history.
    if Path(address).is_dir():
        address = Path(address).resolve().as_uri()
    command = ["git", "clone", "--quiet", "--depth", "1", "--single-branch", "--no-tags"]
    with say.step(f"Odoo {BRANCH}: a shallow clone of {address} (about 1 GB on disk)"):
        process.run(
            [*command, "--branch", BRANCH, address, folder],
            log="odoo-clone",
            env=env,
            failure=f"cloning {address} failed",
            progress=lambda: f"{say.size(process.folder_size(folder))} so far",
        )
    found = commit(folder)
    say.line(f"  commit {found}, {say.size(process.folder_size(folder))} on disk")
    return f"{BRANCH} at commit {found}"


def commit(folder: Path) -> str:
    """The commit that is checked out; empty if the folder is no repository of its own."""
    if not (folder / ".git").exists() or not shutil.which("git"):
        return ""
    env = process.plain_environment("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    try:
        return process.output(["git", "-C", folder, "rev-parse", "HEAD"], env).strip()[:12]
    except say.Failure:
        return ""
