"""Stamps and locks: what was not finished is not trusted."""

import subprocess
import sys

import pytest

from lib import paths, state


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(paths, "LOCKS", tmp_path / "locks")


def test_a_step_is_finished_only_with_its_inputs():
    assert not state.finished("odoo", "a")
    state.finish("odoo", "a", identity="19.0")
    assert state.finished("odoo", "a")
    assert not state.finished("odoo", "b")
    assert state.stamp("odoo")["identity"] == "19.0"
    state.forget("odoo")
    assert not state.finished("odoo", "a")


@pytest.mark.parametrize("content", ["", "{", "null", "[]"])
def test_a_broken_stamp_is_no_stamp(content):
    paths.STAMPS.mkdir()
    (paths.STAMPS / "odoo.json").write_text(content)
    assert not state.finished("odoo", "a")


def test_put_in_place_replaces_and_leaves_nothing_over(tmp_path):
    old, new = tmp_path / "odoo", tmp_path / "odoo.new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    state.put_in_place(new, old)
    assert (old / "name").read_text() == "odoo.new"
    assert [file.name for file in tmp_path.iterdir()] == ["odoo"]


def test_a_folder_half_made_is_made_anew(tmp_path):
    folder = tmp_path / "odoo.new"
    folder.mkdir()
    (folder / "half").write_text("")
    assert not list(state.fresh_folder(folder).iterdir())


def test_tree_digest_sees_content_and_names_but_not_caches(tmp_path):
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "tests").mkdir()
    first = state.tree_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert state.tree_digest(tmp_path) == first
    (tmp_path / "tests" / "t.py").write_text("2")
    assert state.tree_digest(tmp_path) != first
    assert state.tree_digest(tmp_path, skip=("tests",)) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert state.tree_digest(tmp_path, skip=("tests",)) != first


def test_a_lock_ends_with_its_process():
    code = (
        f"import sys; sys.path.insert(0, {str(paths.ROOT / 'scripts')!r});"
        "from lib import paths, state; from pathlib import Path;"
        f"paths.LOCKS = Path({str(paths.LOCKS)!r});"
        "lock = state.Lock('x'); lock.take(); print('taken', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline()
    lock = state.Lock("x")
    assert not lock.try_take()
    assert not lock.try_take(shared=True)
    holder.kill()
    holder.wait()
    assert lock.try_take()
