import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

import {formatRisk} from "../risk_field/risk_field";

import {Component, useState} from "@odoo/owl";

const WIDTH = 520;
const HEIGHT = 120;
/** Every third month has its name under the line: four or five fit on a phone. */
const LABEL_MONTHS = 3;

/**
 * The risk of a customer over a year: a line of what the churn model says of each week's
 * end, ticks where the customer ordered, dots where a risk was really told.
 */
export class RiskCourse extends Component {
    static template = "crm_runwell.RiskCourse";
    static props = {course: Object, risk: Number, asOf: String};

    width = WIDTH;
    height = HEIGHT;

    setup() {
        this.state = useState({pointed: false});
    }

    get weeks() {
        return this.props.course.weeks;
    }

    get start() {
        return deserializeDate(this.weeks[0].day);
    }

    get days() {
        return deserializeDate(this.props.asOf).diff(this.start, "days").days;
    }

    /** Return where a day lies, as a share of the width. */
    place(day) {
        return deserializeDate(day).diff(this.start, "days").days / this.days;
    }

    y(risk) {
        return HEIGHT * (1 - risk);
    }

    get points() {
        return this.weeks
            .filter((week) => week.risk !== false)
            .map((week) => ({
                ...week,
                x: WIDTH * this.place(week.day),
                y: this.y(week.risk),
                title: _t("%(day)s: %(risk)s", {
                    day: formatDate(deserializeDate(week.day)),
                    risk: formatRisk(week.risk),
                }),
            }));
    }

    get line() {
        return this.points.map(({x, y}, index) => `${index ? "L" : "M"}${x} ${y}`).join("");
    }

    get area() {
        const points = this.points;
        if (!points.length) {
            return "";
        }
        return `${this.line}L${points.at(-1).x} ${HEIGHT}L${points[0].x} ${HEIGHT}Z`;
    }

    /** One column a week, to point at. */
    get columns() {
        const step = WIDTH / (this.weeks.length - 1);
        return this.points.map((point) => ({
            ...point,
            left: Math.max(0, point.x - step / 2),
            width: step,
        }));
    }

    get ticks() {
        return this.props.course.orders.map((day) => ({
            day,
            x: WIDTH * this.place(day),
            title: _t("Ordered on %s", formatDate(deserializeDate(day))),
        }));
    }

    get dots() {
        const {course, asOf: today, risk: now} = this.props;
        return course.noted
            .filter(({day}) => day !== today && this.place(day) >= 0)
            .concat({day: today, risk: now})
            .map(({day, risk}, index) => ({
                key: `${day}-${index}`,
                x: WIDTH * this.place(day),
                y: this.y(risk),
                title: _t("Told on %(day)s: %(risk)s", {
                    day: formatDate(deserializeDate(day)),
                    risk: formatRisk(risk),
                }),
            }));
    }

    get months() {
        const months = [];
        let month = this.start.startOf("month").plus({months: 1});
        const end = this.start.plus({days: this.days});
        while (month < end) {
            months.push({
                key: month.toISODate(),
                left: (100 * month.diff(this.start, "days").days) / this.days,
                label: month.toFormat("LLL yyyy"),
            });
            month = month.plus({months: LABEL_MONTHS});
        }
        // A name at the very edge would stand over the scale, or over the page's.
        return months.filter(({left}) => left > 3 && left < 97);
    }

    get method() {
        const method = _t(
            "What the churn model would have said at the end of each week, from the orders up to then, with the parameters of today."
        );
        const without = _t("The second opinion is not part of this line.");
        return this.props.course.has_opinion ? `${method} ${without}` : method;
    }

    point(title) {
        this.state.pointed = title;
    }
}
