"""A scenario in time: what is in force from which day, as dated levers change it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from msgspec.structs import replace

from simulator.scenario.checks import check
from simulator.scenario.levers.catalogue import PATCHES
from simulator.scenario.levers.words import use_of
from simulator.scenario.model import Lever, Scenario, ScenarioError

_Dated = defaultdict[date, list[tuple[str, Lever]]]
"""By day the levers, each with its place in the scenario, for errors."""


@dataclass(frozen=True)
class Change:
    """The scenario in force from a day on, and the levers that made it so."""

    on: date
    scenario: Scenario
    levers: tuple[Lever, ...]


@dataclass(frozen=True)
class Course:
    """The scenario in force at first, and its changes in order of time; all their levers are applied."""

    first: Scenario
    changes: tuple[Change, ...] = ()
    levers: tuple[Lever, ...] = ()
    """Those in force at first."""

    def on(self, day: date) -> Scenario:
        """The scenario in force on a day."""
        k = bisect_right(self.changes, day, key=_day)
        return self.changes[k - 1].scenario if k else self.first

    def since(self, day: date) -> "Course":
        """The same course as from a day on: what changed until then is in force at first."""
        past = (lever for change in self.changes if change.on <= day for lever in change.levers)
        future = tuple(change for change in self.changes if change.on > day)
        return Course(self.on(day), future, (*self.levers, *past))

    def steered(self, day: date, levers: Iterable[Lever]) -> "Course":
        """The course with more levers, undated ones from `day` on; later changes are made on top of them."""
        dated = _Dated(list)
        for change in self.changes:
            dated[change.on].extend(("", lever) for lever in change.levers)
        for lever in levers:
            on = lever.on or day
            dated[on].append(("", replace(lever, on=on)))
        return Course(self.first, _changes(self.first, dated), self.levers)


def course(scenario: Scenario, levers: Iterable[Lever] = ()) -> Course:
    """The scenario's own levers, then these: undated ones hold from the beginning, dated ones from their day.

    Those of one day join in their order.
    ScenarioError names the lever, and its place if it is the scenario's own.
    """
    own = ((f"levers.{i}: ", lever) for i, lever in enumerate(scenario.levers))
    dated = _Dated(list)
    first = replace(scenario, levers=[])
    undated = []
    for place, lever in chain(own, (("", lever) for lever in levers)):
        if lever.on is None:
            first = _applied(first, lever, place)
            undated.append(lever)
        else:
            dated[lever.on].append((place, lever))
    return Course(first, _changes(first, dated), tuple(undated))


def apply(scenario: Scenario, lever: Lever) -> Scenario:
    """The scenario with the lever in force; ScenarioError names lever and setting, and what is right."""
    use = use_of(lever)
    patched = PATCHES[lever.lever](scenario, use)
    if patched == scenario:
        return scenario
    try:
        check(patched)
    except ScenarioError as error:
        raise use.fails(None, f"the scenario would be wrong: {error}") from None
    return patched


def _applied(scenario: Scenario, lever: Lever, place: str) -> Scenario:
    try:
        return apply(scenario, lever)
    except ScenarioError as error:
        raise ScenarioError(f"{place}{error}") from None


def _changes(scenario: Scenario, dated: _Dated) -> tuple[Change, ...]:
    changes = []
    for day in sorted(dated):
        for place, lever in dated[day]:
            scenario = _applied(scenario, lever, place)
        changes.append(Change(day, scenario, tuple(lever for _, lever in dated[day])))
    return tuple(changes)


def _day(change: Change) -> date:
    return change.on
