"""Intervals and tests for a mean of independent replications: Student's t, and the bootstrap."""

from collections.abc import Callable
from functools import lru_cache
from math import exp, inf, lgamma, log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.95
"""The usual confidence."""
RESAMPLES = 1999
SEED = 20_231_108
"""Of the bootstrap: the same sample has the same interval."""


class Estimate(NamedTuple):
    """A mean and what is known of it."""

    mean: float
    low: float
    high: float
    error: float
    """Standard error."""
    freedom: int
    """Degrees of freedom."""
    runs: int

    @property
    def half(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2

    @property
    def p(self) -> float:
        """How likely a mean so far from 0 is if the truth is 0 (two-sided).

        Where all values are alike nothing is known of their spread: then it is the sign test that says so.
        """
        if not self.error or self.error < 1e-12 * abs(self.mean):
            return 1.0 if self.mean == 0 else 2.0 ** (1 - self.runs)
        return tail(abs(self.mean) / self.error, self.freedom) if self.freedom > 0 else 1.0


def unknown(runs: int = 0, mean: float = nan) -> Estimate:
    """What is known of too few runs."""
    return Estimate(mean, nan, nan, nan, 0, runs)


def spread(mean: float, error: float, freedom: int, runs: int, level: float = LEVEL) -> Estimate:
    """The t interval of a mean with this standard error."""
    half = quantile(level, freedom) * error
    return Estimate(mean, mean - half, mean + half, error, freedom, runs)


def tail(t: float, freedom: float) -> float:
    """The probability that Student's t lies beyond -t or t."""
    return _beta(freedom / 2, 0.5, freedom / (freedom + t * t))


@lru_cache(1000)
def quantile(level: float, freedom: float) -> float:
    """The t within which, on both sides of 0, Student's t lies with this probability."""
    if freedom < 1:
        return inf
    low, high = 0.0, 2.0
    while tail(high, freedom) > 1 - level:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    whole = d
    for m in range(1, 400):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            whole *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * whole


Regress = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
"""Weights (samples, runs), values, controls: the mean of each sample, and its standard error."""


def bootstrap(
    values: Floats, controls: Floats, estimate: Estimate, regress: Regress, level: float = LEVEL
) -> Estimate:
    """The percentile-t interval: how the t of resampled replications lies around that of the sample.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), 12.5: second-order right, so that it holds
    for means that lean to one side. Each replication is drawn with its controls.
    """
    n = len(values)
    rng = np.random.default_rng([SEED, n])
    weights = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)
    means, errors = regress(weights, values, controls)
    good = errors > 1e-12 * max(estimate.error, 1e-300)
    if not good.any():
        return estimate
    t = np.sort((means[good] - estimate.mean) / errors[good])
    above, below = np.quantile(t, [(1 + level) / 2, (1 - level) / 2])
    low, high = estimate.mean - above * estimate.error, estimate.mean - below * estimate.error
    return estimate._replace(low=float(low), high=float(high))


def ratio(above: float, below: float) -> float | None:
    """How many times as large; None where nothing can be said."""
    return above / below if below > 0 and above > 0 else None


def root_mean(values: Floats) -> float:
    """The standard error of the mean of independent values."""
    return float(values.std(ddof=1)) / sqrt(len(values))
