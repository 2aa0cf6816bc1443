"""What the warnings of past days would have done: counts that add up over days.

:func:`tally` counts the customers of one day, at every threshold, by every plain
N-day rule, by bin of risk and by value class. Counts of several days add up
(:func:`pooled`), so that a back-test keeps no customer: a run that was broken off
goes on with the next day. :func:`grade` says what the figures are worth.
"""

from bisect import bisect_right
from itertools import accumulate

from . import metrics

#: Churn probabilities from which one could warn.
THRESHOLDS = [step / 50 for step in range(1, 51)]
#: Days without an order after which a plain rule would warn.
RULES = list(range(20, 721, 10))
#: Silences are looked at by stretches of so many weeks in which they began.
STRETCH_WEEKS = 13
#: Leavers, and stayers, below which nothing can be told.
FEW = 50
#: Warnings below which the precision of a threshold cannot be told.
FEW_WARNINGS = 10
#: The area under the curve is this much better: better; clearly better.
BETTER, CLEARLY = 0.005, 0.02


def tally(rows, threshold, min_silence=0):
    """Return the counts of one day as a dict that JSON can hold.

    A customer is warned of at a threshold if the risk reaches it and the silence
    the days before which nobody is warned of. ``thresholds`` holds for each of
    :data:`THRESHOLDS` ``[warned, right, revenue warned of, revenue caught, new a week]``.

    *New a week*: a warning belongs to one silence, and a silence begins with the last
    order. Of the stretches of 13 weeks in which those warned of last ordered, the
    fullest tells how many warnings 13 weeks bring.

    :param rows: list of :class:`~.backtest.Outcome`
    :param threshold: the one in force, counted exactly as ``current``
    """
    warnable = [row for row in rows if row.silence >= min_silence]
    return {
        "count": len(rows), "left": sum(row.left for row in rows),
        "revenue": _revenue(rows), "revenue_left": _revenue(row for row in rows if row.left),
        "thresholds": _at_thresholds(warnable, THRESHOLDS),
        "current": _at_thresholds(warnable, [threshold])[0],
        "rules": _by_rule(rows),
        "bins": _by_bin(rows),
        "classes": {
            name: _of_class([row for row in rows if row.value_class == name], threshold,
                            min_silence)
            for name in sorted({row.value_class for row in rows if row.value_class})
        },
    }


def pooled(tallies):
    """Return the sum of the tallies of several days; *new a week* is their mean.

    >>> pooled([tally([], 0.5)] * 2)["left"]
    0
    """
    total = _add(*tallies) if tallies else tally([], 1.0)
    for row in (*total["thresholds"], total["current"]):
        row[-1] /= max(len(tallies), 1)
    return total


def curve(total):
    """Return a dict for each of :data:`THRESHOLDS`: what warning from it would have done."""
    return [
        warnings(total, threshold, row)
        for threshold, row in zip(THRESHOLDS, total["thresholds"], strict=True)
    ]


def warnings(total, threshold, row):
    """Return what the counts of one threshold say; None where there is nothing to divide by."""
    warned, right, revenue, caught, weekly = row
    return {
        "threshold": threshold, "warned": warned, "right": right,
        "precision": _share(right, warned), "recall": _share(right, total["left"]),
        "revenue": revenue, "caught": caught,
        "caught_share": _share(caught, total["revenue_left"]), "weekly": weekly,
    }


def calibration(total):
    """Return a dict for each bin of risk that holds somebody: told against left."""
    bins = len(total["bins"])
    return [
        {
            "low": number / bins, "high": (number + 1) / bins, "count": count, "gone": gone,
            "told": told / count, "left": gone / count,
        }
        for number, (count, told, gone) in enumerate(total["bins"]) if count
    ]


def classes(total):
    """Return a dict for each value class: how many left, were told, warned of and caught."""
    return [
        {
            "value_class": name, "count": part["count"],
            "left": _share(part["left"], part["count"]),
            "told": _share(part["told"], part["count"]),
            "auc": _share(part["ranked"], part["pairs"]), "warned": part["current"][0],
            "precision": _share(part["current"][1], part["current"][0]),
            "recall": _share(part["current"][1], part["left"]),
            "revenue_left": part["revenue_left"],
            "caught_share": _share(part["current"][3], part["revenue_left"]),
        }
        for name, part in total["classes"].items()
    ]


def best_rule(total):
    """Return the plain N-day rule that did best on these very customers, or None.

    Best: the largest area under its curve, which is the mean of the share of the
    leavers it warned of and the share of the stayers it left in peace. Searched
    with the outcome known, so the comparison favours the rule.
    """
    left, stayed = total["left"], total["count"] - total["left"]
    if not left or not stayed:
        return None
    area, days, warned, right = max(
        ((right / left + 1 - (warned - right) / stayed) / 2, -days, warned, right)
        for days, (warned, right) in zip(RULES, total["rules"], strict=True)
    )
    return {
        "days": -days, "auc": area, "warned": warned, "right": right,
        "precision": _share(right, warned), "recall": right / left,
        "f1": 2 * right / (warned + left),
    }


def matched(points, precision, least=FEW_WARNINGS):
    """Return the lowest threshold of a :func:`curve` that is right as often as wanted, or None.

    >>> matched([{"threshold": .5, "precision": .6, "warned": 50},
    ...          {"threshold": .6, "precision": .7, "warned": 30}], .65)["threshold"]
    0.6
    """
    return next((
        point for point in points
        if point["warned"] >= least and point["precision"] >= precision
    ), None)


def at_most(points, weekly, least=FEW_WARNINGS):
    """Return the lowest threshold of a :func:`curve` with so few new warnings a week, or None.

    >>> at_most([{"threshold": .5, "weekly": 9.0, "warned": 50},
    ...          {"threshold": .6, "weekly": 4.0, "warned": 30}], 5)["threshold"]
    0.6
    """
    return next((
        point for point in points if point["warned"] >= least and point["weekly"] <= weekly
    ), None)


def grade(auc, plain, left, stayed, recall=None, plain_recall=None):
    """Return how the risk compares with the best plain rule.

    :param plain: the best area under the curve of any rule that counts days
    :param recall: share of the leavers caught where warnings are as right as the
        best N-day rule's, whose own share is ``plain_recall``

    >>> grade(.78, .71, 400, 300, .6, .5), grade(.712, .71, 400, 300), grade(.9, .5, 400, 3)
    ('clear', 'same', 'few')
    """
    if min(left, stayed) < FEW or auc is None or plain is None:
        return "few"
    gain = auc - plain
    if gain >= CLEARLY and (recall or 0) >= (plain_recall or 0):
        return "clear"
    if gain >= BETTER:
        return "better"
    return "same" if gain > -BETTER else "worse"


def _revenue(rows):
    # A customer with more credits than purchases cannot be lost money.
    return sum(max(row.revenue, 0.0) for row in rows)


def _share(part, whole):
    return part / whole if whole else None


def _at_thresholds(rows, thresholds):
    steps = len(thresholds)
    stretches = max((row.silence for row in rows), default=0) // (7 * STRETCH_WEEKS) + 1
    counts = [[0, 0, 0.0, 0.0, *[0] * stretches] for _step in range(steps)]
    for row in rows:
        step = bisect_right(thresholds, row.risk) - 1
        if step < 0:
            continue
        money = max(row.revenue, 0.0)
        held = counts[step]
        held[0] += 1
        held[1] += row.left
        held[2] += money
        held[3] += money * row.left
        held[4 + row.silence // (7 * STRETCH_WEEKS)] += 1
    # Whoever reaches a threshold reaches those below it.
    reached = list(accumulate(reversed(counts), _add))[::-1]
    return [[*row[:4], max(row[4:]) / STRETCH_WEEKS] for row in reached]


def _by_rule(rows):
    counts = [[0, 0] for _days in RULES]
    for row in rows:
        step = (row.silence - RULES[0] - 1) // (RULES[1] - RULES[0])
        if step >= 0:
            held = counts[min(step, len(RULES) - 1)]
            held[0] += 1
            held[1] += row.left
    return list(accumulate(reversed(counts), _add))[::-1]


def _by_bin(rows):
    bins = [[0, 0.0, 0] for _bin in range(metrics.CALIBRATION_BINS)]
    for row in rows:
        held = bins[min(int(row.risk * len(bins)), len(bins) - 1)]
        held[0] += 1
        held[1] += row.risk
        held[2] += row.left
    return bins


def _of_class(rows, threshold, min_silence):
    labels = [row.left for row in rows]
    pairs = sum(labels) * (len(labels) - sum(labels))
    area = metrics.auc([row.risk for row in rows], labels)
    return {
        "count": len(rows), "left": sum(labels), "told": sum(row.risk for row in rows),
        "pairs": pairs, "ranked": pairs * (area or 0.0),
        "revenue_left": _revenue(row for row in rows if row.left),
        "current": _at_thresholds(
            [row for row in rows if row.silence >= min_silence], [threshold]
        )[0],
    }


def _add(first, *others):
    """Return the sum, place by place, of numbers, lists or dicts (that may lack a key).

    >>> _add({"a": 1, "b": [1, 2]}, {"b": [3, 4]})
    {'a': 1, 'b': [4, 6]}
    """
    if isinstance(first, dict):
        parts = [first, *others]
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: _add(*(part[key] for part in parts if key in part)) for key in keys}
    if isinstance(first, list):
        return [_add(*places) for places in zip(first, *others, strict=True)]
    return sum(others, first)
