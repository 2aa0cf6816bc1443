"""The virtual environment in .odoo/venv, with the packages that the requirements files pin."""

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

from lib import paths, process, say, state
from lib.odoo_source import Odoo

STEP = "venv"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
LAUNCHER = """\
#!{python}
import sys

from odoo.cli.command import main

sys.exit(main())
"""


def ensure() -> None:
    """The venv with everything in it."""
    files = [paths.ROOT / name for name in REQUIREMENTS]
    interpreter = state.digest(
        sys.version, os.path.realpath(sys.executable), platform.platform(), paths.VENV
    )
    inputs = state.digest(interpreter, *(file.read_text(encoding="utf-8") for file in files))
    if state.finished(STEP, inputs) and works():
        return
    # Its scripts name it by its path, so it is made in place; only the stamp makes it trusted.
    same = state.stamp(STEP).get("interpreter") == interpreter and works()
    state.forget(STEP)
    if not same:
        state.remove(paths.VENV)
        with say.step(f"Python {platform.python_version()}: a virtual environment"):
            venv.create(paths.VENV, with_pip=True, symlinks=True)
    pip = [paths.VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    wanted = [word for file in files for word in ("-r", file)]
    count = sum(is_requirement(text) for f in files for text in f.read_text().splitlines())
    with say.step(f"{count} Python packages and what they need"):
        process.run(
            [*pip, "install", "--prefer-binary", *wanted],
            log="pip-install",
            env=process.plain_environment(),
            failure="pip could not install the Python packages",
            progress=lambda: f"{say.size(process.folder_size(paths.VENV))} so far",
        )
    say.line(f"  {say.size(process.folder_size(paths.VENV))} on disk")
    state.finish(STEP, inputs, interpreter=interpreter)


def is_requirement(line: str) -> bool:
    """Whether a line of a requirements file names a package."""
    return bool(line.strip()) and not line.startswith("#")


def works() -> bool:
    """Whether the venv's Python starts (the one that it was made from may be gone)."""
    try:
        result = subprocess.run([paths.VENV_PYTHON, "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return result.returncode == 0


def link_odoo(odoo: Odoo) -> None:
    """Lets the venv import Odoo, and gives it the command `odoo`."""
    root = odoo.root
    if (root / "psycopg2").exists() or (root / "lxml").exists():
        # A folder shared with other packages: those must not come along.
        root = paths.HOME / "odoo-alone"
        root.mkdir(exist_ok=True)
        link = root / "odoo"
        if not link.is_symlink() or link.resolve() != odoo.package.resolve():
            link.unlink(missing_ok=True)
            link.symlink_to(odoo.package)
    (packages,) = paths.VENV.glob("lib/python3*/site-packages")
    put(packages / "runwell_odoo.pth", f"{root}\n")
    put(paths.ODOO_LAUNCHER, LAUNCHER.format(python=paths.VENV_PYTHON))
    paths.ODOO_LAUNCHER.chmod(0o755)


def put(file: Path, text: str) -> None:
    """Writes a file if it does not say that already."""
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        state.write(file, text)
