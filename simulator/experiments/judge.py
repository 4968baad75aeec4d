"""Judges: whether a plan reaches the targets, after as few runs as will tell; no rule of chance is broken by
looking often.

`Often`: at least the share `probability` of the runs reach all targets. Wald's sequential test of that share
(Annals of Mathematical Statistics 16, 1945), indifferent within `zone` of it.
`Average`: the mean over all runs reaches every target, and one is sure of it with `probability`. Fabian's
triangle (Annals of Statistics 2, 1974), as Kim and Nelson use it (ACM TOMACS 11, 2001), against a standard;
indifferent within `zone` hundredths of it.
"""

from dataclasses import dataclass
from math import log
from statistics import NormalDist
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.targets import SLACK

Floats = NDArray[np.float64]
ERROR = 0.05
"""How often a verdict may be wrong of a plan outside of the zone, in either direction."""
FIRST = 12
"""Runs from which the spread is learnt."""
MOST = 400
"""Runs of a plan at most."""


class Judge(Protocol):
    """Says of slacks (runs, targets) whether a plan is good; None: more runs are needed."""

    most: int

    @property
    def unlucky(self) -> float:
        """The run that shall still reach the targets: so many standard deviations below the mean."""

    def verdict(self, slack: Floats, sizes: Floats) -> bool | None:
        """`sizes`: the slack of one hundredth of each target."""


@dataclass(frozen=True)
class Often(Judge):
    """In `probability` of the runs all targets are reached."""

    probability: float = 0.95
    most: int = MOST
    error: float = ERROR

    @property
    def unlucky(self) -> float:
        """As if runs were normal."""
        return NormalDist().inv_cdf(self.probability)

    @property
    def zone(self) -> float:
        """Half of the width of what may be decided either way."""
        return min(0.05, 0.4 * min(self.probability, 1 - self.probability))

    def verdict(self, slack: Floats, sizes: Floats) -> bool | None:  # noqa: ARG002 (a count of runs)
        """By Wald's test, at the first run at which it ends; by the share itself after `most` runs."""
        good = reached(slack)
        bad, fine = self.probability - self.zone, self.probability + self.zone
        steps = np.where(good, log(fine / bad), log((1 - fine) / (1 - bad)))
        walk = np.cumsum(steps)
        bound = log((1 - self.error) / self.error)
        ended = np.flatnonzero(np.abs(walk) >= bound)
        if len(ended) and ended[0] < self.most:
            return bool(walk[ended[0]] > 0)
        if len(slack) < self.most:
            return None
        return bool(good[: self.most].mean() >= self.probability)


@dataclass(frozen=True)
class Average(Judge):
    """The mean over all runs reaches every target, with `probability` at the zone's edge."""

    probability: float = 0.95
    most: int = MOST
    zone: float = 0.2
    unlucky: float = 0.0

    def verdict(self, slack: Floats, sizes: Floats) -> bool | None:
        """Good if every target is; bad as soon as one of them is not."""
        found = [self._one(slack[:, i], self.zone * sizes[i], slack.shape[1]) for i in range(slack.shape[1])]
        if any(each is False for each in found):
            return False
        return None if any(each is None for each in found) else True

    def _one(self, slack: Floats, zone: float, targets: int) -> bool | None:
        if len(slack) < FIRST:
            return None
        error = (1 - self.probability) / targets
        eta = ((2 * error) ** (-2 / (FIRST - 1)) - 1) / 2
        spread = 2 * eta * (FIRST - 1) * float(slack[:FIRST].var(ddof=1))
        runs = np.arange(FIRST, len(slack) + 1)
        room = np.maximum(spread / (2 * zone) - zone * runs / 2, 0.0) if zone else np.zeros(len(runs))
        walk = np.cumsum(slack)[FIRST - 1 :]
        ended = np.flatnonzero(np.abs(walk) >= room)
        if len(ended) and runs[ended[0]] <= self.most:
            return bool(walk[ended[0]] >= -SLACK)
        return bool(walk[self.most - FIRST] >= -SLACK) if len(slack) >= self.most else None


def reached(slack: Floats) -> NDArray[np.bool_]:
    """In which runs all targets are reached."""
    return np.asarray((slack >= -SLACK).all(axis=1))
