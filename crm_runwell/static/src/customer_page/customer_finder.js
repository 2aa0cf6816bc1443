import {useAutofocus, useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";

import {lifecycleColor} from "../strip/summary_cells";

import {Component, onWillStart, useState} from "@odoo/owl";

/** So long after the last letter the search begins, in milliseconds. */
const PAUSE = 200;
/** Who sees all begins with all, unless so many are the own. */
const SOME = 5;

/** Finds a customer by name, phone, mail or number; before that, those who need attention. */
export class CustomerFinder extends Component {
    static template = "crm_runwell.CustomerFinder";
    static props = {choose: Function};

    lifecycleColor = lifecycleColor;

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            text: "",
            found: null,
            at: 0,
            customers: null,
            seesAll: false,
            everyone: false,
            error: false,
        });
        useAutofocus({refName: "search"});
        this.search = useDebounced(() => this.find(), PAUSE);
        onWillStart(() => {
            this.load();
        });
    }

    async load() {
        const {everyone} = this.state;
        this.state.error = false;
        try {
            const {customers, sees_all: seesAll} = await this.orm.silent.call(
                "res.partner",
                "get_runwell_today",
                [],
                {everyone}
            );
            if (everyone !== this.state.everyone) {
                return;
            }
            if (customers.length < SOME && seesAll && !everyone && !this.isChosen) {
                // Hardly anybody's account manager: what the others should look at.
                this.state.everyone = true;
                return this.load();
            }
            Object.assign(this.state, {customers, seesAll});
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        }
    }

    show(everyone) {
        this.isChosen = true;
        Object.assign(this.state, {everyone, customers: null});
        return this.load();
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.search();
    }

    async find() {
        const text = this.state.text.trim();
        if (!text) {
            this.foundText = text;
            this.state.found = null;
            return;
        }
        const found = await this.orm.silent.call("res.partner", "find_runwell_customers", [text]);
        if (text === this.state.text.trim()) {
            this.foundText = text;
            Object.assign(this.state, {found, at: 0});
        }
    }

    /** Whether what was found is of the text that stands there now. */
    get isUpToDate() {
        return this.foundText === this.state.text.trim();
    }

    async choose() {
        if (!this.isUpToDate) {
            // Enter came before the search began, or before it answered.
            await this.find();
        }
        const {found, at} = this.state;
        if (this.isUpToDate && found?.length) {
            this.props.choose(found[at].customer_id);
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            return this.choose();
        }
        const {found, at} = this.state;
        if (!found?.length) {
            return;
        }
        if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            ev.preventDefault();
            const step = ev.key === "ArrowDown" ? 1 : -1;
            this.state.at = (at + step + found.length) % found.length;
        }
    }

    get pressing() {
        return this.state.customers.filter((customer) => customer.reasons.length);
    }

    get others() {
        return this.state.customers.filter((customer) => !customer.reasons.length);
    }
}
