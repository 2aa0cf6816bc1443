import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";

import {Component, onWillUpdateProps, useState} from "@odoo/owl";

import {RunwellOrderTracking} from "./order_tracking";

/** The last orders of a customer, each with how far it came, for the customer's page. */
export class RunwellOrdersBlock extends Component {
    static template = "crm_runwell.OrdersBlock";
    static components = {RunwellOrderTracking};
    static props = {partnerId: Number, "*": true};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({orders: null, count: 0});
        this.load(this.props.partnerId);
        onWillUpdateProps(({partnerId, refresh}) => {
            if (partnerId !== this.props.partnerId || refresh !== this.props.refresh) {
                this.load(partnerId);
            }
        });
    }

    async load(partnerId) {
        Object.assign(
            this.state,
            await this.keepLast.add(
                this.orm.silent.call("res.partner", "get_runwell_orders", [[partnerId]])
            )
        );
    }

    day(line) {
        return line.day && formatDate(deserializeDate(line.day));
    }

    get allOrders() {
        return _t("All %s orders", this.state.count);
    }

    open(line) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: line.id,
            views: [[false, "form"]],
        });
    }

    async openAll() {
        this.action.doAction(
            await this.orm.call("res.partner", "action_runwell_orders", [[this.props.partnerId]])
        );
    }
}

registry.category("crm_runwell.customer_blocks").add("order_tracking", {
    Component: RunwellOrdersBlock,
    title: _t("Orders"),
    sequence: 30,
});
