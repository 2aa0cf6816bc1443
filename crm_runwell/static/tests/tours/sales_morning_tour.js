import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const CUSTOMER = ".o_data_row:contains(Tour Teahouse)";
const menu = (xmlid) => `[data-menu-xmlid='crm_runwell.${xmlid}']`;

/** Whose contact is due, a call logged in two clicks, an activity done that logs itself. */
registry.category("web_tour.tours").add("runwell_sales_morning", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell",
            trigger: `.o_app${menu("menu_root")}`,
            run: "click",
        },
        {
            content: "Open the menu of customers",
            trigger: menu("menu_customers"),
            run: "click",
        },
        {
            content: "See whose contact is due",
            trigger: menu("menu_contact_due"),
            run: "click",
        },
        {
            content: "Open the customer who waited longest",
            trigger: `${CUSTOMER}:contains(45) td[name=partner_id]`,
            run: "click",
        },
        {
            content: "First click: log a contact",
            trigger: ".o_form_view button[name=action_runwell_log]",
            run: "click",
        },
        {
            content: "The customer is known; it was a call",
            trigger: ".modal .o_runwell_channel:contains(Phone)",
            run: "click",
        },
        {
            content: "The channel is chosen",
            trigger: ".modal .o_runwell_channel[aria-checked=true]:contains(Phone)",
        },
        {
            content: "Say what it was about",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit They liked the oolong",
        },
        {
            content: "Second click: log it",
            trigger: ".modal footer button[name=action_log]",
            run: "click",
        },
        {
            content: "The dialog is closed; mark the planned call as done",
            trigger: "body:not(:has(.modal)) .o-mail-Activity-markDone",
            run: "click",
        },
        {
            content: "Say how it went",
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit They take two cases",
        },
        {
            content: "Done",
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']",
            run: "click",
        },
        {
            content: "The message tells that it is done; go back to the list",
            trigger: ".o-mail-Message:contains(They take two cases)",
        },
        {
            content: "Back to those whose contact is due",
            trigger: ".o_breadcrumb a:contains(Contact due), .o_back_button a",
            run: "click",
        },
        {
            content: "The customer is not among them any more",
            trigger: `.o_list_view:has(.o_data_row:contains(Tour Bakery)):not(:has(${CUSTOMER}))`,
        },
        {
            content: "Open the menu of customers again",
            trigger: menu("menu_customers"),
            run: "click",
        },
        {
            content: "Look at the contacts",
            trigger: menu("menu_interactions"),
            run: "click",
        },
        {
            content: "The call is there",
            trigger: `${CUSTOMER}:contains(They liked the oolong):contains(Phone)`,
        },
        {
            content: "The activity that was done is there by itself",
            trigger: `${CUSTOMER}:contains(Ask about the order) td[name=name]`,
            run: "click",
        },
        {
            content: "With what was said, and where it came from",
            trigger:
                ".o_form_view:has(.o_field_widget[name=origin]:contains(Activity done)) .o_field_widget[name=note] textarea:value(They take two cases)",
        },
    ],
});
