import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {RunwellChange} from "../change/change";
import {SummaryCells} from "./summary_cells";

import {Component, useState} from "@odoo/owl";

/**
 * The state of a customer in one line: lifecycle, risk, next order, value, revenue.
 *
 * Reads the field `runwell_summary` (see `runwell.score._summary`). What changed, and what a
 * person set, is asked for afterwards, so that no form waits for it.
 */
export class RunwellStrip extends Component {
    static template = "crm_runwell.Strip";
    static components = {RunwellChange, SummaryCells};
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({notes: {}});
        useRecordObserver((record) => {
            this.loadNotes(record.data[this.props.name]);
        });
    }

    async loadNotes(summary) {
        const notes = summary
            ? await this.orm.silent.call("runwell.score", "get_notes", [[summary.id]])
            : {};
        // Another customer may have come up in the meantime.
        if (summary?.id === this.summary?.id) {
            this.state.notes = notes;
        }
    }

    get summary() {
        return this.props.record.data[this.props.name];
    }

    get notes() {
        return this.state.notes;
    }

    async open(method, options = {}) {
        this.action.doAction(
            await this.orm.call("runwell.score", method, [[this.summary.id]]),
            options
        );
    }

    /** Open a dialog; what it changed is shown once it is closed. */
    ask(method) {
        return this.open(method, {onClose: () => this.reload()});
    }

    async reload() {
        await this.props.record.load();
        await this.loadNotes(this.summary);
    }

    async endOverride() {
        await this.orm.call("runwell.score", "action_end_override", [[this.summary.id]]);
        await this.reload();
    }
}

registry.category("fields").add("runwell_strip", {
    component: RunwellStrip,
    supportedTypes: ["json"],
});
