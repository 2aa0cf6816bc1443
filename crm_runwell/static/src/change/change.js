import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {Component} from "@odoo/owl";

/**
 * What changed in a customer's health in one line: "62 → 48: order 21 days late −9, …".
 *
 * Takes what `runwell.score.get_change` returns; a click opens the course.
 */
export class RunwellChange extends Component {
    static template = "crm_runwell.Change";
    static props = {change: Object};

    setup() {
        this.action = useService("action");
    }

    get title() {
        const {from_day: fromDay, to_day: toDay} = this.props.change;
        return _t("Health on %(from)s and on %(to)s. Open the course.", {
            from: formatDate(deserializeDate(fromDay)),
            to: formatDate(deserializeDate(toDay)),
        });
    }

    get since() {
        return formatDate(deserializeDate(this.props.change.from_day));
    }

    get parts() {
        return this.props.change.parts.map(({part, points, text}) => ({
            part,
            text,
            points: `${points > 0 ? "+" : "−"}${Math.abs(points)}`,
            color: points > 0 ? "success" : "danger",
        }));
    }

    open() {
        this.action.doAction(this.props.change.action);
    }
}

/** The line as a field, over the JSON of `change`. */
export class RunwellChangeField extends Component {
    static template = "crm_runwell.ChangeField";
    static components = {RunwellChange};
    static props = {...standardFieldProps};

    get change() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("runwell_change", {
    component: RunwellChangeField,
    supportedTypes: ["json"],
});
