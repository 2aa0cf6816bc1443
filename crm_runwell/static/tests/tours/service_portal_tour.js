import {registry} from "@web/core/registry";

/** A customer asks for something, and adds a word to it. */
registry.category("web_tour.tours").add("runwell_portal_ask", {
    url: "/my/home",
    steps: () => [
        {
            content: "The requests have their card on the home page",
            trigger: ".o_portal_index_card a[href='/my/requests']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "There is none yet: make one",
            trigger: "a[href='/my/requests/new'].btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is a complaint",
            trigger: "select[name=request_type]",
            run: "select complaint",
        },
        {trigger: "input[name=subject]", run: "edit The pump leaks"},
        {trigger: "textarea[name=text]", run: "edit Since this morning"},
        {
            content: "Send it",
            trigger: "form[action='/my/requests/new'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "It is received", trigger: ".badge:contains(Received)"},
        {
            content: "The details are the first of the talk",
            trigger: "#chatterRoot:shadow .o-mail-Message:contains(Since this morning)",
        },
        {trigger: "textarea[name=text]", run: "edit It is the red one"},
        {
            content: "Add a word",
            trigger: "form[action$='/answer'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: "#chatterRoot:shadow .o-mail-Message:contains(It is the red one)"},
        {
            content: "Back to the list",
            trigger: ".breadcrumb a[href='/my/requests']",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: ".o_portal_my_doc_table a:contains(The pump leaks)"},
    ],
});

/** The customer reads the answer and rates it. */
registry.category("web_tour.tours").add("runwell_portal_rate", {
    url: "/my/requests",
    steps: () => [
        {
            content: "It is answered",
            trigger:
                ".o_portal_my_doc_table tr:has(.badge:contains(Answered)) a:contains(The pump leaks)",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: "#chatterRoot:shadow .o-mail-Message:contains(Tighten the ring)"},
        {
            content: "Four stars",
            trigger: ".o_runwell_stars label[for=runwell_star_4]",
            run: "click",
        },
        {trigger: "textarea[name=comment]", run: "edit Quick"},
        {
            content: "Rate",
            trigger: "form[action$='/rate'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "It is closed", trigger: ".badge:contains(Closed)"},
        {content: "The stars are shown", trigger: "span:contains(★★★★)"},
    ],
});

/** Another customer sees nothing of it. */
registry.category("web_tour.tours").add("runwell_portal_other", {
    url: "/my/requests",
    steps: () => [
        {content: "Nothing is there", trigger: ".alert:contains(You have no request yet)"},
        {trigger: "body:not(:contains(The pump leaks))"},
    ],
});

/** Who types the address of another customer's request. */
registry.category("web_tour.tours").add("runwell_portal_intruder", {
    steps: () => [
        {trigger: ".alert:contains(There is no such request among yours)"},
        {trigger: "body:not(:contains(The pump leaks))"},
    ],
});
