"""Worlds: a scenario as it is, and what levers would make of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace

from simulator.scenario.levers import Course, course, parse, text
from simulator.scenario.model import Lever, Scenario, ScenarioError
from simulator.scenario.outline import places

BASELINE = "baseline"


@dataclass(frozen=True)
class World:
    """A scenario with levers pulled, by a name of its own within an experiment."""

    name: str
    scenario: Scenario
    levers: tuple[Lever, ...] = ()

    @cached_property
    def course(self) -> Course:
        """The scenario in time, its levers applied; ScenarioError where one does not fit."""
        return course(self.scenario, self.levers)

    @cached_property
    def digest(self) -> str:
        """What is the same where scenario and levers are, whatever the name."""
        whole = msgspec.json.encode([self.scenario, self.levers], order="sorted")
        return blake2b(whole, digest_size=16).hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process, which applies the levers itself."""
        return {name: value for name, value in self.__dict__.items() if name != "course"}

    @property
    def words(self) -> tuple[str, ...]:
        """The levers as they are written."""
        return tuple(text(lever) for lever in self.levers)

    @property
    def officials(self) -> float:
        """Officials of all pools and centres in full-time equivalents, when all levers are in force."""
        scenario = self.course.changes[-1] if self.course.changes else None
        last = scenario.scenario if scenario else self.course.first
        return sum(each.staff for _, each in places(last))


def of(scenario: Scenario, levers: Iterable[str] = (), worlds: Iterable[str] = ()) -> list[World]:
    """The baseline, a world for each lever, and those written as "NAME=lever;lever"."""
    found = [World(BASELINE, scenario)]
    found += [World(lever, scenario, (parse(lever),)) for lever in levers]
    found += [named(scenario, world) for world in worlds]
    return checked(found)


def named(scenario: Scenario, written: str) -> World:
    """The world written as "NAME=lever;lever"; ScenarioError says what is wrong."""
    name, equals, rest = written.partition("=")
    name = name.strip()
    if not equals or not name or ":" in name:
        raise ScenarioError(f'world {written!r}: write "NAME=LEVER;LEVER", as "both=edd;e-signature"')
    levers = tuple(parse(part.strip()) for part in rest.split(";") if part.strip())
    return World(name, scenario, levers)


def checked(worlds: Sequence[World]) -> list[World]:
    """The worlds, if their names differ and their levers fit; ScenarioError otherwise."""
    seen: set[str] = set()
    for world in worlds:
        if world.name in seen:
            raise ScenarioError(f"two worlds are called {world.name!r}: give each a name of its own")
        seen.add(world.name)
        world.course  # noqa: B018 (levers are applied here, and may not fit)
    return list(worlds)


def warmed(world: World, days: int) -> World:
    """The world with its offices at work for so many days before the run's first."""
    return World(world.name, replace(world.scenario, warmup_days=days), world.levers)
