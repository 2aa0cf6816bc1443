"""No registry's or mirror's host name stands in the repository: each machine has its own."""

import re
import subprocess
from pathlib import Path

import pytest

from lib import paths

# Put together here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("debian", "org"),
        ("ubuntu", "com"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("npmmirror", "com"),
        ("yarnpkg", "com"),
    )
]
PATTERN = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)


def repository_files() -> list[Path]:
    """What is, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        folders = (paths.ADDON, paths.ROOT / "scripts", paths.ROOT / ".ci", paths.ROOT / "docs")
        found = [file for folder in folders for file in folder.rglob("*")]
        return [file for file in (*found, *paths.ROOT.glob("*")) if file.is_file()]
    return [paths.ROOT / name for name in result.stdout.splitlines()]


def test_no_host_names():
    found = []
    for file in repository_files():
        if not file.is_file() or "__pycache__" in file.parts:
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file}: {match[0]}" for match in PATTERN.finditer(text)]
    assert not found


@pytest.mark.parametrize("host", HOSTS)
def test_pattern_finds_them(host):
    assert PATTERN.search(f"deb https://deb.{host.upper()}/x")
