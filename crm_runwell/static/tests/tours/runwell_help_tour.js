import {registry} from "@web/core/registry";

const EDITOR = ".o_field_widget[name=answer] .odoo-editor-editable";

/** An agent writes a word, adds a canned answer and one that solved it before; nothing is overwritten. */
registry.category("web_tour.tours").add("runwell_help_insert", {
    steps: () => [
        {
            content: "Write the first words",
            trigger: EDITOR,
            run: "editor Hello from the tour",
        },
        {
            content: "Add the canned answer while they are not saved",
            trigger: ".o_runwell_help_canned .o_runwell_help_row:contains(Tour gasket) button",
            run: "click",
        },
        {
            content: "Both stand there, with the name of the customer",
            trigger: `${EDITOR}:contains(Hello from the tour):contains(Dear Tour Teahouse)`,
        },
        {
            content: "Look for other words",
            trigger: ".o_runwell_help_search",
            run: "edit samovar",
        },
        {
            content: "Add what solved it before",
            trigger: ".o_runwell_help_similar .o_runwell_help_row:contains(Samovar cold) button",
            run: "click",
        },
        {
            content: "All three stand there, in order",
            trigger: `${EDITOR}:contains(/Hello from the tour.*Dear Tour Teahouse.*Heat it twice/)`,
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:not(:visible), .o_form_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
