"""What is asked of a plan, and the answer as plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.judge import MOST, Average, Often, reached
from simulator.experiments.seats import Seat, Wish
from simulator.experiments.stats import LEVEL, Estimate, quantile, spread
from simulator.experiments.targets import Target
from simulator.experiments.trials import Bench, Plan
from simulator.experiments.worlds import World

Floats = NDArray[np.float64]
NOTHING = Wish()


@dataclass(frozen=True)
class Question:
    """What is asked of a plan."""

    world: World
    targets: tuple[Target, ...]
    probability: float = 0.95
    average: bool = False
    """Whether the mean over all runs shall reach the targets, and not `probability` of the runs."""
    wish: Wish = NOTHING
    seed: int = 1
    start: date | None = None
    until: date | None = None
    most: int = MOST
    """Runs of a plan at most."""
    reforms: bool = False
    """Whether levers are pulled, the best first, until staff can reach the targets."""

    @property
    def judge(self) -> Average | Often:
        """Who says whether a plan is good."""
        kind = Average if self.average else Often
        return kind(self.probability, self.most)


class Point(NamedTuple):
    """A plan and how it fared."""

    plan: Plan
    cost: float
    officials: float
    posts: int
    figures: tuple[Estimate, ...]
    """Of each target, the mean over the runs and its interval."""
    often: float
    """The share of the runs in which all targets were reached, and its interval."""
    low: float
    high: float
    runs: int


class Tried(NamedTuple):
    """A lever, pulled where everybody has posts enough."""

    lever: str
    figures: tuple[float, ...]
    gain: float
    """What it brings to the targets that are missed, in their hundredths."""
    often: float


@dataclass(frozen=True)
class Answer:
    """The plan, or why there is none."""

    question: Question
    world: World
    """With the levers that the plan needs."""
    seats: tuple[Seat, ...]
    loads: Mapping[str, float]
    """Posts that the work of each pool keeps busy on average."""
    best: Point | None
    """The plan, under fresh seeds; None where staff cannot reach the targets."""
    now: Point
    full: Point
    curve: tuple[Point, ...]
    tried: tuple[Tried, ...]
    """Levers, the best first, where staff alone cannot."""
    together: tuple[str, ...]
    """Levers with which staff can, where it cannot alone; none: not with all of them."""
    exact: bool
    """Whether all plans were tried or ruled out."""
    judged: int
    runs: int

    def levers(self, plan: Plan) -> Iterator[str]:
        """The levers that give a plan's staff, where it is not that of the scenario as it is."""
        for seat, posts in zip(self.seats, plan, strict=True):
            for pool in seat.pools:
                office, slash, name = pool.rpartition("/")
                where = f"office={office},pool={name}" if slash else f"pool={pool}"
                if posts != seat.now:
                    yield f"staff:{where},set={posts * seat.share:.9g}"

    def overrun(self, plan: Plan) -> list[str]:
        """Pools of which a plan asks more work than its posts can do: their queues grow and grow."""
        return [
            pool
            for seat, posts in zip(self.seats, plan, strict=True)
            for pool in seat.pools
            if self.loads.get(pool, 0.0) > posts
        ]

    def plain(self) -> dict[str, Any]:
        """As JSON has it; nan is null."""
        asked = self.question
        return {
            "scenario": self.world.scenario.name,
            "levers": list(self.world.words),
            "targets": [target.text for target in asked.targets],
            "probability": asked.probability,
            "average": asked.average,
            "seed": asked.seed,
            "reached": self.best is not None,
            "plan": self.best and self._point(self.best),
            "staff_levers": list(self.levers(self.best.plan)) if self.best else [],
            "overrun": self.overrun(self.best.plan) if self.best else [],
            "today": self._point(self.now),
            "enough_for_all": self._point(self.full),
            "curve": [self._point(point) for point in self.curve],
            "pools": [
                {
                    "pool": pool,
                    "share": seat.share,
                    "cost_of_post": seat.cost / len(seat.pools),
                    "load": self.loads.get(pool),
                    "today": seat.now,
                    "posts": self.best.plan[i] if self.best else None,
                    "officials": round(self.best.plan[i] * seat.share, 9) if self.best else None,
                }
                for i, seat in enumerate(self.seats)
                for pool in seat.pools
            ],
            "tried_levers": [
                {
                    "lever": t.lever,
                    "figures": [_number(f) for f in t.figures],
                    "gain": t.gain,
                    "often": t.often,
                }
                for t in self.tried
            ],
            "levers_together": list(self.together),
            "exact": self.exact,
            "judged": self.judged,
            "runs": self.runs,
        }

    def _point(self, point: Point) -> dict[str, Any]:
        return {
            "cost": point.cost,
            "officials": point.officials,
            "posts": point.posts,
            "staff": {pool: n for s, n in zip(self.seats, point.plan, strict=True) for pool in s.pools},
            "figures": [
                {"target": t.text, "mean": _number(f.mean), "low": _number(f.low), "high": _number(f.high)}
                for t, f in zip(self.question.targets, point.figures, strict=True)
            ],
            "often": {"share": point.often, "low": point.low, "high": point.high},
            "runs": point.runs,
        }


def measured(bench: Bench, plan: Plan, runs: int) -> Point:
    """How a plan fares in so many runs, or in as many as there are."""
    runs = max(runs, bench.made(plan))
    sums = bench.sums(plan, runs)
    good = reached(bench.slack(sums))
    low, high = wilson(int(good.sum()), runs)
    return Point(
        plan, bench.cost(plan), bench.officials(plan), bench.posts(plan),
        tuple(estimate(column) for column in bench.figures(sums).T), float(good.mean()), low, high, runs,
    )  # fmt: skip


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def estimate(values: Floats) -> Estimate:
    """The mean of runs that have the figure, with its t interval."""
    known = values[~np.isnan(values)]
    runs = len(known)
    if runs < 2:
        return Estimate(float(known.mean()) if runs else np.nan, np.nan, np.nan, np.nan, 0, runs)
    return spread(float(known.mean()), float(known.std(ddof=1)) / sqrt(runs), runs - 1, runs)


def wilson(good: int, runs: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's interval of a share (Journal of the American Statistical Association 22, 1927)."""
    z = quantile(level, 10**6)
    middle = (good + z * z / 2) / (runs + z * z)
    half = z * sqrt(good * (runs - good) / runs + z * z / 4) / (runs + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)
