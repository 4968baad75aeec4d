"""Calibration: the share of an official's day that one dossier gets, from each office's real on-time rate.

Offices share nobody, so all are calibrated at once: a run of the whole province is one trial of every office.
The same seed in every trial (common random numbers) makes the rate a smooth function of the share.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp, log

from simulator.calibration.count import by_office, counts
from simulator.scenario.model import Scenario

LEAST, MOST = 0.002, 1.0
"""Bounds of a share: an official with 500 dossiers in hand, and one who does nothing else."""


@dataclass(slots=True)
class _Search:
    """One office's search for the logarithm of its share; the rate rises with it."""

    goal: float
    x: float
    low: float = log(LEAST)
    high: float = log(MOST)
    tried: list[tuple[float, float]] = field(default_factory=list)

    def learn(self, rate: float) -> None:
        """Take the rate at `x`, and move `x` by the secant of the last two trials, inside what is known."""
        y = _logit(rate) - _logit(self.goal)
        self.low, self.high = (self.x, self.high) if y < 0 else (self.low, self.x)
        slope = 2.0
        if self.tried:
            x0, y0 = self.tried[-1]
            slope = min(max((y - y0) / (self.x - x0) if self.x != x0 else slope, 0.5), 8.0)
        self.tried.append((self.x, y))
        x = self.x - y / slope
        self.x = x if self.low < x < self.high else (self.low + self.high) / 2

    @property
    def best(self) -> float:
        """The share that came nearest."""
        return exp(min(self.tried, key=lambda trial: abs(trial[1]))[0])


def calibrate(
    build: Callable[[Mapping[str, float]], Scenario],
    goals: Mapping[str, float],
    shares: Mapping[str, float],
    trials: int = 6,
    *,
    seed: int = 1,
    processes: int = 2,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, float]:
    """Shares under which each office comes near its goal (on-time rate by decision 766).

    `build` makes the scenario of given shares (its staff may follow from them); `shares` is where to begin.
    """
    searches = {office: _Search(goal, log(shares[office])) for office, goal in goals.items()}
    for trial in range(trials):
        scenario = build({**shares, **{office: exp(s.x) for office, s in searches.items()}})
        found = by_office(counts(scenario, seed, processes=processes))
        missed = 0.0
        for office, search in searches.items():
            rate = found[office].rate if office in found else None
            if rate is not None:
                missed += abs(rate - search.goal) / len(searches)
                search.learn(rate)
        tell(
            f"trial {trial + 1} of {trials}: offices miss their rate by {100 * missed:.2f} points on average"
        )
    return {**shares, **{office: round(s.best, 4) for office, s in searches.items() if s.tried}}


def _logit(rate: float) -> float:
    rate = min(max(rate, 0.001), 0.999)
    return log(rate / (1 - rate))
