"""What a scenario says of time: calendars that open, and demand that has a day on which it can come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from dossier.law.calendar import OFFICE_HOURS
from simulator.scenario.checks.faults import Fault, unknown
from simulator.scenario.checks.names import CHANNELS, Names
from simulator.scenario.model import Demand, Opening, Profile, Rhythm, Season

Hours = Mapping[int, Sequence[Sequence[str]]]

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BUILT_IN: Mapping[str, Hours] = {
    "office": OFFICE_HOURS,
    "saturday-morning": {**OFFICE_HOURS, 5: [("07:30", "11:30")]},
    "always": {day: [("00:00", "24:00")] for day in range(7)},
}
"""The calendars that need no description: a ward's hours, with Saturday mornings, and none at all."""


def calendar_faults(path: str, name: str | None, names: Names) -> Iterator[Fault]:
    """A fault if there is no such calendar; none: another's holds."""
    if name is not None:
        yield from unknown(path, "calendar", name, names.calendars)


def opening_faults(path: str, name: str, opening: Opening) -> Iterator[Fault]:
    """What cannot be meant in a calendar."""
    if name in BUILT_IN:
        yield Fault(path, f"{', '.join(BUILT_IN)} are there already: give it another name")
    if not any(opening.week.values()):
        yield Fault(f"{path}.week", 'must have a span of opening, as mon: [["07:30", "11:30"]], has none')
    for day, spans in opening.week.items():
        for i, (start, end) in enumerate(spans):
            if end <= start:
                yield Fault(f"{path}.week.{day}.{i}", f"must end after it begins, is {start} to {end}")
        for i, (before, after) in enumerate(pairwise(spans), 1):
            if after[0] <= before[1]:
                words = f"must begin after {before[1]}, when the span before ends, begins at {after[0]}"
                yield Fault(f"{path}.week.{day}.{i}", words)


def demand_faults(path: str, demand: Demand) -> Iterator[Fault]:
    """What cannot be meant in the shape of demand."""
    for i, season in enumerate(demand.seasons):
        if season.until <= season.since:
            where = f"{path}.seasons.{i}.until"
            yield Fault(where, f"must be after since ({season.since}), is {season.until}")
    for i, tet in enumerate(demand.tet):
        if tet.until <= tet.since:
            yield Fault(f"{path}.tet.{i}.until", f"must be above since ({tet.since}), is {tet.until}")
    for i, (before, after) in enumerate(pairwise(demand.deliveries), 1):
        if after <= before:
            yield Fault(f"{path}.deliveries.{i}", f"must be after the one before ({before}), is {after}")
    yield from months_faults(f"{path}.months", demand.months)
    for channel in CHANNELS:
        rhythm: Rhythm = getattr(demand, channel)
        yield from months_faults(f"{path}.{channel}.weekday", rhythm.weekday)
        yield from months_faults(f"{path}.{channel}.hour", rhythm.hour)


def months_faults(path: str, weights: Sequence[float] | None) -> Iterator[Fault]:
    """A fault if relative weights leave nothing; none: others hold."""
    if weights is not None and sum(weights) < 1e-6:
        yield Fault(path, "at least one weight must be above 0, and their sum no less than 0.000001")


def barren(names: Names) -> Iterator[Fault]:
    """Where filings are expected, and the run has no time at which they could come.

    Any day may be a holiday, which is a Sunday online, and any day of a weekend may be made up for.
    """
    scenario = names.scenario
    run = f"from start ({scenario.start}) to until ({scenario.until})"
    length = (scenario.until - scenario.start).days
    days = [day for day in _days(scenario.start, length) if _season(day, scenario.demand.seasons)]
    if length > 0 and not days:
        yield Fault("demand.seasons", f"must leave some demand {run}, leave none")
    for name, key in _filed(names) if days else ():
        own, usual = scenario.procedures[key].months, scenario.demand.months
        fruitful = [day for day in days if (own or usual)[day.month - 1]]
        if not any(own or usual):
            continue
        if not fruitful:
            where = "demand.months" if own is None else f"procedures.{key}.months"
            yield Fault(where, f"must have a weight above 0 for a month of the run, {run}, has none")
        elif not _can_file(name, fruitful, names):
            words = f"leave no time at which anything can be filed {run}"
            yield Fault(f"profiles.{name}.channels", f"{words}; look at the calendar and at demand as well")


def _days(first: date, length: int) -> Iterator[date]:
    return (first + timedelta(i) for i in range(length))


def _season(day: date, seasons: Sequence[Season]) -> bool:
    return not any(each.factor == 0 and each.since <= day < each.until for each in seasons)


def _filed(names: Names) -> list[tuple[str, str]]:
    """Profiles and procedures of which filings are expected; of those with equal months only the first."""
    found: dict[tuple[str, tuple[float, ...] | None], str] = {}
    for office, spec in names.scenario.offices.items():
        volumes = {key: spec.volumes.get(key, spec.volume) for key in names.filed(office)}
        for key, volume in volumes.items() if spec.profile in names.scenario.profiles else ():
            months = names.scenario.procedures[key].months
            if volume:
                found.setdefault((spec.profile, None if months is None else tuple(months)), key)
    return [(profile, key) for (profile, _), key in found.items()]


def _can_file(name: str, days: Sequence[date], names: Names) -> bool:
    """Whether one of the days has an hour at which citizens of this profile file."""
    profile, demand = names.scenario.profiles[name], names.scenario.demand
    if profile.calendar not in names.calendars:
        return True
    used = {channel for channel, share in profile.channels.items() if share}
    if any(drift.online for drift in profile.drift):
        used.add("online")
    free = {"online", "post"} if demand.deliveries else {"online"}
    weeks = [_week(getattr(demand, channel), channel in free, _hours(profile, names)) for channel in used]
    return any(week[day.weekday()] for day in days for week in weeks)


def _week(rhythm: Rhythm, free: bool, hours: Hours) -> list[bool]:
    """By weekday, whether filings may come: at any hour, or at one at which the office is open."""
    if free:
        return [any(rhythm.hour) and bool(weight or rhythm.weekday[6]) for weight in rhythm.weekday]
    wanted = [(f"{hour:02}:00", f"{hour + 1:02}:00") for hour, weight in enumerate(rhythm.hour) if weight]
    friday = hours.get(4) or next(iter(hours.values()), ())
    spans = [[*hours.get(day, ()), *(friday if day > 4 else ())] for day in range(7)]
    return [
        weight > 0 and any(a < end and start < b for a, b in spans[day] for start, end in wanted)
        for day, weight in enumerate(rhythm.weekday)
    ]


def _hours(profile: Profile, names: Names) -> Hours:
    if profile.calendar in names.scenario.calendars:
        week = names.scenario.calendars[profile.calendar].week
        return {WEEK.index(day): spans for day, spans in week.items() if spans}
    return BUILT_IN[profile.calendar]
