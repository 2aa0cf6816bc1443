import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {formatMonetary} from "@web/views/fields/formatters";

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

const {DateTime} = luxon;

/** Beyond this many, events of a kind are not counted: see `runwell.timeline.get_counts`. */
const COUNTED = 100;

/** The colour of events that are good news, or ask for attention. */
const COLORS = {
    lead_won: "success",
    order_confirmed: "success",
    paid: "success",
    alert_won_back: "success",
    alert_raised: "warning",
    alert_lost: "danger",
    order_cancelled: "muted",
    lead_lost: "muted",
};

/**
 * Everything that happened with a customer, newest first, a page at a time (see
 * `runwell.timeline.get_page`); each line opens its record.
 */
export class Timeline extends Component {
    static template = "crm_runwell.Timeline";
    static props = {partnerId: Number, refresh: Number, filter: Object};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.filter = useState(this.props.filter);
        this.state = useState({
            events: [],
            next: false,
            kinds: [],
            counts: null,
            isLoading: true,
            error: false,
        });
        this.asked = 0;
        onWillStart(() => {
            this.load();
            this.count();
        });
        onWillUpdateProps(({refresh}) => {
            if (refresh !== this.props.refresh) {
                this.load();
                this.count();
            }
        });
    }

    get periods() {
        return [
            {key: "all", label: _t("All time")},
            {key: "30", label: _t("30 days")},
            {key: "90", label: _t("90 days")},
            {key: "365", label: _t("12 months")},
            {key: "own", label: _t("From … to …")},
        ];
    }

    get days() {
        const {period, from, to} = this.filter;
        if (period === "own") {
            return {date_from: from || null, date_to: to || null};
        }
        if (period === "all") {
            return {date_from: null, date_to: null};
        }
        const first = DateTime.now().minus({days: Number(period)});
        return {date_from: first.toISODate(), date_to: null};
    }

    /** Load the first page, or with `before` the next one. */
    async load(before = null) {
        const asked = ++this.asked;
        Object.assign(this.state, {isLoading: true, error: false});
        try {
            const page = await this.orm.silent.call("runwell.timeline", "get_page", [], {
                partner_id: this.props.partnerId,
                kinds: [...this.filter.kinds],
                ...this.days,
                before,
            });
            // A slow answer to a filter that was left is of no use.
            if (asked !== this.asked) {
                return;
            }
            this.state.events = before ? [...this.state.events, ...page.events] : page.events;
            this.state.next = page.next;
            this.state.kinds = page.kinds;
        } catch (error) {
            if (asked === this.asked) {
                this.state.error = error.data?.message || error.message;
            }
        }
        if (asked === this.asked) {
            this.state.isLoading = false;
        }
    }

    /** The numbers on the chips follow; the page does not wait for them. */
    async count() {
        const days = this.days;
        let counts = null;
        try {
            counts = await this.orm.silent.call("runwell.timeline", "get_counts", [], {
                partner_id: this.props.partnerId,
                ...days,
            });
        } catch {
            // What is wrong is said where the events should stand; chips do without numbers.
            return;
        }
        if (JSON.stringify(days) === JSON.stringify(this.days)) {
            this.state.counts = counts;
        }
    }

    /** The kinds that there is something of, once that is known. */
    get chips() {
        const {counts, kinds} = this.state;
        return kinds
            .filter(({key}) => !counts || counts[key] || this.filter.kinds.includes(key))
            .map((kind) => ({
                ...kind,
                isOn: this.filter.kinds.includes(kind.key),
                count: this.countLabel(counts?.[kind.key]),
            }));
    }

    countLabel(count) {
        return count >= COUNTED ? `${COUNTED - 1}+` : count;
    }

    toggle(kind) {
        const {kinds} = this.filter;
        this.filter.kinds = kinds.includes(kind)
            ? kinds.filter((other) => other !== kind)
            : [...kinds, kind];
        return this.load();
    }

    showAll() {
        this.filter.kinds = [];
        return this.load();
    }

    setPeriod(period) {
        this.filter.period = period;
        if (period !== "own" || this.filter.from || this.filter.to) {
            return Promise.all([this.load(), this.count()]);
        }
    }

    setDay(name, day) {
        this.filter[name] = day;
        return Promise.all([this.load(), this.count()]);
    }

    get isFiltered() {
        return Boolean(this.filter.kinds.length || this.filter.period !== "all");
    }

    clear() {
        Object.assign(this.filter, {kinds: [], period: "all", from: false, to: false});
        return Promise.all([this.load(), this.count()]);
    }

    /** The events by month, as they come. */
    get months() {
        const months = [];
        for (const event of this.state.events) {
            const line = this.line(event);
            const key = line.moment.toFormat("yyyy-MM");
            if (months.at(-1)?.key !== key) {
                const label = line.moment.toLocaleString({month: "long", year: "numeric"});
                months.push({key, id: event.id, label, lines: []});
            }
            months.at(-1).lines.push(line);
        }
        return months;
    }

    line(event) {
        const moment = event.is_day ? deserializeDate(event.date) : deserializeDateTime(event.date);
        return {
            ...event,
            moment,
            day: moment.toLocaleString({day: "numeric", month: "short"}),
            hour: event.is_day ? "" : moment.toLocaleString(DateTime.TIME_SIMPLE),
            exact: event.is_day ? formatDate(moment) : formatDateTime(moment),
            title: event.kind === "meeting" ? event.title || _t("Busy") : event.title,
            color: COLORS[event.event] || "",
            way: {interaction_in: "fa-arrow-left", interaction_out: "fa-arrow-right"}[event.event],
            hint: event.has_label && event.kind === "interaction" ? this.wayLabel(event) : "",
            who: [event.contact, event.author, event.company].filter(Boolean).join(" · "),
            money:
                event.amount === null
                    ? ""
                    : formatMonetary(event.amount, {currencyId: event.currency_id}),
        };
    }

    wayLabel(event) {
        return event.event === "interaction_in"
            ? _t("the customer reached out")
            : _t("we reached out");
    }

    open(event) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: event.res_model,
            res_id: event.res_id,
            views: [[false, "form"]],
        });
    }
}
