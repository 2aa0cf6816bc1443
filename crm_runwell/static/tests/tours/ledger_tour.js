import {registry} from "@web/core/registry";

/** From a figure of the retention ledger to the rows behind it, and on to the alert. */
registry.category("web_tour.tours").add("runwell_ledger", {
    url: "/odoo/churn-ledger",
    steps: () => [
        {
            content: "The page counts the alerts of the last twelve months",
            trigger: ".o_runwell_tile:contains(Raised)",
        },
        {
            content: "Nothing is held back: it says so, and why that would help",
            trigger: ".o_runwell_hold_back:contains(No alert is held back)",
        },
        {
            content: "Another period",
            trigger: ".o_control_panel button:contains(30 days)",
            run: "click",
        },
        {
            content: "Turn a rule on",
            trigger: "tr:contains(Plain number of days) button:contains(Turn on)",
            run: "click",
        },
        {
            content: "It is on",
            trigger: "tr:contains(Plain number of days) .text-success:contains(On)",
        },
        {
            content: "A figure opens its rows",
            trigger: ".o_runwell_tile:contains(Raised)",
            run: "click",
        },
        {
            content: "A row opens its alert",
            trigger: ".o_data_row .o_data_cell[name=partner_id]:contains(Ledger Teahouse)",
            run: "click",
        },
        {
            content: "The alert says why it was raised",
            trigger: ".o_form_view .o_field_widget[name=evidence]:contains(days without an order)",
        },
    ],
});
