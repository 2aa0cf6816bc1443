import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const ALERT = ".o_kanban_record:contains(Tour Roastery)";

/** From the warning on the board to a measure that suspends the loss. */
registry.category("web_tour.tours").add("runwell_from_warning_to_measure", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell",
            trigger: ".o_app[data-menu-xmlid='crm_runwell.menu_root']",
            run: "click",
        },
        {
            content: "Open the alerts",
            trigger: "[data-menu-xmlid='crm_runwell.menu_churn_alerts']",
            run: "click",
        },
        {
            content: "The warning stands on the board",
            trigger: `.o_kanban_group:contains(Warning) ${ALERT}`,
            run: "click",
        },
        {
            content: "It says what is at stake and why",
            trigger: ".o_form_view .o_field_widget[name=evidence]:contains(days without an order)",
        },
        {
            content: "The reasons stand on the alert",
            trigger: ".o_form_view .o_runwell_explanation .o_runwell_reason",
        },
        {
            content: "The next step is to record a measure",
            trigger: ".o_statusbar_buttons button.btn-primary[name=action_record_measure]",
            run: "click",
        },
        {
            content: "Choose its kind",
            trigger: ".modal .o_field_widget[name=kind] .o_selection_badge:contains(Offer)",
            run: "click",
        },
        {
            content: "Say what was done",
            trigger: ".modal .o_field_widget[name=description] textarea",
            run: "edit Offered the new harvest",
        },
        {
            content: "Record it",
            trigger: ".modal footer button:contains(Record)",
            run: "click",
        },
        {
            content: "The loss is suspended",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Suspended)",
        },
        {
            content: "The measure stands on the alert",
            trigger:
                ".o_field_widget[name=measure_ids] .o_data_row:contains(Offered the new harvest)",
        },
    ],
});

/** The customer has ordered: the alert is closed by itself and names the order. */
registry.category("web_tour.tours").add("runwell_won_back", {
    url: "/odoo/churn-alerts",
    steps: () => [
        {
            content: "Look at what was won back",
            trigger: ".o_searchview_facet:contains(To do) .o_facet_remove",
            run: "click",
        },
        {
            content: "It stands among them, with the money",
            trigger: `.o_kanban_group:contains(Won back) ${ALERT}:contains(1,234)`,
            run: "click",
        },
        {
            content: "The alert says so and names the order",
            trigger: ".o_form_view .alert-success:contains(Won back on)",
        },
        {
            content: "Nothing more is to be done",
            trigger: ".o_form_view:not(:has(button[name=action_record_measure]))",
        },
        {
            content: "Open the order",
            trigger: "button[name=action_open_won_back]",
            run: "click",
        },
        {
            content: "It is the order of the customer",
            trigger:
                ".o_breadcrumb:contains(Tour Roastery), .o_form_view .o_field_widget[name=partner_id]:contains(Tour Roastery)",
        },
    ],
});
