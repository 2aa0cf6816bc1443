import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {useSetupAction} from "@web/search/action_hook";
import {formatFloat, formatInteger, formatMonetary} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {percent} from "../backtest/format";
import {MiniBars} from "../mini_bars/mini_bars";
import {HoldBack} from "./hold_back";

import {Component, onWillStart, useState} from "@odoo/owl";

const {DateTime} = luxon;

const PERIODS = [30, 90, 365, 0];
/** Rows of a grouping before "Show all". */
const SHORT = 8;
const LIST = [
    [false, "list"],
    [false, "kanban"],
    [false, "pivot"],
    [false, "graph"],
];

/**
 * The page "Retention ledger": what the warnings of a period came to.
 *
 * All figures come with one call (see `runwell.churn.ledger.get_page`); each opens the
 * rows behind it.
 */
export class RunwellLedger extends Component {
    static template = "crm_runwell.Ledger";
    static components = {ControlPanel, HoldBack, MiniBars};
    static props = {...standardActionServiceProps};

    percent = percent;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({days: this.props.state?.days ?? 365, data: null, isLong: false});
        useSetupAction({getLocalState: () => ({days: this.state.days})});
        onWillStart(() => this.load());
    }

    async load() {
        const {days} = this.state;
        const data = await this.orm.call("runwell.churn.ledger", "get_page", [days]);
        // A slow answer about a period that was left is of no use.
        if (days === this.state.days) {
            this.state.data = data;
        }
    }

    choose(days) {
        this.state.days = days;
        return this.load();
    }

    get data() {
        return this.state.data;
    }

    get periods() {
        const labels = {
            30: _t("30 days"),
            90: _t("90 days"),
            365: _t("12 months"),
            0: _t("All"),
        };
        return PERIODS.map((days) => ({days, label: labels[days]}));
    }

    /** Open the rows of the period, narrowed further. */
    open(name, domain = []) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.churn.ledger",
            name,
            views: LIST,
            mobile_view_mode: "kanban",
            domain: [...this.data.domain, ...domain],
            context: {},
        });
    }

    /** Open the rows of one arm of the comparison, whatever the period. */
    openArm(isHeldBack) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.churn.ledger",
            name: isHeldBack ? _t("Held back") : _t("Not held back"),
            views: LIST,
            mobile_view_mode: "kanban",
            domain: [
                ...this.data.domain.filter((term) => term[0] === "company_id"),
                ["is_compared", "=", true],
                ["is_held_back", "=", isHeldBack],
            ],
            context: {},
        });
    }

    openPolicy() {
        return this.action.doAction("crm_runwell.action_retention_policy");
    }

    openPivot() {
        return this.action.doAction("crm_runwell.action_churn_ledger");
    }

    async setRule(row) {
        if (row.is_muted) {
            await this.orm.call("runwell.alert.rule", "action_unmute", [[row.id]]);
        } else {
            await this.orm.write("runwell.alert.rule", [row.id], {is_on: true});
        }
        await this.load();
    }

    whole(count) {
        return formatInteger(count);
    }

    days(count) {
        return typeof count === "number" ? formatFloat(count, {digits: [16, 1]}) : "–";
    }

    money(amount, short = true) {
        return formatMonetary(amount, {
            currencyId: this.data.currency_id,
            humanReadable: short,
            digits: [16, 0],
        });
    }

    share(part, whole) {
        return whole ? percent(part / whole) : "–";
    }

    get tiles() {
        const {total} = this.data;
        const of = (count) => _t("%s of those raised", this.share(count, total.raised_count));
        return [
            {
                label: _t("Raised"),
                value: this.whole(total.raised_count),
                note: _t("%s still open", this.whole(total.open_count)),
                domain: [],
            },
            {
                label: _t("Worked"),
                value: this.whole(total.worked_count),
                note: of(total.worked_count),
                domain: [["worked_count", "=", 1]],
            },
            {
                label: _t("Won back"),
                value: this.whole(total.won_back_count),
                note:
                    total.days_to_win_back === null
                        ? of(total.won_back_count)
                        : _t("after %s days on average", this.days(total.days_to_win_back)),
                domain: [["won_back_count", "=", 1]],
            },
            {
                label: _t("Money kept"),
                value: this.money(total.kept_revenue),
                title: this.money(total.kept_revenue, false),
                note: _t("measures cost %s", this.money(total.measure_cost)),
                domain: [["won_back_count", "=", 1]],
                isGood: true,
            },
            {
                label: _t("Lost"),
                value: this.whole(total.lost_count),
                note: _t("%s a year", this.money(total.revenue_lost)),
                domain: [["lost_count", "=", 1]],
            },
            {
                label: _t("False alarms"),
                value: this.whole(total.false_alarm_count),
                note: of(total.false_alarm_count),
                domain: [["false_alarm_count", "=", 1]],
            },
            {
                label: _t("Days to action"),
                value: this.days(total.days_to_action),
                note: _t("from the warning to the first measure"),
                domain: [["worked_count", "=", 1]],
            },
        ];
    }

    get groupings() {
        return [
            {name: "cause", title: _t("By cause"), rows: this.data.causes},
            {name: "user_id", title: _t("By account manager"), rows: this.data.managers},
            {name: "value_class", title: _t("By value class"), rows: this.data.classes},
        ].map((grouping) => ({
            ...grouping,
            shown: this.state.isLong ? grouping.rows : grouping.rows.slice(0, SHORT),
            most: Math.max(1, ...grouping.rows.map((row) => row.raised_count)),
        }));
    }

    label(row) {
        return row.label || _t("None");
    }

    width(count, most) {
        return Math.round((100 * count) / most);
    }

    openRow(field, row, domain = []) {
        return this.open(this.label(row), [[field, "=", row.key], ...domain]);
    }

    precisionTitle(row) {
        return _t("%(right)s of %(decided)s right", {
            right: this.whole(row.right_count),
            decided: this.whole(row.decided_count),
        });
    }

    partOf(row) {
        return _t("%(part)s of %(whole)s", {
            part: this.whole(row.right_count),
            whole: this.whole(row.decided_count),
        });
    }

    /** Too few to be judged by, as the retention policy has it. */
    isFew(row) {
        return row.decided_count < this.data.policy.precision_min_alerts;
    }

    isUnderFloor(row) {
        return (
            !this.isFew(row) &&
            row.right_count / row.decided_count < this.data.policy.precision_floor
        );
    }

    monthLabel(month) {
        return DateTime.fromISO(month).toLocaleString({month: "short", year: "numeric"});
    }

    get charts() {
        const charts = [
            {name: "raised_count", title: _t("Raised"), format: (n) => this.whole(n)},
            {
                name: "won_back_count",
                title: _t("Won back"),
                format: (n) => this.whole(n),
                domain: [["won_back_count", "=", 1]],
            },
            {
                name: "kept_revenue",
                title: _t("Money kept"),
                format: (n) => this.money(n),
                domain: [["won_back_count", "=", 1]],
            },
        ];
        return charts.map((chart) => ({
            ...chart,
            bars: this.data.months.map((row) => ({
                value: row[chart.name],
                title: `${this.monthLabel(row.key)}: ${chart.format(row[chart.name])}`,
            })),
        }));
    }

    openMonth(chart, index) {
        const {key} = this.data.months[index];
        const month = DateTime.fromISO(key);
        return this.open(`${chart.title}, ${this.monthLabel(key)}`, [
            ["raised_on", ">=", key],
            ["raised_on", "<", month.plus({months: 1}).toISODate()],
            ...(chart.domain || []),
        ]);
    }
}

registry.category("actions").add("runwell_churn_ledger", RunwellLedger);
