"""Sums, mixtures and maxima of durations, without a draw: chances on a lattice of equal cells, by FFT.

A duration is the Fourier transform of its chances, damped so that what lies beyond the lattice does not come
round to its beginning; what lies beyond is simply lost. Sums are products, mixtures are sums. Hours.
"""

from math import erf, inf, lgamma, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from simulator.formulas.queueing import Floats
from simulator.scenario.model import Constant, Exponential, Gamma, Lognormal, Variation

Wave = NDArray[np.complex128]
"""A duration: the transform along the last axis; the axes before it are cases, each with a chance."""

DAMP = 1e-7
"""What is beyond the lattice comes round with this weight."""
NODES = 12
"""Parts of equal size into which the difficulties of dossiers are cut."""
_ERF = np.frompyfunc(erf, 1, 1)


class Lattice:
    """Durations up to `most` hours in `cells` cells."""

    def __init__(self, most: float, cells: int = 1024) -> None:
        self.cells, self.cell = cells, most / (cells - 2)
        self._damp = DAMP ** (np.arange(cells) / cells)
        self._edges = (np.arange(cells) + 0.5) * self.cell
        self.zero: Wave = np.ones(cells // 2 + 1, dtype=np.complex128)
        """No time at all."""
        self._works: dict[tuple[Variation, float], Wave] = {}

    def wave(self, below: Floats) -> Wave:
        """From the chances to be at or below the upper edge of each cell."""
        chances = np.diff(below, prepend=0.0, axis=-1)
        return np.asarray(np.fft.rfft(chances * self._damp, axis=-1))

    def below(self, wave: Wave) -> Floats:
        """The other way round."""
        chances = np.fft.irfft(wave, self.cells, axis=-1) / self._damp
        return np.asarray(np.cumsum(chances, axis=-1))

    def by(self, wave: Wave, times: Floats) -> Floats:
        """The chances to take so long at most; a lattice's first cell has its middle at 0."""
        found = self.below(wave)
        place = times / self.cell + 0.5
        low = np.clip(np.floor(place).astype(np.int64) - 1, -1, self.cells - 1)
        start = np.where(low >= 0, found[..., low], 0.0)
        end = found[..., np.minimum(low + 1, self.cells - 1)]
        # Within the first cell all that there is lies at 0.
        part = np.where(low < 0, np.where(times >= 0, 1.0, 0.0), place - np.floor(place))
        return np.clip(start + part * (end - start), 0.0, 1.0)

    # -- durations -----------------------------------------------------------------------------------------

    def waiting(self, chance: float, mean: float) -> Wave:
        """None, but for this chance: then exponential; `mean` is over all."""
        if chance <= 0 or mean <= 0:
            return self.zero
        return self.wave(1 - chance * np.exp(-self._edges * chance / mean))

    def uniform(self, most: float) -> Wave:
        """Any time up to `most` alike."""
        return self.wave(np.minimum(self._edges / most, 1.0)) if most > 0 else self.zero

    def work(self, mean: float, variation: Variation) -> Wave:
        """A mean, times a factor of mean 1."""
        key = variation, float(f"{mean:.6g}")
        if key not in self._works:
            self._works[key] = self.wave(factor(variation, np.asarray(self._edges / mean, np.float64)))
        return self._works[key]

    def longest(self, waves: list[Wave]) -> Wave:
        """Until the last of some that begin together is over."""
        found = self.below(waves[0])
        for wave in waves[1:]:
            found = np.asarray(found * self.below(wave))
        return self.wave(found)


def factor(variation: Variation, times: Floats) -> Floats:
    """The chances that a factor of mean 1 is so large at most."""
    x = np.maximum(times, 0.0)
    if isinstance(variation, Constant):
        return np.where(x >= 1, 1.0, 0.0)
    if isinstance(variation, Exponential):
        return np.asarray(-np.expm1(-x))
    if isinstance(variation, Gamma):
        return gamma(variation.shape, x * variation.shape)
    if isinstance(variation, Lognormal):
        sigma = variation.sigma
        if not sigma:
            return np.where(x >= 1, 1.0, 0.0)
        z = (np.log(np.maximum(x, 1e-300)) + sigma * sigma / 2) / sigma
        return 0.5 + 0.5 * np.array(_ERF(z / sqrt(2)), np.float64)
    return np.asarray(np.minimum(x / 2, 1.0))


def gamma(shape: float, x: Floats) -> Floats:
    """The regularised lower incomplete gamma function, by its series; it is 1 far out."""
    far = shape + 12 * sqrt(shape) + 40
    near = np.clip(x, 1e-300, far)
    term = np.exp(shape * np.log(near) - near - lgamma(shape + 1))
    total, k = term.copy(), shape
    while float(term.max()) > 1e-14 and k < shape + 2000:
        k += 1
        term = term * near / k
        total += term
    return np.where(x >= far, 1.0, np.minimum(total, 1.0))


def difficulties(spread: float) -> tuple[Floats, Floats]:
    """How much more work dossiers are than the mean, and the shares of these: a lognormal in equal parts.

    Each part has its own mean, so that the whole has the mean 1.
    """
    if not spread:
        return np.ones(1), np.ones(1)
    normal = NormalDist()
    bounds = [-inf, *(normal.inv_cdf(k / NODES) for k in range(1, NODES)), inf]
    above = np.array([normal.cdf(spread - bound) for bound in bounds])
    return NODES * (above[:-1] - above[1:]), np.full(NODES, 1 / NODES)
