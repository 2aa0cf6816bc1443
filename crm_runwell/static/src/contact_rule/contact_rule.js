import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** How the contact rule of a customer is kept; log a contact, or plan one. */
export class RunwellContactRule extends Component {
    static template = "crm_runwell.ContactRule";
    static props = {
        partnerId: Number,
        // A number that grows when the page is read again.
        refresh: {type: Number, optional: true},
        reload: {type: Function, optional: true},
        "*": true,
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({rule: false});
        onWillStart(() => this.load(this.props.partnerId));
        onWillUpdateProps((next) => this.load(next.partnerId));
    }

    async load(partnerId) {
        const rule = await this.orm.call("res.partner", "get_runwell_contact_rule", [[partnerId]]);
        this.state.rule = rule;
    }

    /** Open a dialog; afterwards this block and the page are read again. */
    async ask(action, options = {}) {
        await this.action.doAction(action, {
            ...options,
            onClose: async () => {
                await this.load(this.props.partnerId);
                this.props.reload?.();
            },
        });
    }

    log() {
        return this.ask("crm_runwell.action_interaction_log", {
            additionalContext: {default_partner_id: this.props.partnerId},
        });
    }

    plan() {
        return this.ask({
            type: "ir.actions.act_window",
            name: _t("Plan a contact"),
            res_model: "mail.activity.schedule",
            views: [[false, "form"]],
            target: "new",
            context: {
                active_model: "res.partner",
                active_ids: [this.props.partnerId],
                default_activity_type_id: this.state.rule.activity_type_id,
            },
        });
    }
}

registry.category("crm_runwell.customer_blocks").add("contact_rule", {
    Component: RunwellContactRule,
    title: _t("Contact rule"),
    sequence: 5,
});
