import {_t} from "@web/core/l10n/translation";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {useService} from "@web/core/utils/hooks";
import {formatFloat} from "@web/views/fields/formatters";

import {RunwellChange} from "../change/change";
import {lifecycleColor, SummaryCells} from "../strip/summary_cells";

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";

/** Who the customer is, how to reach it, how the relation stands, and what to begin. */
export class CustomerHead extends Component {
    static template = "crm_runwell.CustomerHead";
    static components = {Dropdown, DropdownItem, RunwellChange, SummaryCells};
    static props = {head: Object, refresh: Number, reload: Function};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({notes: {}});
        onWillStart(() => {
            this.loadNotes(this.props.head.summary);
        });
        onWillUpdateProps(({head}) => {
            if (head !== this.props.head) {
                this.loadNotes(head.summary);
            }
        });
    }

    /** What changed is asked for once the head stands. */
    async loadNotes(summary) {
        this.state.notes = summary
            ? await this.orm.silent.call("runwell.score", "get_notes", [[summary.id]])
            : {};
    }

    get customer() {
        return this.props.head.customer;
    }

    get image() {
        const {id, write_date: unique} = this.customer;
        return `/web/image/res.partner/${id}/avatar_128?unique=${encodeURIComponent(unique)}`;
    }

    get lifecycleColor() {
        return lifecycleColor(this.props.head.summary.lifecycle);
    }

    get website() {
        const {website} = this.customer;
        return {
            url: /^https?:/.test(website) ? website : `https://${website}`,
            label: website.replace(/^https?:\/\//, "").replace(/\/$/, ""),
        };
    }

    get facts() {
        const {ref, function: job, industry, place} = this.customer;
        return [ref, job, industry, place].filter(Boolean).join(" · ");
    }

    get satisfaction() {
        return formatFloat(this.props.head.satisfaction, {digits: [2, 1]});
    }

    get ratings() {
        const count = this.props.head.rating_count;
        return count === 1 ? _t("1 rating") : _t("%s ratings", count);
    }

    /** What one can begin with the customer, the most usual first. */
    get beginnings() {
        const {may} = this.props.head;
        return [
            {key: "activity", label: _t("New activity"), icon: "fa-clock-o", may: may.activity},
            {key: "lead", label: _t("New opportunity"), icon: "fa-star-o", may: may.lead},
            {key: "order", label: _t("New quotation"), icon: "fa-shopping-cart", may: may.order},
            {key: "request", label: _t("New request"), icon: "fa-life-ring", may: may.request},
        ].filter((beginning) => beginning.may);
    }

    begin(key) {
        const {id} = this.customer;
        const form = (name, model, context = {}) =>
            this.open({
                type: "ir.actions.act_window",
                name,
                res_model: model,
                views: [[false, "form"]],
                context: {default_partner_id: id, ...context},
            });
        if (key === "lead") {
            return form(_t("New opportunity"), "crm.lead", {default_type: "opportunity"});
        }
        if (key === "order") {
            return form(_t("New quotation"), "sale.order");
        }
        if (key === "request") {
            return form(_t("New request"), "runwell.request");
        }
        return this.ask({
            type: "ir.actions.act_window",
            name: _t("New activity"),
            res_model: "mail.activity.schedule",
            views: [[false, "form"]],
            target: "new",
            context: {
                active_model: "res.partner",
                active_ids: [id],
                active_id: id,
                dialog_size: "large",
            },
        });
    }

    /** Log what was said, in a dialog. */
    logContact() {
        const {log_action: action} = this.props.head.may;
        const context = {default_partner_id: this.customer.id};
        if (action) {
            return this.action.doAction(action, {
                additionalContext: context,
                onClose: this.props.reload,
            });
        }
        return this.ask({
            type: "ir.actions.act_window",
            name: _t("Log contact"),
            res_model: "runwell.interaction",
            views: [[false, "form"]],
            target: "new",
            context,
        });
    }

    open(action) {
        return this.action.doAction(action);
    }

    /** Open a dialog; what it changed is shown once it is closed. */
    ask(action) {
        return this.action.doAction(action, {onClose: this.props.reload});
    }

    async openScore(method) {
        return this.open(
            await this.orm.call("runwell.score", method, [[this.props.head.summary.id]])
        );
    }

    /** Open what a method of the customer opens. */
    async openCustomer(method) {
        const action = await this.orm.call("res.partner", method, [[this.customer.id]]);
        return action?.target === "new" ? this.ask(action) : this.open(action);
    }

    openForm(id) {
        return this.open({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openContacts() {
        return this.open({
            type: "ir.actions.act_window",
            name: _t("People at %s", this.customer.name),
            res_model: "res.partner",
            views: [
                [false, "kanban"],
                [false, "list"],
                [false, "form"],
            ],
            domain: [
                ["commercial_partner_id", "=", this.customer.id],
                ["id", "!=", this.customer.id],
            ],
        });
    }
}
