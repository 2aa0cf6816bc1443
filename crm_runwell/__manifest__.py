{
    "name": "Runwell CRM",
    "summary": "Know who your customers are, what each is worth, who is about to leave, "
    "and act in time",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Runwell",
    "license": "LGPL-3",
    "application": True,
    "depends": ["crm", "sale_management", "sale_crm", "contacts"],
    "data": [
        "security/runwell_groups.xml",
        "security/ir.model.access.csv",
        "security/runwell_rules.xml",
        "data/ir_cron_data.xml",
        "views/runwell_score_history_views.xml",
        "views/runwell_score_views.xml",
        "views/runwell_churn_alert_views.xml",
        "views/runwell_scoring_model_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/runwell_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "demo": [],
    "assets": {
        "web.assets_backend": ["crm_runwell/static/src/**/*"],
    },
}
