import {Component} from "@odoo/owl";

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {getFieldDomain} from "@web/model/relational_model/utils";
import {useSpecialData} from "@web/views/fields/relational_utils";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Channels as big buttons with their icons: one tap, on a phone too. */
export class RunwellChannelPicker extends Component {
    static template = "crm_runwell.ChannelPicker";
    static props = {
        ...standardFieldProps,
        domain: {type: [Array, Function], optional: true},
    };

    setup() {
        this.channels = useSpecialData((orm, props) =>
            orm.searchRead(
                "runwell.channel",
                getFieldDomain(props.record, props.name, props.domain),
                ["display_name", "icon"]
            )
        );
    }

    get chosen() {
        return this.props.record.data[this.props.name];
    }

    /** The channels one may choose; read-only, or archived since, the one that is chosen. */
    get options() {
        const found = this.channels.data || [];
        const chosen = this.chosen;
        const known = chosen && found.find((channel) => channel.id === chosen.id);
        if (this.props.readonly) {
            return known ? [known] : chosen ? [chosen] : [];
        }
        return chosen && !known ? [...found, chosen] : found;
    }

    isChosen(channel) {
        return this.chosen && this.chosen.id === channel.id;
    }

    choose(channel) {
        if (!this.props.readonly) {
            this.props.record.update({
                [this.props.name]: {id: channel.id, display_name: channel.display_name},
            });
        }
    }
}

registry.category("fields").add("runwell_channel", {
    component: RunwellChannelPicker,
    displayName: _t("Channel buttons"),
    supportedTypes: ["many2one"],
    extractProps: (fieldInfo, dynamicInfo) => ({domain: dynamicInfo.domain}),
});
