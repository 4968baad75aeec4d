"""The queues of the textbooks as scenarios, and what a run of one tells: played through the whole engine.

A unit of time is six minutes of work unless a test says otherwise: long enough that whole seconds do not
matter, short enough that hundreds of thousands of customers fit into some years.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from simulator.engine.ledger import Case
from simulator.run import Simulation
from simulator.scenario.checks import check
from simulator.scenario.model import (
    Demand,
    Exponential,
    Office,
    Opening,
    Outcome,
    Pool,
    Procedure,
    Profile,
    Rework,
    Scenario,
    Variation,
    Work,
)
from tests.simulator.theory.interval import Floats

EXPONENTIAL = Exponential()
UNIT = 360.0
"""Seconds."""
OFFICE = "H00.000"
AGENCY = "office"
MONDAY = date(2026, 1, 5)
WEEKS = 52


@dataclass(frozen=True)
class Station:
    """One pool and the step done there; `service` is its mean, or by procedure, in units."""

    posts: float
    service: float | Mapping[str, float] = 1.0
    variation: Variation = EXPONENTIAL
    rework: float = 0
    """Share that comes again at once."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """More of the pool, as its rule of the queue."""


def network(
    rates: float | Mapping[str, float],
    *stations: Station,
    unit: float = UNIT,
    hours: float = WEEKS * 7 * 24,
    demand: Demand | None = None,
    calendars: Mapping[str, Opening] | None = None,
    procedure: Mapping[str, Any] | None = None,
    profile: Mapping[str, Any] | None = None,
) -> Scenario:
    """A Poisson stream of dossiers that pass the stations in order.

    `rates`: in a unit of time, in all or by procedure; `hours`: those of a year in which there are filings.
    The pools are named "0", "1" ..., as are their steps.
    """
    by_name = rates if isinstance(rates, Mapping) else {"all": rates}
    total, year = sum(by_name.values()), hours * 3600 / unit
    options = {"channels": {"online": 1.0}, "calendar": "always", **(profile or {})}
    return Scenario(
        name="theory",
        title="A queue",
        start=MONDAY,
        until=MONDAY + timedelta(weeks=WEEKS),
        agencies={AGENCY: "An office"},
        demand=demand or Demand(),
        calendars=dict(calendars or {}),
        procedures={
            name: _procedure(name, stations, unit, {"limit": "none", **(procedure or {})}) for name in by_name
        },
        profiles={
            "queue": Profile(
                level="commune",
                mix={name: rate / total for name, rate in by_name.items()},
                pools={str(i): Pool(agency=AGENCY, **station.rules) for i, station in enumerate(stations)},
                outcome=Outcome(electronic=1),
                **options,
            )
        },
        offices={
            OFFICE: Office(
                profile="queue",
                volume=total * year,
                staff={str(i): station.posts for i, station in enumerate(stations)},
            )
        },
    )


def _procedure(name: str, stations: Sequence[Station], unit: float, options: Mapping[str, Any]) -> Procedure:
    route = []
    for i, station in enumerate(stations):
        mean = station.service if isinstance(station.service, int | float) else station.service[name]
        again = Rework(share=station.rework, to=str(i)) if station.rework else None
        minutes = mean * unit / 60
        route.append(
            Work(step=str(i), pool=str(i), work_minutes=minutes, variation=station.variation, rework=again)
        )
    limits = options["limit"]
    limit = limits if isinstance(limits, str) else limits[name]
    return Procedure(code=name, field="theory", agency=AGENCY, route=route, **{**options, "limit": limit})


class Visit(NamedTuple):
    """One passage through a pool: asked for, begun and done, in seconds since the run's origin."""

    dossier: str
    pool: str
    step: str
    asked: float
    began: float
    ended: float


@dataclass
class Played:
    """What a run left: a row a dossier in the order of filing, every visit of a pool, and the figures."""

    cases: list[Case]
    visits: list[Visit]
    """In the order in which they were asked for."""
    summary: dict[str, Any]

    def at(self, pool: str = "0", procedure: str | None = None) -> list[Visit]:
        """The visits of a pool."""
        visits = [visit for visit in self.visits if visit.pool == pool]
        if procedure is None:
            return visits
        wanted = {case.dossier_id for case in self.cases if case.procedure == procedure}
        return [visit for visit in visits if visit.dossier in wanted]

    def waits(self, pool: str = "0", procedure: str | None = None) -> Floats:
        """The seconds before each service at a pool."""
        return np.array([visit.began - visit.asked for visit in self.at(pool, procedure)])


def play(
    scenario: Scenario, seed: int, dossiers: int | None = None, rows: bool = True, **options: Any
) -> Played:
    """Run a scenario to the end of its last dossier (or of its period); without `rows` no cases are kept."""
    check(scenario)
    cases: list[Case] = []
    visits: list[Any] = []
    keep = cases.append if rows else None
    simulation = Simulation(scenario, seed, dossiers=dossiers, cases=keep, visits=visits.append, **options)
    simulation.run()
    cases.sort(key=filing)
    visits.sort(key=itemgetter(3))
    summary = {name: figure for name, figure in simulation.summary().items() if name != "engine"}
    return Played(cases, list(map(Visit._make, visits)), summary)


def filing(case: Case) -> tuple[str, str, int]:
    """The order of filing within an office: its day and its number on that day, as its name tells."""
    office, day, number = case.dossier_id.rsplit("-", 2)
    return office, day, int(number)
