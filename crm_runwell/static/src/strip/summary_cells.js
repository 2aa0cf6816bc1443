import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatMonetary} from "@web/views/fields/formatters";

import {formatRisk, riskColor} from "../risk_field/risk_field";

import {Component} from "@odoo/owl";

const {DateTime} = luxon;

/** Days after the first order from which two years are full, bar a month. */
const FULL_YEARS = 700;

const LIFECYCLE_COLORS = {
    new: "info",
    active: "success",
    at_risk: "danger",
    returned: "success",
};

/** Return the Bootstrap colour of a lifecycle. */
export function lifecycleColor(lifecycle) {
    return LIFECYCLE_COLORS[lifecycle] || "secondary";
}

/**
 * The figures of a customer side by side: lifecycle, risk, next order, value, revenue.
 *
 * Takes what `runwell.score._summary` returns; `open` is called with the name of the action of
 * the score that a cell opens. More cells go into its slot.
 */
export class SummaryCells extends Component {
    static template = "crm_runwell.SummaryCells";
    static props = {
        summary: Object,
        open: Function,
        showHealth: {type: Boolean, optional: true},
        slots: {type: Object, optional: true},
    };

    get summary() {
        return this.props.summary;
    }

    get lifecycleColor() {
        return lifecycleColor(this.summary.lifecycle);
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

    get health() {
        const {health_score: health} = this.summary;
        return typeof health === "number" && Math.round(health);
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
}
