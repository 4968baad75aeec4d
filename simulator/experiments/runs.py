"""Replications: every world under the same seeds, so that they share their luck (common random numbers).

Replication r of seed s has the seed s + r: `motcua simulate --seed 7` repeats the one with 7.
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from simulator.engine.trouble import Trouble
from simulator.experiments import backends
from simulator.experiments.backends import Backend, Crew
from simulator.experiments.checkpoint import Checkpoint, Row
from simulator.experiments.known import Known, Loads
from simulator.experiments.measures import Key, read
from simulator.experiments.worlds import World
from simulator.ground import Ground, Weeks
from simulator.run import Simulation

Floats = NDArray[np.float64]
Progress = Callable[[int, int], object]
"""Replications done, and to be done."""
SHARED = 100_000
"""Filings of a run up to which its worlds share them; to draw more again costs less than to keep them."""
KEPT = 12
"""Worlds whose ground is kept in a process."""


class Task(NamedTuple):
    """One replication: worlds to run under a seed."""

    worlds: tuple[World, ...]
    seed: int
    start: date | None = None
    until: date | None = None
    dossiers: int | None = None


def perform(task: Task) -> Row:
    """One replication, as it is kept in a checkpoint."""
    weeks: Weeks | None = {} if len(task.worlds) > 1 and _few(task) else None
    return {"worlds": [_run(world, task, weeks) for world in task.worlds]}


def _few(task: Task) -> bool:
    """Whether the filings of a run may all be kept, for the next world to have them too."""
    scenario = task.worlds[0].scenario
    begin = (task.start or scenario.start) - timedelta(days=scenario.warmup_days)
    days = ((task.until or scenario.until) - begin).days
    volume = sum(office.volume + sum(office.volumes.values()) for office in scenario.offices.values())
    return volume * days <= SHARED * (scenario.until - scenario.start).days


_grounds: "OrderedDict[str, tuple[Ground, Loads]]" = OrderedDict()


def ground(world: World) -> tuple[Ground, Loads]:
    """What this process knows of a world from earlier runs."""
    found = _grounds.pop(world.digest, None) or (Ground(world.course), Loads())
    _grounds[world.digest] = found
    while len(_grounds) > KEPT:
        _grounds.popitem(last=False)
    return found


def _run(world: World, task: Task, weeks: Weeks | None) -> Row:
    base, loads = ground(world)
    known = Known(base, loads, task.dossiers)
    simulation = Simulation(
        world.scenario,
        task.seed,
        task.start,
        task.until,
        dossiers=task.dossiers,
        ground=base,
        drawn=known.drawn,
        weeks=weeks,
    )
    if task.dossiers is None:
        known.end = simulation.end
    simulation.run()
    outcome = simulation.outcome()
    values, controls = read([outcome]), known.controls()
    return {
        "keys": tuple(values),
        "values": list(values.values()),
        "known": tuple(controls),
        "controls": list(controls.values()),
        "trouble": [list(trouble) for trouble in outcome.trouble],
    }


@dataclass(frozen=True)
class Sample:
    """What replications came to; rows are in the order of the seeds."""

    worlds: tuple[World, ...]
    seeds: tuple[int, ...]
    keys: tuple[Key, ...]
    values: tuple[Floats, ...]
    """A world each: (replications, keys); nan where a run has no such figure."""
    known: tuple[Key, ...]
    """Names of the controls, `filings` and `work` (see `known.py`)."""
    controls: tuple[Floats, ...]
    """A world each: (replications, controls); their means are 0."""
    troubles: tuple[Mapping[Trouble, int], ...]
    """A world each: what was wrong, as the first told it, and in how many replications."""

    @cached_property
    def _places(self) -> dict[Key, int]:
        return {key: i for i, key in enumerate(self.keys)}

    def __contains__(self, key: Key) -> bool:
        return key in self._places

    def place(self, world: str | int) -> int:
        """Which world this is, by its name or number."""
        if isinstance(world, int):
            return world
        return [each.name for each in self.worlds].index(world)

    def of(self, world: str | int, key: Key) -> Floats:
        """A figure in each replication of a world."""
        return self.values[self.place(world)][:, self._places[key]]

    def control(self, world: str | int, of: str) -> Floats:
        """The controls of all (""), a level, an office or a pool: (replications, controls).

        A pool has those of its office, a centre those of all.
        """
        if of.startswith("pool:"):
            office, _, pool = of.removeprefix("pool:").rpartition("/")
            of = f"office:{office}" if pool and office else ""
        columns = [i for i, key in enumerate(self.known) if key.of == of]
        return self.controls[self.place(world)][:, columns]


class Experiment(AbstractContextManager["Experiment"]):
    """Worlds to be run under more and more seeds, from `seed` on, until enough is known."""

    def __init__(  # noqa: PLR0913 (what an experiment may be given)
        self,
        worlds: Sequence[World],
        seed: int = 1,
        *,
        start: date | None = None,
        until: date | None = None,
        dossiers: int | None = None,
        backend: Backend | Crew = "local",
        processes: int | None = None,
        checkpoint: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        if seed < 0:
            raise ValueError(f"seed must be 0 or more, is {seed}")
        self.worlds, self.seed = tuple(worlds), seed
        self._when = start, until, dossiers
        self._backend, self._processes, self._path = backend, processes, checkpoint
        self._progress = progress
        self._rows: dict[int, Row] = {}
        self._names: dict[tuple[Key, ...], tuple[Key, ...]] = {}
        self._stack = ExitStack()
        self._crew: Crew | None = None
        self._checkpoint: Checkpoint | None = None
        for world in self.worlds:  # what does not fit is said here, and not in another process
            Simulation(world.scenario, seed, start, until, dossiers=dossiers, ground=ground(world)[0])

    def __enter__(self) -> Self:
        """The checkpoint is read, if there is one."""
        if self._path is not None:
            self._checkpoint = self._stack.enter_context(Checkpoint(self._path, self._asked()))
            self._rows = {seed: self._kept(row) for seed, row in self._checkpoint.rows.items()}
            self._checkpoint.rows.clear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def to(self, count: int) -> Sample:
        """The first so many replications; those that are done are not done again."""
        seeds = range(self.seed, self.seed + count)
        missing = [seed for seed in seeds if seed not in self._rows]
        done = count - len(missing)
        if self._progress is not None:
            self._progress(done, count)
        for seed, row in zip(missing, self._work(missing), strict=True):
            if self._checkpoint is not None:
                self._checkpoint.add(seed, row)
            self._rows[seed] = self._kept(row)
            done += 1
            if self._progress is not None:
                self._progress(done, count)
        return sample(self.worlds, seeds, [self._rows[seed] for seed in seeds])

    def _kept(self, row: Row) -> Row:
        """The same in little memory: names that are alike are one, numbers are an array."""
        for world in row["worlds"]:
            for name in ("keys", "known"):
                world[name] = self._names.setdefault(world[name], world[name])
            world["values"] = np.array(world["values"])
        return row

    def _work(self, seeds: Sequence[int]) -> Iterator[Row]:
        if not seeds:
            return iter(())
        if self._crew is None:
            self._crew = (
                self._stack.enter_context(backends.crew(self._backend, self._processes))
                if isinstance(self._backend, str)
                else self._backend
            )
        return self._crew.map(perform, [Task(self.worlds, seed, *self._when) for seed in seeds])

    def _asked(self) -> dict[str, object]:
        """What must be the same for runs to be those of this experiment."""
        start, until, dossiers = self._when
        digests = [f"{world.name} {world.digest}" for world in self.worlds]
        return {
            "scenario": self.worlds[0].scenario.name,
            "worlds": [world.name for world in self.worlds],
            "from": start and start.isoformat(),
            "until": until and until.isoformat(),
            "dossiers": dossiers,
            "seed": self.seed,
            "digest": blake2b(json.dumps(digests).encode(), digest_size=16).hexdigest(),
        }


def replicate(  # noqa: PLR0913 (what an experiment may be given)
    worlds: Sequence[World],
    seeds: range | int,
    *,
    start: date | None = None,
    until: date | None = None,
    dossiers: int | None = None,
    backend: Backend | Crew = "local",
    processes: int | None = None,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> Sample:
    """Every world under every seed of a range; for a number n, the seeds from 1 to n."""
    seeds = range(1, seeds + 1) if isinstance(seeds, int) else seeds
    with Experiment(
        worlds,
        seeds.start,
        start=start,
        until=until,
        dossiers=dossiers,
        backend=backend,
        processes=processes,
        checkpoint=checkpoint,
        progress=progress,
    ) as experiment:
        return experiment.to(len(seeds))


def sample(worlds: Sequence[World], seeds: Sequence[int], rows: Sequence[Row]) -> Sample:
    """The rows of replications put together; a figure that a run has not is nan."""
    keys = _union([row["worlds"][w]["keys"] for row in rows for w in range(len(worlds))])
    known = _union([row["worlds"][w]["known"] for row in rows for w in range(len(worlds))])
    values, controls, troubles = [], [], []
    for w in range(len(worlds)):
        of = [row["worlds"][w] for row in rows]
        values.append(_table(keys, [(run["keys"], run["values"]) for run in of], np.nan))
        controls.append(_table(known, [(run["known"], run["controls"]) for run in of], 0.0))
        troubles.append(_troubles([run["trouble"] for run in of]))
    return Sample(
        tuple(worlds),
        tuple(seeds),
        tuple(keys),
        tuple(values),
        tuple(known),
        tuple(controls),
        tuple(troubles),
    )


def _union(lists: Sequence[tuple[Key, ...]]) -> dict[Key, int]:
    found: dict[Key, None] = {}
    last = None
    for keys in lists:
        if keys != last:
            found |= dict.fromkeys(keys)
            last = keys
    return {key: i for i, key in enumerate(found)}


def _table(
    places: Mapping[Key, int], rows: Sequence[tuple[tuple[Key, ...], Sequence[float]]], empty: float
) -> Floats:
    table = np.full((len(rows), len(places)), empty)
    last: tuple[Key, ...] | None = None
    columns: list[int] = []
    for i, (keys, values) in enumerate(rows):
        if keys != last:
            columns, last = [places[key] for key in keys], keys
        table[i, columns] = values
    return table


def _troubles(rows: Sequence[Sequence[Sequence[Any]]]) -> dict[Trouble, int]:
    """What was wrong in any of the replications, by kind and place, and in how many."""
    counts: Counter[tuple[Any, ...]] = Counter()
    first: dict[tuple[Any, ...], Trouble] = {}
    for found in rows:
        for kind, office, pool, cause, told, drained in found:
            trouble = Trouble(
                kind, office, pool, cause, tuple((name, value) for name, value in told), drained
            )
            counts[trouble[:3]] += 1
            first.setdefault(trouble[:3], trouble)
    return {first[place]: counts[place] for place in sorted(counts)}
