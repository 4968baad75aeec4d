"""Stopping: how many replications give the half-widths that are wanted, however often one looks.

Stein's two stages (Annals of Mathematical Statistics 16, 1945), with controls: the first `FIRST` replications
give slopes and deviation of every figure, and only these and the controls, never the figures of later
replications, decide when to stop. For normal figures the mean of all replications is independent of the
deviation of the first; so the interval with the first ones' degrees of freedom is exact, however many are
made, whichever figure asked for most, and however often the question is put.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.controls import Pilot, usable
from simulator.experiments.stats import LEVEL, quantile

Floats = NDArray[np.float64]
FIRST = 20
"""Replications of the first stage."""


class Wanted(NamedTuple):
    """A figure whose interval shall be so narrow: values and controls of the replications so far."""

    values: Floats
    controls: Floats
    half: float


class Reached(NamedTuple):
    """How far it went."""

    runs: int
    halves: tuple[float, ...]
    """Of each figure wanted."""
    enough: bool


def pilot(values: Floats, controls: Floats, first: int = FIRST) -> tuple[Pilot, Floats]:
    """The regression of the first replications, and the controls of all that it uses."""
    columns = _columns(controls[:first])
    return Pilot(values[:first], controls[:first][:, columns]), controls[:, columns]


def stop(
    look: Callable[[int], Sequence[Wanted]], most: int, level: float = LEVEL, first: int = FIRST
) -> Reached:
    """Make replications until all that is wanted is known well enough, or `most` are made.

    `look(n)` makes them, up to n, and tells of all of them.
    """
    runs = min(first, most)
    while True:
        asked = look(runs)
        halves, need = _needed(asked, runs, level, first)
        enough = all(half <= each.half for half, each in zip(halves, asked, strict=True))
        if enough or runs >= most:
            return Reached(runs, tuple(halves), enough)
        runs = min(max(need, runs + 1), most)


def _needed(asked: Sequence[Wanted], runs: int, level: float, first: int) -> tuple[list[float], int]:
    """The half-widths now, and how many replications they ask for."""
    halves, need = [], runs
    for each in asked:
        found, controls = pilot(each.values, each.controls, first)
        t = quantile(level, found.freedom)
        halves.append(t * found.error(controls))
        if halves[-1] > each.half:
            need = max(need, ceil((t * found.deviation / each.half) ** 2))
    return halves, need


def _columns(controls: Floats) -> list[int]:
    """The controls that the first stage uses."""
    used = usable(controls)
    return [
        next(i for i in range(controls.shape[1]) if np.array_equal(controls[:, i], used[:, j]))
        for j in range(used.shape[1])
    ]
