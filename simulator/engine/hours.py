"""Working time as the engine reckons it: scalars, from the run's origin, as fast as Python goes.

`Weekly` repeats one week for ever, `Dated` follows a real calendar with its holidays, `Always` is no
calendar.
All instants are seconds since the origin, a local midnight on a Monday; durations are seconds.
Work that begins outside the hours begins at the next opening; what is under way at closing goes on then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from math import inf
from typing import Protocol

import numpy as np

from dossier.law.calendar import DAY, WorkingCalendar

WEEK = 7 * DAY
YEARS_AHEAD = 4
"""A real calendar is laid out so far beyond the run's end: work and promises reach beyond it."""


Serve = Callable[[float, float], tuple[float, float]]
"""`Hours.serve`."""


class Hours(Protocol):
    """When somebody works."""

    def worked(self, at: float) -> float:
        """Working seconds from the origin up to `at`."""

    def clock(self, worked: float) -> float:
        """The first instant at which so many working seconds are done."""

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of work, begun at `at`, are done."""

    def opening(self, at: float) -> float:
        """`at` itself when open, else the next opening."""

    def is_open(self, at: float) -> bool:
        """Whether the instant lies in a span of opening (its start yes, its end no)."""

    def serve(self, at: float, seconds: float) -> tuple[float, float]:
        """When work that is granted at `at` begins, and when so many seconds of it are done.

        That is `opening` and `add`; but no work at all ends on duty.
        """
        opened, end = self.opening(at), self.add(at, seconds)
        return opened, end if end > at else opened

    def server(self) -> Serve:
        """`serve`, for one who asks for instants that rise: the last span asked for is remembered."""
        return self.serve


class Always(Hours):
    """Day and night: clock time is working time."""

    def worked(self, at: float) -> float:
        """The instant itself."""
        return at

    def clock(self, worked: float) -> float:
        """The instant itself."""
        return worked

    def add(self, at: float, seconds: float) -> float:
        """`seconds` later."""
        return at + seconds

    def opening(self, at: float) -> float:
        """`at`."""
        return at

    def is_open(self, at: float) -> bool:  # noqa: ARG002
        """Yes."""
        return True

    def serve(self, at: float, seconds: float) -> tuple[float, float]:
        """At once, and `seconds` later."""
        return at, at + seconds


class Weekly(Hours):
    """Spans of one week, seconds after Monday's midnight, for ever; a week open throughout is exactly no
    calendar."""

    def __init__(self, spans: Sequence[tuple[float, float]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._sums = [0.0]
        for start, end in spans:
            self._sums.append(self._sums[-1] + end - start)
        self._week = self._sums[-1]

    def worked(self, at: float) -> float:
        """Working seconds from the origin up to `at`."""
        weeks, rest = divmod(at, WEEK)
        i = bisect_right(self._starts, rest) - 1
        if i < 0:
            return weeks * self._week
        return weeks * self._week + self._sums[i] + min(rest, self._ends[i]) - self._starts[i]

    def clock(self, worked: float) -> float:
        """The first instant at which so many working seconds are done: a closing rather than the next
        opening.

        But for the week's last closing, which is the next week's first opening.
        """
        weeks, rest = divmod(worked, self._week)
        i = max(bisect_left(self._sums, rest) - 1, 0)
        return weeks * WEEK + self._starts[i] + rest - self._sums[i]

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of work, begun at `at`, are done."""
        return self.clock(self.worked(at) + seconds)

    def opening(self, at: float) -> float:
        """`at` itself when open, else the next opening."""
        weeks, rest = divmod(at, WEEK)
        i = bisect_right(self._starts, rest) - 1
        if i >= 0 and rest < self._ends[i]:
            return at
        if i + 1 < len(self._starts):
            return weeks * WEEK + self._starts[i + 1]
        return (weeks + 1) * WEEK + self._starts[0]

    def is_open(self, at: float) -> bool:
        """Whether the instant lies in a span of opening."""
        return self.opening(at) == at

    def server(self) -> Serve:
        """`serve`, with the last span remembered: the busiest function of a run.

        Within the span it is `clock(worked(at) + seconds)` to the last bit.
        """
        starts, ends, sums, week = self._starts, self._ends, self._sums, self._week
        serve, clock = self.serve, self.clock
        opened = closed = monday = start = before = worked = since = least = most = 0.0

        def remembering(at: float, seconds: float) -> tuple[float, float]:
            nonlocal opened, closed, monday, start, before, worked, since, least, most
            if not opened <= at < closed:
                weeks, rest = divmod(at, WEEK)
                i = bisect_right(starts, rest) - 1
                if i < 0 or rest >= ends[i]:
                    return serve(at, seconds)
                monday, start, before = weeks * WEEK, starts[i], weeks * week
                opened, closed = monday + start, monday + ends[i]
                worked, since, least, most = before + sums[i], monday + start, sums[i], sums[i + 1]
            total = worked + (at - monday) - start + seconds
            rest = total - before
            end = since + rest - least if least < rest < most else clock(total)
            return at, end if end > at else at  # noqa: FURB136 (a call is dear here)

        return remembering


class Dated(Hours):
    """A working calendar, laid out from the origin on.

    What would end beyond the calendar never ends: its instant is infinite.
    """

    def __init__(self, calendar: WorkingCalendar, origin: int, until: float) -> None:
        spans = _spans(calendar, origin, until)
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._sums: list[float] = [0.0, *np.cumsum([end - start for start, end in spans]).tolist()]

    def worked(self, at: float) -> float:
        """Working seconds from the origin up to `at`."""
        i = bisect_right(self._starts, at) - 1
        if i < 0:
            return 0.0
        end = self._ends[i]
        return self._sums[i] + (at if at < end else end) - self._starts[i]  # noqa: FURB136

    def clock(self, worked: float) -> float:
        """The first instant at which so many working seconds are done: a closing rather than the next
        opening."""
        i = max(bisect_left(self._sums, worked) - 1, 0)
        return self._starts[i] + (worked - self._sums[i]) if i < len(self._starts) else inf

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of work, begun at `at`, are done."""
        starts, sums = self._starts, self._sums
        i = bisect_right(starts, at) - 1
        if i < 0:
            done = seconds
        else:
            end = self._ends[i]
            if at + seconds <= end:  # within one span, as most work is
                return at + seconds
            done = sums[i] + ((at if at < end else end) - starts[i]) + seconds  # noqa: FURB136
        i = bisect_left(sums, done, i if i > 0 else 0) - 1  # noqa: FURB136
        if i < 0:
            i = 0
        elif i >= len(starts):
            return inf
        return starts[i] + (done - sums[i])

    def opening(self, at: float) -> float:
        """`at` itself when open, else the next opening."""
        i = bisect_right(self._starts, at) - 1
        if i >= 0 and at < self._ends[i]:
            return at
        return self._starts[i + 1] if i + 1 < len(self._starts) else inf

    def is_open(self, at: float) -> bool:
        """Whether the instant lies in a span of opening."""
        i = bisect_right(self._starts, at) - 1
        return i >= 0 and at < self._ends[i]

    def serve(self, at: float, seconds: float) -> tuple[float, float]:
        """When work that is granted at `at` begins, and when so many seconds of it are done."""
        i = bisect_right(self._starts, at) - 1
        if i >= 0:
            closing = self._ends[i]
            if at < closing:
                end = at + seconds
                if at < end <= closing:  # within one span, as most work is
                    return at, end
        return super().serve(at, seconds)

    def server(self) -> Serve:
        """`serve`, with the last span remembered."""
        starts, ends, serve = self._starts, self._ends, self.serve
        opened = closed = 0.0

        def remembering(at: float, seconds: float) -> tuple[float, float]:
            nonlocal opened, closed
            if not opened <= at < closed:
                i = bisect_right(starts, at) - 1
                if i >= 0 and at < ends[i]:
                    opened, closed = starts[i], ends[i]
                else:
                    return serve(at, seconds)
            end = at + seconds
            return (at, end) if at < end <= closed else serve(at, seconds)

        return remembering


@lru_cache(16)  # a comparison runs the same days again and again
def _spans(calendar: WorkingCalendar, origin: int, until: float) -> list[tuple[float, float]]:
    """The calendar's openings from the origin to some years after `until`; touching ones are one."""
    day = calendar.local(origin).date()
    last = calendar.local(origin + until).date() + timedelta(days=366 * YEARS_AHEAD)
    spans: list[tuple[float, float]] = []
    while day <= last:
        for start, end in calendar.spans(day):
            if spans and spans[-1][1] == start - origin:
                spans[-1] = spans[-1][0], end - origin
            else:
                spans.append((start - origin, end - origin))
        day += timedelta(days=1)
    return spans
