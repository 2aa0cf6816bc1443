import {_t} from "@web/core/l10n/translation";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

/**
 * Who has a say in a customer's purchases: decides, influences, uses, refers.
 *
 * Reads `res.partner.get_runwell_people`; a person is added or taken away with one click.
 */
export class RunwellPeople extends Component {
    static template = "crm_runwell.People";
    static components = {Dropdown, DropdownItem};
    static props = {
        partnerId: Number,
        refresh: {type: Number, optional: true},
        reload: {type: Function, optional: true},
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({roles: [], contacts: []});
        onWillStart(() => this.load(this.props.partnerId));
        onWillUpdateProps((next) => this.load(next.partnerId));
    }

    async load(partnerId = this.props.partnerId) {
        const found = await this.orm.silent.call("res.partner", "get_runwell_people", [
            [partnerId],
        ]);
        Object.assign(this.state, {roles: [], contacts: []}, found);
    }

    async changed() {
        await this.load();
        await this.props.reload?.();
    }

    /** The contacts who do not have the role yet. */
    choices(role) {
        const taken = new Set(
            role.people.filter((person) => !person.lead).map((person) => person.contact_id)
        );
        return this.state.contacts.filter((contact) => !taken.has(contact.id));
    }

    async add(role, contact) {
        await this.orm.call("res.partner", "add_runwell_role", [
            [this.props.partnerId],
            contact.id,
            role.role,
        ]);
        await this.changed();
    }

    /** Open the dialog: a person who is no contact yet, or more to say about one. */
    edit(role, person) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "runwell.contact.role",
                res_id: person?.id || false,
                name: _t("Person in the purchase"),
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_partner_id: this.props.partnerId,
                    default_role: role.role,
                    runwell_customer_known: true,
                },
            },
            {onClose: () => this.changed()}
        );
    }

    async remove(person) {
        await this.orm.unlink("runwell.contact.role", [person.id]);
        await this.changed();
    }

    openPerson(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async setReferrer() {
        const action = await this.orm.call("res.partner", "action_set_runwell_referrer", [
            [this.props.partnerId],
        ]);
        await this.action.doAction(action, {onClose: () => this.changed()});
    }
}

registry.category("crm_runwell.customer_blocks").add("people", {
    Component: RunwellPeople,
    title: _t("People"),
    sequence: 10,
});

/** The same block on Odoo's own form of a customer. */
export class RunwellPeopleWidget extends Component {
    static template = "crm_runwell.PeopleWidget";
    static components = {RunwellPeople};
    static props = {...standardWidgetProps};
}

registry.category("view_widgets").add("runwell_people", {component: RunwellPeopleWidget});
