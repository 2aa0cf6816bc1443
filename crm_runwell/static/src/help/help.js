import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useDebounced} from "@web/core/utils/timing";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {isHtmlEmpty} from "@web/core/utils/html";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {Component, markup, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

/** What decides which help fits; when it changes, the help is asked for again. */
const ASKED_BY = ["name", "state", "request_type", "partner_id", "team_id"];

/**
 * Knowledge at hand beside the answer of a request: canned answers, solved requests about the same, the customer's
 * former requests. One call to `get_help`; a click adds to what is written, and never overwrites it.
 */
export class RunwellHelp extends Component {
    static template = "crm_runwell.Help";
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({help: null, search: ""});
        this.onSearch = useDebounced(() => this.load(this.props.record), 300);
        onWillStart(() => {
            this.load(this.props.record);
        });
        onWillUpdateProps((nextProps) => {
            if (this.keyOf(nextProps.record) !== this.loadedKey) {
                this.load(nextProps.record);
            }
        });
    }

    /** What is saved decides: the search reads the database. */
    keyOf(record) {
        return JSON.stringify([
            record.resId,
            ...ASKED_BY.map((name) => record._values[name]?.id || record._values[name]),
        ]);
    }

    async load(record) {
        this.loadedKey = this.keyOf(record);
        if (!record.resId) {
            this.state.help = null;
            return;
        }
        this.state.help = await this.keepLast.add(
            this.orm.silent.call("runwell.request", "get_help", [[record.resId]], {
                search: this.state.search,
            })
        );
    }

    get help() {
        return this.state.help;
    }

    /** Whether the answer is still being written, by somebody who may. */
    get canInsert() {
        const {record} = this.props;
        return record.isInEdition && ["new", "assigned"].includes(record.data.state);
    }

    day(day) {
        return formatDate(deserializeDate(day));
    }

    stars(satisfaction) {
        return _t("%s of 5", satisfaction);
    }

    /** Adds to the answer: what was written stays in front. */
    async insert(html) {
        const {record} = this.props;
        // What is typed in the editor this very moment is not in the record yet.
        await record.isDirty();
        const written = record.data.answer || "";
        const isBlank = isHtmlEmpty(written) && !written.includes("<img");
        await record.update({answer: markup(isBlank ? html : `${written}${html}`)});
    }

    open(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.request",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("runwell_help", {
    component: RunwellHelp,
    fieldDependencies: [],
});
