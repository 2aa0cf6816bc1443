"""Which server is used, and where its socket lies."""

import os
from pathlib import Path

import pytest

from lib import config, paths, postgres


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    for name in postgres.VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_the_embedded_server_is_reached_by_its_socket():
    server = postgres.server()
    assert not postgres.is_external()
    assert server.user == "odoo"
    assert Path(server.host).is_absolute()


@pytest.mark.parametrize("name", postgres.VARIABLES)
def test_any_of_the_usual_variables_names_a_server(monkeypatch, name):
    monkeypatch.setenv(name, "5433")
    assert postgres.is_external()


def test_a_long_path_has_its_socket_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "POSTGRES", tmp_path / ("x" * 120))
    folder = postgres.socket_folder()
    assert folder.parent == Path("/tmp")
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= postgres.SOCKET_LIMIT


def test_settings_are_quoted():
    text = postgres.configuration(Path("/home/o'hara/x y"))
    assert "unix_socket_directories = '/home/o''hara/x y'" in text


def test_no_stray_variable_reaches_odoo(monkeypatch):
    monkeypatch.setenv("ODOO_ADDONS_PATH", "/nowhere")
    monkeypatch.setenv("PGDATABASE", "another")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    env = config.environment(Path("/x/odoo.conf"))
    assert env["ODOO_RC"] == "/x/odoo.conf"
    assert not {"ODOO_ADDONS_PATH", "PGDATABASE", "PYTHONPATH"} & set(env)


def test_ones_own_server_keeps_its_variables(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPASSWORD", "secret")
    env = config.environment()
    assert (env["PGHOST"], env["PGPASSWORD"]) == ("db.example", "secret")
    assert "secret" not in config.render({"db_host": postgres.server().host})
