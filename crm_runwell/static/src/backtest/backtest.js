import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {formatFloat, formatInteger, formatMonetary} from "@web/views/fields/formatters";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {CalibrationChart} from "./calibration_chart";
import {percent} from "./format";
import {ThresholdPanel} from "./threshold_panel";

import {Component, onWillUnmount, useEffect, useState} from "@odoo/owl";

const POLL_MS = 2000;
const WAITING = ["queued", "running"];

/**
 * The page of a back-test: how far it is while it runs, then what it found.
 */
export class RunwellBacktest extends Component {
    static template = "crm_runwell.Backtest";
    static components = {CalibrationChart, ThresholdPanel};
    static props = {...standardWidgetProps};

    percent = percent;

    setup() {
        this.orm = useService("orm");
        this.state = useState({progress: this.data.progress});
        useEffect(
            () => {
                this.state.progress = this.data.progress;
                this.schedule();
                return () => clearTimeout(this.timer);
            },
            () => [this.props.record.resId, this.data.state, this.data.progress]
        );
        onWillUnmount(() => {
            this.isGone = true;
        });
    }

    get data() {
        return this.props.record.data;
    }

    get summary() {
        return this.data.state === "done" && this.data.summary;
    }

    get isWaiting() {
        return WAITING.includes(this.data.state);
    }

    schedule() {
        clearTimeout(this.timer);
        if (this.isWaiting && !this.isGone) {
            this.timer = setTimeout(() => this.poll(), POLL_MS);
        }
    }

    async poll() {
        const {resId, resModel} = this.props.record;
        const [row] = await this.orm.silent.read(resModel, [resId], ["state", "progress"]);
        if (this.isGone || resId !== this.props.record.resId) {
            return;
        }
        if (row && (row.state !== this.data.state || row.progress !== this.data.progress)) {
            await this.props.record.load();
        } else if (row) {
            this.schedule();
        }
    }

    whole(count) {
        return formatInteger(count);
    }

    decimal(value, digits = 3) {
        return typeof value === "number" ? formatFloat(value, {digits: [16, digits]}) : "–";
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.data.currency_id && this.data.currency_id.id,
            humanReadable: true,
        });
    }

    get alertClass() {
        return {
            clear: "alert-success",
            better: "alert-success",
            same: "alert-info",
            worse: "alert-warning",
            few: "alert-secondary",
        }[this.data.grade];
    }

    get days() {
        const {days_earlier: days} = this.data;
        return typeof days === "number" ? Math.round(days) : null;
    }

    get figures() {
        const {current} = this.summary;
        return [
            {
                value: this.decimal(this.data.auc),
                label: _t("Ranked right (AUC)"),
                note: _t("days of silence: %s", this.decimal(this.data.auc_recency)),
                title: _t(
                    "Of a customer who left and one who stayed, how often the one who left was told the higher risk. 0.5 is a coin, 1 perfect."
                ),
            },
            {
                value: percent(this.data.ece),
                label: _t("Told and true differ by"),
                note: _t("Brier score: %s", this.decimal(this.data.brier)),
                title: _t("How far the risk told is from the share who left, on average."),
            },
            {
                value: percent(this.data.p10),
                label: _t("Right in the top tenth"),
                note: _t("of all customers, %s left", percent(this.data.churn_rate)),
                title: _t("Of the tenth of the customers at the highest risk, the share who left."),
            },
            {
                value: this.days === null ? "–" : _t("%s days", Math.abs(this.days)),
                label:
                    this.days !== null && this.days < 0
                        ? _t("Later than the 180-day rule")
                        : _t("Earlier than the 180-day rule"),
                note:
                    this.days === null ? _t("too few warnings to tell") : _t("at equal precision"),
                title: _t(
                    "How much earlier the risk warns than the rule, at a threshold at which its warnings are right as often as the rule's."
                ),
            },
            {
                value: percent(current.caught_share),
                label: _t("Money caught"),
                note: _t("of %(money)s that left, warned from %(threshold)s", {
                    money: this.money(this.summary.revenue_left),
                    threshold: percent(this.data.threshold),
                }),
                title: _t(
                    "Twelve-month revenue of the customers who left: the share of those whom the threshold in force would have warned of."
                ),
            },
        ];
    }

    get bars() {
        const days = this.data.best_rule_days;
        return [
            {label: _t("The risk, as told"), auc: this.data.auc, ours: true},
            {label: _t("MBG/NBD alone"), auc: this.data.auc_plain},
            {label: _t("Days of silence"), auc: this.data.auc_recency},
            {label: _t("Best plain rule: %s days", days), auc: this.data.auc_best_rule},
            {label: _t("180-day rule"), auc: this.data.auc_rule},
        ].map((bar) => ({
            ...bar,
            text: this.decimal(bar.auc),
            width: Math.round(Math.min(Math.max(200 * (bar.auc || 0) - 100, 0), 100)),
            title: _t("%(label)s: AUC %(auc)s (0.5 is a coin, 1 perfect)", {
                label: bar.label,
                auc: this.decimal(bar.auc),
            }),
        }));
    }

    get ruleNote() {
        const {rule, matched} = this.summary;
        if (!rule) {
            return "";
        }
        const note = _t(
            "The best plain rule, %(days)s days without an order, was searched with the outcome known: %(precision)s of its warnings were right, for %(recall)s of the leavers.",
            {
                days: rule.days,
                precision: percent(rule.precision),
                recall: percent(rule.recall),
            }
        );
        if (!matched) {
            return note;
        }
        const recall = percent(matched.recall);
        return [note, _t("The risk, right as often, warned of %s of them.", recall)].join(" ");
    }

    get controlNote() {
        return _t(
            "Control, with the outcomes shuffled: %s. It must be about 0.5, or the measurement is at fault.",
            this.decimal(this.data.auc_shuffled)
        );
    }

    get classes() {
        const labels = {
            high: _t("High value"),
            potential: _t("Potential value"),
            secondary: _t("Secondary value"),
            low: _t("Low value"),
        };
        return Object.keys(labels).flatMap((name) =>
            this.summary.classes
                .filter((part) => part.value_class === name)
                .map((part) => ({...part, label: labels[name]}))
        );
    }
}

registry.category("view_widgets").add("runwell_backtest", {component: RunwellBacktest});
