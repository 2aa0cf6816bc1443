def post_init_hook(env):
    """Ask for the first scores and pairs of products at once; give each company its settings."""
    env.ref("crm_runwell.ir_cron_scoring")._trigger()
    env.ref("crm_runwell.ir_cron_affinity")._trigger()
    env["res.company"].search([])._runwell_begin()


def uninstall_hook(env):
    """Take away what Odoo's uninstall leaves: number sequences, and notes of foreign keys."""
    env["ir.sequence"].search(
        [("code", "in", ["runwell.request", "runwell.customer"])]
    ).unlink()
    # Done ones too, which Odoo forgets: the customers keep what was to do, the type goes.
    first_contact = env.ref("crm_runwell.mail_activity_type_first_contact")
    env["mail.activity"].with_context(active_test=False).search([
        ("activity_type_id", "=", first_contact.id),
    ]).activity_type_id = env.ref("mail.mail_activity_data_todo")
    # The keys themselves go with their columns; Odoo forgets their rows on models of others.
    env.cr.execute(
        """DELETE FROM ir_model_constraint c USING ir_model m, ir_module_module d
            WHERE m.id = c.model AND d.id = c.module AND d.name = 'crm_runwell'
              AND c.type = 'f' AND m.model NOT LIKE 'runwell.%'"""
    )
