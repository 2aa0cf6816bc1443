"""How right a risk was: the usual measures of a probability against what then happened.

All take ``scores`` (higher: more at risk) and ``labels`` (1: it happened) of the
same length, and are None where they mean nothing (nobody, or everybody, left).
Equal scores count as ties, never in the order they happen to come in.
"""

import math

from odoo.tools import groupby

#: Bins of equal width of the calibration curve and its error.
CALIBRATION_BINS = 10


def auc(scores, labels):
    """Return the area under the ROC curve: the chance that a leaver was ranked above a stayer.

    By rank sums (Mann and Whitney, 1947); a tie counts half.

    >>> auc([.9, .8, .3, .1], [1, 0, 1, 0]), auc([.5, .5], [1, 0]), auc([.5], [1])
    (0.75, 0.5, None)
    """
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    rank, rank_sum = 0, 0.0
    for count, hits in _ties(scores, labels, reverse=False):
        rank_sum += hits * (rank + (count + 1) / 2)
        rank += count
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def average_precision(scores, labels):
    """Return the mean precision over the leavers, from the highest risk down.

    >>> round(average_precision([.9, .8, .3, .1], [1, 0, 1, 0]), 4)
    0.8333
    """
    positives = sum(labels)
    if not positives:
        return None
    seen = found = 0
    total = 0.0
    for count, hits in _ties(scores, labels):
        seen += count
        found += hits
        total += hits * found / seen
    return total / positives


def brier(probabilities, labels):
    """Return the mean squared error of the probabilities (Brier, 1950).

    >>> brier([1, 0, .5], [1, 0, 1])
    0.08333333333333333
    """
    if not labels:
        return None
    return sum((p - y) ** 2 for p, y in zip(probabilities, labels, strict=True)) / len(labels)


def calibration(probabilities, labels, bins=CALIBRATION_BINS):
    """Return a dict for every bin of equal width that holds somebody.

    ``low`` and ``high`` bound the bin; ``count`` were told ``told`` on average,
    ``left`` is the share that did leave.

    >>> calibration([.05, .75, .75], [0, 1, 1], bins=2)[1]
    {'low': 0.5, 'high': 1.0, 'count': 2, 'told': 0.75, 'left': 1.0}
    """
    held = {}
    for p, y in zip(probabilities, labels, strict=True):
        held.setdefault(min(int(p * bins), bins - 1), []).append((p, y))
    return [
        {
            "low": number / bins, "high": (number + 1) / bins, "count": len(rows),
            "told": math.fsum(p for p, _y in rows) / len(rows),
            "left": sum(y for _p, y in rows) / len(rows),
        }
        for number, rows in sorted(held.items())
    ]


def calibration_error(probabilities, labels, bins=CALIBRATION_BINS):
    """Return the expected calibration error: the mean gap between told and left, by bin.

    >>> round(calibration_error([.1, .9], [0, 1]), 3)
    0.1
    """
    if not labels:
        return None
    return sum(
        abs(row["told"] - row["left"]) * row["count"]
        for row in calibration(probabilities, labels, bins)
    ) / len(labels)


def precision_of_top(scores, labels, share):
    """Return the precision among the ``share`` of the customers at highest risk.

    >>> precision_of_top([.9, .8, .3, .1], [1, 0, 1, 0], .25)
    1.0
    """
    size = round(len(labels) * share)
    if not size:
        return None
    taken, found = 0, 0.0
    for count, hits in _ties(scores, labels):
        # Of a tie across the bound, its average counts: no order among equals.
        part = min(count, size - taken)
        found += hits * part / count
        taken += part
        if taken == size:
            break
    return found / size


def curve(scores, labels):
    """Return ``(threshold, flagged, hits)`` at each distinct score, from the highest down.

    >>> curve([.9, .8, .8], [1, 0, 1])
    [(0.9, 1, 1), (0.8, 3, 2)]
    """
    points = []
    flagged = hits = 0
    for score, rows in groupby(
        sorted(zip(scores, labels, strict=True), reverse=True), key=lambda row: row[0]
    ):
        flagged += len(rows)
        hits += sum(label for _score, label in rows)
        points.append((score, flagged, hits))
    return points


def threshold_for_precision(scores, labels, precision, least=10):
    """Return the lowest threshold whose warnings are right as often as wanted, or None.

    Thresholds that flag fewer than ``least`` customers are too few to tell.

    >>> threshold_for_precision([.9, .8, .7, .1], [1, 1, 0, 0], .6, least=1)
    0.7
    """
    fitting = [
        threshold for threshold, flagged, hits in curve(scores, labels)
        if flagged >= least and hits >= precision * flagged
    ]
    return min(fitting) if fitting else None


def _ties(scores, labels, reverse=True):
    """Yield ``(count, hits)`` of each group of equal scores."""
    ordered = sorted(zip(scores, labels, strict=True), reverse=reverse)
    for _score, rows in groupby(ordered, key=lambda row: row[0]):
        yield len(rows), sum(label for _score, label in rows)
