"""Control variates: what the luck was worth is taken out of a figure, by regression.

Lavenberg and Welch, A Perspective on the Use of Control Variables (Management Science 27, 1981). With
controls of mean 0 the mean of a figure is the intercept of its regression on them; where figure and controls
are normal, Student's t with `runs - controls - 1` degrees of freedom is exact for it.
"""

from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from simulator.experiments import stats
from simulator.experiments.stats import LEVEL, Estimate

Floats = NDArray[np.float64]
TIMES = 4
"""Controls are used from so many runs on, times one more than they are: with fewer they cost more than they
bring. It does not depend on what the runs come to."""


class Pilot:
    """The regression of a figure on its controls, in the replications that it is given."""

    def __init__(self, values: Floats, controls: Floats) -> None:
        controls = independent(controls)
        self.columns = controls.shape[1]
        self.runs = len(values)
        self.freedom = self.runs - self.columns - 1
        centred = controls - controls.mean(0)
        self._inverse = np.linalg.inv(centred.T @ centred) if self.columns else np.zeros((0, 0))
        self.slopes = self._inverse @ (centred.T @ (values - values.mean()))
        rest = values - values.mean() - centred @ self.slopes
        self.deviation = sqrt(max(float(rest @ rest), 0.0) / self.freedom) if self.freedom > 0 else nan
        """Of one replication, without what the controls explain."""

    def error(self, controls: Floats) -> float:
        """The standard error of the mean of replications that have these controls."""
        mean = controls.mean(0)
        return self.deviation * sqrt(1 / len(controls) + float(mean @ self._inverse @ mean))

    def estimate(self, values: Floats, controls: Floats, level: float = LEVEL) -> Estimate:
        """The mean of these replications, by the slopes and the deviation of the first ones."""
        mean = float(values.mean() - controls.mean(0) @ self.slopes)
        return stats.spread(mean, self.error(controls), self.freedom, len(values), level)


def adjusted(values: Floats, controls: Floats, level: float = LEVEL, interval: str = "t") -> Estimate:
    """The mean of a figure with its interval, by "t" or "bootstrap"; replications without the figure are left
    out. `controls` (runs, any number) may have no columns."""
    there = ~np.isnan(values)
    values, controls = values[there], usable(controls[there])
    n = len(values)
    if n < 2:
        return stats.unknown(n, float(values[0]) if n else nan)
    if not values.std():
        mean = float(values[0])
        return Estimate(mean, mean, mean, 0.0, n - 1, n)
    found = Pilot(values, controls).estimate(values, controls, level)
    return stats.bootstrap(values, controls, found, _regressed, level) if interval == "bootstrap" else found


def usable(controls: Floats) -> Floats:
    """The controls that differ from each other, if there are runs enough for them; else none."""
    found = independent(controls)
    return found if len(found) >= TIMES * (found.shape[1] + 1) else found[:, :0]


def independent(controls: Floats) -> Floats:
    """The columns that are no combination of those before them."""
    if not len(controls):
        return controls[:, :0]
    kept: list[int] = []
    basis = np.zeros((len(controls), 0))
    for i in range(controls.shape[1]):
        column = controls[:, i] - controls[:, i].mean()
        length = float(np.linalg.norm(column))
        rest = column - basis @ (basis.T @ column)
        left = float(np.linalg.norm(rest))
        if length and left > 1e-6 * length:
            kept.append(i)
            basis = np.c_[basis, rest / left]
    return controls[:, kept]


def _regressed(weights: Floats, values: Floats, controls: Floats) -> tuple[Floats, Floats]:
    """The intercepts of weighted samples, and their standard errors."""
    n, q = len(values), controls.shape[1]
    means = weights @ values / n
    squares = weights @ values**2 / n - means**2
    if not q:
        return means, np.sqrt(np.maximum(squares, 0) / (n - 1))
    middle = weights @ controls / n
    cross = weights @ (controls * values[:, None]) / n - middle * means[:, None]
    products = np.einsum("ri,rj->rij", controls, controls).reshape(n, q * q)
    scatter = (weights @ products / n).reshape(-1, q, q) - np.einsum("bi,bj->bij", middle, middle)
    inverse = np.linalg.pinv(scatter)
    slopes = np.einsum("bij,bj->bi", inverse, cross)
    rest = np.maximum(squares - np.einsum("bi,bi->b", slopes, cross), 0)
    widening = 1 / n + np.einsum("bi,bij,bj->b", middle, inverse, middle) / n
    return means - np.einsum("bi,bi->b", slopes, middle), np.sqrt(rest * n / (n - q - 1) * widening)
