import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {formatMonetary} from "@web/views/fields/formatters";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {RunwellExplanation} from "../explanation/explanation";
import {MiniBars} from "../mini_bars/mini_bars";

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

/**
 * What a customer's figures rest on: why the risk is what it is, health by part, two years of revenue, the gaps
 * between orders and the last ten orders, each of which opens.
 *
 * On the form of a score, or of a partner that has `runwell_summary`.
 */
export class RunwellEvidence extends Component {
    static template = "crm_runwell.Evidence";
    static components = {MiniBars, RunwellExplanation};
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({evidence: null, scoreId: false});
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((nextProps) => {
            if (this.scoreId(nextProps.record) !== this.loadedId) {
                return this.load(nextProps.record);
            }
        });
    }

    scoreId(record) {
        if (record.resModel === "runwell.score") {
            return record.resId;
        }
        const summary = record.data.runwell_summary;
        return summary && summary.id;
    }

    async load(record) {
        this.loadedId = this.scoreId(record);
        this.state.evidence = this.loadedId
            ? await this.orm.call("runwell.score", "get_evidence", [[this.loadedId]])
            : null;
        this.state.scoreId = this.loadedId;
    }

    get evidence() {
        return this.state.evidence;
    }

    get intro() {
        const said = _t("As of %(day)s, over %(horizon)s days ahead.", {
            day: this.day(this.evidence.as_of),
            horizon: this.evidence.horizon,
        });
        return this.evidence.is_fitted
            ? said
            : [
                  said,
                  _t("Default parameters: the history is too short to fit the churn model."),
              ].join(" ");
    }

    get healthTotal() {
        const points = this.evidence.health.map((part) => part.points);
        return points.every((point) => typeof point === "number")
            ? Math.round(points.reduce((sum, point) => sum + point, 0))
            : false;
    }

    get healthParts() {
        const labels = {
            retention: _t("Likely to order again"),
            trend: _t("Revenue trend"),
            payment: _t("Pays on time"),
        };
        return this.evidence.health.map((part) => ({
            ...part,
            label: labels[part.part],
            points: Math.round(part.points),
            share: Math.round((100 * part.points) / part.of),
        }));
    }

    get monthBars() {
        return this.evidence.months.map(({month, amount}) => ({
            value: amount,
            title: `${deserializeDate(month).toFormat("MMM yyyy")}: ${this.money(amount)}`,
        }));
    }

    get gapBars() {
        const bars = this.evidence.gaps.map(({day, days}) => ({
            value: days,
            title: _t("%(days)s days before the order of %(day)s", {days, day: this.day(day)}),
        }));
        bars.push({
            value: this.evidence.silence,
            title: _t("%s days silent until now", this.evidence.silence),
            color: "danger",
        });
        return bars;
    }

    day(day) {
        return formatDate(deserializeDate(day));
    }

    money(amount) {
        return formatMonetary(amount, {currencyId: this.evidence.currency_id});
    }

    openOrder(order) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.evidence.model,
            res_id: order.id,
            views: [[false, "form"]],
        });
    }

    async openAll() {
        this.action.doAction(
            await this.orm.call("runwell.score", "action_open_purchases", [[this.loadedId]])
        );
    }
}

registry.category("view_widgets").add("runwell_evidence", {
    component: RunwellEvidence,
    fieldDependencies: [],
});
