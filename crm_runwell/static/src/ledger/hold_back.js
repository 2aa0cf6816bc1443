import {_t} from "@web/core/l10n/translation";
import {formatFloat, formatInteger, formatMonetary} from "@web/views/fields/formatters";

import {percent} from "../backtest/format";

import {Component} from "@odoo/owl";

/** The level of the intervals, see scoring/lift.py. */
const LEVEL = percent(0.95);

/**
 * What the work earned, in words: alerts worked on against those held back.
 */
export class HoldBack extends Component {
    static template = "crm_runwell.HoldBack";
    static props = {
        comparison: Object,
        share: Number,
        horizon: Number,
        currencyId: Number,
        maySet: Boolean,
        open: Function,
        openPolicy: Function,
    };

    whole(count) {
        return formatInteger(count);
    }

    money(amount, sign = false) {
        const text = formatMonetary(Math.abs(amount), {
            currencyId: this.props.currencyId,
            digits: [16, 0],
        });
        if (amount < 0) {
            return `−${text}`;
        }
        return sign && amount > 0 ? `+${text}` : text;
    }

    points(share) {
        const points = Math.round(1000 * share) / 10;
        const text = formatFloat(Math.abs(points), {digits: [16, 1]});
        if (points < 0) {
            return `−${text}`;
        }
        return points > 0 ? `+${text}` : text;
    }

    get isStarted() {
        const {worked, held} = this.props.comparison;
        return this.props.share > 0 || worked.count + held.count > 0;
    }

    get few() {
        const {worked, held, needed} = this.props.comparison;
        return _t(
            "Too few to tell: %(held)s alerts held back and %(worked)s others are through their horizon of %(horizon)s days. Each side needs %(needed)s.",
            {
                held: this.whole(held.count),
                worked: this.whole(worked.count),
                horizon: this.props.horizon,
                needed,
            }
        );
    }

    get arms() {
        const {worked, held} = this.props.comparison;
        return [
            {...worked, isHeldBack: false, label: _t("Not held back")},
            {...held, isHeldBack: true, label: _t("Held back")},
        ];
    }

    armNote(arm) {
        if (!arm.count) {
            return _t("none through its horizon yet");
        }
        return _t("%(share)s ordered again, %(money)s each", {
            share: percent(arm.ordered / arm.count),
            money: this.money(arm.revenue),
        });
    }

    /** How sure it is: whether zero lies in the interval. */
    sure(interval) {
        if (interval.low > 0) {
            return {color: "success", text: _t("The work pays: the interval lies above zero.")};
        }
        if (interval.high < 0) {
            return {
                color: "warning",
                text: _t("Without work it was better: the interval lies under zero."),
            };
        }
        return {color: "secondary", text: _t("Zero is within the interval: not proven.")};
    }

    get findings() {
        const {revenue, win_back: winBack} = this.props.comparison;
        return [
            {
                label: _t("Revenue an alert"),
                value: this.money(revenue.difference, true),
                range: _t("between %(low)s and %(high)s, %(level)s sure", {
                    level: LEVEL,
                    low: this.money(revenue.low, true),
                    high: this.money(revenue.high, true),
                }),
                ...this.sure(revenue),
            },
            {
                label: _t("Customers who ordered again"),
                value: _t("%s points", this.points(winBack.difference)),
                range: _t("between %(low)s and %(high)s points, %(level)s sure", {
                    level: LEVEL,
                    low: this.points(winBack.low),
                    high: this.points(winBack.high),
                }),
                ...this.sure(winBack),
            },
        ];
    }
}
