import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

/** From the menu to an activity on the alert of a customer who is about to leave. */
registry.category("web_tour.tours").add("runwell_from_menu_to_activity", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell",
            trigger: ".o_app[data-menu-xmlid='crm_runwell.menu_root']",
            run: "click",
        },
        {
            content: "It begins with the page of a customer",
            trigger: ".o_runwell_customer .o_runwell_finder",
        },
        {
            content: "Open the customers",
            trigger: "[data-menu-xmlid='crm_runwell.menu_customers']",
            run: "click",
        },
        {
            content: "Open their scores",
            trigger: ".dropdown-item[data-menu-xmlid='crm_runwell.menu_customers_score']",
            run: "click",
        },
        {
            content: "The customer at risk comes first",
            trigger: ".o_data_row:first .o_data_cell[name=partner_id]:contains(Tour Teahouse)",
            run: "click",
        },
        {
            content: "The strip says how high the risk is",
            trigger: ".o_form_view .o_runwell_strip .progress-bar.bg-danger",
        },
        {
            content: "The page of the figures opens",
            trigger: ".o_form_view .nav-link[name=runwell]",
            run: "click",
        },
        {
            content: "It shows the gaps between the orders",
            trigger: ".o_runwell_evidence .o_runwell_mini_bars rect",
        },
        {
            content: "From the risk to the alert",
            trigger: ".o_runwell_strip .o_runwell_cell:contains(Open the alert)",
            run: "click",
        },
        {
            content: "The alert says why it was raised",
            trigger: ".o_form_view .o_field_widget[name=evidence]:contains(days without an order)",
        },
        {
            content: "Plan an activity",
            trigger: ".o-mail-Chatter-topbar .o-mail-Chatter-activity",
            run: "click",
        },
        {
            content: "Say what is to be done",
            trigger: ".modal .o_field_widget[name=summary] input",
            run: "edit Call the Teahouse",
        },
        {
            content: "Save it",
            trigger: ".modal button[name=action_schedule_activities]",
            run: "click",
        },
        {
            content: "It stands on the alert",
            trigger: ".o-mail-Activity:contains(Call the Teahouse)",
        },
    ],
});
