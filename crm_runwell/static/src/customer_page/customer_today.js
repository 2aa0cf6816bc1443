import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {formatMonetary} from "@web/views/fields/formatters";

import {Component} from "@odoo/owl";

/** What to do about the customer today, what was said last and what comes next. */
export class CustomerToday extends Component {
    static template = "crm_runwell.CustomerToday";
    static props = {head: Object, reload: Function};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get head() {
        return this.props.head;
    }

    get today() {
        return deserializeDate(this.head.today);
    }

    get alert() {
        const {alert} = this.head;
        if (!alert) {
            return false;
        }
        return {
            ...alert,
            money: formatMonetary(alert.revenue_at_risk, {
                currencyId: alert.currency_id,
                digits: [16, 0],
            }),
            raised: _t("Raised on %s:", formatDate(deserializeDate(alert.raised_on))),
            by: alert.deadline && _t("by %s", formatDate(deserializeDate(alert.deadline))),
        };
    }

    get due() {
        return this.activities.filter((activity) => activity.deadline <= this.head.today);
    }

    get coming() {
        return this.activities.filter((activity) => activity.deadline > this.head.today);
    }

    get activities() {
        return this.head.activities.map((activity) => ({
            ...activity,
            icon: activity.icon || "fa-check",
            when: this.when(activity.deadline),
            isLate: activity.deadline < this.head.today,
        }));
    }

    when(day) {
        const date = deserializeDate(day);
        const days = Math.round(date.diff(this.today, "days").days);
        if (days === 0) {
            return _t("today");
        }
        if (days === 1) {
            return _t("tomorrow");
        }
        if (days === -1) {
            return _t("1 day late");
        }
        return days < 0 ? _t("%s days late", -days) : formatDate(date);
    }

    get openRequests() {
        const count = this.head.open_request_count;
        if (!count) {
            return false;
        }
        return count === 1 ? _t("1 request waits for us") : _t("%s requests wait for us", count);
    }

    get isQuiet() {
        return !this.alert && !this.due.length && !this.openRequests;
    }

    get last() {
        const {last} = this.head;
        if (!last) {
            return false;
        }
        const date = last.is_day ? deserializeDate(last.date) : deserializeDateTime(last.date);
        return {
            ...last,
            when: date.toRelative() || formatDate(date),
            exact: last.is_day ? formatDate(date) : formatDateTime(date),
            words: last.title || last.detail,
            who: last.contact || last.author,
        };
    }

    get meeting() {
        const {meeting} = this.head;
        return meeting && {...meeting, when: formatDateTime(deserializeDateTime(meeting.start))};
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** The dialog in which an activity is done, with what came of it. */
    openActivity(activity) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: activity.summary,
                res_model: "mail.activity",
                res_id: activity.id,
                views: [[false, "form"]],
                target: "new",
            },
            {onClose: this.props.reload}
        );
    }

    async listRequests() {
        return this.action.doAction(
            await this.orm.call("res.partner", "action_open_runwell_requests", [
                [this.head.customer.id],
            ])
        );
    }
}
