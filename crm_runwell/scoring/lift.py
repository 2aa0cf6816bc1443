"""What two groups differ by, and how sure that is: intervals for means and for proportions.

The groups come as sums (``n``, sum, sum of squares), which PostgreSQL adds up; no
value of a single customer is needed.
"""

import math
from dataclasses import dataclass

#: The two-sided 95 % point of the normal distribution.
Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A difference and its 95 % confidence interval.

    :ivar difference: the first group's figure less the second's
    :ivar low: the lower end
    :ivar high: the upper end
    """

    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Group:
    """The sums over one group.

    :ivar n: how many
    :ivar total: sum of the values
    :ivar squares: sum of the squared values
    """

    n: int
    total: float
    squares: float

    @property
    def mean(self):
        """The mean of the values."""
        return self.total / self.n

    @property
    def variance_of_mean(self):
        """The squared standard error of the mean."""
        spread = max(self.squares - self.total ** 2 / self.n, 0.0)  # rounding may go under zero
        return spread / (self.n - 1) / self.n


def welch(first, second):
    """Return the difference of two means with its 95 % confidence interval.

    Welch (1947), *The generalization of "Student's" problem when several different
    population variances are involved*; degrees of freedom by Satterthwaite (1946).
    The groups need not vary equally.

    Student's (1908) sleep data, as the manual of R's ``t.test`` has it: −3.3654832 to
    0.2054832.

    >>> extra = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    >>> other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    >>> found = welch(group_of(extra), group_of(other))
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4)
    (-1.58, -3.3655, 0.2055)

    Two groups that do not vary at all differ by what they differ by.

    >>> welch(group_of([2, 2]), group_of([1, 1]))
    Interval(difference=1.0, low=1.0, high=1.0)

    :param first, second: a :class:`Group` each, of two values or more
    """
    parts = first.variance_of_mean, second.variance_of_mean
    difference, variance = first.mean - second.mean, sum(parts)
    if not variance:
        return Interval(difference, difference, difference)
    freedom = variance ** 2 / (
        parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1)
    )
    reach = student(freedom) * math.sqrt(variance)
    return Interval(difference, difference - reach, difference + reach)


def group_of(values):
    """Return the :class:`Group` of single values.

    >>> group_of([1, 2, 4])
    Group(n=3, total=7.0, squares=21.0)
    """
    return Group(len(values), float(sum(values)), float(sum(value ** 2 for value in values)))


def student(freedom):
    """Return the two-sided 95 % point of Student's t distribution.

    Abramowitz and Stegun (1964), *Handbook of mathematical functions*, 26.7.5: the
    expansion about the normal distribution. Right to four digits from 10 degrees of
    freedom on; their table 26.10 has 2.228, 2.042 and 1.980.

    >>> [round(student(freedom), 3) for freedom in (10, 30, 120)]
    [2.228, 2.042, 1.98]
    """
    terms = (
        (Z ** 3 + Z) / 4,
        (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
        (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
        (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
    )
    return Z + sum(term / freedom ** power for power, term in enumerate(terms, 1))


def wilson(count, n):
    """Return the 95 % confidence interval of a proportion.

    Wilson (1927), *Probable inference, the law of succession, and statistical
    inference*. The examples are those of Newcombe (1998), *Two-sided confidence
    intervals for the single proportion*, method 3.

    >>> [[round(end, 4) for end in wilson(*case)] for case in ((81, 263), (15, 148), (0, 20))]
    [[0.2553, 0.3662], [0.0624, 0.1605], [0.0, 0.1611]]

    :param count: how many of ``n`` have it
    :return: ``(low, high)``
    """
    share = count / n
    middle = 2 * count + Z ** 2
    reach = Z * math.sqrt(Z ** 2 + 4 * count * (1 - share))
    low, high = ((middle + sign * reach) / (2 * (n + Z ** 2)) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def newcombe(count, n, other_count, other_n):
    """Return the difference of two proportions with its 95 % confidence interval.

    Newcombe (1998), *Interval estimation for the difference between independent
    proportions: comparison of eleven methods*, method 10: the two Wilson intervals
    put together. His examples:

    >>> for case in ((56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 10)):
    ...     found = newcombe(*case)
    ...     print(f"{found.difference:.4f}: {found.low:.4f} to {found.high:.4f}")
    0.2000: 0.0524 to 0.3339
    0.6000: 0.1705 to 0.8090
    1.0000: 0.6075 to 1.0000
    """
    share, other = count / n, other_count / other_n
    low, high = wilson(count, n)
    other_low, other_high = wilson(other_count, other_n)
    difference = share - other
    return Interval(
        difference,
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
    )
