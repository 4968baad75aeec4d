"""Working time: an office's opening hours, holidays and make-up days, to the second, over decades.

Instants are seconds since 1970-01-01T00:00Z as float; working time is seconds as float.
Conversion costs one binary search; numpy arrays convert at once.
Sources: hours of a ward, `domain` [V:S34]; public holidays and make-up days from the package `holidays`,
mended by `CORRECTIONS`, a dated list of our own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import overload
from zoneinfo import ZoneInfo

import holidays as public
import numpy as np
from numpy.typing import NDArray

HOUR = 3600.0
DAY = 86400.0
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Hours = Mapping[int, Sequence[tuple[str, str]]]
"""Weekday (Monday is 0) to its spans of opening, as local times "07:30"."""

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


class WorkingCalendar:
    """Opening hours in one time zone, as spans of instants that grow as they are asked for.

    A day off has no hours; a make-up day has those of `makeup` (a Friday's by default).
    """

    def __init__(
        self,
        hours: Hours = OFFICE_HOURS,
        zone: tzinfo = VIETNAM,
        is_off: Callable[[date], bool] = lambda _: False,
        is_makeup: Callable[[date], bool] = lambda _: False,
        makeup: int = 4,
    ) -> None:
        if not any(hours.values()):
            raise ValueError("a calendar needs at least one span of opening in the week")
        self.zone = zone
        self._hours = {day: [(_clock(a), _clock(b)) for a, b in spans] for day, spans in hours.items()}
        for day, spans in self._hours.items():
            edges = [edge for span in spans for edge in span]
            if edges != sorted(edges) or len(set(edges)) < len(edges):
                raise ValueError(f"hours of weekday {day} must rise and not touch: {hours[day]}")
        self._is_off, self._is_makeup, self._makeup = is_off, is_makeup, makeup
        self._first = self._last = 2025
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._sums: list[float] = []
        self._days: list[date] = []
        self._ordinals: dict[int, int] = {}
        self._spans: dict[date, list[tuple[float, float]]] = {}
        self._load(2025, 2026)

    def is_workday(self, day: date) -> bool:
        """Whether the office opens on this local date."""
        if self._is_makeup(day):
            return True
        return bool(self._hours.get(day.weekday())) and not self._is_off(day)

    def spans(self, day: date) -> list[tuple[float, float]]:
        """The spans of opening of a local date, as instants; empty on a day off."""
        found = self._spans.get(day)
        if found is None:
            found = self._spans[day] = self._lay(day)
        return found

    def _lay(self, day: date) -> list[tuple[float, float]]:
        if not self.is_workday(day):
            return []
        own = self._hours.get(day.weekday())
        if self._is_makeup(day):
            own = self._hours.get(self._makeup) or next(spans for spans in self._hours.values() if spans)
        return [(self._instant(day, a), self._instant(day, b)) for a, b in own or ()]

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
        """`at` itself when open, else the next opening."""
        self._cover(at)
        i = bisect_right(self._starts, at) - 1
        return at if at < self._ends[i] else self._starts[i + 1]

    def closing(self, day: date) -> float:
        """The last closing of a working day, as an instant."""
        return self.spans(day)[-1][1]

    def local(self, at: float) -> datetime:
        """The instant as a local datetime of the office."""
        return datetime.fromtimestamp(at, self.zone)

    def day(self, at: float) -> int:
        """The local date of an instant as its proleptic ordinal (`date.fromordinal`)."""
        quarter = int(at // 900)  # no zone has changed its offset within a quarter of an hour
        found = self._ordinals.get(quarter)
        if found is None:
            found = self._ordinals[quarter] = self.local(quarter * 900.0).toordinal()
        return found

    def workday(self, day: date, count: int = 0) -> date:
        """The `count`-th working day after `day` (before, if negative); 0: `day` itself or the next one."""
        while True:
            i = bisect_left(self._days, day)
            if count > 0 and (i == len(self._days) or self._days[i] != day):
                i -= 1
            if 0 < i < len(self._days) and 0 < i + count < len(self._days) - 1:
                return self._days[i + count]
            self._load(min(self._first, day.year) - 2, max(self._last, day.year) + 2)

    def _instant(self, day: date, clock: time) -> float:
        return datetime.combine(day, clock, self.zone).timestamp()

    def _load(self, first: int, last: int) -> None:
        """Lay the spans of the years `first` .. `last`; sums stay 0 at the start of 2025."""
        self._first, self._last = first, last
        day, end = date(first, 1, 1), date(last, 12, 31)
        days = [day + timedelta(n) for n in range((end - day).days + 1)]
        spans = [(d, span) for d in days for span in self.spans(d)]
        self._days = list(dict.fromkeys(d for d, _ in spans))
        starts = np.array([span[0] for _, span in spans])
        ends = np.array([span[1] for _, span in spans])
        sums = np.concatenate(([0.0], np.cumsum(ends - starts)[:-1]))
        origin = int(np.searchsorted(starts, datetime(2025, 1, 1, tzinfo=self.zone).timestamp()))
        sums -= sums[origin]
        self._arrays = starts, ends, sums
        self._starts, self._ends, self._sums = starts.tolist(), ends.tolist(), sums.tolist()

    def _cover(self, at: float) -> None:
        if self._starts[0] <= at < self._starts[-1]:
            return
        year = datetime.fromtimestamp(at, UTC).year
        self._load(min(self._first, year - 2), max(self._last, year + 2))

    def _cover_work(self, worked: float) -> None:
        while worked <= self._sums[0]:
            self._load(self._first - 4, self._last)
        while worked > self._sums[-1]:
            self._load(self._first, self._last + 4)

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
    return WorkingCalendar(hours, VIETNAM, is_off=is_holiday, is_makeup=is_makeup)


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


def _clock(text: str) -> time:
    return time.fromisoformat(text)
