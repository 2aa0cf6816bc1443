import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {formatMonetary} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {RunwellChange} from "../change/change";
import {formatRisk, riskColor} from "../risk_field/risk_field";

import {Component, useState} from "@odoo/owl";

const {DateTime} = luxon;

/** Days after the first order from which two years are full, bar a month. */
const FULL_YEARS = 700;

const LIFECYCLE_COLORS = {
    new: "info",
    active: "success",
    at_risk: "danger",
    returned: "success",
};

/**
 * The state of a customer in one line: lifecycle, risk, next order, value, revenue.
 *
 * Reads the field `runwell_summary` (see `runwell.score._summary`). What changed, and what a
 * person set, is asked for afterwards, so that no form waits for it.
 */
export class RunwellStrip extends Component {
    static template = "crm_runwell.Strip";
    static components = {RunwellChange};
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

    get lifecycleColor() {
        return LIFECYCLE_COLORS[this.summary.lifecycle] || "secondary";
    }

    get hasRisk() {
        return typeof this.summary.churn_probability === "number";
    }

    get riskLabel() {
        return formatRisk(this.summary.churn_probability);
    }

    get riskColor() {
        return riskColor(this.summary.churn_probability);
    }

    get missingRisk() {
        const count = this.summary.occasion_count;
        if (!count) {
            return _t("never bought");
        }
        return _t("not enough history yet (1 order)");
    }

    get expected() {
        if (!this.summary.expected_order_date) {
            return false;
        }
        const day = deserializeDate(this.summary.expected_order_date);
        const late = Math.floor(DateTime.now().startOf("day").diff(day, "days").days);
        return {day: formatDate(day), late: late > 0 && _t("%s days ago", late)};
    }

    /** Against the year before, unless the customer was there for a part of it only. */
    get trend() {
        const {revenue_12m: now, revenue_prior_12m: before} = this.summary;
        if (!(before > 0)) {
            return false;
        }
        const since = deserializeDate(this.summary.first_order_date);
        const there = deserializeDate(this.summary.as_of).diff(since, "days").days;
        if (there < FULL_YEARS) {
            return false;
        }
        const change = Math.round((100 * (now - before)) / before);
        return {
            icon: change < 0 ? "fa-long-arrow-down" : "fa-long-arrow-up",
            color: change < 0 ? "text-danger" : "text-success",
            label: `${change > 0 ? "+" : ""}${change} %`,
        };
    }

    money(amount) {
        return formatMonetary(amount, {currencyId: this.summary.currency_id, digits: [16, 0]});
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
