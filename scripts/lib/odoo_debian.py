"""Odoo from Debian's package `odoo-19`, downloaded and unpacked, never installed.

It lies in Debian's suite sid. Installing it would bring sid's Python and libc along, so apt gets
a configuration of its own here: sid and the machine's own suite, at the mirror that the machine
uses, with lists and downloads under .odoo/. apt checks the signatures with the machine's keyring.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lib import paths, process, say, state

RECIPE = 1
SUITE = "sid"
FROM_SID = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
)
# Odoo links to the file names of Font Awesome 4.7; sid's is version 7.
FROM_STABLE = ("fonts-font-awesome", "fonts-inconsolata")
FONT_VERSION = "4.7"
STABLE_SUITES = ("bookworm", "trixie")
TOOLS = ("apt-get", "dpkg-deb")
KEYRINGS = tuple(f"/usr/share/keyrings/debian-archive-keyring.{kind}" for kind in ("gpg", "pgp"))
FIELDS = ("SITE", "ORIGIN", "LABEL", "COMPONENT", "CODENAME")
# Debian leaves this file out, and Odoo's asset bundle still names it.
STAND_IN = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Mirror:
    """Where this machine gets Debian from, and which suite it is."""

    site: str
    codename: str


@dataclass(frozen=True)
class Package:
    """One file to download."""

    name: str
    version: str
    bytes: int


class Apt:
    """apt with its own lists and cache in a folder, and the sources that it is given."""

    def __init__(self, folder: Path, sources: str | None = None) -> None:
        self.folder = folder
        options = {
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::Cache": folder / "cache",
            "Dir::Cache::archives": folder / "archives",
            "Acquire::Languages": "none",
            "Acquire::AllowInsecureRepositories": "false",
            "APT::Get::AllowUnauthenticated": "false",
            "APT::Default-Release": "",
            # Its own account could not reach a folder in somebody's home.
            "APT::Sandbox::User": "root",
        }
        for name in ("lists", "cache", "archives"):
            (folder / name / "partial").mkdir(parents=True, exist_ok=True)
        if sources is not None:
            state.write(folder / "sources.list", sources)
            options |= {
                "Dir::Etc::sourcelist": folder / "sources.list",
                "Dir::Etc::sourceparts": "/dev/null",
                "Dir::Etc::preferences": "/dev/null",
                "Dir::Etc::preferencesparts": "/dev/null",
            }
        self.options = [f"-o{name}={value}" for name, value in options.items()]
        self.env = process.plain_environment("APT_CONFIG") | {"LC_ALL": "C.UTF-8"}

    def update(self) -> None:
        """Gets the lists of packages."""
        process.run(
            ["apt-get", *self.options, "-q", "update"],
            log="apt-update",
            env=self.env,
            failure="apt could not get the lists of packages",
            progress=lambda: f"{say.size(process.folder_size(self.folder / 'lists'))} so far",
        )

    def packages(self, names: list[str]) -> list[Package]:
        """What `download` would bring, without downloading it."""
        text = process.output(
            ["apt-get", *self.options, "-qq", "--print-uris", "download", *names], self.env
        )
        return parse_uris(text)

    def download(self, names: list[str], folder: Path, total: int) -> None:
        """Downloads packages into a folder; apt verifies each against the signed list."""
        process.run(
            ["apt-get", *self.options, "-q", "download", *names],
            log="apt-download",
            env=self.env,
            cwd=folder,
            failure="apt could not download Odoo's packages",
            progress=lambda: (
                f"{say.size(process.folder_size(folder))} of {say.size(total)} so far"
            ),
        )


def is_possible() -> bool:
    """Whether this machine has apt's tools and gets its own packages from Debian."""
    return all(map(shutil.which, TOOLS)) and mirror() is not None


def mirror() -> Mirror | None:
    """The Debian mirror that this machine's own apt sources name."""
    form = "|".join(f"$({field})" for field in FIELDS)
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    found = parse_mirror(process.output(command))
    if found or any(Path("/var/lib/apt/lists").glob("*Release")):
        return found
    # A slim container has sources but no lists; what they are only the lists tell.
    own = Apt(paths.DOWNLOADS / "apt-of-this-machine")
    try:
        own.update()
    except say.Failure:
        return None
    return parse_mirror(process.output(["apt-get", *own.options, *command[1:]], own.env))


def parse_mirror(text: str) -> Mirror | None:
    """The first of apt's index targets that is Debian's own distribution.

    >>> parse_mirror("cdrom:x|Debian|Debian|main|trixie\\n"
    ...              "https://m.example/sec|Debian|Debian-Security|main|trixie-security\\n"
    ...              "https://m.example/d|Debian|Debian|main|trixie\\n")
    Mirror(site='https://m.example/d', codename='trixie')
    >>> parse_mirror("https://u.example/ubuntu|Ubuntu|Ubuntu|main|noble") is None
    True
    """
    found = []
    for row in text.splitlines():
        values = dict(zip(FIELDS, row.split("|"), strict=False))
        if len(values) < len(FIELDS) or values["SITE"].startswith("cdrom:"):
            continue
        if (values["ORIGIN"], values["LABEL"], values["COMPONENT"]) == ("Debian", "Debian", "main"):
            found.append(Mirror(values["SITE"], values["CODENAME"]))
    # bookworm before bookworm-updates
    return min(found, key=lambda m: ("-" in m.codename), default=None)


def parse_uris(text: str) -> list[Package]:
    """The packages in the output of `apt-get --print-uris download`.

    >>> parse_uris("'https://m.example/o_1%2bd_all.deb' odoo-19_2%3a1+d-1_all.deb 123 SHA256:0\\n")
    [Package(name='odoo-19', version='2:1+d-1', bytes=123)]
    """
    found = []
    for row in text.splitlines():
        match = re.match(r"'\S+' (\S+)_(\S+)_\w+\.deb (\d+) ", row)
        if match:
            found.append(Package(match[1], unquote(match[2]), int(match[3])))
    return found


def sources(site: str, suites: list[str]) -> str:
    """The lines of a sources.list."""
    keyring = next((k for k in KEYRINGS if Path(k).exists()), None)
    signed = f"[signed-by={keyring}] " if keyring else ""
    return "".join(f"deb {signed}{site} {suite} main\n" for suite in suites)


def fetch(prefix: Path) -> str:
    """Downloads and unpacks Odoo into a folder; what it is."""
    found = mirror()
    if found is None:
        say.fail("apt's sources on this machine name no mirror of Debian")
    stable = [s for s in dict.fromkeys((found.codename, *STABLE_SUITES)) if s != SUITE]
    folder = paths.DOWNLOADS / "debian"
    for suite in stable:
        apt = Apt(folder, sources(found.site, [SUITE, suite]))
        with say.step(f"Debian's lists of packages, {SUITE} and {suite} (20 MB)"):
            apt.update()
        if FONT_VERSION in apt.packages([f"{FROM_STABLE[0]}/{suite}"])[0].version:
            break
    else:
        say.fail(f"no suite of Debian has Font Awesome {FONT_VERSION}")
    names = [f"{name}/{SUITE}" for name in FROM_SID]
    names += [f"{name}/{suite}" for name in FROM_STABLE]
    packages = apt.packages(names)
    if len(packages) != len(names):
        say.fail(f"Debian's mirror offers {len(packages)} of the {len(names)} packages")
    odoo = next(package for package in packages if package.name == FROM_SID[0])
    total = sum(package.bytes for package in packages)
    debs = state.fresh_folder(folder / "debs")
    with say.step(f"Odoo {odoo.version} and {len(names) - 1} more packages ({say.size(total)})"):
        apt.download(names, debs, total)
    unpack(debs, prefix)
    state.remove(folder)
    return f"{odoo.version} of Debian"


def unpack(debs: Path, prefix: Path) -> None:
    """Unpacks all packages into one folder, where their links to each other resolve."""
    with say.step("unpacking (1.2 GB)"):
        for deb in sorted(debs.glob("*.deb")):
            process.run(["dpkg-deb", "-x", deb, prefix], log="unpack")
    odoo = prefix / "usr/lib/python3/dist-packages/odoo"
    stand_in = odoo / "addons" / STAND_IN
    if not stand_in.exists():
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text("// Debian's package leaves this library out.\n", encoding="utf-8")
    dangling = dangling_links(prefix)
    if dangling:
        shown = "\n".join(f"    {link}" for link in dangling[:10])
        say.fail(f"{len(dangling)} links in the unpacked packages lead nowhere:\n{shown}")


def dangling_links(folder: Path) -> list[Path]:
    """Links that lead nowhere."""
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            link = Path(place, name)
            if link.is_symlink() and not link.exists():
                found.append(link)
    return found
