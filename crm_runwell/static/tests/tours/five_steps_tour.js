import {registry} from "@web/core/registry";

/** From the choice in the third step to the tag and the activities. */
registry.category("web_tour.tours").add("runwell_five_steps", {
    url: "/odoo/five-steps",
    steps: () => [
        {
            content: "The first step is open",
            trigger: ".o_runwell_step:contains(Know your customers) h5:contains(What is not known)",
        },
        {
            content: "Done with it",
            trigger: ".o_runwell_step:contains(Know your customers) button:contains(Mark as done)",
            run: "click",
        },
        {
            content: "The second step opens",
            trigger: ".o_runwell_step_body:contains(Who earns most)",
        },
        {
            content: "Choose",
            trigger: ".o_runwell_step_head:contains(Choose whom to keep)",
            run: "click",
        },
        {
            content: "Keep the high-value customers without a risk, too",
            trigger: ".o_runwell_step_cell:not(.o_runwell_chosen):first button:contains(Keep)",
            run: "click",
        },
        {
            content: "The choice is taken",
            trigger: ".o_runwell_step_cell:first.o_runwell_chosen",
        },
        {
            content: "Look at what is going to be made",
            trigger: ".o_runwell_step:contains(Now act) button:contains(Keep)",
            run: "click",
        },
        {
            content: "Make it",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It says what was made",
            trigger: ".modal:contains(activities were made)",
        },
        {
            content: "Open the customers",
            trigger: ".modal button[name=action_open_customers]",
            run: "click",
        },
        {
            content: "The customer is among them",
            trigger: ".o_data_row:contains(Five Steps Teahouse)",
        },
    ],
});
