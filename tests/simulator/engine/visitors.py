"""Tokens for pools by themselves: real dossiers on a plan of one step, and a day on which they come."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import sqrt
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from simulator.engine.dossier import Dossier
from simulator.engine.hours import Always, Hours, Weekly
from simulator.engine.pools import Pool, make
from simulator.engine.world import Hop, World
from simulator.scenario import model

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
OFFICE = Weekly([(d * DAY + a * HOUR, d * DAY + b * HOUR) for d in range(5) for a, b in ((8, 12), (13, 17))])
"""Monday to Friday, 8 to 12 and 13 to 17."""
MORNINGS = Weekly([(day * DAY + 8 * HOUR, day * DAY + 12 * HOUR) for day in range(5)])
HOURS: dict[str | None, Hours] = {None: OFFICE, "mornings": MORNINGS, "always": Always()}

T999 = 3.8834
"""Student's t, two-sided 99.9 %, 19 degrees of freedom: 20 replications."""


def visitor(
    name: str = "", step: str = "s", procedure: str = "p", field: str = "f", channel: Any = "online",
    due: float | None = None,
) -> Dossier:  # fmt: skip
    """A dossier that asks for a step of a procedure in a field."""
    dossier = Dossier()
    dossier.id, dossier.channel, dossier.due = name, channel, due
    dossier.plan, dossier.node = plan(procedure, field), node(step)
    return dossier


@cache
def plan(procedure: str, field: str) -> Any:
    """A procedure as a pool sees it."""
    return SimpleNamespace(key=procedure, procedure=SimpleNamespace(field=field), office="office")


@cache
def node(step: str) -> Any:
    """A step as a pool sees it."""
    return SimpleNamespace(name=step)


def pool(
    world: World, staff: float | Sequence[model.Official] = 1, share: float = 1.0, *, name: str = "pool",
    hours: Hours | None = None, leaves: bool = False, seed: int = 1, until: float = 365 * DAY,
    origin: int | None = None, calendars: dict[str | None, Hours] | None = None, **spec: Any,
) -> Pool:  # fmt: skip
    """A pool of an office that works at all hours, unless `hours` or `calendars` say otherwise."""
    by_name = HOURS | {None: hours or Always()} if calendars is None else calendars
    rules = model.Pool(agency="agency", **spec)
    return make(world, by_name.__getitem__, name, "office", rules, staff, share, seed, until, leaves, origin)


class Done(NamedTuple):
    """A visit that is over."""

    name: str
    asked: float
    began: float
    ended: float


class Play:
    """Visits to one pool as they come, and what is done to it meanwhile."""

    def __init__(self, world: World, where: Pool) -> None:
        self.world, self.pool = world, where
        self.over: list[Done] = []
        self._callbacks = (self._done,)

    def ask(self, at: float, seconds: float, dossier: Dossier) -> None:
        """The dossier comes at this instant."""
        self.do(at, lambda: self.pool.ask(seconds, dossier, self._callbacks))

    def do(self, at: float, what: Callable[[], Any]) -> None:
        """Something happens at this instant."""
        self.world.at(at, (lambda _: what(),), Hop(None))

    def run(self, until: float = 1e15) -> dict[str, Done]:
        """Everything before `until`; the visits by name."""
        self.world.advance(until)
        return {done.name: done for done in self.over}

    def _done(self, dossier: Dossier) -> None:
        self.over.append(Done(dossier.id, dossier.asked, dossier.began, self.world.now))


class Figures(NamedTuple):
    """Visits in the order of asking, as arrays; `began` is negative for who never was served."""

    asked: Any
    began: Any
    ended: Any

    @property
    def wait(self) -> Any:
        """Seconds from asking to the grant."""
        return self.began - self.asked


def stream(
    where: Callable[[World], Pool], asked: Any, seconds: Any, tokens: Iterable[Dossier] | None = None
) -> Figures:
    """Many visits through a pool, one after the other; quick."""
    world = World()
    mine = where(world)
    dossiers = list(tokens) if tokens is not None else [visitor() for _ in range(len(asked))]
    coming = iter(zip(asked.tolist(), seconds.tolist(), dossiers, strict=True))
    callbacks = (lambda dossier: setattr(dossier, "finished", world.now),)

    def arrive(dossier: Dossier) -> None:
        nonlocal work
        mine.ask(work, dossier, callbacks)
        following = next(coming, None)
        if following is not None:
            at, work, another = following
            world.at(at, arrivals, another)

    arrivals = (arrive,)
    at, work, first = next(coming)
    world.at(at, arrivals, first)
    for dossier in dossiers:
        dossier.began = -1.0
    world.advance(float(asked[-1]) + 1e9)
    began = np.array([dossier.began for dossier in dossiers])
    return Figures(
        np.asarray(asked),
        began,
        np.array([-1.0 if dossier.finished is None else dossier.finished for dossier in dossiers]),
    )


def agrees(estimates: Sequence[float], truth: float, within: float) -> None:
    """The truth lies in the 99.9 % interval of 20 replications, and that is no wider than `within` of it."""
    values = np.array(estimates)
    assert len(values) == 20
    half = T999 * values.std(ddof=1) / sqrt(len(values))
    assert half <= within * truth, f"an interval of ± {half / truth:.1%} shows nothing"
    assert abs(values.mean() - truth) <= half, f"{values.mean():.5f} ± {half:.5f}, not {truth:.5f}"
