import {Component} from "@odoo/owl";

const WIDTH = 300;
const HEIGHT = 72;

/**
 * A row of small bars with a title each, for looking rather than reading.
 *
 * Values under zero hang below the line. `level` draws a dashed line to compare with.
 */
export class MiniBars extends Component {
    static template = "crm_runwell.MiniBars";
    static props = {
        bars: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    value: Number,
                    title: String,
                    color: {type: String, optional: true},
                },
            },
        },
        level: {type: Number, optional: true},
        description: String,
        /** Called with the place of the bar that is clicked. */
        onOpen: {type: Function, optional: true},
    };

    width = WIDTH;
    height = HEIGHT;

    get scale() {
        const values = this.props.bars.map((bar) => bar.value);
        const high = Math.max(0, this.props.level || 0, ...values);
        const low = Math.min(0, ...values);
        return {high, span: high - low || 1};
    }

    y(value) {
        const {high, span} = this.scale;
        return ((high - value) / span) * HEIGHT;
    }

    get rectangles() {
        const step = WIDTH / Math.max(this.props.bars.length, 1);
        const zero = this.y(0);
        return this.props.bars.map((bar, index) => {
            const top = this.y(bar.value);
            return {
                key: index,
                title: bar.title,
                x: index * step + step * 0.1,
                width: step * 0.8,
                y: Math.min(top, zero),
                height: Math.max(Math.abs(top - zero), bar.value ? 1 : 0),
                color: bar.color || "primary",
            };
        });
    }
}
