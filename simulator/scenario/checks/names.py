"""The names of a scenario, gathered once: what may be referred to, and which work comes to whom."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from simulator.scenario.model import Branch, External, Parallel, Payment, Scenario, Step, Work

CALENDARS = ("office", "saturday-morning", "always")
"""Calendars that need no description: a ward's hours, with Saturday mornings, and none at all."""
CHANNELS = ("online", "in_person", "post")

Named = Work | External | Payment


class Task(NamedTuple):
    """Work that comes to a pool: a step of a procedure, or the counter's ("" where it has no name)."""

    step: str
    procedure: str
    field: str


def steps(path: str, route: Sequence[Step]) -> Iterator[tuple[str, Named]]:
    """The named steps of a route, each with its path: also those within branches and parallel parts."""
    for i, step in enumerate(route):
        where = f"{path}.{i}"
        if isinstance(step, Branch):
            for j, way in enumerate(step.ways):
                yield from steps(f"{where}.ways.{j}.route", way.route)
        elif isinstance(step, Parallel):
            for j, part in enumerate(step.parts):
                yield from steps(f"{where}.parts.{j}", part)
        else:
            yield where, step


class Names:
    """What a scenario's names stand for."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.calendars = {*CALENDARS, *scenario.calendars}
        self.fields = {procedure.field for procedure in scenario.procedures.values()}
        self.pools = {pool for profile in scenario.profiles.values() for pool in profile.pools}
        self.work: dict[str, list[tuple[str, Work]]] = {
            key: [
                (path, step)
                for path, step in steps(f"procedures.{key}.route", procedure.route)
                if isinstance(step, Work)
            ]
            for key, procedure in scenario.procedures.items()
        }
        """By procedure its steps at the office's own pools, each with its path."""

    @cached_property
    def skills(self) -> set[str]:
        """What an official may be said to be able to do."""
        intakes = (profile.intake for profile in self.scenario.profiles.values())
        counter = {intake.step for intake in intakes if intake is not None and intake.step is not None}
        named = {step.step for work in self.work.values() for _, step in work}
        return {*self.scenario.procedures, *self.fields, *named, *counter}

    @cached_property
    def classes(self) -> set[str]:
        """What a queue may tell apart."""
        return {*self.scenario.procedures, *self.fields, *CHANNELS}

    def filed(self, office: str) -> list[str]:
        """The known procedures of which the office gets dossiers, or would if it were open."""
        spec = self.scenario.offices[office]
        profile = self.scenario.profiles.get(spec.profile)
        mix = [] if profile is None else [key for key, share in profile.mix.items() if share]
        return [key for key in dict.fromkeys([*mix, *spec.volumes]) if key in self.work]

    def heir(self, office: str) -> str | None:
        """The open office that goes on with this one's work, itself if it is open; None: there is none."""
        seen: set[str] = set()
        while office in self.scenario.offices and office not in seen:
            seen.add(office)
            successor = self.scenario.offices[office].successor
            if successor is None:
                return office
            office = successor
        return None

    @cached_property
    def tasks(self) -> dict[str, dict[Task, None]]:
        """By the path of its staff what each pool and centre has to do, without double entries."""
        found: dict[str, dict[Task, None]] = {}
        for office in self.scenario.offices:
            for pool, task in self._tasks(office):
                found.setdefault(pool, {})[task] = None
        return found

    def _tasks(self, office: str) -> Iterator[tuple[str, Task]]:
        heir = self.heir(office)
        if heir is None:
            return
        spec = self.scenario.offices[heir]
        profile = self.scenario.profiles.get(spec.profile)
        intake = profile.intake if profile is not None and heir == office else None
        for key in self.filed(office):
            field = self.scenario.procedures[key].field
            work = [(step.pool, step.step) for _, step in self.work[key]]
            if intake is not None:
                work.append((intake.pool, intake.step or ""))
            for pool, step in work:
                centre = spec.at.get(pool)
                where = f"offices.{heir}.staff.{pool}" if centre is None else f"centres.{centre}.staff"
                yield where, Task(step, key, field)
