def post_init_hook(env):
    """Ask for the first scores at once: the company's history is there already."""
    env.ref("crm_runwell.ir_cron_scoring")._trigger()
    for company in env["res.company"].search([]):
        env["runwell.service.team"]._default_of(company)
