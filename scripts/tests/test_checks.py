"""What scripts/test itself looks for."""

from textwrap import dedent

from lib import browser, linters, odoo_log, paths

LOG = """\
2026-01-02 03:04:05,678 99 INFO db odoo.modules.loading: loading 5 modules...
2026-01-02 03:04:05,679 99 WARNING db odoo.schema: Table 7 has no index
2026-01-02 03:04:06,001 99 ERROR db odoo.sql_db: bad query: SELECT
ERROR: no such column
2026-01-02 03:04:07,001 99 WARNING db odoo.registry: Model attribute '_sql_constraints' is \
no longer supported in odoo.addons.crm_runwell.models.x
2026-01-02 03:04:07,002 99 INFO db odoo.modules.loading: Modules loaded.
"""


def write_log(folder, text=LOG):
    file = folder / "install.log"
    file.write_text(text)
    return file


def test_warnings_are_found_with_the_lines_that_follow(tmp_path):
    found = odoo_log.warnings(write_log(tmp_path))
    assert [record.level for record in found] == ["WARNING", "ERROR", "WARNING"]
    assert "no such column" in found[1].text


def test_known_warnings_are_no_news_whatever_their_numbers(tmp_path):
    known = [record.key for record in odoo_log.warnings(write_log(tmp_path))]
    again = write_log(tmp_path, LOG.replace(" 99 ", " 1234 ").replace("Table 7", "Table 8"))
    found = odoo_log.new_warnings(again, known)
    # What concerns the addon is always reported.
    assert [record.logger for record in found] == ["odoo.registry"]


def test_a_folder_of_our_name_is_not_our_addon(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", "/home/me/crm_runwell")
    text = "2026-01-02 03:04:05,679 9 WARNING db py.warnings: /home/me/crm_runwell/.odoo/x.py: y\n"
    file = write_log(tmp_path, text)
    known = [record.key for record in odoo_log.warnings(file)]
    assert not odoo_log.new_warnings(file, known)


def test_tests_that_need_a_browser_are_named(tmp_path):
    (tmp_path / "test_a.py").write_text(
        dedent("""
        class TestA(HttpCase):
            def test_plain(self):
                self.url_open("/")

            def test_tour(self):
                with self.something():
                    self.start_tour("/odoo", "runwell")
        """)
    )
    assert browser.tours(tmp_path) == ["test_a.py::TestA::test_tour"]


def test_long_files_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "ADDON", tmp_path / "crm_runwell")
    paths.ADDON.mkdir()
    (paths.ADDON / "short.py").write_text("x = 1\n" * linters.LONGEST)
    assert not linters.lengths().problem
    (paths.ADDON / "long.py").write_text("x = 1\n" * (linters.LONGEST + 1))
    assert "long.py" in linters.lengths().problem
