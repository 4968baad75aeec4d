"""Comparison: what each world is worth beside the baseline, with intervals, under the same luck."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from math import isnan, nan
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.engine.trouble import Trouble
from simulator.experiments import looks, stats
from simulator.experiments.backends import Backend, Crew
from simulator.experiments.controls import adjusted
from simulator.experiments.looks import FIRST, Reached, Wanted
from simulator.experiments.many import holm
from simulator.experiments.measures import Key
from simulator.experiments.runs import Experiment, Progress, Sample
from simulator.experiments.stats import LEVEL, Estimate
from simulator.experiments.worlds import World

Floats = NDArray[np.float64]
Interval = Literal["t", "bootstrap"]
By = Literal["level", "office", "pool"]
ON_TIME, WAIT = "on_time_rate_finished", "mean_wait_hours"
RESAMPLED = 8
"""Runs from which the bootstrap may be asked: of two its 95 % intervals never hold, of three in 83 %."""
RUNS = 20
"""Replications where nothing else is said."""
MOST = 1000
"""Replications at most where a precision is wanted."""


@dataclass(frozen=True)
class Figure:
    """One indicator of the baseline; bounds are None where too few replications have it."""

    indicator: str
    of: str
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Effect:
    """How far one indicator of a world lies from the baseline's under the same luck, on average."""

    world: str
    indicator: str
    of: str
    baseline: float
    value: float
    difference: float
    low: float | None
    high: float | None
    p: float | None
    """How likely so large a difference is if there is none."""
    holm: float | None
    """The same, corrected for how many are compared: the headlines of all worlds, or all else."""
    crn: float | None
    """Variance of independent runs over that of paired ones."""
    gain: float | None
    """Variance of independent runs over that of paired ones with control variates."""
    runs: int


@dataclass(frozen=True)
class Side:
    """A world that was run."""

    name: str
    levers: tuple[str, ...]
    officials: float
    """Full-time equivalents, all levers in force."""
    trouble: tuple[tuple[Trouble, int], ...]
    """What was wrong, and in how many replications."""


@dataclass(frozen=True)
class Precision:
    """A half-width that was wanted of a difference in an indicator of all offices, or some."""

    indicator: str
    of: str
    wanted: float
    reached: float | None
    """The widest of the worlds'."""


@dataclass(frozen=True)
class Comparison:
    """The answer; `plain` is its JSON."""

    scenario: str
    title: str
    start: date
    until: date
    dossiers: int | None
    warmup_days: int
    seed: int
    runs: int
    confidence: float
    interval: str
    controls: bool
    headline: Key
    """What the verdict is on: the first figure of which a precision was wanted, on time, or waits."""
    precision: tuple[Precision, ...]
    enough: bool
    """Whether each precision that was wanted is reached."""
    worlds: tuple[Side, ...]
    figures: tuple[Figure, ...]
    effects: tuple[Effect, ...]

    def effect(self, world: str, key: Key) -> Effect:
        """One effect; KeyError where there is none."""
        for each in self.effects:
            if (each.world, each.indicator, each.of) == (world, *key):
                return each
        raise KeyError((world, *key))

    def significant(self, effect: Effect) -> bool:
        """Whether chance alone does not explain it, with all that was compared in mind."""
        return effect.holm is not None and effect.holm < 1 - self.confidence

    def plain(self) -> dict[str, Any]:
        """As JSON has it; nan is null."""
        found = asdict(self)
        found["start"], found["until"] = self.start.isoformat(), self.until.isoformat()
        for side, each in zip(found["worlds"], self.worlds, strict=True):
            side["trouble"] = [
                {
                    "kind": trouble.kind,
                    "office": trouble.office,
                    "pool": trouble.pool,
                    "words": trouble.words,
                    "runs": runs,
                }
                for trouble, runs in each.trouble
            ]
        plain: dict[str, Any] = _plain(found)
        return plain


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a comparison, whoever does the runs."""

    seed: int = 1
    replications: int = RUNS
    precision: Mapping[Key, float] | None = None
    """Wanted half-widths of differences, in the indicators' units, in place of a number of replications."""
    most: int = MOST
    by: By | None = None
    start: date | None = None
    until: date | None = None
    dossiers: int | None = None
    confidence: float = LEVEL
    interval: Interval = "t"
    controls: bool = True


def compare(
    worlds: Sequence[World],
    question: Question | None = None,
    *,
    backend: Backend | Crew = "local",
    processes: int | None = None,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Each world beside the first; the same question has the same answer, whoever does the runs."""
    asked = question or Question()
    _check(worlds, asked)
    with Experiment(
        worlds,
        asked.seed,
        start=asked.start,
        until=asked.until,
        dossiers=asked.dossiers,
        backend=backend,
        processes=processes,
        checkpoint=checkpoint,
        progress=progress,
    ) as experiment:
        if not asked.precision:
            return conclude(experiment.to(asked.replications), asked)
        reached = _stopped(experiment, asked, asked.precision)
        return conclude(experiment.to(reached.runs), asked, reached)


def conclude(sample: Sample, asked: Question, reached: Reached | None = None) -> Comparison:
    """What a sample says."""
    scenario = sample.worlds[0].scenario
    keys = [key for key in sample.keys if _wanted(key, asked.by)]
    headline = _headline(sample, asked)
    effects = _corrected(list(_effects(sample, keys, asked, reached is not None)), headline)
    return Comparison(
        scenario=scenario.name,
        title=scenario.title,
        start=asked.start or scenario.start,
        until=asked.until or scenario.until,
        dossiers=asked.dossiers,
        warmup_days=scenario.warmup_days,
        seed=sample.seeds[0],
        runs=len(sample.seeds),
        confidence=asked.confidence,
        interval=asked.interval if reached is None else "two-stage t",
        controls=asked.controls,
        headline=headline,
        precision=_precision(sample, asked, reached),
        enough=reached is None or reached.enough,
        worlds=tuple(_side(sample, i) for i in range(len(sample.worlds))),
        figures=tuple(_figures(sample, keys, asked, reached is not None)),
        effects=tuple(effects),
    )


# -- estimates ---------------------------------------------------------------------------------------------


def _estimate(values: Floats, controls: Floats, asked: Question, staged: bool) -> Estimate:
    """The mean of a column with its interval."""
    if not asked.controls:
        controls = controls[:, :0]
    if not staged:
        return adjusted(values, controls, asked.confidence, asked.interval)
    there = ~np.isnan(values)
    values, controls = values[there], controls[there]
    if len(values) < FIRST or not values.std():
        return adjusted(values, controls, asked.confidence)
    first, used = looks.pilot(values, controls)
    return first.estimate(values, used, asked.confidence)


def _luck(sample: Sample, world: int, of: str) -> Floats:
    """The controls of a difference: the baseline's, and the world's own where its filings are others."""
    base = sample.control(0, of)
    return np.c_[base, sample.control(world, of)] if world else base


def _figures(sample: Sample, keys: Sequence[Key], asked: Question, staged: bool) -> Iterator[Figure]:
    for key in keys:
        found = _estimate(sample.of(0, key), _luck(sample, 0, key.of), asked, staged)
        if found.runs:
            yield Figure(*key, found.mean, _number(found.low), _number(found.high))


def _effects(sample: Sample, keys: Sequence[Key], asked: Question, staged: bool) -> Iterator[Effect]:
    for world in range(1, len(sample.worlds)):
        for key in keys:
            base, other = sample.of(0, key), sample.of(world, key)
            there = ~np.isnan(base) & ~np.isnan(other)
            if not there.any():
                continue
            base, other = base[there], other[there]
            found = _estimate(other - base, _luck(sample, world, key.of)[there], asked, staged)
            apart = float(base.var(ddof=1) + other.var(ddof=1)) / len(base) if len(base) > 1 else nan
            paired = float((other - base).var(ddof=1)) / len(base) if len(base) > 1 else nan
            middle = float(base.mean())
            yield Effect(
                world=sample.worlds[world].name,
                indicator=key.indicator,
                of=key.of,
                baseline=middle,
                value=float(other.mean()),
                difference=found.mean,
                low=_number(found.low),
                high=_number(found.high),
                p=_number(found.p) if found.runs > 1 else None,
                holm=None,
                crn=stats.ratio(apart, paired),
                gain=stats.ratio(apart, found.error**2),
                runs=found.runs,
            )


def _headline(sample: Sample, asked: Question) -> Key:
    wanted: list[Key] = list(asked.precision or ())
    for key in (*wanted, Key(ON_TIME)):
        if key in sample and not np.isnan(sample.of(0, key)).all():
            return key
    return Key(WAIT)


def _corrected(effects: Sequence[Effect], headline: Key) -> list[Effect]:
    """Each with its p-value among the headlines, or among all else."""
    found = {each: each.p for each in effects}
    for first in (True, False):
        family = [each for each in effects if ((each.indicator, each.of) == headline) is first]
        chances = holm([nan if each.p is None else each.p for each in family])
        found |= dict(zip(family, map(_number, chances), strict=True))
    return [replace(each, holm=found[each]) for each in effects]


def _side(sample: Sample, world: int) -> Side:
    each = sample.worlds[world]
    return Side(each.name, each.words, each.officials, tuple(sample.troubles[world].items()))


def _wanted(key: Key, by: By | None) -> bool:
    return not key.of or (by is not None and key.of.startswith(f"{by}:"))


# -- precision ---------------------------------------------------------------------------------------------


def _stopped(experiment: Experiment, asked: Question, precision: Mapping[Key, float]) -> Reached:
    """Replications until each precision is reached in each world."""

    def look(runs: int) -> list[Wanted]:
        sample = experiment.to(runs)
        return [
            Wanted(values, controls if asked.controls else controls[:, :0], half)
            for key, half in precision.items()
            for values, controls in _differences(sample, key)
        ]

    return looks.stop(look, asked.most, asked.confidence)


def _differences(sample: Sample, key: Key) -> Iterator[tuple[Floats, Floats]]:
    """What a precision is of: the difference of each world; the figure itself where there is one world."""
    if key not in sample:
        known = ", ".join(dict.fromkeys(each.of for each in sample.keys if each.of))
        raise ValueError(f"{key.indicator} of {key.of!r} is not there; known are {known}")
    others = range(1, len(sample.worlds))
    for world in others or (0,):
        values = sample.of(world, key) - (sample.of(0, key) if world else 0.0)
        there = ~np.isnan(values)
        yield values[there], _luck(sample, world, key.of)[there]


def _precision(sample: Sample, asked: Question, reached: Reached | None) -> tuple[Precision, ...]:
    if reached is None or not asked.precision:
        return ()
    each = max(len(sample.worlds) - 1, 1)
    found = []
    for i, (key, wanted) in enumerate(asked.precision.items()):
        halves = reached.halves[i * each : (i + 1) * each]
        found.append(Precision(*key, wanted, _number(max(halves))))
    return tuple(found)


def _check(worlds: Sequence[World], asked: Question) -> None:
    if not worlds:
        raise ValueError("there is no world to run")
    if asked.replications < 2:
        raise ValueError(f"replications must be 2 or more, is {asked.replications}: one run has no interval")
    if asked.interval == "bootstrap" and not asked.precision and asked.replications < RESAMPLED:
        raise ValueError(
            f"the bootstrap needs {RESAMPLED} replications or more, is {asked.replications}: "
            "of fewer its intervals are too narrow, those by t are not"
        )
    if not 0.5 <= asked.confidence < 1:
        raise ValueError(f"confidence must be from 0.5 to less than 1, is {asked.confidence}")
    if asked.precision and asked.most < FIRST:
        raise ValueError(f"most must be {FIRST} or more, is {asked.most}: so many come first")
    for key, half in (asked.precision or {}).items():
        if not half > 0:
            raise ValueError(f"the half-width of {key.indicator} must be more than 0, is {half}")


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
