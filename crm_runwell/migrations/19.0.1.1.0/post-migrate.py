"""Sales in a database that has the version before: what only a first installation fills.

Data that is not to be updated is not written to rows that are there: the activity types of Odoo,
and the grades, which the same upgrade made a moment before.
"""

from odoo import SUPERUSER_ID, api

#: The channel of an activity type that counts as a contact once it is done.
CHANNELS = {
    "mail.mail_activity_data_call": "crm_runwell.channel_phone",
    "mail.mail_activity_data_email": "crm_runwell.channel_email",
    "mail.mail_activity_data_meeting": "crm_runwell.channel_visit",
}
#: The least relationship that a grade asks for.
LEAST = {
    "crm_runwell.grade_ordinary": "crm_runwell.relationship_basic",
    "crm_runwell.grade_key_development": "crm_runwell.relationship_reactive",
    "crm_runwell.grade_major": "crm_runwell.relationship_accountable",
    "crm_runwell.grade_partner": "crm_runwell.relationship_proactive",
    "crm_runwell.grade_strategic": "crm_runwell.relationship_partnership",
}


def migrate(cr, version):
    """Link activity types and grades, begin in each company, and ask for the figures."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for links, name in ((CHANNELS, "runwell_channel_id"), (LEAST, "min_relationship_id")):
        for key, value in links.items():
            record = env.ref(key, raise_if_not_found=False)
            target = env.ref(value, raise_if_not_found=False)
            if record and target and not record[name]:
                record[name] = target
    env["res.company"].search([])._runwell_begin()
    for cron in ("ir_cron_scoring", "ir_cron_affinity", "ir_cron_duplicates"):
        env.ref(f"crm_runwell.{cron}")._trigger()
