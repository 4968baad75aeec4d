"""What shared luck and control variates are worth: `python -m tests.simulator.experiments.gains [RUNS]`.

M/M/10 against M/M/11, 5,000 customers a run, as the peers' what-if; the variance of the difference in mean
wait of independent runs, over that of ours.
"""

import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.whatif import worlds
from simulator.experiments.controls import independent
from simulator.experiments.measures import key
from simulator.experiments.runs import replicate

RESAMPLES = 999


class Gain(NamedTuple):
    """How many times less variance, with the bounds between which it lies with a probability of 90 %.

    `low` is a lower 95 % bound.
    """

    ratio: float
    low: float
    high: float


def gains(runs: int, processes: int | None = None) -> tuple[Gain, Gain]:
    """Of common random numbers, and of these with control variates."""
    sample = replicate(worlds(), runs, processes=processes)
    one, other = (sample.of(world, key("wait")) for world in (0, 1))
    controls = independent(np.c_[sample.control(0, ""), sample.control(1, "")])
    rng = np.random.default_rng(1)
    found = [
        _ratios(one[rows], other[rows], controls[rows])
        for rows in [slice(None), *rng.integers(0, runs, (RESAMPLES, runs))]
    ]
    return tuple(
        Gain(float(values[0]), *map(float, np.quantile(values[1:], [0.05, 0.95])))
        for values in np.array(found).T
    )  # type: ignore[return-value]


def _ratios(
    one: NDArray[np.float64], other: NDArray[np.float64], controls: NDArray[np.float64]
) -> tuple[float, float]:
    """What the regression leaves of the variance counts with its degrees of freedom."""
    apart = one.var(ddof=1) + other.var(ddof=1)
    difference = other - one
    design = np.c_[np.ones(len(one)), controls]
    rest = difference - design @ np.linalg.lstsq(design, difference, rcond=None)[0]
    left = float(rest @ rest) / (len(one) - design.shape[1])
    return float(apart / difference.var(ddof=1)), float(apart / left)


if __name__ == "__main__":
    for name, gain in zip(
        ("common random numbers", "with control variates"),
        gains(int(sys.argv[1]) if sys.argv[1:] else 2000),
        strict=True,
    ):
        bounds = f"{gain.low:.2f} to {gain.high:.2f}"
        sys.stdout.write(f"{name}: {gain.ratio:.2f} times less variance ({bounds})\n")
