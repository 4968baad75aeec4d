"""Rates: how a scenario spreads its filings over the years, the week and the day; nothing here is random.

The rate is constant within an hour, or within the part of it in which the office is open: counters take
filings only then, the portal always. Its size is such that from the scenario's `start` to its `until` exactly
the volume is expected. Before and after, the same years go on: the season makes its weeks heavier or lighter,
and twice the time brings about twice the volume.

What the post brings in `deliveries` was posted at any hour, as the post's rhythm says, a holiday being a
Sunday; what was posted since the last delivery comes with the next one on a day on which the office works.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import holidays as public
import numpy as np
from numpy.typing import NDArray

from dossier.law.calendar import DAY, KNOWN, WorkingCalendar
from simulator.scenario.model import Channel, Rhythm, Scenario, ScenarioError

CHANNELS: tuple[Channel, ...] = ("online", "in_person", "post")
WEEKS = 8
"""So many weeks are remembered: the offices of a run ask for the same ones at about the same time."""

Floats = NDArray[np.float64]
Days = dict[Channel, Floats]
Spans = tuple[tuple[float, float], ...]
"""Opening hours of a day, in seconds after midnight."""
Year = tuple[float, ...]
"""Weights of the twelve months."""


class Week(NamedTuple):
    """Where a channel's filings fall within a week, however many they are.

    `edges` are seconds from Monday's midnight and rise; `mass` is the weight up to each of them, and between
    them it grows evenly (at once, where two edges are one instant). `before` is the weight up to each day's
    beginning, `daily` that of the day (7 each).
    """

    edges: Floats
    mass: Floats
    before: Floats
    daily: Floats


class Rates:
    """The rates of one scenario at the offices that keep one calendar."""

    def __init__(self, scenario: Scenario, calendar: WorkingCalendar) -> None:
        self._scenario, self._shape, self._calendar = scenario, scenario.demand, calendar
        self._deliveries = sorted(map(seconds, self._shape.deliveries))
        self._weights: dict[Channel, Floats] = {}
        self._sizes: dict[tuple[str, Year], dict[Channel, float]] = {}
        self._laid = lru_cache(64)(self._lay)
        self._patterns = lru_cache(64)(self._pattern)
        self.week: Callable[[date, Channel], Week] = lru_cache(3 * WEEKS)(self._week)
        """Where a channel's filings fall in the week of a Monday."""
        self.expected: Callable[[str, tuple[Year, ...], date], Days] = lru_cache(64 * WEEKS)(self._expected)
        """By channel in use, the filings expected per dossier of volume, by yearly profile and weekday.

        Asked by the office's profile, the yearly profiles of its procedures, and Monday.
        """

    def _expected(self, profile: str, years: tuple[Year, ...], monday: date) -> Days:
        dates = [monday + timedelta(days=i) for i in range(7)]
        yearly = np.array([[year[day.month - 1] for day in dates] for year in years])
        sizes = [self._size(profile, year) for year in years]
        return {
            channel: np.outer([size[channel] for size in sizes], share * self.week(monday, channel).daily)
            * yearly
            for channel, share in self._shares(profile, dates).items()
        }

    def _size(self, profile: str, year: Year) -> dict[Channel, float]:
        """What makes the scenario's whole period add up to 1, by channel; 0: it can bring nothing."""
        key = profile, year
        if key not in self._sizes:
            yearly = np.array([year[day.month - 1] for day in self._period])
            shares = self._shares(profile, self._period)
            weights = {channel: yearly * self._weight(channel) for channel in shares}
            wholes = {channel: float(weight.sum()) for channel, weight in weights.items()}
            total = sum(
                float(shares[name] @ weights[name]) / whole for name, whole in wholes.items() if whole
            )
            if not total:
                start, until = self._scenario.start, self._scenario.until
                raise ScenarioError(
                    f"profiles.{profile}: from start ({start}) to until ({until}) nothing can be filed; "
                    "look at its channels and calendar, at the months and at the channels' rhythms"
                )
            self._sizes[key] = {name: 1 / (whole * total) if whole else 0.0 for name, whole in wholes.items()}
        return self._sizes[key]

    def _shares(self, profile: str, dates: Sequence[date]) -> Days:
        """The share of each channel that the profile knows, day by day."""
        spec = self._scenario.profiles[profile]
        if not spec.drift:
            return {name: np.full(len(dates), share) for name, share in spec.channels.items() if share}
        points = sorted((point.on.toordinal(), point.online) for point in spec.drift)
        days, levels = zip(*points, strict=True)
        online = np.interp([day.toordinal() for day in dates], days, levels)
        others = {name: share for name, share in spec.channels.items() if share and name != "online"}
        if not others and min(levels) < 1:
            raise ScenarioError(f"profiles.{profile}.drift: no other channel takes what is not online")
        rest = (1 - online) / (sum(others.values()) or 1)
        return {"online": online, **{name: rest * share for name, share in others.items()}}

    @cached_property
    def _period(self) -> list[date]:
        """The days from `start` to `until`."""
        first = self._scenario.start
        return [first + timedelta(days=i) for i in range((self._scenario.until - first).days)]

    def _weight(self, channel: Channel) -> Floats:
        """The weights of these days, but for the months."""
        if channel not in self._weights:
            first, skip = self._scenario.start, self._scenario.start.weekday()
            mondays = [first + timedelta(days=i) for i in range(-skip, len(self._period), 7)]
            days = np.concatenate([self._week(monday, channel).daily for monday in mondays])
            self._weights[channel] = days[skip : skip + len(self._period)]
        return self._weights[channel]

    def _week(self, monday: date, channel: Channel) -> Week:
        if channel == "post" and self._deliveries:
            return self._delivered(monday)
        return self._laid(channel, self._days(monday, 7, channel))

    def _delivered(self, monday: date) -> Week:
        """Batches: the weight that was posted since the batch before, all at one instant."""
        since, batches = -1, self._batches(monday, -1, 7)
        while since > -366 and not (batches and batches[0] < 0):
            since -= 1
            batches = self._batches(monday, since, since + 1) + batches
        posted = self._laid("post", self._days(monday + timedelta(days=since), 7 - since, "post"))
        sent = np.interp(batches, posted.edges + since * DAY, posted.mass)
        first = sum(at < 0 for at in batches)
        at = np.array(batches[first:])
        total = np.append(0.0, sent[first:] - (sent[first - 1] if first else 0.0))
        mass = np.repeat(total, 2)[1:-1]
        midnights = total[np.searchsorted(at, np.arange(8) * DAY)]
        return Week(np.repeat(at, 2), mass, midnights[:-1], np.diff(midnights))

    def _batches(self, monday: date, first: int, last: int) -> list[float]:
        """Instants of delivery on the days from the `first` to the `last` (not included) after a Monday."""
        days = [i for i in range(first, last) if self._calendar.is_workday(monday + timedelta(days=i))]
        instants = [i * DAY + second for i in days for second in self._deliveries]
        return [at for at in instants if at < 7 * DAY]

    def _days(self, first: date, count: int, channel: Channel) -> tuple[tuple[Spans | None, float], ...]:
        """Opening hours, None for those of the whole day, and weight of so many days."""
        rhythm: Rhythm = getattr(self._shape, channel)
        free = channel == "online" or (channel == "post" and bool(self._deliveries))
        calendar, days = self._calendar, [first + timedelta(days=i) for i in range(count)]
        if free:
            rests = [calendar.is_off(day) and not calendar.is_makeup(day) for day in days]
            weekdays = [6 if rest else day.weekday() for day, rest in zip(days, rests, strict=True)]
            return tuple(
                (None, rhythm.weekday[i] * self._season(day)) for i, day in zip(weekdays, days, strict=True)
            )
        midnight = datetime.combine(first, time(), calendar.zone).timestamp()
        found: list[tuple[Spans, float]] = []
        for i, day in enumerate(days):
            begin = midnight + i * DAY
            spans = tuple((start - begin, end - begin) for start, end in calendar.spans(day))
            found.append((spans, rhythm.weekday[day.weekday()] * self._season(day)))
        return tuple(found)

    def _lay(self, channel: Channel, days: tuple[tuple[Spans | None, float], ...]) -> Week:
        """Days one after the other, each with its opening hours and weight."""
        patterns = [self._patterns(channel, spans) for spans, _ in days]
        daily = np.array([mass[-1] * weight for (_, mass), (_, weight) in zip(patterns, days, strict=True)])
        before = np.append(0.0, np.cumsum(daily)[:-1])
        edges = [hours + i * DAY for i, (hours, _) in enumerate(patterns)]
        mass = [
            start + weight * within
            for start, (_, weight), (_, within) in zip(before.tolist(), days, patterns, strict=True)
        ]
        return Week(np.concatenate(edges), np.concatenate(mass), before, daily)

    def _pattern(self, channel: Channel, spans: Spans | None) -> tuple[Floats, Floats]:
        """Edges of a day, and the weight up to each of its hours: all of them, or what lies in the spans."""
        rhythm: Rhythm = getattr(self._shape, channel)
        breaks = {at for span in spans or () for at in span}
        edges = sorted({i * 3600.0 for i in range(25)} | breaks)
        weights = [
            rhythm.hour[int(a // 3600)] * (b - a)
            if spans is None or any(start <= a and b <= end for start, end in spans)
            else 0.0
            for a, b in pairwise(edges)
        ]
        return np.array(edges), np.append(0.0, np.cumsum(weights))

    def _season(self, day: date) -> float:
        weight = 1.0
        for season in self._shape.seasons:
            if season.since <= day < season.until:
                weight *= season.factor
        for feast in self._shape.tet:
            for year in range(day.year - 1, day.year + 2):
                new_year = tet(year)
                if new_year and feast.since <= (day - new_year).days < feast.until:
                    weight *= feast.factor
        return weight


@cache
def tet(year: int) -> date | None:
    """The first day of Vietnam's lunar year, by the package `holidays`; None in years it does not know."""
    if year not in KNOWN:
        return None
    book = public.Vietnam(years=year, language="en_US")
    days: list[date] = book.get_named("Lunar New Year", lookup="exact")
    return days[0]


def seconds(clock: str) -> float:
    """A time of day as seconds after midnight."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0
