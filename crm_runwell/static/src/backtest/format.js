/**
 * Return a share of 1 in whole percent, a dash where there is none.
 */
export function percent(share) {
    return typeof share === "number" ? `${Math.round(100 * share)}\u00a0%` : "–";
}
