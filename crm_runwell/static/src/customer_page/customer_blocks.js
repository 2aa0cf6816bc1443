import {registry} from "@web/core/registry";
import {ErrorHandler} from "@web/core/utils/components";

import {Component, useState} from "@odoo/owl";

/**
 * What other parts show beside the timeline: every entry of the registry
 * `crm_runwell.customer_blocks`, `{Component, title, sequence}`, with the props `partnerId`,
 * `refresh` (a number that grows) and `reload` (asks for the page anew). One that fails takes nothing but itself away.
 */
export class CustomerBlocks extends Component {
    static template = "crm_runwell.CustomerBlocks";
    static components = {ErrorHandler};
    static props = {partnerId: Number, refresh: Number, reload: Function};

    setup() {
        this.failed = useState({});
    }

    get blocks() {
        return registry
            .category("crm_runwell.customer_blocks")
            .getEntries()
            .map(([name, block]) => ({name, ...block}))
            .sort((one, other) => (one.sequence || 50) - (other.sequence || 50))
            .filter((block) => !this.failed[block.name]);
    }

    fail(block, error) {
        this.failed[block.name] = true;
        Promise.reject(error);
    }
}
