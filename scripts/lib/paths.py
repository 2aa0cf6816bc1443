"""Where things are. All that the scripts make lies in .odoo/ beside them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "crm_runwell"
HOME = ROOT / ".odoo"

STAMPS = HOME / "stamps"
LOCKS = HOME / "locks"
LOGS = HOME / "logs"
DOWNLOADS = HOME / "downloads"
ODOO = HOME / "odoo"
VENV = HOME / "venv"
VENV_PYTHON = VENV / "bin" / "python"
ODOO_LAUNCHER = VENV / "bin" / "odoo"
# Not by its first line, which a path with a space would break.
ODOO_COMMAND = (VENV_PYTHON, ODOO_LAUNCHER)
POSTGRES = HOME / "postgres"
DATA = HOME / "data"
CONFIG = HOME / "odoo.conf"
NODE = HOME / "node"
RUN = HOME / "run"
