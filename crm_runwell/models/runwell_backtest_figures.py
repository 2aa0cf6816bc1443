from odoo import fields, models

from .optional_fields import OptionalFloat


class RunwellBacktestFigures(models.AbstractModel):
    """The figures of a back-test, of one day or on average; see docs/model.md.

    Empty, not 0, where nothing can be told: nobody left, or everybody.
    """

    _name = "runwell.backtest.figures"
    _description = "Figures of a back-test"

    n = fields.Integer("Customers", readonly=True)
    churn_rate = OptionalFloat("Left", digits=(16, 4), readonly=True, aggregator="avg")
    auc = OptionalFloat(
        "Ranked right", digits=(16, 3), readonly=True, aggregator="avg",
        help="Area under the ROC curve: of a customer who left and one who stayed, how often "
        "the one who left was told the higher risk. Half: no better than a coin.",
    )
    auc_plain = OptionalFloat(
        "MBG/NBD alone", digits=(16, 3), readonly=True, aggregator="avg",
        help="Ranked right by the churn model without season and second opinion.",
    )
    auc_recency = OptionalFloat(
        "Days of silence", digits=(16, 3), readonly=True, aggregator="avg",
        help="Ranked right by the days since the last order.",
    )
    auc_rule = OptionalFloat(
        "180-day rule", digits=(16, 3), readonly=True, aggregator="avg",
        help="Ranked right by the rule: 180 days without an order.",
    )
    ap = OptionalFloat(
        "Average precision", digits=(16, 3), readonly=True, aggregator="avg",
        help="How often warnings are right, on average over the leavers from the highest risk "
        "down.",
    )
    ap_plain = OptionalFloat(
        "Average precision, MBG/NBD alone", digits=(16, 3), readonly=True, aggregator="avg",
    )
    ap_recency = OptionalFloat(
        "Average precision, days of silence", digits=(16, 3), readonly=True, aggregator="avg",
    )
    ap_rule = OptionalFloat(
        "Average precision, 180-day rule", digits=(16, 3), readonly=True, aggregator="avg",
    )
    brier = OptionalFloat(
        "Brier score", digits=(16, 3), readonly=True, aggregator="avg",
        help="Mean squared distance of the risk told from what happened. 0 is perfect.",
    )
    ece = OptionalFloat(
        "Calibration error", digits=(16, 3), readonly=True, aggregator="avg",
        help="How far the risk told is from the share who left, on average.",
    )
    p10 = OptionalFloat(
        "Right in the top tenth", digits=(16, 4), readonly=True, aggregator="avg",
        help="Of the tenth of the customers at the highest risk, the share who left.",
    )
    auc_shuffled = OptionalFloat(
        "Control", digits=(16, 3), readonly=True, aggregator="avg",
        help="Ranked right after the outcomes were shuffled: about .5, or the measurement "
        "is at fault.",
    )
    days_earlier = OptionalFloat(
        "Days earlier", digits=(16, 1), readonly=True, aggregator="avg",
        help="Days before the 180-day rule, at a threshold at which warnings are right as "
        "often as the rule's. Negative: later.",
    )
