"""The warm-up: how long the offices must be at work before their figures are those of every day.

MSER-5 (White, Cobb and Spratt, Winter Simulation Conference 2000) cuts a series where the rest has the least
standard error. The series is that of the dossiers in hand, day by day; a batch of five days is the working
week, so that the rhythm of the week does not count as unrest.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from simulator.engine.ledger import Case
from simulator.experiments.worlds import World
from simulator.run import Simulation, midnight
from simulator.scenario.outline import head

Floats = NDArray[np.float64]
BATCH = 5
WEEKS = 26
"""So long is looked before the run's first day, from empty offices on; fewer where very many file."""
LEAST_WEEKS, MOST_DOSSIERS = 8, 500_000
RUNS = 5
DAY = 86400


class WarmUp(NamedTuple):
    """What was found."""

    days: int
    settled: bool
    """Whether there was an end of it in the first half of the weeks that were looked at."""


def mser(series: Sequence[float] | Floats, batch: int = BATCH) -> tuple[int, bool]:
    """How many batches to leave out of a series, and whether that is less than half of them."""
    whole = len(series) // batch
    if whole < 2:
        raise ValueError(f"a series of {len(series)} is too short: {2 * batch} at least")
    means = np.asarray(series[: whole * batch], np.float64).reshape(whole, batch).mean(1)
    unrest = [float(means[cut:].var() / (whole - cut)) for cut in range(whole - 1)]
    cut = int(np.argmin(unrest[: whole // 2 + 1]))
    return cut, cut < whole // 2


def warm_up(world: World, seed: int, *, start: date | None = None, weeks: int | None = None) -> WarmUp:
    """Calendar days that the offices of a world need; its levers that are dated later have no part in it."""
    first = start or world.scenario.start
    weeks = weeks or _weeks(world)
    series = np.mean([_in_hand(world, seed + run, first, weeks) for run in range(RUNS)], axis=0)
    cut, settled = mser(series)
    return WarmUp(7 * cut, settled)


def _weeks(world: World) -> int:
    scenario = world.scenario
    a_week = head(scenario)["dossiers"] / max((scenario.until - scenario.start).days / 7, 1)
    return int(max(LEAST_WEEKS, min(WEEKS, MOST_DOSSIERS / RUNS / max(a_week, 1))))


def _in_hand(world: World, seed: int, until: date, weeks: int) -> Floats:
    """Dossiers in hand at the end of each Monday to Friday, from empty offices on."""
    start = until - timedelta(weeks=weeks, days=until.weekday())
    days = weeks * 7
    change = np.zeros(days + 1)
    origin = int(midnight(start))

    def count(case: Case) -> None:
        begun = case.submitted_at if case.accepted_at is None else case.accepted_at
        if begun is None:
            return
        change[min(max((begun - origin) // DAY, 0), days)] += 1
        if case.finished_at is not None:
            change[min(max((case.finished_at - origin) // DAY, 0), days)] -= 1

    cold = replace(world.scenario, warmup_days=0)
    last = start + timedelta(days=days)
    Simulation(cold, seed, start, last, levers=world.levers, cases=count).run()
    in_hand = np.cumsum(change)[:days].reshape(weeks, 7)
    return in_hand[:, :5].ravel()
