import {formatMonetary} from "@web/views/fields/formatters";

/**
 * Return a share of 1 in whole percent, a dash where there is none.
 */
export function percent(share) {
    return typeof share === "number" ? `${Math.round(100 * share)}\u00a0%` : "–";
}

/**
 * Return an amount in short, without cents.
 */
export function shortMoney(amount, currencyId) {
    return formatMonetary(amount, {currencyId, humanReadable: true, digits: [16, 0]});
}
