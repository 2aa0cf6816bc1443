import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";

import {Component, onWillUpdateProps, useState} from "@odoo/owl";

import {RunwellOffer} from "./next_products";

/** Products to offer a customer, chosen into a quotation or put aside. */
class OffersBlock extends Component {
    static template = "crm_runwell.OffersBlock";
    static components = {RunwellOffer};
    static props = {partnerId: Number, "*": true};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({offers: null, chosen: {}, isBusy: false});
        this.load(this.props.partnerId);
        onWillUpdateProps(({partnerId, refresh}) => {
            if (partnerId !== this.props.partnerId || refresh !== this.props.refresh) {
                this.load(partnerId);
            }
        });
    }

    async load(partnerId) {
        const found = await this.keepLast.add(
            this.orm.silent.call("res.partner", this.constructor.method, [[partnerId]])
        );
        Object.assign(this.state, found, {chosen: {}});
    }

    get empty() {
        return this.constructor.empty;
    }

    get chosen() {
        return this.state.offers
            .map((offer) => offer.product_id)
            .filter((id) => this.state.chosen[id]);
    }

    choose({product_id: id}) {
        this.state.chosen[id] = !this.state.chosen[id];
    }

    /** A second click makes no second quotation. */
    async quote() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.action.doAction(
                await this.orm.call("res.partner", "action_runwell_quotation", [
                    [this.props.partnerId],
                    this.chosen,
                ])
            );
        } finally {
            this.state.isBusy = false;
        }
    }

    async dismiss(offer) {
        const {partnerId} = this.props;
        await this.orm.call("res.partner", "dismiss_runwell_product", [
            [partnerId],
            offer.product_id,
        ]);
        await this.load(partnerId);
    }
}

export class RunwellNewProductsBlock extends OffersBlock {
    static method = "get_runwell_next_products";
    static empty = _t("Nothing to suggest: too few customers buy alike yet.");
}

export class RunwellAgainProductsBlock extends OffersBlock {
    static method = "get_runwell_again_products";
    static empty = _t("Nothing was bought yet that could be offered again.");
}

registry
    .category("crm_runwell.customer_blocks")
    .add("next_products", {
        Component: RunwellNewProductsBlock,
        title: _t("Next products"),
        sequence: 20,
    })
    .add("repurchase", {
        Component: RunwellAgainProductsBlock,
        title: _t("Buy again"),
        sequence: 25,
    });
