from odoo.tools import sql

#: The tables of this addon.
OURS = "runwell\\_%"


def post_init_hook(env):
    """Ask for the first scores and pairs of products at once; give each company its settings."""
    env.ref("crm_runwell.ir_cron_scoring")._trigger()
    env.ref("crm_runwell.ir_cron_affinity")._trigger()
    env["res.company"].search([])._runwell_begin()


def uninstall_hook(env):
    """Take away what Odoo's uninstall leaves or stumbles over."""
    env["ir.sequence"].search(
        [("code", "in", ["runwell.request", "runwell.customer"])]
    ).unlink()
    _free_activity_types(env)
    # Our dictionaries are deleted before the tables that point to them are dropped.
    env.cr.execute(
        """SELECT con.conname, source.relname FROM pg_constraint con
             JOIN pg_class source ON source.oid = con.conrelid
             JOIN pg_class target ON target.oid = con.confrelid
            WHERE con.contype = 'f' AND con.confdeltype = 'r'
              AND source.relname LIKE %s AND target.relname LIKE %s""",
        (OURS, OURS),
    )
    for constraint, table in env.cr.fetchall():
        sql.drop_constraint(env.cr, table, constraint)
    # The keys themselves go with their columns; Odoo forgets their rows on models of others.
    env.cr.execute(
        """DELETE FROM ir_model_constraint c USING ir_model m, ir_module_module d
            WHERE m.id = c.model AND d.id = c.module AND d.name = 'crm_runwell'
              AND c.type = 'f' AND m.model NOT LIKE 'runwell.%'"""
    )


def _free_activity_types(env):
    """Leave what is planned or done with our activity types to Odoo's own: the types go."""
    own = env["mail.activity.type"].browse(env["ir.model.data"].search([
        ("module", "=", "crm_runwell"), ("model", "=", "mail.activity.type"),
    ]).mapped("res_id")).exists()
    todo = env.ref("mail.mail_activity_data_todo")
    every = env["mail.activity"].with_context(active_test=False)
    # Done ones too, which Odoo forgets.
    every.search([("activity_type_id", "in", own.ids)]).activity_type_id = todo
    # People may have used them in plans and as what follows; ours go anyway.
    env["mail.activity.plan.template"].search([
        ("activity_type_id", "in", own.ids),
    ]).activity_type_id = todo
    env["mail.activity.type"].with_context(active_test=False).search([
        ("triggered_next_type_id", "in", own.ids),
    ]).write({"chaining_type": "suggest", "triggered_next_type_id": False})
