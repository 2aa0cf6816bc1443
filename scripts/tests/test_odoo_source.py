"""Where Odoo comes from."""

import subprocess
from pathlib import Path

import pytest

from lib import odoo_debian, odoo_git, odoo_source, paths, say, state

MIRROR = "https://mirror.example/debian"


def make_odoo(folder, version="(19, 0, 0, FINAL, 0, '')", checkout=True):
    """The least that looks like Odoo."""
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = {version}\n")
    addons = folder / "addons" if checkout else folder / "odoo" / "addons"
    for module in odoo_source.MODULES:
        (addons / module / "static").mkdir(parents=True)
        # Git keeps no empty folders.
        (addons / module / "static" / "icon.png").write_text("")
        (addons / module / "__manifest__.py").write_text("{}")
    (folder / "odoo" / "addons" / "base").mkdir(parents=True, exist_ok=True)
    (folder / "odoo" / "addons" / "base" / "__manifest__.py").write_text("{}")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty .odoo/, and an environment that says nothing."""
    old, new = paths.HOME, tmp_path / ".odoo"
    for name, value in vars(paths).copy().items():
        if isinstance(value, Path) and value.is_relative_to(old):
            monkeypatch.setattr(paths, name, new / value.relative_to(old))
    for name in ("ODOO_HOME", "ODOO_REPOSITORY", "RUNWELL_ODOO_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def make_repository(folder, **values):
    """A git repository with Odoo on its branch 19.0."""
    make_odoo(folder, **values)
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (["init", "-q", "-b", "19.0"], ["add", "-A"], ["commit", "-qm", folder.name]):
        subprocess.run([*git, *words], check=True)
    return folder


class TestOdooHome:
    def test_checkout(self, home, monkeypatch):
        checkout = make_odoo(home / "checkout")
        monkeypatch.setenv("ODOO_HOME", str(checkout))
        odoo = odoo_source.ensure()
        assert odoo.root == checkout
        assert odoo.addons == (checkout / "addons", checkout / "odoo" / "addons")

    def test_installed_package(self, home, monkeypatch):
        packages = make_odoo(home / "dist-packages", checkout=False)
        for folder in (packages, packages / "odoo"):
            monkeypatch.setenv("ODOO_HOME", str(folder))
            odoo = odoo_source.ensure()
            assert (odoo.root, odoo.addons) == (packages, (packages / "odoo" / "addons",))

    @pytest.mark.parametrize("version", ["(18, 0, 0, FINAL, 0, '')", "('saas~19', 1, 0, 0, 0)"])
    def test_another_version_is_refused(self, home, monkeypatch, version):
        monkeypatch.setenv("ODOO_HOME", str(make_odoo(home / "old", version)))
        with pytest.raises(say.Failure, match=r"needs Odoo 19\.0"):
            odoo_source.ensure()

    def test_a_folder_without_odoo_is_refused(self, home, monkeypatch):
        monkeypatch.setenv("ODOO_HOME", str(home))
        with pytest.raises(say.Failure, match="no Odoo in"):
            odoo_source.ensure()


class TestDebian:
    def test_a_mirror_of_another_distribution_is_none(self):
        ubuntu = "https://u.example/ubuntu|Ubuntu|Ubuntu|main|noble\n"
        assert odoo_debian.parse_mirror(ubuntu) is None
        assert odoo_debian.parse_mirror("") is None

    def test_suite_of_updates_does_not_name_the_suite(self):
        text = (
            f"{MIRROR}|Debian|Debian|main|bookworm-updates\n"
            f"{MIRROR}|Debian|Debian|main|bookworm\n"
        )
        assert odoo_debian.parse_mirror(text) == odoo_debian.Mirror(MIRROR, "bookworm")

    def test_lists_not_downloaded_yet_tell_nothing(self):
        text = f"{MIRROR}|$(ORIGIN)|$(LABEL)|main|$(CODENAME)\n"
        assert odoo_debian.parse_mirror(text) is None

    def test_dangling_links(self, tmp_path):
        (tmp_path / "good").symlink_to(".")
        (tmp_path / "bad").symlink_to("nowhere")
        assert odoo_debian.dangling_links(tmp_path) == [tmp_path / "bad"]


class TestGit:
    def test_clone_of_the_repository_that_is_named(self, home, monkeypatch):
        repository = make_repository(home / "upstream")
        monkeypatch.setenv("ODOO_REPOSITORY", str(repository))
        monkeypatch.setattr(odoo_debian, "is_possible", lambda: False)
        odoo = odoo_source.ensure()
        assert odoo.root == paths.ODOO
        assert "commit" in odoo.identity
        # The second time nothing is fetched.
        fetch = odoo_git.fetch
        monkeypatch.setattr(odoo_git, "fetch", None)
        assert odoo_source.ensure() == odoo
        # Nor when the variable is set no more.
        monkeypatch.delenv("ODOO_REPOSITORY")
        monkeypatch.setattr(odoo_debian, "is_possible", lambda: True)
        assert odoo_source.ensure() == odoo
        # Another address is another Odoo.
        monkeypatch.setattr(odoo_debian, "is_possible", lambda: False)
        monkeypatch.setattr(odoo_git, "fetch", fetch)
        monkeypatch.setenv("ODOO_REPOSITORY", str(make_repository(home / "fork")))
        other = odoo_source.ensure()
        assert "commit" in other.identity
        assert other != odoo

    def test_without_apt_or_debian_it_is_a_clone(self, home, monkeypatch):
        monkeypatch.setenv("ODOO_REPOSITORY", str(make_repository(home / "upstream")))
        monkeypatch.setattr(odoo_debian.shutil, "which", lambda name: name == "git" and name)
        assert "commit" in odoo_source.ensure().identity

    def test_a_failed_package_leads_to_a_clone(self, home, monkeypatch):
        monkeypatch.setenv("ODOO_REPOSITORY", str(make_repository(home / "upstream")))
        monkeypatch.setattr(odoo_debian, "is_possible", lambda: True)
        monkeypatch.setattr(odoo_debian, "fetch", lambda folder: say.fail("broken download"))
        assert "commit" in odoo_source.ensure().identity

    def test_a_failed_clone_says_what_to_do_and_is_not_trusted(self, home, monkeypatch):
        monkeypatch.setenv("ODOO_REPOSITORY", str(home / "nowhere"))
        monkeypatch.setenv("RUNWELL_ODOO_SOURCE", "git")
        with pytest.raises(say.Failure, match="Set ODOO_HOME"):
            odoo_source.ensure()
        assert not state.stamp(odoo_source.STEP)
        assert not paths.ODOO.exists()

    def test_a_clone_of_another_version_is_not_trusted(self, home, monkeypatch):
        old = make_repository(home / "upstream", version="(18, 0, 0, FINAL, 0, '')")
        monkeypatch.setenv("ODOO_REPOSITORY", str(old))
        monkeypatch.setenv("RUNWELL_ODOO_SOURCE", "git")
        with pytest.raises(say.Failure, match=r"needs Odoo 19\.0"):
            odoo_source.ensure()
        assert not paths.ODOO.exists()

    def test_an_unknown_source_is_refused(self, home, monkeypatch):
        monkeypatch.setenv("RUNWELL_ODOO_SOURCE", "floppy")
        with pytest.raises(say.Failure, match="debian or git"):
            odoo_source.ensure()
