import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {RunwellExplanation} from "../explanation/explanation";

import {Component} from "@odoo/owl";

/** Why the customer of an alert is at risk as of now: the explanation of its score. */
export class RunwellWhy extends Component {
    static template = "crm_runwell.Why";
    static components = {RunwellExplanation};
    static props = {...standardWidgetProps};

    get scoreId() {
        const score = this.props.record.data.score_id;
        return score && score.id;
    }
}

registry.category("view_widgets").add("runwell_why", {
    component: RunwellWhy,
    fieldDependencies: [{name: "score_id", type: "many2one"}],
});
