"""What the demo shows: a world, or a baseline and its reform side by side, told in the order of time."""

import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import click
from msgspec import structs

from dossier.event import Begun, Message, Steered
from monitoring.query import WITH
from motcua.feed import TICK_HOURS, lines, ticked
from motcua.files import Line
from motcua.progress import Bar
from motcua.runs import midnight
from motcua.scoreboard import WORDS
from simulator.run import run as simulated
from simulator.scenario.levers import text
from simulator.scenario.model import Lever, Scenario

LONG = 60
"""Letters that a scenario's name may have."""


class World(NamedTuple):
    """A scenario, and the levers pulled in it."""

    scenario: Scenario
    levers: tuple[Lever, ...]


@dataclass(frozen=True)
class Demo:
    """What to show, and where."""

    named: str
    """The scenario as it was asked for: by its name or file."""
    scenario: Scenario
    levers: tuple[Lever, ...]
    seed: int
    start: date
    until: date
    serve: bool
    out: Path
    port: int
    lang: str
    stopped: threading.Event
    """Ends the simulation, which runs in a thread of its own, within a simulated day."""
    mark: str = ""
    """Ends the name of the reform."""

    @property
    def worlds(self) -> list[World]:
        """The baseline, and the reform if there is a lever; both have the same luck."""
        baseline = World(self.scenario, ())
        if not self.levers:
            return [baseline]
        return [baseline, World(structs.replace(self.scenario, name=reformed(self)), self.levers)]

    @property
    def names(self) -> list[str]:
        """The worlds' names on the topic."""
        return [world.scenario.name for world in self.worlds]

    def lasting(self) -> "Demo":
        """The same under names for this seed and these levers: a broker that lasts may hold other runs."""
        name = f"{self.scenario.name}-seed{self.seed}"
        levers = ";".join(map(text, self.levers)).encode()
        mark = f"-{blake2b(levers, digest_size=3).hexdigest()}"
        return replace(self, scenario=structs.replace(self.scenario, name=name), mark=mark)

    @property
    def command(self) -> str:
        """The command that compares the worlds in many runs, of which this one is the first."""
        world = f"reform={';'.join(map(text, self.levers))}"
        asked = ["--seed", self.seed, "--from", self.start, "--until", self.until]
        return shlex.join(map(str, ("motcua", "compare", self.named, "--world", world, *asked)))

    def messages(self) -> Iterator[Line]:
        """The worlds as they unfold, with the clock's ticks."""
        first = self.start - timedelta(days=self.scenario.warmup_days)
        days = [0] * len(self.worlds)
        with Bar(f"{WORDS[self.lang]['simulating']} {self.scenario.name}", (self.until - first).days) as bar:

            def counting(place: int) -> Callable[[datetime], None]:
                def progress(at: datetime) -> None:
                    if self.stopped.is_set():
                        raise click.Abort
                    days[place] = (at.date() - first).days
                    bar.to(min(days))

                return progress

            told = [self._facts(world, counting(place)) for place, world in enumerate(self.worlds)]
            yield from ticked(lines(side_by_side(told)), TICK_HOURS, midnight(self.until))

    def _facts(self, world: World, progress: Callable[[datetime], None]) -> Iterator[Message]:
        """A world's facts, after the word that the record begins here, and what holds from the beginning."""
        name, at = world.scenario.name, midnight(self.start)
        yield Begun(scenario=name, at=at)
        for lever in world.levers:
            if lever.on is None or lever.on < self.start:
                yield Steered(scenario=name, at=at, lever=text(lever))
        yield from simulated(world.scenario, self.seed, self.start, self.until, progress, world.levers)


def side_by_side(told: Sequence[Iterator[Message]]) -> Iterator[Message]:
    """The worlds' messages in one, in the order of simulated time; each world's own order stays."""
    return told[0] if len(told) == 1 else merge(*told, key=attrgetter("at"))


def reformed(demo: Demo) -> str:
    """The name of the world with the levers: it names them, without their settings, if there is room."""
    levers = "-".join(dict.fromkeys(lever.lever for lever in demo.levers))
    room = LONG - len(WITH + demo.mark)
    name = demo.scenario.name
    if len(name + levers) > room:
        levers = "reform"
    return f"{name[: room - len(levers)]}{WITH}{levers}{demo.mark}"
