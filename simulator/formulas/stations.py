"""The pools of a scenario as queueing stations: posts, how fast they are, and when anybody is there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from simulator.engine.staff import WORKDAYS
from simulator.scenario.model import Absence, Official, Pool, Scenario


class Station(NamedTuple):
    """A pool: `posts` side by side, who are there the share `present` of their hours."""

    name: str
    """ "office/pool", or a centre's name."""
    office: str
    """Empty for a centre."""
    pool: str
    agency: str
    posts: int
    officials: int
    pace: float
    """Hours of work that a post does in a working hour: its speed times the share of its day."""
    present: float
    spell: float
    """Working hours until an official is back who is found away."""
    calendars: Mapping[str, float]
    """The shares of its posts by calendar."""
    rule: str


def stations(scenario: Scenario) -> Iterator[Station]:
    for name, office in scenario.offices.items():
        profile = scenario.profiles[office.profile]
        for pool, staff in office.staff.items() if office.successor is None else ():
            if pool in profile.pools and pool not in office.at:
                spec = profile.pools[pool]
                share = spec.share or office.share
                yield _station(scenario, (name, pool), spec, staff, share, profile.calendar)
    for name, centre in scenario.centres.items():
        users = [o for o in scenario.offices.values() if name in o.at.values()]
        first = (users or list(scenario.offices.values()))[0]
        usual = scenario.profiles[first.profile].calendar
        yield _station(scenario, ("", name), centre, centre.staff, centre.share or 1.0, usual)


def _station(
    scenario: Scenario,
    key: tuple[str, str],
    spec: Pool,
    staff: float | Sequence[Official],
    share: float,
    usual: str,
) -> Station:
    office, pool = key
    name = f"{office}/{pool}" if office else pool
    calendar = spec.calendar or usual
    away = spec.absence
    if isinstance(staff, int | float):
        posts, people = ceil(staff / share - 1e-9), max(1, ceil(staff - 1e-9))
        return Station(name, office, pool, spec.agency, posts, people, share, 1 - _lost(away),
                       _spell(away), {calendar: 1.0}, spec.queue)  # fmt: skip
    each = max(1, round(1 / share))
    hours: defaultdict[str, float] = defaultdict(float)
    work = there = 0.0
    for official in staff:
        present = (1 - _lost(away)) * (1 - _leave(scenario, official))
        hours[official.calendar or calendar] += 1 / len(staff)
        work += official.speed
        there += official.speed * present
    posts, pace = each * len(staff), share * work / len(staff)
    present = max(there / work, 1e-9)
    return Station(
        name,
        office,
        pool,
        spec.agency,
        posts,
        len(staff),
        pace,
        present,
        _spell(away),
        dict(hours),
        spec.queue,
    )


def _lost(absence: Absence | None) -> float:
    return absence.days_a_year / WORKDAYS if absence else 0.0


def _spell(absence: Absence | None) -> float:
    """Eight hours a day: half of the day on which he is found away, and the days after it."""
    if absence is None or not absence.days_a_year:
        return 0.0
    lost = _lost(absence)
    return 8 * (max(1.0, absence.spell_days, lost / (1 - lost)) - 0.5)


def _leave(scenario: Scenario, official: Official) -> float:
    """The share of the period's days that an official is away."""
    away = 0
    for leave in official.leave:
        since, until = max(leave.since, scenario.start), min(leave.until, scenario.until)
        away += max((until - since).days, 0)
    return min(away / (scenario.until - scenario.start).days, 1.0)
