"""A small world for the tests of luck, and its rates reckoned a second time, slot by slot."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from math import sqrt
from typing import Any

import numpy as np

from dossier.law.calendar import VIETNAM, WorkingCalendar, vietnam
from simulator.luck.demand import Demand, Filing
from simulator.scenario.model import Demand as Shape
from simulator.scenario.model import Office, Procedure, Profile, Rhythm, Scenario, Work

MONDAY = date(2026, 3, 2)
ORIGIN = int(datetime(2025, 12, 29, tzinfo=VIETNAM).timestamp())
"""The midnight of the Monday before the year 2026."""
SLOT = 1800.0
WEEK = 7 * 86400.0
SHARES = {"online": 0.5, "in_person": 0.3, "post": 0.2}
SHAPE = Shape(
    online=Rhythm(weekday=[1.2, 1, 1, 1, 0.9, 0.3, 0.2], hour=[1] * 6 + [3] * 16 + [2] * 2),
    in_person=Rhythm(
        weekday=[1.3, 1, 1, 1, 0.9, 0.8, 0], hour=[0] * 7 + [8, 12, 12, 9, 5, 0, 7, 11, 9, 5] + [0] * 7
    ),
    post=Rhythm(weekday=[1, 1, 1, 1, 1, 0.5, 0], hour=[0] * 8 + [1] * 10 + [0] * 6),
)


def procedure(code: str, **more: Any) -> Procedure:
    """A procedure of one step."""
    step = Work(step="check", pool="desk", work_minutes=10)
    return Procedure(code=code, field="f", agency="a", limit="3wd", route=[step], **more)


def profile(**more: Any) -> Profile:
    """A kind of office that two procedures are filed at, by all channels."""
    given = {"level": "commune", "channels": SHARES, "mix": {"birth": 0.75, "land": 0.25}, **more}
    return Profile(**given)


def world(shape: Shape = SHAPE, ward: Profile | None = None, **more: Any) -> Scenario:
    """The year 2026 at two offices, one ten times as busy as the other."""
    given: dict[str, Any] = {
        "start": date(2026, 1, 1),
        "until": date(2027, 1, 1),
        "procedures": {"birth": procedure("1.1"), "land": procedure("1.2"), "rare": procedure("1.3")},
        "offices": {"H1": Office(profile="ward", volume=20_000), "H2": Office(profile="ward", volume=2_000)},
        **more,
    }
    profiles = {"ward": ward or profile()}
    return Scenario(
        name="w", title="A world", agencies={"a": "Agency"}, demand=shape, profiles=profiles, **given
    )


class Dated:
    """A course: scenarios and their first days."""

    def __init__(self, first: Scenario, changes: Mapping[date, Scenario] | None = None) -> None:
        self._first, self._changes = first, sorted((changes or {}).items(), key=lambda change: change[0])

    def on(self, day: date) -> Scenario:
        """The scenario of a day."""
        return [self._first, *(scenario for since, scenario in self._changes if since <= day)][-1]


@cache
def calendar(name: str) -> WorkingCalendar:
    """The calendars that profiles may name here."""
    if name == "always":
        return WorkingCalendar({day: [("00:00", "24:00")] for day in range(7)})
    if name == "quarters":
        return WorkingCalendar({day: [("07:15", "11:45"), ("13:10", "16:50")] for day in range(5)})
    return vietnam(saturday_morning=name == "saturday-morning")


def demand(first: Scenario, seed: int = 1, changes: Mapping[date, Scenario] | None = None) -> Demand:
    """The demand of a world."""
    return Demand(Dated(first, changes), lambda _, name: calendar(name), ORIGIN, seed)


def year(scenario: Scenario, seed: int = 1, office: str = "H1", weeks: int = 53, **more: Any) -> list[Filing]:
    """The filings of an office from the week of the origin on."""
    inflow = demand(scenario, seed, **more).inflow(office)
    mondays = [date(2025, 12, 29) + timedelta(weeks=i) for i in range(weeks)]
    return [filing for monday in mondays for filing in inflow.week(monday)[0]]


def within(scenario: Scenario, filings: list[Filing]) -> list[Filing]:
    """Those from the scenario's start to its end."""
    return [filing for filing in filings if scenario.start <= filing.day < scenario.until]


TET = {2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6)}
"""As every wall calendar in Vietnam has them."""


def slots(scenario: Scenario) -> dict[tuple[date, int, str], float]:
    """Expected filings per dossier of volume, by day, half-hour and channel, from the definition.

    For a profile that has no deliveries, and procedures without months of their own.
    """
    ward = scenario.profiles["ward"]
    hours, shape = calendar(ward.calendar), scenario.demand
    days = [scenario.start + timedelta(days=i) for i in range((scenario.until - scenario.start).days)]
    weights: dict[tuple[date, int, str], float] = {}
    for day in days:
        common = shape.months[day.month - 1]
        for season in shape.seasons:
            common *= season.factor if season.since <= day < season.until else 1
        for feast in shape.tet:
            for new_year in TET.values():
                common *= feast.factor if feast.since <= (day - new_year).days < feast.until else 1
        midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()
        for channel in SHARES:
            rhythm = getattr(shape, channel)
            weekday = 6 if channel == "online" and hours.is_off(day) else day.weekday()
            for slot in range(48):
                start = midnight + slot * SLOT
                open_ = 1.0 if channel == "online" else hours.between(start, start + SLOT) / SLOT
                weights[day, slot, channel] = (
                    common * rhythm.weekday[weekday] * rhythm.hour[slot // 2] * open_
                )
    wholes: dict[str, float] = defaultdict(float)
    for (_, _, channel), weight in weights.items():
        wholes[channel] += weight
    rates = {key: share(ward, key[0], key[2]) * weight / wholes[key[2]] for key, weight in weights.items()}
    total = sum(rates.values())
    return {key: rate / total for key, rate in rates.items()}


def share(ward: Profile, day: date, channel: str) -> float:
    """The share of a channel on a day, by the definition of drift."""
    if not ward.drift:
        return ward.channels.get(channel, 0.0)
    points = sorted(ward.drift, key=lambda point: point.on)
    before = [point for point in points if point.on <= day][-1:] or points[:1]
    after = [point for point in points if point.on > day][:1] or points[-1:]
    span = (after[0].on - before[0].on).days
    way = (day - before[0].on).days / span if span > 0 else 0.0
    online = before[0].online + way * (after[0].online - before[0].online)
    others = 1 - ward.channels["online"]
    return online if channel == "online" else (1 - online) * ward.channels[channel] / others


def chi_square(observed: Any, expected: Any) -> None:
    """The counts of cells with at least five expected each agree with them at 99.9 %."""
    found, wanted = np.asarray(observed, float).ravel(), np.asarray(expected, float).ravel()
    assert wanted.min() >= 5, "too few are expected for the test to hold"
    statistic = float((np.square(found - wanted) / wanted).sum())
    bound = quantile(len(wanted))
    assert statistic < bound, f"chi-square {statistic:.1f} of {len(wanted)} cells is over {bound:.1f}"


def quantile(degrees: int, z: float = 3.0902) -> float:
    """The 99.9 % point of chi-square (Wilson and Hilferty), or that of another normal quantile."""
    return degrees * (1 - 2 / (9 * degrees) + z * sqrt(2 / (9 * degrees))) ** 3
