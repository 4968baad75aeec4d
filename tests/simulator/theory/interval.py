"""One honest way to hold a simulated figure against a closed form.

The run is cut into `BATCHES` stretches, each many times as long as the queue remembers, so that their means
are all but independent. They are not quite normal: waits lean to the right, and where they come out short,
so does their spread. With the 99.9 % point of Student's t a correct program would miss up to five assertions
in a thousand (counted over 2,500 seeds of another program, from M/M/5 to M/M/20), with the 99.99 % point less
than one: that is our interval of 99.9 %.

Seeds are fixed: over all seeds that might have been written down, a correct program misses one assertion in a
thousand at most, and with the seed that is written it passes always or never. A seed is chosen before its
result is seen; one that misses is a reason to look for the error, and not for another seed.

An interval proves nothing if it is so wide that a wrong program lies in it:
each test says how wide it may be.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

BATCHES = 30
T = 4.505511631211001
"""Student's t with 29 degrees of freedom: one in ten thousand lies beyond it, on both sides."""


def batches(values: ArrayLike, warm: float = 0.05, cool: float = 0.01) -> Floats:
    """The means of `BATCHES` stretches of a series in the order of time, without its beginning and its end.

    The first customers find the queue empty, and the last ones have none behind them.
    """
    series = np.asarray(values, np.float64)
    first, last = round(len(series) * warm), round(len(series) * (1 - cool))
    return np.array([stretch.mean() for stretch in np.array_split(series[first:last], BATCHES)])


def interval(means: Sequence[float] | Floats) -> tuple[float, float]:
    """The middle and the half-width of the 99.9 % interval around the mean of `BATCHES` independent means."""
    found = np.asarray(means)
    assert found.shape == (BATCHES,), f"the interval is for {BATCHES} means, not {found.shape}"
    return float(found.mean()), float(T * found.std(ddof=1) / BATCHES**0.5)


def assert_agrees(truth: float, means: Sequence[float] | Floats, within: float) -> None:
    """The truth lies in the interval of the means, whose half-width is at most the share `within` of it."""
    middle, half = interval(means)
    assert half <= within * abs(truth), (
        f"too wide to prove anything: {middle:.6g} ± {half:.3g} of {truth:.6g}"
    )
    assert abs(middle - truth) <= half, f"{middle:.6g} ± {half:.3g} does not hold {truth:.9g}"
