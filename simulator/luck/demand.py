"""Demand: when, by which channel and for which procedure citizens file.

An exact non-homogeneous Poisson process with the rates of `rates`: the count of each day and channel is
Poisson, and given the count the filings are independent of one another, each placed by the day's own rates.
Instants are seconds since the run's origin, a local Monday's midnight.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dossier.law.calendar import DAY, VIETNAM, WorkingCalendar
from simulator.luck.draws import Draws, Luck, Streams
from simulator.luck.rates import CHANNELS, Floats, Rates
from simulator.scenario.model import Channel, Scenario

Integers = NDArray[np.int64]


class Filing(NamedTuple):
    """One dossier about to be: `number` counts the office's filings of its day."""

    at: float
    day: date
    number: int
    channel: Channel
    procedure: str
    resubmits: str | None = None
    """The dossier that was refused before."""


class Course(Protocol):
    """Which scenario is in force on a day."""

    def on(self, day: date) -> Scenario:
        """The scenario with all the levers of that day and before: the same object while nothing changes."""


class Arrivals(Protocol):
    """The filings of one office, week after week; a week may be asked for again, and is the same."""

    def week(self, monday: date) -> tuple[list[Filing], Draws]:
        """The filings of seven days in order of time, and their luck in the same order."""


class Demand:
    """The demand of a course of scenarios, for the offices of a run.

    `calendar` finds the calendar of a scenario by the name that a profile gives it. `rates`: those that
    earlier runs of the same course have left.
    """

    def __init__(
        self,
        course: Course,
        calendar: Callable[[Scenario, str], WorkingCalendar],
        origin: int,
        seed: int,
        rates: dict[tuple[int, str], tuple[Scenario, Rates]] | None = None,
    ) -> None:
        self._course, self._calendar, self._seed = course, calendar, seed
        self._first = first_day(origin)
        self._rates = {} if rates is None else rates

    def inflow(self, office: str) -> "Inflow":
        """The filings of one office."""
        return Inflow(self, office, self._seed)

    def scenarios(self, monday: date) -> list[tuple[Scenario, int, int]]:
        """The scenarios of a week, each with its first day (0 to 6) and the day after its last (1 to 7)."""
        days = [monday + timedelta(days=i) for i in range(7)]
        if (only := self._course.on(days[0])) is self._course.on(days[-1]):
            return [(only, 0, 7)]
        found: list[tuple[Scenario, int, int]] = []
        for i, scenario in enumerate(map(self._course.on, days)):
            since = found.pop()[1] if found and found[-1][0] is scenario else i
            found.append((scenario, since, i + 1))
        return found

    def rates(self, scenario: Scenario, name: str) -> Rates:
        """The rates of a scenario at the offices that keep the calendar of this name."""
        key = id(scenario), name
        if key not in self._rates:
            # The scenario is kept beside its rates, for an id is good only as long as what it names.
            self._rates[key] = scenario, Rates(scenario, self._calendar(scenario, name))
        return self._rates[key][1]

    def midnight(self, monday: date) -> float:
        """The instant at which a week begins."""
        return (monday - self._first).days * DAY


class Inflow:
    """The filings of one office, from streams for each channel and week: none disturbs another.

    It gets none while it is not there, or is merged into another.

    A week is drawn day after day: until the first day on which a lever changes the demand of the office, two
    worlds with the same seed have the same filings and luck.
    """

    def __init__(self, demand: Demand, office: str, seed: int) -> None:
        self._demand, self._office = demand, office
        self._streams = Streams(seed)
        self._needs: dict[int, Need] = {}  # by the scenario's id, for the demand keeps the scenario

    def week(self, monday: date) -> tuple[list[Filing], Luck]:
        """The filings of the seven days from `monday`, in order of time, and their luck."""
        parts = self._parts(monday)
        used = [name for name in CHANNELS if any(need.uses(name, monday) for need, _ in parts)]
        drawn = [self._channel(channel, monday, parts) for channel in used]
        at = np.concatenate([np.zeros(0), *(instants for instants, _ in drawn)])
        procedure = np.concatenate([np.zeros(0, dtype=np.int64), *(places for _, places in drawn)])
        channel = np.repeat(np.arange(len(used)), [len(instants) for instants, _ in drawn])
        order = np.argsort(at, kind="stable")
        names = [name for need, _ in parts for name in need.procedures]
        found = filings(
            monday,
            self._demand.midnight(monday),
            at[order],
            map(used.__getitem__, channel[order].tolist()),
            map(names.__getitem__, procedure[order].tolist()),
        )
        return found, Luck(self._streams, len(found), self._office, monday.isoformat())

    def expected(self, monday: date) -> Floats:
        """The filings expected on each of the seven days from `monday`, by all channels."""
        daily = np.zeros(7)
        for need, days in self._parts(monday):
            daily[days] += sum(need.expected(channel, monday)[days] for channel in CHANNELS)
        return daily

    def _parts(self, monday: date) -> "list[tuple[Need, slice]]":
        """What citizens want of the office in a week, and on which days."""
        return [
            (self._need(scenario), slice(first, last))
            for scenario, first, last in self._demand.scenarios(monday)
            if (spec := scenario.offices.get(self._office)) and spec.successor is None
        ]

    def _channel(
        self, channel: Channel, monday: date, parts: "Sequence[tuple[Need, slice]]"
    ) -> tuple[Floats, Integers]:
        """Day after day: seconds since Monday's midnight, and places in the procedures of all parts."""
        daily = np.zeros(7)
        for need, days in parts:
            daily[days] = need.expected(channel, monday)[days]
        if not daily.any():
            return np.zeros(0), np.zeros(0, dtype=np.int64)
        names = self._office, "arrivals", channel, monday.isoformat()
        counts = self._streams.named(*names, "count").poisson(daily)
        day = np.repeat(np.arange(7), counts)
        draws = self._streams.named(*names, "place").random((len(day), 2))
        at, procedure, done, before = [], [], 0, 0
        for need, days in parts:
            these = slice(done, done + int(counts[days].sum()))
            at.append(need.instants(channel, monday, day[these], draws[these, 0]))
            procedure.append(before + need.choose(channel, monday, day[these], draws[these, 1]))
            done, before = these.stop, before + len(need.procedures)
        return np.concatenate(at), np.concatenate(procedure)

    def _need(self, scenario: Scenario) -> "Need":
        if id(scenario) not in self._needs:
            self._needs[id(scenario)] = Need(self._demand, scenario, self._office)
        return self._needs[id(scenario)]


class Need:
    """What citizens want of one office under one scenario."""

    def __init__(self, demand: Demand, scenario: Scenario, office: str) -> None:
        spec = scenario.offices[office]
        profile = scenario.profiles[spec.profile]
        self._profile, self._rates = spec.profile, demand.rates(scenario, profile.calendar)
        whole = sum(profile.mix.values())
        volumes = {name: spec.volume * share / whole for name, share in profile.mix.items()}
        for name, volume in spec.volumes.items():
            volumes[name] = volumes.get(name, 0.0) + volume
        self.procedures = list(volumes)
        """The procedures that are filed here."""
        years = [tuple(scenario.procedures[name].months or scenario.demand.months) for name in volumes]
        self._years = tuple(dict.fromkeys(years))
        self._sizes = np.zeros((len(volumes), len(self._years)))
        for i, (year, volume) in enumerate(zip(years, volumes.values(), strict=True)):
            self._sizes[i, self._years.index(year)] = volume
        self._totals = self._sizes.sum(axis=0)
        self._any = bool(self._totals.any())
        bounds = np.cumsum(self._sizes.sum(axis=1))
        self._bounds = bounds / (bounds[-1] or 1)

    def uses(self, channel: Channel, monday: date) -> bool:
        """Whether anything may be filed by this channel in a week."""
        return self._any and channel in self._rates.expected(self._profile, self._years, monday)

    def expected(self, channel: Channel, monday: date) -> Floats:
        """The filings expected on each day of the week."""
        if not self.uses(channel, monday):
            return np.zeros(7)
        days: Floats = self._totals @ self._unit(channel, monday)
        return days

    def instants(self, channel: Channel, monday: date, day: Integers, chance: Floats) -> Floats:
        """When filings of these days come, in seconds since Monday's midnight."""
        week = self._rates.week(monday, channel)
        mass = week.before[day] + chance * week.daily[day]
        return np.interp(mass, week.mass, week.edges) if mass.size else mass

    def choose(self, channel: Channel, monday: date, day: Integers, chance: Floats) -> Integers:
        """The places of their procedures: by volume, and by the months where procedures differ in them."""
        if len(self._years) == 1 or not len(day):
            return np.searchsorted(self._bounds, chance, side="right")
        bounds = np.cumsum(self._sizes @ self._unit(channel, monday), axis=0)[:, day]
        places: Integers = (chance >= bounds / bounds[-1]).sum(axis=0)
        return places

    def _unit(self, channel: Channel, monday: date) -> Floats:
        """What one dossier of volume means, by yearly profile and day of the week."""
        return self._rates.expected(self._profile, self._years, monday)[channel]


def wanted(scenario: Scenario, office: str) -> bool:
    """Whether citizens want anything of an office; nothing where it is not, or merged into another."""
    spec = scenario.offices.get(office)
    if spec is None or spec.successor is not None:
        return False
    mix = scenario.profiles[spec.profile].mix
    return any(spec.volumes.values()) or (spec.volume > 0 and any(mix.values()))


def filings(
    monday: date, midnight: float, at: Floats, channels: Iterable[Channel], procedures: Iterable[str]
) -> list[Filing]:
    """Filings from instants of one week, in seconds since its first midnight and in order."""
    dates = [monday + timedelta(days=i) for i in range(8)]
    day = (at // DAY).astype(np.int64)
    number = np.arange(1, len(at) + 1) - np.searchsorted(day, day)
    days = map(dates.__getitem__, day.tolist())
    rows = zip((at + midnight).tolist(), days, number.tolist(), channels, procedures, repeat(None))
    return list(map(_filing, rows))


_filing: Callable[[tuple[Any, ...]], Filing] = partial(tuple.__new__, Filing)
"""`Filing._make` at two thirds of its cost: there are a million of them a year."""


def first_day(origin: int) -> date:
    """The Monday at whose midnight a run's time begins; ValueError where it is another day or hour."""
    at = datetime.fromtimestamp(origin, VIETNAM)
    if at.weekday() or at.time() != time():
        raise ValueError(f"the origin must be a Monday's midnight in Vietnam, is {at}")
    return at.date()
