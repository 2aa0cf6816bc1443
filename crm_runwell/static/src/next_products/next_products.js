import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {Component, useState} from "@odoo/owl";

/** A product with the reason why it is suggested; what is done with it comes in the slot. */
export class RunwellOffer extends Component {
    static template = "crm_runwell.Offer";
    static props = {offer: Object, slots: {type: Object, optional: true}};
}

/**
 * Next products on the form of an order: often bought together, and to buy again. Asked for after the form stands, and
 * again when customer or products change. One click adds a line; a new order is saved first.
 */
export class RunwellNextProducts extends Component {
    static template = "crm_runwell.NextProducts";
    static components = {RunwellOffer};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({new: [], again: [], isBusy: false});
        // Not awaited: the form does not wait for it.
        useRecordObserver((record) => {
            if (this.keyOf(record) !== this.loadedKey) {
                this.load(record);
            }
        });
    }

    productsOf(record) {
        const lines = record.data.order_line?.records || [];
        return lines.map((line) => line.data.product_id?.id).filter(Boolean);
    }

    /** What decides which products fit. */
    keyOf(record) {
        const {partner_id: partner, pricelist_id: pricelist, state, locked} = record.data;
        return JSON.stringify([
            record.resId,
            partner?.id,
            pricelist?.id,
            state,
            locked,
            ...this.productsOf(record).sort(),
        ]);
    }

    async load(record) {
        this.loadedKey = this.keyOf(record);
        const {partner_id: partner, pricelist_id: pricelist, state} = record.data;
        const found =
            partner && ["draft", "sent"].includes(state)
                ? await this.keepLast.add(
                      this.orm.silent.call("sale.order", "get_runwell_next_products", [
                          record.resId || false,
                          partner.id,
                          this.productsOf(record),
                          pricelist?.id || false,
                      ])
                  )
                : {new: [], again: []};
        Object.assign(this.state, found);
    }

    /** Prices, taxes and what was just typed are the server's: save, add, read again. */
    async add(offer) {
        const {record} = this.props;
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            if (await record.save()) {
                await this.orm.call("sale.order", "action_add_runwell_product", [
                    [record.resId],
                    offer.product_id,
                ]);
                await record.load();
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    async dismiss(offer) {
        const {record} = this.props;
        await this.orm.call("sale.order", "dismiss_runwell_product", [
            record.resId || false,
            record.data.partner_id.id,
            offer.product_id,
        ]);
        await this.load(record);
    }
}

registry.category("view_widgets").add("runwell_next_products", {
    component: RunwellNextProducts,
});
