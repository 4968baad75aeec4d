"""What is known of luck before it is drawn: how many filings to expect, and how much work a filing brings.

What was drawn less what was to be expected has mean 0 exactly, whatever happens in the offices: a control
variate. Two of them are kept for all offices, each level and each office:

    filings   dossiers filed in the run's days and the warm-up's, less those expected of the rates
    work      official hours that the drawn factors bring to these, less those of their mean, which is 1

A run of so many dossiers has no `filings`.
"""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.measures import Key
from simulator.ground import Ground
from simulator.luck.draws import level as level_
from simulator.luck.rates import CHANNELS
from simulator.run import Drawn
from simulator.scenario.model import (
    Branch,
    Office,
    Parallel,
    Procedure,
    Profile,
    Scenario,
    Step,
    Variation,
    Work,
)

Floats = NDArray[np.float64]
DAY = 86400.0
HOUR = 60.0
"""Minutes."""


class Load(NamedTuple):
    """The work that filings bring to one kind of office, in official hours by place in its procedures."""

    places: dict[str, int]
    spreads: Floats
    columns: list[tuple[str, Variation, Floats]]
    """Purpose and variation of a draw, and the hours it is a factor of, by procedure."""
    intake: list[tuple[Variation, Floats, NDArray[np.int64]]]
    """Variation at the counter, the hours by channel, and the procedures that have it."""


class Loads:
    """The loads of a course's offices, made when first asked for."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], tuple[Scenario, Load]] = {}

    def of(self, scenario: Scenario, office: str) -> Load:
        """The load of a filing at an office, under the scenario in force."""
        key = id(scenario), office
        if key not in self._found:
            self._found[key] = scenario, _load(scenario, scenario.offices[office])
        return self._found[key][1]


class Known:
    """The controls of one run, as its filings are drawn: `drawn` for the simulation, `controls` after it."""

    def __init__(self, ground: Ground, loads: Loads, dossiers: int | None = None) -> None:
        self._ground, self._loads, self._dossiers = ground, loads, dossiers
        self.end = inf
        """When no more filings are taken, in engine seconds."""
        self._sums: dict[str, tuple[float, float]] = {}
        self._left = dossiers

    def drawn(self, block: Drawn) -> None:
        """Count the filings of an office and a week."""
        scenario = self._ground.course.on(block.monday)
        if block.office not in scenario.offices:
            scenario = self._ground.course.changes[-1].scenario
        since = max(block.since, block.begins)
        days = block.begins + DAY * np.arange(7)
        within = (days >= since) & (days < self.end)
        rows: Sequence[int] = range(len(block.filings))
        if not within.all():
            rows = [k for k, filing in enumerate(block.filings) if since <= filing.at < self.end]
        if self._left is not None:
            rows = rows[: self._left]
            self._left -= len(rows)
        filings = len(rows) - float(block.expected[within].sum())
        work = _work(self._loads.of(scenario, block.office), block, rows) if rows else 0.0
        before = self._sums.get(block.office, (0.0, 0.0))
        self._sums[block.office] = before[0] + filings, before[1] + work

    def controls(self) -> dict[Key, float]:
        """What was drawn less what was to be expected."""
        course = self._ground.course
        scenarios = [course.first, *(change.scenario for change in course.changes)]
        levels = {
            name: scenario.profiles[office.profile].level
            for scenario in scenarios
            for name, office in scenario.offices.items()
        }
        found: dict[Key, float] = {}
        for office in sorted(self._sums):
            filings, work = self._sums[office]
            for of in ("", f"level:{levels[office]}", f"office:{office}"):
                if self._dossiers is None:
                    found[Key("filings", of)] = found.get(Key("filings", of), 0.0) + filings
                found[Key("work", of)] = found.get(Key("work", of), 0.0) + work
        return found


def _work(load: Load, block: Drawn, rows: Sequence[int]) -> float:
    """Hours of work of these filings beyond what is usual for their procedures."""
    luck, size = block.luck, len(block.filings)
    whole = len(rows) == size
    these = slice(None) if whole else np.array(rows)
    places = load.places
    which = np.zeros(len(rows), np.int64)
    if len(places) > 1:
        which = np.array([places.get(filing.procedure, -1) for filing in block.filings])[these]
    difficulty: Floats | float = 1.0
    if load.spreads.any():
        spread = load.spreads[which]
        difficulty = np.exp(spread * np.asarray(luck.normal("difficulty"))[these] - spread * spread / 2)
    total = 0.0
    for purpose, variation, hours in load.columns:
        factor = 1.0 if level_(variation) else np.asarray(luck.factor(purpose, variation))[these]
        total += float((hours[which] * (factor * difficulty - 1)).sum())
    for variation, by_channel, procedures in load.intake:
        channel = np.array([CHANNELS.index(block.filings[k].channel) for k in rows])
        factor = 1.0 if level_(variation) else np.asarray(luck.factor("work/intake/0", variation))[these]
        hours = by_channel[channel] * np.isin(which, procedures)
        total += float((hours * (factor * difficulty - 1)).sum())
    return total


def _load(scenario: Scenario, office: Office) -> Load:
    profile = scenario.profiles[office.profile]
    names = list(dict.fromkeys((*profile.mix, *office.volumes)))
    procedures = [scenario.procedures[name] for name in names]
    columns: dict[tuple[str, Variation], Floats] = {}
    for i, procedure in enumerate(procedures):
        for step, share in _steps(procedure.route):
            key = f"work/{step.step}/0", step.variation or procedure.variation
            hours = columns.setdefault(key, np.zeros(len(names) + 1))
            hours[i] += share * step.work_minutes / HOUR
    spreads = np.array([*(procedure.spread for procedure in procedures), 0.0])
    places = {name: i for i, name in enumerate(names)}
    listed = [(purpose, variation, hours) for (purpose, variation), hours in columns.items()]
    return Load(places, spreads, listed, _intake(profile, procedures))


def _intake(
    profile: Profile, procedures: Sequence[Procedure]
) -> list[tuple[Variation, Floats, NDArray[np.int64]]]:
    intake = profile.intake
    if intake is None:
        return []
    minutes = {
        "online": intake.online_minutes,
        "in_person": intake.in_person_minutes,
        "post": intake.post_minutes,
    }
    hours = np.array([minutes[channel] / HOUR for channel in CHANNELS])
    by: dict[Variation, list[int]] = {}
    for i, procedure in enumerate(procedures):
        by.setdefault(intake.variation or procedure.variation, []).append(i)
    return [(variation, hours, np.array(places)) for variation, places in by.items()]


def _steps(route: Sequence[Step], share: float = 1.0) -> list[tuple[Work, float]]:
    """The steps at pools, each with the share of the dossiers that come to it at least once."""
    found: list[tuple[Work, float]] = []
    for step in route:
        if isinstance(step, Work):
            found.append((step, share))
        elif isinstance(step, Branch):
            whole = sum(way.share for way in step.ways) or 1.0
            for way in step.ways:
                found += _steps(way.route, share * way.share / whole)
        elif isinstance(step, Parallel):
            found += [(each, share) for part in step.parts for each in part if isinstance(each, Work)]
    return found
