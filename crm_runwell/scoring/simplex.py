"""A bounded downhill simplex (Nelder and Mead, 1965) in the standard library."""


def minimise(function, starts, bounds, tolerance=1e-8, max_steps=2000):
    """Return ``(point, value, converged)`` of the lowest minimum over the starts.

    A minimum on a bound, or within a thousandth of the range of it, is no convergence.
    From any other it is searched once more, a thousand times as closely: a simplex may
    shrink short of the minimum.

    :param function: takes a list of floats, returns a float
    :param starts: points to start from, of one length
    :param bounds: ``(low, high)`` for every coordinate

    >>> point, value, converged = minimise(
    ...     lambda p: (p[0] - 1) ** 2 + (p[1] + 2) ** 2, [(0, 0), (3, 3)], (-9, 9))
    >>> [round(coordinate, 3) for coordinate in point], converged
    ([1.0, -2.0], True)
    """
    runs = sorted(
        (_search(function, list(start), bounds, tolerance, max_steps) for start in starts),
        key=lambda run: run[1],
    )
    point, value, converged = runs[0]
    low, high = bounds
    margin = (high - low) / 1000
    inside = all(low + margin < coordinate < high - margin for coordinate in point)
    if converged and inside:
        point, value, _again = min(
            (point, value, True),
            _search(function, point, bounds, tolerance / 1000, max_steps, step=0.02),
            key=lambda run: run[1],
        )
    return point, value, converged and inside


def _search(function, start, bounds, tolerance, max_steps, step=0.5):
    low, high = bounds

    def evaluate(point):
        point = [min(max(coordinate, low), high) for coordinate in point]
        return function(point), point

    size = len(start)
    simplex = [evaluate(start)]
    simplex += [
        evaluate([c + (step if i == axis else 0) for i, c in enumerate(start)])
        for axis in range(size)
    ]
    for _step in range(max_steps):
        simplex.sort()
        best, worst = simplex[0][0], simplex[-1][0]
        if worst - best <= tolerance * (abs(best) + tolerance):
            return simplex[0][1], best, True
        centre = [sum(p[i] for _v, p in simplex[:-1]) / size for i in range(size)]

        def along(factor, centre=centre, point=simplex[-1][1]):
            return evaluate(
                [c + factor * (p - c) for c, p in zip(centre, point, strict=True)]
            )

        reflected = along(-1)
        if reflected[0] < best:
            simplex[-1] = min(reflected, along(-2))
        elif reflected[0] < simplex[-2][0]:
            simplex[-1] = reflected
        else:
            contracted = along(-0.5 if reflected[0] < worst else 0.5)
            if contracted[0] < min(reflected[0], worst):
                simplex[-1] = contracted
            else:
                anchor = simplex[0][1]
                simplex[1:] = [
                    evaluate([(a + c) / 2 for a, c in zip(anchor, point, strict=True)])
                    for _value, point in simplex[1:]
                ]
    simplex.sort()
    return simplex[0][1], simplex[0][0], False
