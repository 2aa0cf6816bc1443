"""The linters: ruff, pylint-odoo, prettier, and the length of files."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lib import paths, process, say, state

LONGEST = 400
SHOWN = 60
NODE_STEP = "node"
PACKAGES = ("package.json", "package-lock.json")
# What pylint-odoo asks for and we do not: matters of taste, or of OCA's own publishing.
UNWANTED = (
    "missing-readme",
    "no-search-all",
    "consider-merging-classes-inherited",
    "prefer-env-translation",
)
FORMATTED = ("xml", "js", "mjs", "css", "scss", "json")


@dataclass(frozen=True)
class Verdict:
    """What a check found; without a problem it passed, or was skipped for a reason."""

    name: str
    problem: str = ""
    skipped: str = ""


def run(fix: bool = False) -> list[Verdict]:
    """All of them."""
    return [ruff(fix), pylint(), prettier(fix), lengths()]


def tool(name: str, command: Sequence[str | Path]) -> Verdict:
    """Runs one; its output is the problem if it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=paths.ROOT,
        env=process.plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if not result.returncode:
        return Verdict(name)
    lines = result.stdout.strip().splitlines()
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"… and {len(lines) - SHOWN} lines more"]
    return Verdict(name, "\n".join(lines) or f"exit status {result.returncode}")


def ruff(fix: bool) -> Verdict:
    """ruff over all Python files."""
    command = [paths.VENV / "bin/ruff", "check", "--no-cache", "--output-format=concise", "."]
    return tool("ruff", [*command, "--fix"] if fix else command)


def pylint() -> Verdict:
    """pylint-odoo over the addon."""
    # In this order; a configuration file could not say it.
    checks = ["--disable=all", "--enable=odoolint", f"--disable={','.join(UNWANTED)}"]
    return tool("pylint-odoo", [paths.VENV_PYTHON, "-m", "pylint", *checks, paths.ADDON.name])


def prettier(fix: bool) -> Verdict:
    """prettier over XML, JavaScript and styles, if npm is here."""
    name = "prettier"
    if not (shutil.which("npm") and shutil.which("node")):
        return Verdict(name, skipped="npm is not installed; XML, JavaScript and styles unchecked")
    if not any(wanted_files()):
        return Verdict(name)
    try:
        install_node()
    except say.Failure as failure:
        return Verdict(name, str(failure))
    modules = paths.NODE / "node_modules"
    return tool(name, [
        "node", modules / "prettier/bin/prettier.cjs",
        f"--plugin={modules / '@prettier/plugin-xml/src/plugin.js'}",
        "--write" if fix else "--check", "--log-level=warn",
        *(f"{paths.ADDON.name}/**/*.{kind}" for kind in FORMATTED),
        "--no-error-on-unmatched-pattern",
        f"!{paths.ADDON.name}/static/lib/**",
    ])


def wanted_files() -> list[Path]:
    """What prettier would look at."""
    return [file for kind in FORMATTED for file in paths.ADDON.rglob(f"*.{kind}")]


def install_node() -> None:
    """prettier and its plugin, at the versions that the lock file pins."""
    files = [paths.ROOT / name for name in PACKAGES]
    inputs = state.digest(*(file.read_text(encoding="utf-8") for file in files))
    if state.finished(NODE_STEP, inputs) and paths.NODE.exists():
        return
    state.forget(NODE_STEP)
    new = state.fresh_folder(paths.NODE.with_name("node.new"))
    for file in files:
        shutil.copy(file, new)
    process.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        log="npm", cwd=new, failure="npm could not install prettier",
    )
    state.put_in_place(new, paths.NODE)
    state.finish(NODE_STEP, inputs)


def lengths() -> Verdict:
    """No Python file is longer than a person reads at once."""
    found = []
    for folder in (paths.ADDON, paths.ROOT / "scripts"):
        for file in sorted(folder.rglob("*.py")):
            count = len(file.read_text(encoding="utf-8").splitlines())
            if count > LONGEST:
                found.append(f"{file.relative_to(paths.ROOT)}: {count} lines, more than {LONGEST}")
    return Verdict("length of files", "\n".join(found))
