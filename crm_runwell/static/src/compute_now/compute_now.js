import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {Component, onMounted, useState} from "@odoo/owl";

/**
 * Fit, score and warn, company by company, and say what was done at each step.
 */
export class ComputeNow extends Component {
    static template = "crm_runwell.ComputeNow";
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        const companyIds = this.props.action.params.company_ids;
        this.state = useState({
            steps: companyIds.flatMap((companyId) => [
                {companyId, step: "fit", label: _t("Fit the churn model"), result: ""},
                {companyId, step: "score", label: _t("Score the customers"), result: ""},
                {companyId, step: "alert", label: _t("Raise warnings"), result: ""},
            ]),
            done: 0,
            failed: false,
        });
        onMounted(() => this.run());
    }

    get progress() {
        return Math.round((100 * this.state.done) / this.state.steps.length);
    }

    get isFinished() {
        return this.state.done === this.state.steps.length;
    }

    async run() {
        try {
            for (const step of this.state.steps) {
                const result = await this.orm.call("runwell.score", "compute_now", [
                    step.companyId,
                    step.step,
                ]);
                step.result = this.describe(step.step, result);
                this.state.done++;
            }
        } catch (error) {
            this.state.failed = true;
            throw error;
        }
    }

    describe(step, result) {
        if (step === "fit") {
            return result.is_fitted
                ? _t("fitted, version %s", result.version)
                : _t("default parameters: too little history to fit");
        }
        return step === "score"
            ? _t("%s customers", result.scored)
            : _t("%s new warnings", result.raised);
    }

    openAlerts() {
        this.action.doAction("crm_runwell.action_churn_alert", {clearBreadcrumbs: true});
    }

    close() {
        this.action.doAction({type: "ir.actions.client", tag: "soft_reload"});
    }
}

registry.category("actions").add("runwell_compute_now", ComputeNow);
