import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const CUSTOMER = ".o_data_row:contains(Tour Tea House)";

/** A salesperson takes a customer from the pool, and has a first contact to make. */
registry.category("web_tour.tours").add("runwell_claim_from_the_pool", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Runwell",
            trigger: ".o_app[data-menu-xmlid='crm_runwell.menu_root']",
            run: "click",
        },
        {
            content: "Look into the menu of the customers",
            trigger: "[data-menu-xmlid='crm_runwell.menu_customers']",
            run: "click",
        },
        {
            content: "Open the pool",
            trigger: "[data-menu-xmlid='crm_runwell.menu_pool']",
            run: "click",
        },
        {
            content: "It says who had the customer",
            trigger: `${CUSTOMER} td[name=previous_user_id]:contains(Former Manager)`,
        },
        {
            content: "Claim it",
            trigger: `${CUSTOMER} button[name=action_claim]`,
            run: "click",
        },
        {
            content: "It is told that it worked",
            trigger: ".o_notification:contains(Tour Tea House is yours now)",
        },
        {
            content: "The customer has left the pool",
            trigger: `.o_list_view:not(:has(${CUSTOMER}))`,
        },
        {
            content: "Look into the menu of the customers",
            trigger: "[data-menu-xmlid='crm_runwell.menu_customers']",
            run: "click",
        },
        {
            content: "See the handovers",
            trigger: "[data-menu-xmlid='crm_runwell.menu_handover']",
            run: "click",
        },
        {
            content: "The claim is recorded",
            trigger: `${CUSTOMER}:contains(Claimed from the pool)`,
        },
    ],
});
