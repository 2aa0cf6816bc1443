import {registry} from "@web/core/registry";

/** Open a quotation, add a suggested product with one click, put another one aside. */
registry.category("web_tour.tours").add("runwell_next_products", {
    steps: () => [
        {
            content: "How far the quotation came stands in one line",
            trigger: ".o_runwell_tracking [data-stage=quotation]:contains(Not sent yet)",
        },
        {
            content: "A product is suggested with its reason",
            trigger:
                ".o_runwell_offer:contains(Tour cups):contains(31 of 80 customers with Tour tea also buy it)",
        },
        {
            content: "Add it with one click",
            trigger: ".o_runwell_offer:contains(Tour cups) .o_runwell_add",
            run: "click",
        },
        {
            content: "It is a line of the quotation",
            trigger: ".o_field_widget[name=order_line] .o_data_row:contains(Tour cups)",
        },
        {
            content: "It is not suggested any more",
            trigger: ".o_runwell_next_products:not(:contains(Tour cups))",
        },
        {
            content: "Put another one aside",
            trigger: ".o_runwell_offer:contains(Tour honey) .o_runwell_dismiss",
            run: "click",
        },
        {
            content: "Nothing is left to suggest",
            trigger: ".o_form_view:not(:has(.o_runwell_offer))",
        },
    ],
});

/** From the customer's page to a quotation, with a hasty second click. */
registry.category("web_tour.tours").add("runwell_quotation_with_these", {
    steps: () => [
        {
            content: "Open the page of the customer",
            trigger: ".o_form_view button[name=action_open_runwell_page]",
            run: "click",
        },
        {
            content: "What it usually buys is told with its days",
            trigger: ".o_runwell_customer .o_runwell_offer:contains(Tour tea):contains(Bought on)",
        },
        {
            content: "Choose a new product",
            trigger: ".o_runwell_customer .o_runwell_offer:contains(Tour cups) input",
            run: "click",
        },
        {
            content: "Make the quotation",
            trigger:
                ".o_runwell_offers_block:has(.o_runwell_offer:contains(Tour cups)) .o_runwell_quote:enabled",
            run() {
                this.anchor.click();
                this.anchor.click();
            },
        },
        {
            content: "It holds the product",
            trigger: ".o_form_view .o_field_widget[name=order_line]:contains(Tour cups)",
        },
    ],
});
