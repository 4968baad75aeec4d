"""Trials: how plans fare under the same seeds, each part of a province run alone and never twice.

A part has the same luck alone as in the whole, so what a plan comes to is the sum of its parts.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.backends import Crew
from simulator.experiments.seats import Group, Seat, groups, staffed
from simulator.experiments.targets import Target, parts
from simulator.experiments.worlds import World
from simulator.ground import Ground, Weeks
from simulator.run import Simulation

Floats = NDArray[np.float64]
Plan = tuple[int, ...]
"""Posts of each seat."""
BLOCK = 4
"""Runs that are done at a time; it is the same for any number of processes."""
KEPT = 24
"""Grounds that a process remembers."""
FILED = 150_000
"""Filings whose luck a process remembers, for other plans under the same seeds."""


class Trial(NamedTuple):
    """Offices to run with so many officials, under a block of seeds."""

    world: World
    digest: str
    offices: tuple[str, ...]
    officials: tuple[tuple[str, float], ...]
    targets: tuple[Target, ...]
    seeds: tuple[int, ...]
    start: date | None
    until: date | None


_grounds: "OrderedDict[tuple[object, ...], Ground]" = OrderedDict()
_filed: "OrderedDict[tuple[object, ...], tuple[Weeks, int]]" = OrderedDict()
"""By offices and seed, the weeks and how many filings they have."""


def perform(trial: Trial) -> list[list[list[float]]]:
    """What the offices add to each target: (seeds, targets, 2)."""
    ground = _ground(trial)
    found = []
    for seed in trial.seeds:
        weeks = _weeks(trial, seed)
        run = Simulation(
            trial.world.scenario,
            seed,
            trial.start,
            trial.until,
            only=trial.offices,
            ground=ground,
            weeks=weeks,
        )
        run.run()
        found.append(parts(trial.targets, run.outcome()).tolist())
        _keep(trial, seed, weeks)
    return found


def _weeks(trial: Trial, seed: int) -> Weeks:
    """What was filed under a seed, as far as it is remembered."""
    weeks, _ = _filed.pop((trial.world.scenario.name, trial.offices, seed), ({}, 0))
    return weeks


def _keep(trial: Trial, seed: int, weeks: Weeks) -> None:
    """Remember what was filed, and forget what was asked for longest ago."""
    size = sum(len(filings) for filings, _ in weeks.values())
    _filed[trial.world.scenario.name, trial.offices, seed] = weeks, size
    while sum(size for _, size in _filed.values()) > FILED:
        _filed.popitem(last=False)


def _ground(trial: Trial) -> Ground:
    key = trial.digest, trial.officials
    found = _grounds.pop(key, None) or Ground(staffed(trial.world.course, dict(trial.officials)))
    _grounds[key] = found
    while len(_grounds) > KEPT:
        _grounds.popitem(last=False)
    return found


class Bench:
    """Plans of a world's seats, and how they fare; runs are kept."""

    def __init__(
        self,
        world: World,
        chosen: Sequence[Seat],
        targets: Sequence[Target],
        crew: Crew,
        *,
        seed: int = 1,
        start: date | None = None,
        until: date | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.world, self.seats, self.targets = world, tuple(chosen), tuple(targets)
        self.groups = groups(world.course, chosen)
        self.of = {seat: g for g, group in enumerate(self.groups) for seat in group.seats}
        """The group of a seat."""
        self.runs = 0
        """Runs of a group so far."""
        self._crew, self._seed, self._days = crew, seed, (start, until)
        self._progress = progress
        self._digest = world.digest
        self._rows: dict[tuple[int, Plan], list[Floats]] = {}

    def fresh(self, seed: int) -> "Bench":
        """The same seats with other luck."""
        start, until = self._days
        return Bench(
            self.world, self.seats, self.targets, self._crew,
            seed=seed, start=start, until=until, progress=self._progress,
        )  # fmt: skip

    def cost(self, plan: Plan) -> float:
        """Of all seats, in officials (or what they were said to cost)."""
        return round(sum(seat.cost * posts for seat, posts in zip(self.seats, plan, strict=True)), 9)

    def officials(self, plan: Plan) -> float:
        """Full-time officials in all seats."""
        return round(sum(s.share * n * len(s.pools) for s, n in zip(self.seats, plan, strict=True)), 9)

    def posts(self, plan: Plan) -> int:
        """Posts in all pools."""
        return sum(n * len(s.pools) for s, n in zip(self.seats, plan, strict=True))

    def staff(self, plan: Plan) -> dict[str, float]:
        """Officials by pool."""
        return {
            pool: round(posts * seat.share, 9)
            for seat, posts in zip(self.seats, plan, strict=True)
            for pool in seat.pools
        }

    def sums(self, plan: Plan, runs: int) -> Floats:
        """`over` and `under` of each target in the first so many runs: (runs, targets, 2)."""
        return self.several([plan], runs)[0]

    def several(self, plans: Sequence[Plan], runs: int) -> list[Floats]:
        """The same of some plans; whoever is free does the next block."""
        self._run([(g, self._own(g, plan)) for plan in plans for g in range(len(self.groups))], runs)
        return [self._added(plan, runs) for plan in plans]

    def parts(self, wanted: Sequence[tuple[int, Plan]], runs: int) -> list[Floats]:
        """The same of single groups of plans."""
        keys = [(group, self._own(group, plan)) for group, plan in wanted]
        self._run(keys, runs)
        return [np.array(self._rows[key][:runs]) for key in keys]

    def made(self, plan: Plan) -> int:
        """Runs of this plan that are there."""
        return min(len(self._rows.get((g, self._own(g, plan)), [])) for g in range(len(self.groups)))

    def slack(self, sums: Floats) -> Floats:
        """By how much each target is reached in each run: (runs, targets)."""
        return np.column_stack([t.slack(sums[:, i, 0], sums[:, i, 1]) for i, t in enumerate(self.targets)])

    def figures(self, sums: Floats) -> Floats:
        """The targets' figures in each run: (runs, targets)."""
        return np.column_stack([t.figure(sums[:, i, 0], sums[:, i, 1]) for i, t in enumerate(self.targets)])

    def _added(self, plan: Plan, runs: int) -> Floats:
        rows = (np.array(self._rows[g, self._own(g, plan)][:runs]) for g in range(len(self.groups)))
        return reduce(np.add, rows)

    def _own(self, group: int, plan: Plan) -> Plan:
        return tuple(plan[seat] for seat in self.groups[group].seats)

    def _run(self, wanted: Iterable[tuple[int, Plan]], runs: int) -> None:
        """Make the runs that are missing, whole blocks of them."""
        whole = -(-runs // BLOCK) * BLOCK
        missing = [
            (key, first)
            for key in dict.fromkeys(wanted)
            for first in range(len(self._rows.setdefault(key, [])), whole, BLOCK)
        ]
        tasks = [self._trial(self.groups[g], own, first) for (g, own), first in missing]
        for (key, _), found in zip(missing, self._crew.map(perform, tasks), strict=True):
            self._rows[key] += [np.array(row) for row in found]
            self.runs += len(found)
            if self._progress is not None:
                self._progress(len(found))

    def _trial(self, group: Group, own: Plan, first: int) -> Trial:
        seats = [self.seats[seat] for seat in group.seats]
        officials = self._officials(seats, own)
        seeds = tuple(range(self._seed + first, self._seed + first + BLOCK))
        return Trial(self.world, self._digest, group.offices, officials, self.targets, seeds, *self._days)

    @staticmethod
    def _officials(seats: Iterable[Seat], own: Plan) -> tuple[tuple[str, float], ...]:
        return tuple(
            (pool, round(posts * seat.share, 9))
            for seat, posts in zip(seats, own, strict=True)
            for pool in seat.pools
        )


def changed(plan: Plan, by: Mapping[int, int]) -> Plan:
    """The plan with so many posts more or fewer in these seats."""
    return tuple(posts + by.get(i, 0) for i, posts in enumerate(plan))
