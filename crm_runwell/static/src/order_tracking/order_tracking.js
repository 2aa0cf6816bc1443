import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {Component, useState} from "@odoo/owl";

const ICONS = {
    done: "fa-check-circle",
    partly: "fa-adjust",
    waiting: "fa-circle-o",
    late: "fa-exclamation-circle",
    none: "fa-minus",
};

/**
 * How far an order came: quotation, order, delivery, invoice and payment in one line. Takes a line of
 * `sale.order.get_runwell_tracking`; each step opens its documents.
 */
export class RunwellOrderTracking extends Component {
    static template = "crm_runwell.OrderTracking";
    static props = {line: Object, isShort: {type: Boolean, optional: true}};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    icon(stage) {
        return ICONS[stage.state];
    }

    day(stage) {
        return stage.day && formatDate(deserializeDate(stage.day));
    }

    title(stage) {
        const said = [stage.text, this.day(stage)].filter(Boolean).join(" · ");
        return said || _t("%s: open the documents", stage.label);
    }

    /** In short, what is done needs no words, and what does not apply no place. */
    get stages() {
        const {line, isShort} = this.props;
        return line.stages
            .filter(({state}) => !isShort || state !== "none")
            .map((stage) => ({...stage, isTold: !isShort || stage.state !== "done"}));
    }

    async open(stage) {
        const {id} = this.props.line;
        this.action.doAction(
            await this.orm.call("sale.order", "action_open_runwell_stage", [[id], stage.key])
        );
    }
}

/** The line on the form of an order: asked for after the form stands, so that it costs the form nothing. */
export class RunwellOrderTrackingWidget extends Component {
    static template = "crm_runwell.OrderTrackingWidget";
    static components = {RunwellOrderTracking};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({line: null});
        // Not awaited: the form does not wait for it.
        useRecordObserver((record) => {
            const key = this.keyOf(record);
            if (!record.dirty && key !== this.loadedKey) {
                this.load(record);
            }
        });
    }

    /** What is saved counts: the line is about the database. */
    keyOf(record) {
        const {state, tax_totals: totals, invoice_count: invoices} = record.data;
        return JSON.stringify([record.resId, state, totals, invoices]);
    }

    async load(record) {
        this.loadedKey = this.keyOf(record);
        const lines = record.resId
            ? await this.keepLast.add(
                  this.orm.silent.call("sale.order", "get_runwell_tracking", [[record.resId]])
              )
            : [];
        this.state.line = lines[0] || null;
    }
}

registry.category("view_widgets").add("runwell_order_tracking", {
    component: RunwellOrderTrackingWidget,
});
