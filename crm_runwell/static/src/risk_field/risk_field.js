import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {Component} from "@odoo/owl";

/** From these shares of 1 on a risk is shown as medium, and as high. */
const MEDIUM = 0.4;
const HIGH = 0.7;

/**
 * Return the Bootstrap colour of a churn risk between 0 and 1.
 */
export function riskColor(risk) {
    if (risk >= HIGH) {
        return "danger";
    }
    return risk >= MEDIUM ? "warning" : "success";
}

/**
 * Return a risk in whole percent, never a certainty: "> 99 %", "< 1 %".
 */
export function formatRisk(risk) {
    if (risk > 0.99) {
        return "> 99 %";
    }
    if (risk < 0.01) {
        return "< 1 %";
    }
    return `${Math.round(100 * risk)} %`;
}

/**
 * A churn risk as a bar with its percentage; where there is none, why.
 */
export class RiskField extends Component {
    static template = "crm_runwell.RiskField";
    static props = {...standardFieldProps};

    get risk() {
        return this.props.record.data[this.props.name];
    }

    get isKnown() {
        return typeof this.risk === "number";
    }

    get color() {
        return riskColor(this.risk);
    }

    get label() {
        return formatRisk(this.risk);
    }

    get title() {
        return _t("Churn risk %s", this.label);
    }

    get missing() {
        const count = this.props.record.data.occasion_count;
        if (!count) {
            return _t("never bought");
        }
        return count === 1
            ? _t("not enough history yet (1 order)")
            : _t("not enough history yet (%s orders)", count);
    }
}

registry.category("fields").add("runwell_risk", {
    component: RiskField,
    displayName: _t("Churn risk"),
    supportedTypes: ["float"],
});
