def post_init_hook(env):
    """Ask for the first scores at once: the company's history is there already."""
    env.ref("crm_runwell.ir_cron_scoring")._trigger()
