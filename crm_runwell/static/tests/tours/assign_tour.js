import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const row = (name) => `.o_list_view .o_data_row:contains(${name})`;

/** A supervisor gives three prospects to one person, with a plan, and looks at one of them. */
registry.category("web_tour.tours").add("runwell_supervisor_assigns", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell",
            trigger: ".o_app[data-menu-xmlid='crm_runwell.menu_root']",
            run: "click",
        },
        {
            content: "Open Sales",
            trigger: "[data-menu-xmlid='crm_runwell.menu_sales']",
            run: "click",
        },
        {
            content: "Open the prospects",
            trigger: "[data-menu-xmlid='crm_runwell.menu_prospects']",
            run: "click",
        },
        {
            content: "Those that nobody has stand there",
            trigger: `${row("Tour Prospect 1")}:contains(Unassigned)`,
        },
        ...[1, 2, 3].map((number) => ({
            content: `Select number ${number}`,
            trigger: `${row(`Tour Prospect ${number}`)} .o_list_record_selector input`,
            run: "click",
        })),
        {
            content: "Assign them",
            trigger: ".o_control_panel button:contains(Assign)",
            run: "click",
        },
        {
            content: "To whom",
            trigger: ".modal .o_field_widget[name=user_id] input",
            run: "edit Tour Seller",
        },
        {
            content: "This one",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Tour Seller)",
            run: "click",
        },
        {
            content: "With a plan",
            trigger: ".modal .o_field_widget[name=plan_id] input",
            run: "edit Develop a new",
        },
        {
            content: "This plan",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Develop a new customer)",
            run: "click",
        },
        {
            content: "And why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Knows the region",
        },
        {
            content: "Do it",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "All three were assigned, and it says so",
            trigger: ".modal .o_field_widget[name=done_count]:contains(3)",
        },
        {
            content: "Open one of them",
            trigger: ".modal .o_data_row:contains(Tour Prospect 2) button[name=action_open]",
            run: "click",
        },
        {
            content: "It is in development",
            trigger:
                ".o_form_view .o_field_widget[name=runwell_development_state]:contains(In development)",
        },
        {
            content: "It says who assigned it",
            trigger: ".o_field_widget[name=runwell_assigned_by_id]:contains(Tour Supervisor)",
        },
        {
            content: "And when",
            trigger: ".o_field_widget[name=runwell_assigned_on]:not(:empty)",
        },
        {
            content: "The plan stands there",
            trigger:
                ".o_field_widget[name=runwell_plan_item_ids] .o_data_row:contains(Send the offer)",
        },
        {
            content: "The first step is done",
            trigger:
                ".o_field_widget[name=runwell_plan_item_ids] .o_data_row:contains(who decides) button:contains(Done)",
            run: "click",
        },
        {
            content: "Write what came of it",
            trigger: ".modal .o_field_widget[name=feedback] textarea",
            run: "edit They buy 50 kg a month",
        },
        {
            content: "Mark it as done",
            trigger: ".modal footer button[name=action_runwell_done]",
            run: "click",
        },
        {
            content: "The result stands in the plan",
            trigger:
                ".o_field_widget[name=runwell_plan_item_ids] .o_data_row:contains(They buy 50 kg a month)",
        },
        {
            content: "Look at the assignments",
            trigger: ".o_notebook_headers a:contains(Assignments)",
            run: "click",
        },
        {
            content: "Who, whom and why",
            trigger:
                ".o_field_widget[name=runwell_assignment_ids] .o_data_row:contains(Tour Seller):contains(Tour Supervisor):contains(Knows the region)",
        },
    ],
});
