"""The check that the addon goes as it came: installed and uninstalled it leaves nothing behind.

In a copy of the template a little business is done with Odoo alone. Then the addon is installed
as the Apps menu does it, scores what it finds, is uninstalled, and the database is compared with
what it was. Then it is installed once more.
"""

from lib import build, catalog, database, odoo_log, paths, say
from lib.linters import SHOWN, Verdict
from lib.odoo_source import Odoo

NAME = "uninstall check"

BUSINESS = """\
from datetime import timedelta
from odoo import fields
product = env["product.product"].create({"name": "Thing", "list_price": 10.0})
for number in range(3):
    partner = env["res.partner"].create({"name": f"Customer {number}"})
    for days in (20, 80, 140, 200):
        order = env["sale.order"].create({
            "partner_id": partner.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 2})],
        })
        order.action_confirm()
        order.date_order = fields.Datetime.now() - timedelta(days=days)
partner.activity_schedule("mail.mail_activity_data_todo").action_feedback()
env.cr.commit()
print(">>>done")
"""
INSTALL = """\
module = env["ir.module.module"].search([("name", "=", "{module}")])
module.with_user(env.ref("base.user_admin")).sudo(False).button_immediate_install()
print(">>>done")
"""
USE = """\
if "runwell.score" in env:
    env["runwell.score"]._run_scoring()
    partner = env["res.partner"].search([("name", "=like", "Customer %")], limit=1)
    env["runwell.interaction"].create({"partner_id": partner.id, "name": "Called"})
    done = env["mail.activity"].with_context(active_test=False).search([
        ("res_model", "=", "res.partner"), ("active", "=", False),
    ])
    done.activity_type_id = env.ref("crm_runwell.mail_activity_type_contact")
    env.cr.commit()
print(">>>done")
"""
UNINSTALL = """\
module = env["ir.module.module"].search([("name", "=", "{module}")])
module.with_user(env.ref("base.user_admin")).sudo(False).button_immediate_uninstall()
print(">>>done")
"""
LOOK = """\
env["res.partner"].search([], limit=3).read()
env["sale.order"].search([], limit=1).copy().action_confirm()
env["res.partner"].get_views([(False, "form"), (False, "list"), (False, "search")])
env["sale.order"].get_views([(False, "form"), (False, "list"), (False, "search")])
print(">>>done")
"""


def check(odoo: Odoo, source: str, db: str) -> Verdict:
    """Runs the check in a copy of a template."""
    known = build.known_warnings(source)
    database.copy(source, db)
    problems: list[str] = []

    def step(name: str, script: str) -> None:
        log = f"uninstall-{name}"
        build.run_script(odoo, db, log, script.replace("{module}", build.MODULE))
        warned = [
            record
            for record in odoo_log.warnings(paths.LOGS / f"{log}.log")
            if record.key not in known and record.level != "WARNING"
        ]
        if warned:
            problems.append(f"Odoo's log of the step {name}:\n{odoo_log.report(warned)}")

    try:
        step("business", BUSINESS)
        before = catalog.snapshot(db)
        step("install", INSTALL)
        step("use", USE)
        step("uninstall", UNINSTALL)
        found = catalog.difference(before, catalog.snapshot(db))
        if found:
            shown = "\n".join(f"    {line}" for line in found[:SHOWN])
            problems.append(f"{len(found)} differences after uninstalling:\n{shown}")
        step("look", LOOK)
        step("install-again", INSTALL)
        build.check_installed(db)
        step("use-again", USE)
    except say.Failure as failure:
        problems.append(str(failure))
    if problems:
        return Verdict(NAME, "\n".join(problems))
    database.drop(db)
    return Verdict(NAME)
