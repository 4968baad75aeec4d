"""Heaps in time, and how likely so many are by chance alone."""

from collections.abc import Iterable, Iterator
from math import erfc, exp, lgamma, log, log1p, sqrt
from typing import TypeVar

Thing = TypeVar("Thing")


def heaped(
    timed: Iterable[tuple[float, Thing]], window: float, least: int
) -> Iterator[tuple[float, Thing, int]]:
    """Those of which at least so many lie within some window of seconds, with the size of the largest."""
    rows = sorted(timed, key=lambda row: row[0])
    heap = [0] * len(rows)
    start = 0
    for i, (at, _) in enumerate(rows):
        while at - rows[start][0] > window:
            start += 1
        size = i - start + 1
        if size >= least:
            for j in range(i, start - 1, -1):
                if heap[j] >= size:
                    break
                heap[j] = size
    return ((at, thing, size) for (at, thing), size in zip(rows, heap, strict=True) if size)


def at_least(k: int, n: int, p: float) -> float:
    """The probability of `k` or more hits in `n` trials of probability 0 < `p` < 1: the binomial tail."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    whole = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    term = exp(whole + k * log(p) + (n - k) * log1p(-p))
    if term == 0.0:
        return 0.0 if k > n * p else 1.0
    total, odds = 0.0, p / (1 - p)
    for i in range(k, n + 1):
        total += term
        term *= odds * (n - i) / (i + 1)
        if i > n * p and term < total * 1e-12:
            break
    return min(1.0, total)


def unlikely(mean: float, tail: float) -> int:
    """The least count that a Poisson variable of this mean reaches with a probability below `tail`."""
    k, term = 0, exp(-mean)
    left = 1.0 - term
    while left >= tail:
        k += 1
        term *= mean / k
        left -= term
    return k + 1


def higher(a: tuple[int, int], b: tuple[int, int]) -> float:
    """The one-sided probability that `a`, (hits, trials), lies so far above `b` if both had one share."""
    share = (a[0] + b[0]) / (a[1] + b[1])
    spread = sqrt(share * (1 - share) * (1 / a[1] + 1 / b[1]))
    if spread == 0:
        return 1.0
    return erfc((a[0] / a[1] - b[0] / b[1]) / spread / sqrt(2)) / 2
