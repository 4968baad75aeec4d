"""Sensitivity: which uncertain parameters move an indicator, and how far they widen its interval.

All values of the parameters are run under the same seeds, so what differs between them is not luck.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite
from statistics import NormalDist
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.backends import Crew
from simulator.experiments.indices import Effect, Share, calls, latin, morris, sobol
from simulator.experiments.measures import Key, read
from simulator.experiments.parameters import Parameter, changed
from simulator.experiments.stats import LEVEL, Estimate, root_mean, spread, unknown
from simulator.experiments.worlds import World
from simulator.ground import Ground
from simulator.run import Simulation

Floats = NDArray[np.float64]
Method = Literal["morris", "sobol"]
METHODS: tuple[Method, ...] = ("morris", "sobol")
SIZES = {"morris": 10, "sobol": 64}
"""Trajectories of Morris, rows of Sobol."""
SEEDS = 4
"""Runs of each row of values."""
OUTER = 40
"""Rows of values for the interval."""
LUCK = 20
"""Runs of the scenario as it is."""
GRID = 101
"""Points for which a normal distribution stands."""

Progress = Callable[[int, int], object]
"""Runs done, and to be done."""


@dataclass(frozen=True)
class Question:
    """What is asked."""

    world: World
    parameters: tuple[Parameter, ...]
    indicator: Key
    method: Method = "morris"
    size: int = 10
    seeds: int = SEEDS
    outer: int = OUTER
    seed: int = 1
    start: date | None = None
    until: date | None = None

    @property
    def runs(self) -> int:
        """All that will be made."""
        rows = calls(self.method, len(self.parameters), self.size) + 2 * len(self.parameters)
        return LUCK + (rows + self.outer) * self.seeds


class Bar(NamedTuple):
    """One parameter at its ends, all others as they are."""

    low: float
    """The indicator with the lower value, and with the higher one."""
    high: float
    by: Estimate
    """The difference from the lower to the higher value, of pairs of runs with the same luck."""


class Widened(NamedTuple):
    """An indicator's interval, with the luck of runs and with inputs that are not known exactly."""

    usual: Estimate
    """The mean of the scenario as it is: luck alone."""
    mean: float
    """The mean over the values of the parameters."""
    low: float
    """The interval of the mean, with the inputs'."""
    high: float
    luck: float
    """Standard deviation of one run from luck."""
    inputs: float
    """Standard deviation of the mean from the inputs."""
    least: float
    """Within these lies one run, luck and inputs together."""
    most: float

    @property
    def share(self) -> float:
        """Of the variance of one run, what the inputs make."""
        both = self.luck**2 + self.inputs**2
        return self.inputs**2 / both if both else 0.0


@dataclass(frozen=True)
class Answer:
    """What moves the indicator, by parameter in the order of the question."""

    question: Question
    bars: tuple[Bar, ...]
    effects: tuple[Effect, ...]
    """Of Morris."""
    shares: tuple[Share, ...]
    """Of Sobol."""
    widened: Widened
    runs: int

    def plain(self) -> dict[str, Any]:
        """As JSON has it, the parameters that move most first; nan is null."""
        asked = self.question
        return {
            "scenario": asked.world.scenario.name,
            "levers": list(asked.world.words),
            "indicator": asked.indicator.indicator,
            "of": asked.indicator.of,
            "method": asked.method,
            "size": asked.size,
            "seeds": asked.seeds,
            "seed": asked.seed,
            "runs": self.runs,
            "parameters": [self._parameter(i) for i in self.order],
            "interval": {
                "usual": {name: _number(getattr(self.widened.usual, name)) for name in _ESTIMATE},
                "inputs_share": self.widened.share,
                **{name: _number(value) for name, value in self.widened._asdict().items() if name != "usual"},
            },
        }

    def _parameter(self, i: int) -> dict[str, Any]:
        parameter, bar = self.question.parameters[i], self.bars[i]
        found = {
            "parameter": parameter.path,
            "low": parameter.low,
            "high": parameter.high,
            "usual": parameter.usual,
            "at_low": _number(bar.low),
            "at_high": _number(bar.high),
            "difference": {name: _number(getattr(bar.by, name)) for name in _ESTIMATE},
        }
        if self.effects:
            found["morris"] = self.effects[i]._asdict()
        if self.shares:
            found["sobol"] = self.shares[i]._asdict()
        return found

    @property
    def order(self) -> list[int]:
        """The parameters, those that move most first."""
        size = [effect.mu_star for effect in self.effects] or [share.total for share in self.shares]
        return sorted(range(len(size)), key=lambda i: (-size[i], i))


_ESTIMATE = "mean", "low", "high"


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


class Row(NamedTuple):
    """A row of values to be run."""

    world: World
    seeds: tuple[int, ...]
    start: date | None
    until: date | None
    indicator: Key


def perform(row: Row) -> list[float]:
    """The indicator under each seed; nan where there is none."""
    ground = Ground(row.world.course)
    found = []
    for seed in row.seeds:
        run = Simulation(row.world.scenario, seed, row.start, row.until, ground=ground)
        run.run()
        found.append(read([run.outcome()]).get(row.indicator, np.nan))
    return found


def sensitivity(question: Question, crew: Crew, progress: Progress | None = None) -> Answer:
    """All of it; ValueError where the scenario has no such figure."""
    runs = _Runs(question, crew, progress)
    bounds = [(each.low, each.high) for each in question.parameters]
    usual = np.array([each.usual for each in question.parameters])
    base = runs.of(np.array([usual]), LUCK, whole=True)[0]
    if np.isnan(base).all():
        raise ValueError(f"{question.indicator.indicator} of {question.indicator.of or 'all'}: no run has it")
    ends = np.repeat(usual[None, :], 2 * len(bounds), axis=0)
    for i, (low, high) in enumerate(bounds):
        ends[2 * i, i], ends[2 * i + 1, i] = low, high
    corners = runs.of(ends, question.seeds)
    bars = tuple(_bar(corners[2 * i], corners[2 * i + 1]) for i in range(len(bounds)))
    outer = runs.of(latin(bounds, question.outer), question.seeds)

    def model(rows: Floats) -> Floats:
        return np.asarray(np.nanmean(runs.of(rows, question.seeds), axis=1))

    found = morris(model, bounds, question.size) if question.method == "morris" else []
    shares = sobol(model, bounds, question.size) if question.method == "sobol" else []
    return Answer(question, bars, tuple(found), tuple(shares), widened(base, outer), runs.done)


class _Runs:
    """Rows of values, each run under the same seeds."""

    def __init__(self, question: Question, crew: Crew, progress: Progress | None) -> None:
        self.question, self._crew, self._progress = question, crew, progress
        self.done = 0

    def of(self, rows: Floats, seeds: int, whole: bool = False) -> Floats:
        """The indicator: (rows, seeds). `whole`: one row whose runs are shared out."""
        step = 1 if whole else seeds
        tasks = list(self._tasks(rows, seeds, step))
        found: list[list[float]] = []
        for values in self._crew.map(perform, tasks):
            found.append(values)
            self.done += len(values)
            if self._progress is not None:
                self._progress(self.done, self.question.runs)
        return np.array(found).reshape(len(rows), seeds)

    def _tasks(self, rows: Floats, seeds: int, step: int) -> Iterator[Row]:
        asked = self.question
        for values in rows:
            scenario = changed(asked.world.scenario, asked.parameters, [float(each) for each in values])
            world = World("row", scenario, asked.world.levers)
            for first in range(0, seeds, step):
                part = tuple(range(asked.seed + first, asked.seed + first + step))
                yield Row(world, part, asked.start, asked.until, asked.indicator)


def _bar(low: Floats, high: Floats) -> Bar:
    apart = high - low
    apart = apart[~np.isnan(apart)]
    if len(apart) < 2:
        by = unknown(len(apart), float(apart.mean()) if len(apart) else np.nan)
    else:
        by = spread(float(apart.mean()), root_mean(apart), len(apart) - 1, len(apart))
    return Bar(float(np.nanmean(low)), float(np.nanmean(high)), by)


def widened(base: Floats, outer: Floats, level: float = LEVEL) -> Widened:
    """Luck and inputs told apart, by the analysis of variance of rows (inputs) and columns (seeds).

    `base`: runs of the scenario as it is; `outer`: (rows of values, seeds), all under the same seeds. What
    seeds do alike to all rows is luck too, and is taken from `base`.
    """
    base = base[~np.isnan(base)]
    outer = outer[~np.isnan(outer).any(axis=1)]
    rows, seeds = outer.shape
    means = outer.mean(axis=1)
    rest = outer - means[:, None] - outer.mean(axis=0)[None, :] + outer.mean()
    noise = float((rest**2).sum()) / max((rows - 1) * (seeds - 1), 1)
    between = max(float(means.var(ddof=1)) - noise / seeds, 0.0)
    luck = float(base.std(ddof=1))
    error = luck / len(base) ** 0.5
    usual = spread(float(base.mean()), error, len(base) - 1, len(base), level)
    mean = float(means.mean()) + float(base.mean()) - float(base[:seeds].mean())
    inputs = (means - means.mean()) * (between / max(float(means.var(ddof=1)), 1e-300)) ** 0.5
    chance = error * np.array([NormalDist().inv_cdf((i + 0.5) / GRID) for i in range(GRID)])
    low, high = _within(mean, inputs, chance, level)
    least, most = _within(mean, inputs, base - base.mean(), level)
    return Widened(usual, mean, low, high, luck, between**0.5, least, most)


def _within(mean: float, inputs: Floats, luck: Floats, level: float) -> tuple[float, float]:
    """Within which a sum of both lies: of every draw of the one with every draw of the other."""
    both = mean + inputs[:, None] + luck[None, :]
    low, high = np.quantile(both, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
