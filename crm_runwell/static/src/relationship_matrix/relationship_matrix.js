import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {formatInteger} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {shortMoney} from "../backtest/format";

import {Component, onWillStart, useState} from "@odoo/owl";

/**
 * The page "Relationship matrix": number of customers × margin proposes a type.
 *
 * Each cell shows the customers that really stand in it and opens them; a supervisor
 * chooses the type (see `runwell.relationship.matrix.get_page`).
 */
export class RunwellRelationshipMatrix extends Component {
    static template = "crm_runwell.RelationshipMatrix";
    static components = {ControlPanel};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, isSaving: false});
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call("runwell.relationship.matrix", "get_page", []);
    }

    get data() {
        return this.state.data;
    }

    get bands() {
        return this.data.rows[0]?.cells.map((cell) => cell.label) || [];
    }

    whole(count) {
        return formatInteger(count);
    }

    money(amount) {
        return shortMoney(amount, this.data.currency_id);
    }

    async choose(cell, event) {
        this.state.isSaving = true;
        try {
            await this.orm.write("runwell.relationship.matrix", [cell.id], {
                type_id: Number(event.target.value),
            });
            await this.load();
        } finally {
            this.state.isSaving = false;
        }
    }

    /** Open the relations of a domain. */
    open(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.relation",
            name,
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            mobile_view_mode: "kanban",
            domain,
        });
    }

    openCell(row, cell) {
        return this.open(`${row.label}, ${cell.label}`, cell.domain);
    }

    openMisfits(row, cell) {
        return this.open(_t("Not as proposed: %s", cell.type), [
            ...cell.domain,
            ["relationship_type_id", "!=", cell.type_id],
        ]);
    }

    openUnplaced() {
        return this.open(_t("Without a place in the matrix"), [
            ["company_id", "=", this.data.company_id],
            ["crowd", "=", false],
        ]);
    }

    openWithoutCost() {
        return this.open(_t("No cost known"), [
            ["company_id", "=", this.data.company_id],
            ["margin_basis", "=", "revenue"],
        ]);
    }
}

registry.category("actions").add("runwell_relationship_matrix", RunwellRelationshipMatrix);
