import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {formatInteger} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {percent, shortMoney} from "../backtest/format";

import {Component, onWillStart, useState} from "@odoo/owl";

const MODEL = "runwell.five.steps";
const VIEWS = [
    [false, "list"],
    [false, "kanban"],
    [false, "form"],
];

/**
 * The page "Five steps to high-value customers": from knowing them to work on the right ones.
 *
 * All figures come with one call (see `runwell.five.steps.get_page`); each opens the
 * customers behind it. A choice ends in a tag and activities, after a look at both.
 */
export class RunwellFiveSteps extends Component {
    static template = "crm_runwell.FiveSteps";
    static components = {ControlPanel};
    static props = {...standardActionServiceProps};

    percent = percent;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, open: 0});
        onWillStart(async () => {
            await this.load();
            this.state.open = this.steps.find((step) => !step.isDone)?.number || 5;
        });
    }

    async load() {
        this.state.data = await this.orm.call(MODEL, "get_page", []);
    }

    get data() {
        return this.state.data;
    }

    get steps() {
        const {know, earn, influence, refer} = this.data;
        const chosen = influence.keep.count + influence.attract.count;
        const steps = [
            {
                number: 1,
                title: _t("Know your customers"),
                lead: _t("%(count)s customers, %(known)s of what matters is known", {
                    count: this.whole(know.total),
                    known: percent(know.known),
                }),
            },
            {
                number: 2,
                title: _t("Find those who earn the money"),
                lead:
                    earn.basis === "margin"
                        ? _t("%(count)s customers bring %(share)s of the margin", {
                              count: this.whole(earn.most.count),
                              share: percent(earn.most.share),
                          })
                        : _t("%(count)s customers bring %(share)s of the revenue", {
                              count: this.whole(earn.most.count),
                              share: percent(earn.most.share),
                          }),
            },
            {
                number: 3,
                title: _t("Choose whom to keep and whom to attract"),
                lead: _t("%(keep)s to keep, %(attract)s to attract", {
                    keep: this.whole(influence.keep.count),
                    attract: this.whole(influence.attract.count),
                }),
            },
            {
                number: 4,
                title: _t("Know who influences the purchase"),
                lead: _t(
                    "Who decides is not known for %(unknown)s of the %(chosen)s chosen customers",
                    {
                        unknown: this.whole(influence.keep.unknown + influence.attract.unknown),
                        chosen: this.whole(chosen),
                    }
                ),
            },
            {
                number: 5,
                title: _t("Find who refers others"),
                lead: refer.count
                    ? _t("%(count)s customers were referred and bought for %(revenue)s", {
                          count: this.whole(refer.count),
                          revenue: this.money(refer.revenue),
                      })
                    : _t("No customer is known to be referred"),
            },
        ];
        return steps.map((step) => ({
            ...step,
            isDone: this.data.done.includes(step.number),
            isOpen: this.state.open === step.number,
        }));
    }

    toggle(number) {
        this.state.open = this.state.open === number ? 0 : number;
    }

    async setDone(step, isDone) {
        this.data.done = await this.orm.call(MODEL, "set_done", [step.number, isDone]);
        if (isDone) {
            this.state.open = this.steps.find((other) => !other.isDone)?.number || 0;
        }
    }

    async choose(kind, cell) {
        this.state.data = await this.orm.call(MODEL, "choose", [kind, cell]);
    }

    /** Open customers, with their scores. */
    open(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "runwell.score",
            name,
            views: VIEWS,
            mobile_view_mode: "kanban",
            domain,
        });
    }

    openPartner(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async openUndecided(kind) {
        const action = await this.orm.call(MODEL, "action_open_undecided", [kind]);
        return this.action.doAction(action);
    }

    /** Look at what a choice would make, and make it. */
    plan(kind) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "runwell.high.value.plan",
                name: kind === "keep" ? _t("Keep these customers") : _t("Attract these customers"),
                views: [[false, "form"]],
                target: "new",
                context: {default_kind: kind},
            },
            {onClose: () => this.load()}
        );
    }

    whole(count) {
        return formatInteger(count);
    }

    money(amount) {
        return shortMoney(amount, this.data.currency_id);
    }

    missingLabel(key) {
        return {
            manager: _t("No account manager"),
            industry: _t("No industry"),
            turnover: _t("No annual turnover"),
            reach: _t("Neither e-mail nor phone"),
            contact: _t("No contact person"),
            relationship: _t("No relationship type"),
        }[key];
    }

    get risks() {
        return [
            _t("Risk under a third"),
            _t("A third to two thirds"),
            _t("Over two thirds"),
            _t("Too little history"),
        ];
    }

    topLabel(top) {
        return _t("The best %s", percent(top.percent / 100));
    }

    get lossLabel() {
        return _t("Customers who cost money");
    }

    get lowShareLabel() {
        return _t("Large and low share");
    }

    get prospectsLabel() {
        return _t("Prospects");
    }

    get choices() {
        const {influence} = this.data;
        return [
            {kind: "keep", label: _t("Keep"), ...influence.keep},
            {kind: "attract", label: _t("Attract"), ...influence.attract},
        ];
    }
}

registry.category("actions").add("runwell_five_steps", RunwellFiveSteps);
