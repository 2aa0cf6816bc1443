import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";

import {percent} from "./format";

import {Component, useState} from "@odoo/owl";

const SIDE = 240;
const LARGEST = 13;
const SMALLEST = 4;

/**
 * The risk told against the share who left: on the diagonal, the risks are true.
 *
 * A dot a tenth of risk, its area by the number of customers; a click says it in words.
 */
export class CalibrationChart extends Component {
    static template = "crm_runwell.CalibrationChart";
    static props = {bins: Array};

    side = SIDE;
    marks = [0, 0.25, 0.5, 0.75, 1];
    percent = percent;

    setup() {
        const counts = this.props.bins.map((bin) => bin.count);
        this.state = useState({chosen: counts.indexOf(Math.max(...counts))});
    }

    x(share) {
        return share * SIDE;
    }

    y(share) {
        return (1 - share) * SIDE;
    }

    get lineTitle() {
        return _t("On this line the risks are true");
    }

    get dots() {
        const most = Math.max(...this.props.bins.map((bin) => bin.count));
        return this.props.bins.map((bin, index) => ({
            index,
            x: this.x(bin.told),
            y: this.y(bin.left),
            radius: Math.max(LARGEST * Math.sqrt(bin.count / most), SMALLEST),
            title: this.say(bin),
        }));
    }

    get sentence() {
        const bin = this.props.bins[this.state.chosen];
        return bin ? this.say(bin) : "";
    }

    say(bin) {
        return _t("Of %(count)s customers told %(low)s–%(high)s, %(gone)s left (%(left)s).", {
            count: formatInteger(bin.count),
            low: Math.round(100 * bin.low),
            high: percent(bin.high),
            gone: formatInteger(bin.gone),
            left: percent(bin.left),
        });
    }
}
