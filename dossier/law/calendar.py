"""Working time: an office's opening hours, holidays and make-up days, to the second, over decades.

Instants are seconds since 1970-01-01T00:00Z as float; working time is seconds as float.
Conversion costs one binary search; numpy arrays convert at once.
Whole seconds convert without any error, fractions to a microsecond.
Sources: hours of a ward, `domain` [V:S34]; public holidays and make-up days from the package `holidays`,
mended by `CORRECTIONS`, a dated list of our own.

How far the holidays are known.
The package reckons Vietnam's lunar and fixed days of 1901-2100 by the labour codes since 1994.
Days off that the government swaps, and their make-up days, are in version 0.109 for 2010-2026:
they are announced a year or less ahead, so later years have the days of the labour code and no swaps.
Before 1901 and after 2100 the package is silent and no day is a holiday: `WorkingCalendar.known` holds
the years that it knows, and whoever shows a date outside them should say so.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Protocol, overload
from zoneinfo import ZoneInfo

import holidays as public
import numpy as np
from numpy.typing import NDArray

from dossier.law.rules import RULE_SETS, Rules, rules_on

HOUR = 3600.0
DAY = 86400.0
EPOCH = date(1970, 1, 1).toordinal()
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Spans = Sequence[tuple[str, str]]
Hours = Mapping[int, Spans]
"""Weekday (Monday is 0) to its spans of opening, as local times "07:30"; "24:00" ends a day."""

Floats = NDArray[np.float64]

OFFICE_HOURS: Hours = {day: [("07:30", "11:30"), ("13:00", "17:00")] for day in range(5)}
"""A ward in 2025 [V:S34]: eight hours, Monday to Friday."""

CORRECTIONS: Mapping[date, bool] = {
    # 2026-01-02 off, made up on Saturday 2026-01-10: announced, not in the package 0.109 [M].
    date(2026, 1, 2): False,
    # Tết 2026 is off from Saturday 14 to Sunday 22 February [V:S37]; the package lists its weekdays.
    date(2026, 2, 14): False,
    date(2026, 2, 21): False,
    date(2026, 1, 10): True,
}
"""Days that are worked (True) or not (False), whatever the package says."""

KNOWN = range(public.Vietnam.start_year, public.Vietnam.end_year + 1)
"""The years for which the package reckons Vietnam's holidays."""


YEARS = (1500, 2600)
"""The furthest years that are searched for an opening."""

MOST_DAYS = 4000
"""Days whose openings are remembered."""


class Book(Protocol):
    """Which office keeps which calendar; all in one time zone."""

    @property
    def zone(self) -> tzinfo:
        """The zone of every calendar in it."""

    def of(self, office: str) -> "WorkingCalendar":
        """The calendar of an office; every office has one."""


class WorkingCalendar:
    """Opening hours in one time zone, as spans of instants that grow as they are asked for.

    A day off has no hours; a make-up day has those of `makeup` (a Friday's by default).
    `dated` gives single days hours of their own, above all else; no spans close the day.

    A span begins when the clock on the wall first shows its start, or a later time, and ends likewise.
    So nothing is worked of an hour that the clock change skips; an hour that comes twice is worked twice
    where a span goes on after it, and a span that ends within it ends the first time.
    """

    sets: Sequence[Rules] = RULE_SETS
    """The law of the place: its dated rule sets, the country's unless its file says otherwise."""
    known: range = range(1, 9999)
    """The years whose public holidays are known."""

    def __init__(
        self,
        hours: Hours = OFFICE_HOURS,
        zone: tzinfo = VIETNAM,
        is_off: Callable[[date], bool] = lambda _: False,
        is_makeup: Callable[[date], bool] = lambda _: False,
        makeup: int = 4,
        dated: Mapping[date, Spans] | None = None,
    ) -> None:
        if not any(hours.values()):
            raise ValueError("a calendar needs at least one span of opening in the week")
        self.zone = zone
        self._hours = {day: _edges(f"weekday {day}", spans) for day, spans in hours.items()}
        self._dated = {day: _edges(str(day), spans) for day, spans in (dated or {}).items()}
        self.is_off, self.is_makeup, self._makeup = is_off, is_makeup, makeup
        self._begin()

    def _begin(self) -> None:
        self._ordinals: dict[int, int | None] = {}
        self._spans: dict[date, list[tuple[float, float]]] = {}
        self._load(2025, 2026)

    def changed(
        self,
        is_off: Callable[[date], bool] | None = None,
        is_makeup: Callable[[date], bool] | None = None,
    ) -> "WorkingCalendar":
        """The same calendar with other days off or other make-up days; its dated days stay."""
        other = copy(self)
        other.is_off, other.is_makeup = is_off or self.is_off, is_makeup or self.is_makeup
        other._begin()
        return other

    def of(self, office: str) -> "WorkingCalendar":  # noqa: ARG002 (a `Book` of one calendar)
        """Itself, for every office."""
        return self

    def law(self, at: float, sets: Sequence[Rules] | None = None) -> Rules:
        """The rule set in force on the local day of an instant: the place's own, or one of those given."""
        return rules_on(self.local(at).date(), sets or self.sets)

    def is_workday(self, day: date) -> bool:
        """Whether the office opens on this local date."""
        return bool(self.spans(day))

    def spans(self, day: date) -> list[tuple[float, float]]:
        """The spans of opening of a local date, as instants; empty on a day off."""
        found = self._spans.get(day)
        if found is None:
            if len(self._spans) >= MOST_DAYS:
                self._spans.clear()  # a run of decades asks for every day of them
            found = self._spans[day] = self._lay(day)
        return found

    def _lay(self, day: date) -> list[tuple[float, float]]:
        rule = self._rule(day)
        offset = self._offset(day) if rule else None
        if offset is not None:
            midnight = (day.toordinal() - EPOCH) * DAY - offset
            return [(midnight + start, midnight + end) for start, end in rule]
        spans = [(self._instant(day, a), self._instant(day, b)) for a, b in rule]
        return [(start, end) for start, end in spans if start < end]

    def _offset(self, day: date) -> float | None:
        """Seconds by which the clock on the wall is ahead of UTC; None on a day on which it is changed."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        first, last = midnight.utcoffset(), (midnight + timedelta(1)).utcoffset()
        return first.total_seconds() if first == last and first is not None else None

    def _rule(self, day: date) -> list[tuple[int, int]]:
        """The hours of a day, in seconds after midnight: its own, a make-up day's, or its weekday's."""
        own = self._dated.get(day)
        if own is not None:
            return own
        if self.is_makeup(day):
            return self._hours.get(self._makeup) or next(spans for spans in self._hours.values() if spans)
        usual = self._hours.get(day.weekday(), [])
        return [] if usual and self.is_off(day) else usual

    @overload
    def worked(self, at: float) -> float: ...
    @overload
    def worked(self, at: Floats) -> Floats: ...
    def worked(self, at: float | Floats) -> float | Floats:
        """Working seconds from the calendar's origin (2025-01-01, local) up to the instant `at`."""
        if isinstance(at, np.ndarray):
            return self._worked_all(at)
        self._cover(at)
        i = bisect_right(self._starts, at) - 1
        return self._sums[i] + min(at, self._ends[i]) - self._starts[i]

    @overload
    def clock(self, worked: float) -> float: ...
    @overload
    def clock(self, worked: Floats) -> Floats: ...
    def clock(self, worked: float | Floats) -> float | Floats:
        """The first instant at which `worked` seconds of working time are done; inverse of `worked`."""
        if isinstance(worked, np.ndarray):
            return self._clock_all(worked)
        self._cover_work(worked)
        i = bisect_left(self._sums, worked) - 1
        return self._starts[i] + worked - self._sums[i]

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of working time, begun at `at`, are done."""
        return self.clock(self.worked(at) + seconds) if seconds > 0 else self.opening(at)

    def between(self, start: float, end: float) -> float:
        """Working seconds from `start` to `end`; negative where `end` comes first."""
        return self.worked(end) - self.worked(start)

    def is_open(self, at: float) -> bool:
        """Whether the instant lies in a span of opening (its start yes, its end no)."""
        self._cover(at)
        i = bisect_right(self._starts, at) - 1
        return at < self._ends[i]

    def opening(self, at: float) -> float:
        """`at` itself when open, else the next opening; ValueError where there is none."""
        self._cover(at)
        i = bisect_right(self._starts, at) - 1
        if at < self._ends[i]:
            return at
        while i + 2 == len(self._starts):
            self._grow(back=False, forth=True)
            i = bisect_right(self._starts, at) - 1
        return self._starts[i + 1]

    def closing(self, day: date) -> float:
        """The last closing of a working day, as an instant."""
        return self.spans(day)[-1][1]

    def local(self, at: float) -> datetime:
        """The instant as a local datetime of the office."""
        return datetime.fromtimestamp(at, self.zone)

    def day(self, at: float) -> int:
        """The local date of an instant as its proleptic ordinal (`date.fromordinal`)."""
        quarter = int(at // 900)
        if quarter not in self._ordinals:
            # A few zones had midnights within a quarter of an hour: those are asked one by one.
            first, last = (self.local(quarter * 900.0 + more).toordinal() for more in (0, 899.999999))
            self._ordinals[quarter] = first if first == last else None
        found = self._ordinals[quarter]
        return self.local(at).toordinal() if found is None else found

    def workday(self, day: date, count: int = 0) -> date:
        """The `count`-th working day after `day` (before, if negative); 0: `day` itself or the next one."""
        while True:
            i = bisect_left(self._days, day)
            if count > 0 and (i == len(self._days) or self._days[i] != day):
                i -= 1
            found, most = i + count, len(self._days) - 1
            if 0 < i <= most and 0 < found < most:
                return self._days[found]
            self._grow(back=min(i, found) <= 0, forth=i > most or found >= most)

    def _instant(self, day: date, second: int) -> float:
        """When the clock on the wall of this day first shows so many seconds after midnight, or more."""
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(seconds=second)
        at, again = local.timestamp(), local.replace(fold=1).timestamp()
        return at if at <= again else self._change(again, at)

    def _change(self, before: float, after: float) -> float:
        """The instant between the two at which the clock on the wall skips some time."""
        offset = self.local(before).utcoffset()
        while after - before > 1:
            middle = (before + after) // 2
            if self.local(middle).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after

    def _load(self, first: int, last: int) -> None:
        """Lay the spans of the years `first` .. `last`; sums stay 0 at the start of 2025."""
        self._first, self._last = first, last
        day, end = date(first, 1, 1), date(last, 12, 31)
        days = [day + timedelta(n) for n in range((end - day).days + 1)]
        spans = [(d, span) for d in days for span in self.spans(d)]
        self._days = list(dict.fromkeys(d for d, _ in spans))
        # The bounds are spans of no length: every instant between them has a span before and one after it.
        least, most = self._instant(day, 0), self._instant(end, int(DAY))
        starts = np.array([least, *(span[0] for _, span in spans), most])
        ends = np.array([least, *(span[1] for _, span in spans), most])
        total = np.concatenate(([0.0], np.cumsum(ends - starts)))
        origin = int(np.searchsorted(starts, datetime(2025, 1, 1, tzinfo=self.zone).timestamp()))
        sums = total[:-1] - total[origin]
        self._arrays = starts, ends, sums
        self._starts: list[float] = starts.tolist()
        self._ends: list[float] = ends.tolist()
        self._sums: list[float] = sums.tolist()

    def _grow(self, back: bool, forth: bool) -> None:
        """Lay as many years again, before or after; ValueError where it was all in vain."""
        if (back and self._first <= YEARS[0]) or (forth and self._last >= YEARS[1]):
            raise ValueError(f"the calendar has no such opening in the years {YEARS[0]} to {YEARS[1]}")
        more = self._last - self._first + 1
        first = max(self._first - more, YEARS[0]) if back else self._first
        self._load(first, min(self._last + more, YEARS[1]) if forth else self._last)

    def _cover(self, at: float) -> None:
        if not self._starts[0] <= at < self._starts[-1]:
            year = datetime.fromtimestamp(at, UTC).year
            self._load(min(self._first, year - 2), max(self._last, year + 2))

    def _cover_work(self, worked: float) -> None:
        while worked <= self._sums[0]:
            self._grow(back=True, forth=False)
        while worked > self._sums[-1]:
            self._grow(back=False, forth=True)

    def _worked_all(self, at: Floats) -> Floats:
        if at.size:
            self._cover(float(at.min()))
            self._cover(float(at.max()))
        starts, ends, sums = self._arrays
        i = np.searchsorted(starts, at, side="right") - 1
        out: Floats = sums[i] + np.minimum(at, ends[i]) - starts[i]
        return out

    def _clock_all(self, worked: Floats) -> Floats:
        if worked.size:
            self._cover_work(float(worked.min()))
            self._cover_work(float(worked.max()))
        starts, _, sums = self._arrays
        i = np.searchsorted(sums, worked, side="left") - 1
        out: Floats = starts[i] + worked - sums[i]
        return out


@cache
def vietnam(saturday_morning: bool = False) -> WorkingCalendar:
    """The calendar of a Vietnamese one-stop office: holidays, make-up Saturdays, ward hours."""
    hours = dict(OFFICE_HOURS)
    if saturday_morning:
        hours[5] = [("07:30", "11:30")]
    calendar = WorkingCalendar(hours, VIETNAM, is_off=is_holiday, is_makeup=is_makeup)
    calendar.known = KNOWN
    return calendar


def is_holiday(day: date) -> bool:
    """Whether Vietnam rests on this date: public holiday, substituted day, or our correction."""
    worked = CORRECTIONS.get(day)
    return day in _vietnam(day.year) if worked is None else not worked


def is_makeup(day: date) -> bool:
    """Whether this day of a weekend is worked to make up for a day off elsewhere."""
    worked = CORRECTIONS.get(day)
    return day in _vietnam(day.year).weekend_workdays if worked is None else worked


@cache
def _vietnam(year: int) -> public.HolidayBase:
    # Each year by itself: the years of a dossier that spans New Year are all known (a bug of real systems).
    return public.Vietnam(years=year)


def _edges(day: str, spans: Spans) -> list[tuple[int, int]]:
    """Spans as seconds after midnight; ValueError where they do not rise."""
    seconds = [(_second(start), _second(end)) for start, end in spans]
    edges = [edge for span in seconds for edge in span]
    if edges != sorted(edges) or len(set(edges)) < len(edges):
        raise ValueError(f"hours of {day} must rise and not touch: {list(spans)}")
    return seconds


def _second(text: str) -> int:
    if text == "24:00":
        return int(DAY)
    clock = time.fromisoformat(text)
    return clock.hour * 3600 + clock.minute * 60 + clock.second
