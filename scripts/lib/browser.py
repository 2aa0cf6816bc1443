"""The browser for tours, and which tests need one."""

import ast
import os
import shutil
import sys
from pathlib import Path

from lib import paths

# Where Odoo's own test browser looks.
COMMANDS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CALLS = {"start_tour", "browser_js"}


def is_installed() -> bool:
    """Whether there is one."""
    named = os.environ.get("CHROME_BIN") or os.environ.get("BROWSER_PATH")
    if named and Path(named).exists():
        return True
    if sys.platform == "darwin":
        return any(Path(path).exists() for path in MACOS)
    return any(map(shutil.which, COMMANDS))


def tours(folder: Path = paths.ADDON / "tests") -> list[str]:
    """The names of the tests that need a browser."""
    found = []
    for file in sorted(folder.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found += [
                    f"{file.name}::{node.name}::{function.name}"
                    for function in node.body
                    if isinstance(function, ast.FunctionDef)
                    and function.name.startswith("test_")
                    and needs_browser(function)
                ]
    return found


def needs_browser(function: ast.FunctionDef) -> bool:
    """Whether a test starts a tour or a script in a page."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        for node in ast.walk(function)
    )
