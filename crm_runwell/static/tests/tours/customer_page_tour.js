import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const PAGE = ".o_runwell_customer";

/** From the app to a customer, through its timeline to a record, and back. */
registry.category("web_tour.tours").add("runwell_customer_page", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell: its first menu is the page of a customer",
            trigger: ".o_app[data-menu-xmlid='crm_runwell.menu_root']",
            run: "click",
        },
        {
            content: "Look for the customer by its number",
            trigger: `${PAGE} .o_runwell_finder input[type=search]`,
            run: "edit TOUR-360",
        },
        {
            content: "Choose it",
            trigger: `${PAGE} .o_runwell_found:contains(Tour Mill)`,
            run: "click",
        },
        {
            content: "It says who the customer is",
            trigger: `${PAGE} .o_runwell_customer_head h1:contains(Tour Mill)`,
        },
        {
            content: "And what to do today",
            trigger: `${PAGE} .o_runwell_todo_activity:contains(Ask for the forecast)`,
        },
        {
            content: "The order and the mail stand on the timeline",
            trigger: `${PAGE} .o_runwell_timeline:has(.o_runwell_event[data-event=order_confirmed]):has(.o_runwell_event[data-event=mail_out]:contains(Your offer))`,
        },
        {
            content: "Keep the orders",
            trigger: `${PAGE} .o_runwell_timeline_chips button[data-kind=order]:contains(1)`,
            run: "click",
        },
        {
            content: "The mail is gone; open the order",
            trigger: `${PAGE} .o_runwell_timeline:not(:has(.o_runwell_event[data-event=mail_out])) .o_runwell_event[data-event=order_confirmed]`,
            run: "click",
        },
        {
            content: "It is the order",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Tour Mill)",
        },
        {
            content: "Go back to the customer",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item:contains(Tour Mill) a",
            run: "click",
        },
        {
            content: "The filter is as it was",
            trigger: `${PAGE} button[data-kind=order][aria-pressed=true]`,
        },
        {
            content: "Look for another one",
            trigger: `${PAGE} .o_runwell_customer_other`,
            run: "click",
        },
        {
            content: "The finder stands again",
            trigger: `${PAGE} .o_runwell_finder input[type=search]`,
            run: "edit TOUR-360",
        },
        {
            content: "It finds the first one",
            trigger: `${PAGE} .o_runwell_found:contains(Tour Mill)`,
        },
        {
            content: "Enter, at once after another number",
            trigger: `${PAGE} .o_runwell_finder input[type=search]`,
            async run({edit, press}) {
                await edit("TOUR-361");
                await press("Enter");
            },
        },
        {
            content: "Opens the customer of that number",
            trigger: `${PAGE} .o_runwell_customer_head h1:contains(Tour Bakery)`,
        },
    ],
});

/** From the form of a partner to its page. */
registry.category("web_tour.tours").add("runwell_partner_to_page", {
    steps: () => [
        {
            content: "Open the page",
            trigger: ".o_form_view button[name=action_open_runwell_page]",
            run: "click",
        },
        {
            content: "It is the customer's",
            trigger: `${PAGE} .o_runwell_customer_head h1:contains(Tour Mill)`,
        },
        {
            content: "A new contact is one click away",
            trigger: `${PAGE} .o_runwell_customer_log`,
            run: "click",
        },
        {
            content: "In a dialog",
            trigger: ".modal .o_form_view",
        },
        {
            content: "Leave it",
            trigger: ".modal .o_form_button_cancel, .modal .btn-close",
            run: "click",
        },
        {
            content: "The page is still there",
            trigger: `body:not(:has(.modal)) ${PAGE} .o_runwell_timeline`,
        },
    ],
});
