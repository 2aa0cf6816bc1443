import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {formatInteger, formatMonetary} from "@web/views/fields/formatters";

import {percent} from "./format";

import {Component, onWillStart, useState} from "@odoo/owl";

const WIDTH = 360;
const HEIGHT = 180;

/**
 * Precision and recall by threshold, what a chosen threshold would have done, and a
 * button that lets the scoring warn from it.
 */
export class ThresholdPanel extends Component {
    static template = "crm_runwell.ThresholdPanel";
    static props = {
        backtestId: Number,
        curve: Array,
        left: Number,
        inForce: Number,
        currencyId: Number,
        canFind: Boolean,
    };

    width = WIDTH;
    height = HEIGHT;
    marks = [0, 0.25, 0.5, 0.75, 1];
    percent = percent;

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            index: this.nearest(this.props.inForce),
            inForce: this.props.inForce,
            precision: 75,
            weekly: 20,
            canSet: false,
        });
        onWillStart(async () => {
            this.state.canSet =
                this.props.canFind && (await user.checkAccessRight("runwell.backtest", "write"));
        });
    }

    nearest(threshold) {
        const distances = this.props.curve.map((point) => Math.abs(point.threshold - threshold));
        return distances.indexOf(Math.min(...distances));
    }

    get point() {
        return this.props.curve[this.state.index];
    }

    get setLabel() {
        return _t("Warn from %s", percent(this.point.threshold));
    }

    get sentence() {
        const {threshold, warned, precision, recall, caught, caught_share, weekly} = this.point;
        if (!warned) {
            return _t("From %s nobody would have been warned of.", percent(threshold));
        }
        const money = {currencyId: this.props.currencyId, humanReadable: true};
        return _t(
            "Warning from %(threshold)s: %(precision)s of the %(warned)s warnings were right. Of the %(left)s leavers %(recall)s were warned of, with %(share)s of their revenue (%(caught)s). About %(weekly)s new warnings a week.",
            {
                threshold: percent(threshold),
                precision: percent(precision),
                warned: formatInteger(warned),
                left: formatInteger(this.props.left),
                recall: percent(recall),
                share: percent(caught_share),
                caught: formatMonetary(caught, money),
                weekly: weekly < 10 ? Math.round(10 * weekly) / 10 : Math.round(weekly),
            }
        );
    }

    x(share) {
        return share * WIDTH;
    }

    y(share) {
        return (1 - share) * HEIGHT;
    }

    path(measure) {
        return this.props.curve
            .filter((point) => typeof point[measure] === "number")
            .map((point) => `${this.x(point.threshold)},${this.y(point[measure])}`)
            .join(" ");
    }

    get pointTitles() {
        return this.props.curve.map((point, index) => ({
            index,
            x: this.x(point.threshold) - WIDTH / this.props.curve.length / 2,
            title: _t("From %(threshold)s: %(precision)s right, %(recall)s of the leavers", {
                threshold: percent(point.threshold),
                precision: percent(point.precision),
                recall: percent(point.recall),
            }),
        }));
    }

    choose(index) {
        this.state.index = Number(index);
    }

    async find(by) {
        const value = by === "precision" ? this.state.precision / 100 : this.state.weekly;
        const point = await this.orm.call("runwell.backtest", "find_threshold", [
            [this.props.backtestId],
            by,
            value,
        ]);
        this.choose(this.nearest(point.threshold));
    }

    async set() {
        const {threshold} = this.point;
        await this.orm.call("runwell.backtest", "set_threshold", [
            [this.props.backtestId],
            threshold,
        ]);
        this.state.inForce = threshold;
        this.notification.add(
            _t("The next scoring, tonight or by Compute now, warns from %s.", percent(threshold)),
            {type: "success"}
        );
    }
}
