import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {RiskCourse} from "../risk_course/risk_course";
import {formatRisk, riskColor} from "../risk_field/risk_field";

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

const CHANGE_ICONS = {
    order: "fa-shopping-cart",
    wait: "fa-hourglass-half",
    pay: "fa-money",
};

/**
 * Why a customer's risk is what it is: the reasons with the records behind each, the way
 * from the average customer to this one, what would change it, and its course.
 */
export class RunwellExplanation extends Component {
    static template = "crm_runwell.Explanation";
    static components = {RiskCourse};
    static props = {scoreId: Number};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({explanation: null});
        onWillStart(() => this.load(this.props.scoreId));
        onWillUpdateProps((nextProps) => {
            if (nextProps.scoreId !== this.props.scoreId) {
                return this.load(nextProps.scoreId);
            }
        });
    }

    async load(scoreId) {
        this.state.explanation = await this.orm.call("runwell.score", "get_explanation", [
            [scoreId],
        ]);
    }

    get explanation() {
        return this.state.explanation;
    }

    get risk() {
        return formatRisk(this.explanation.risk);
    }

    get heading() {
        return _t("Why %s", this.risk);
    }

    get reasons() {
        return this.explanation.reasons.map((reason) => ({...reason, ...this.effect(reason)}));
    }

    /** What a reason does, in words, with its sign and colour. */
    effect({direction, used_in: usedIn}) {
        if (usedIn === "nothing") {
            return {
                effect: _t("not part of the risk"),
                icon: "fa-info-circle",
                color: direction === "worse" ? "warning" : "muted",
            };
        }
        if (direction === "neither") {
            return {effect: _t("says little"), icon: "fa-minus", color: "muted"};
        }
        const isWorse = direction === "worse";
        const color = isWorse ? "danger" : "success";
        if (usedIn === "health") {
            return {
                effect: isWorse ? _t("lowers the health") : _t("raises the health"),
                icon: "fa-heartbeat",
                color,
            };
        }
        return {
            effect: isWorse ? _t("raises the risk") : _t("lowers the risk"),
            icon: isWorse ? "fa-arrow-up" : "fa-arrow-down",
            color,
        };
    }

    get changes() {
        return this.explanation.changes.map((change) => ({
            ...change,
            icon: CHANGE_ICONS[change.kind],
        }));
    }

    /**
     * The bars from the average customer to this one, on a scale from 0 to 100 %. The ends
     * are rounded, not the lengths, so that what is shown adds up.
     */
    get way() {
        const {average, risk, parts} = this.explanation;
        const percent = (share) => Math.round(100 * share);
        const steps = parts.map((part) => ({
            ...part,
            points: percent(part.end) - percent(part.start),
        }));
        return [
            this.bar("average", _t("Average customer"), 0, average, "secondary"),
            ...steps
                .filter((step) => step.points)
                .map((step) => ({
                    ...this.bar(step.name, step.label, step.start, step.end),
                    value: `${step.points > 0 ? "+" : "−"}${Math.abs(step.points)}`,
                })),
            this.bar("customer", _t("This customer"), 0, risk, riskColor(risk)),
        ];
    }

    bar(name, label, start, end, color = false) {
        return {
            name,
            label,
            isEnd: Boolean(color),
            color: color || (end > start ? "danger" : "success"),
            left: 100 * Math.min(start, end),
            width: 100 * Math.abs(end - start),
            value: formatRisk(end),
            title: color
                ? `${label}: ${formatRisk(end)}`
                : _t("%(label)s: from %(start)s to %(end)s", {
                      label,
                      start: formatRisk(start),
                      end: formatRisk(end),
                  }),
        };
    }

    open(action) {
        this.action.doAction(action);
    }
}
