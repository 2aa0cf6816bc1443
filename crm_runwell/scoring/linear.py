"""Small dense linear algebra in the standard library: a score of unknowns, not more."""


def solve(matrix, right):
    """Return x with ``matrix · x = right``, by elimination with partial pivoting.

    :raise ZeroDivisionError: if the matrix is singular

    >>> solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0])
    [0.8, 1.4]
    """
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column]
        for row in rows[column + 1:]:
            factor = row[column] / head[column]
            if factor:
                for place in range(column, size + 1):
                    row[place] -= factor * head[place]
    found = [0.0] * size
    for row in range(size - 1, -1, -1):
        known = sum(rows[row][place] * found[place] for place in range(row + 1, size))
        found[row] = (rows[row][size] - known) / rows[row][row]
    return found
