import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {percent} from "../backtest/format";

import {Component, onWillStart, useState} from "@odoo/owl";

const PERIODS = [3, 12, 0];
const LIST = [
    [false, "list"],
    [false, "kanban"],
    [false, "pivot"],
    [false, "graph"],
];

/** The page "Hit rate of suggestions": what was shown and then bought, by place, kind and month. */
export class RunwellHitRate extends Component {
    static template = "crm_runwell.HitRate";
    static components = {ControlPanel};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({months: 12, data: null});
        onWillStart(() => this.load());
    }

    async load() {
        const {months} = this.state;
        const data = await this.orm.call("runwell.suggestion", "get_hit_rates", [months]);
        if (months === this.state.months) {
            this.state.data = data;
        }
    }

    choose(months) {
        this.state.months = months;
        return this.load();
    }

    get periods() {
        const labels = {3: _t("3 months"), 12: _t("12 months"), 0: _t("All")};
        return PERIODS.map((months) => ({months, label: labels[months]}));
    }

    get tables() {
        const {data} = this.state;
        return [
            {title: _t("By place and kind"), rows: data.rows},
            {title: _t("By month first shown"), rows: data.months},
        ];
    }

    get ofDecided() {
        const {hits, decided} = this.state.data.total;
        return _t("%(hits)s of %(decided)s decided", {hits, decided});
    }

    /** The rate with its interval, or the honest words. */
    rate(row) {
        return row.rate === null
            ? _t("Too few to tell")
            : _t("%(rate)s (%(low)s to %(high)s)", {
                  rate: percent(row.rate),
                  low: percent(row.low),
                  high: percent(row.high),
              });
    }

    open(row, domain = []) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.suggestion",
            name: _t("Suggested products"),
            views: LIST,
            mobile_view_mode: "kanban",
            domain: [...this.state.data.domain, ...(row.domain || []), ...domain],
        });
    }
}

registry.category("actions").add("runwell_hit_rate", RunwellHitRate);
