import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {CustomerBlocks} from "./customer_blocks";
import {CustomerFinder} from "./customer_finder";
import {CustomerHead} from "./customer_head";
import {CustomerToday} from "./customer_today";
import {Timeline} from "./timeline";

import {Component, onWillStart, useState} from "@odoo/owl";

/**
 * The page "Customer 360°": who the customer is, how the relation stands, what to do today and
 * everything that happened. Without a customer, a way to find one.
 *
 * The head comes with one call (see `res.partner.get_runwell_page`), the timeline with another;
 * what other parts add stands in `customer_blocks`.
 */
export class RunwellCustomerPage extends Component {
    static template = "crm_runwell.CustomerPage";
    static components = {
        ControlPanel,
        CustomerBlocks,
        CustomerFinder,
        CustomerHead,
        CustomerToday,
        Timeline,
    };
    static props = {...standardActionServiceProps};
    // As in the data: Odoo then knows by the address alone that there is no list above the page.
    static path = "customers-360";
    static displayName = _t("Customer 360°");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            partnerId: this.partnerOfAction,
            head: null,
            error: false,
            // What is shown anew when something was done.
            refresh: 0,
        });
        this.filter = useState(this.props.state?.filter || {kinds: [], period: "all"});
        useSetupAction({
            getLocalState: () => ({
                partnerId: this.state.partnerId,
                filter: {...this.filter, kinds: [...this.filter.kinds]},
            }),
        });
        onWillStart(() => {
            // The page stands at once; its figures follow.
            this.load();
        });
    }

    get partnerOfAction() {
        const {action, resId, state} = this.props;
        if (state && "partnerId" in state) {
            return state.partnerId;
        }
        const context = action.context || {};
        return (
            action.params?.partner_id ||
            context.runwell_partner_id ||
            resId ||
            ((context.active_model || "res.partner") === "res.partner" && context.active_id) ||
            Number(new URLSearchParams(window.location.search).get("partner_id")) ||
            false
        );
    }

    async load() {
        const {partnerId} = this.state;
        this.props.updateActionState?.({active_id: partnerId, resId: false});
        if (!partnerId) {
            return;
        }
        this.state.error = false;
        try {
            const head = await this.orm.silent.call("res.partner", "get_runwell_page", [
                [partnerId],
            ]);
            // Another customer may have been chosen in the meantime.
            if (partnerId === this.state.partnerId) {
                this.state.head = head;
                this.env.config.setDisplayName?.(head.customer.name);
            }
        } catch (error) {
            if (partnerId === this.state.partnerId) {
                this.state.error = error.data?.message || error.message;
            }
        }
    }

    choose(partnerId) {
        Object.assign(this.state, {partnerId, head: null, error: false});
        Object.assign(this.filter, {kinds: [], period: "all"});
        this.env.config.setDisplayName?.(_t("Customer 360°"));
        return this.load();
    }

    /** Something was done: show head, timeline and blocks anew. */
    reload() {
        this.state.refresh++;
        return this.load();
    }
}

registry.category("actions").add("runwell_customer_page", RunwellCustomerPage);
