"""Reporting periods, and what one dossier did in one: the ground of every official report.

A period runs from the local midnight before its first day to the one after its last, as instants
[start, until) in seconds since 1970.
Months may close before the month does: with cut-off day 20 they run from the 21st to the 20th [V:S12b],
and with 14 a quarter closes on the 14th of its last month [M].
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

from dossier.event import YEARS
from dossier.figures.standing import (
    CURRENT,
    EARLY,
    FINISHED,
    LATE,
    ON_TIME,
    OVERDUE,
    PAPERS,
    RECEIVED,
    Cell,
    cell,
    standing,
)
from dossier.law.calendar import Book
from dossier.life.state import Dossier, waiting

MONTH_END = 31
"""The cut-off day that lets a month end with the calendar's."""

Kind = Literal["days", "month", "quarter", "half", "nine", "year"]
Waiting = Literal["resolved", "pending"]
"""Where form II.06a has the dossiers that wait for papers: see `settled`."""

_LENGTHS: dict[str, Kind] = {"": "year", "M": "month", "Q": "quarter", "H": "half", "9": "nine"}
_MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "nine": 9, "year": 12}
_NAME = re.compile(r"(\d{4})(?:-(?:(\d\d)|(?P<letter>[QH])(\d)|(?P<nine>9M)))?")


class Period(NamedTuple):
    """A reporting period; `name` is as `parse` reads it, or "2026-03-01..2026-03-10"."""

    kind: Kind
    name: str
    first: date
    last: date
    cutoff: int
    start: float
    until: float


def days(first: date, after: date, zone: tzinfo) -> Period:
    """From a day to the day before `after`; ValueError unless there is a day between."""
    if after <= first:
        raise ValueError(f"the period ends before it begins: {after} is not after {first}")
    last = after - timedelta(1)
    return _period("days", f"{first}..{last}", first, last, MONTH_END, zone)


def parse(name: str, zone: tzinfo, cutoff: int = MONTH_END) -> Period:
    """The period "2026-03", "2026-Q1", "2026-H1", "2026-9M" or "2026"; ValueError for any other.

    `cutoff` is the last day of every month in it; a shorter month ends with its own last day.
    """
    if not 1 <= cutoff <= MONTH_END:
        raise ValueError(f"the cut-off day must be from 1 to 31, is {cutoff}")
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no period: write 2026-03, 2026-Q1, 2026-H1, 2026-9M or 2026")
    year, month, letter, part = int(found[1]), found[2], found["letter"], found[4]
    kind = _LENGTHS["M" if month else "9" if found["nine"] else letter or ""]
    nth = int(month or part or 1)
    months = _MONTHS[kind]
    if year not in YEARS[1:-1]:
        raise ValueError(f"{name!r} is too far off: a year from {YEARS[1]} to {YEARS[-2]}")
    if not 1 <= nth <= 12 // months:
        raise ValueError(f"{name!r} is no period: a year has {12 // months} of them")
    end = nth * months
    first = _closes(year, end - months, cutoff) + timedelta(1)
    return _period(kind, name, first, _closes(year, end, cutoff), cutoff, zone)


def months(period: Period, zone: tzinfo) -> list[Period]:
    """The months that a quarter, half-year, nine months or year is made of; a month alone is itself."""
    year = int(period.name[:4])
    if period.kind == "days":
        raise ValueError(f"{period.name} is not made of months")
    if period.kind == "month":
        return [period]
    count = _MONTHS[period.kind]
    end = count * (int(period.name[-1]) if period.kind in {"quarter", "half"} else 1)
    return [parse(f"{year}-{m:02d}", zone, period.cutoff) for m in range(end - count + 1, end + 1)]


def previous(period: Period, zone: tzinfo) -> Period:
    """The period of the same kind before it; of free days, as many days before it."""
    if period.kind == "days":
        length = period.last - period.first + timedelta(1)
        return days(period.first - length, period.first, zone)
    year = int(period.name[:4])
    if period.kind in {"year", "nine"}:
        return parse(f"{year - 1}{period.name[4:]}", zone, period.cutoff)
    mark = "" if period.kind == "month" else period.name[5]
    nth = int(period.name[5 + len(mark) :]) - 1
    if nth < 1:
        year, nth = year - 1, 12 // _MONTHS[period.kind]
    return parse(f"{year}-{mark}{nth:0{1 if mark else 2}d}", zone, period.cutoff)


def _closes(year: int, month: int, cutoff: int) -> date:
    """The last day of a month with this cut-off; month 0 is the December before."""
    year, month = (year - 1, 12) if month == 0 else (year, month)
    return date(year, month, min(cutoff, monthrange(year, month)[1]))


def _period(kind: Kind, name: str, first: date, last: date, cutoff: int, zone: tzinfo) -> Period:
    return Period(
        kind, name, first, last, cutoff, _midnight(first, zone), _midnight(last + timedelta(1), zone)
    )


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time.min, zone).timestamp()


def concerns(dossier: Dossier, since: float) -> bool:
    """Whether the dossier came in at or after an instant, or had not ended before it (766's population)."""
    end = dossier.declined_at if dossier.accepted_at is None else dossier.finished_at
    came = dossier.accepted_at or dossier.submitted_at or 0.0
    return end is None or end >= since or came >= since


class Span(NamedTuple):
    """How the dossiers of a period are looked at: [start, end) as instants, and by which due date."""

    start: float
    end: float
    due: str = "first"
    waiting: Waiting = "resolved"


class Course(NamedTuple):
    """What one dossier did in a period: it came in or was carried over, and is settled at its end or not."""

    dossier: Dossier
    cell: Cell
    mask: int
    """Its standing just before the end, with the verdicts by the due date asked for."""
    received: bool
    """In the period; else it was carried over."""
    resumed: bool
    """Carried over, though it counted as settled at the start: it waited for papers then."""
    settled: bool


_VERDICTS = EARLY | ON_TIME | OVERDUE | LATE


def judged(mask: int, due: str) -> int:
    """The standing with the verdicts by the first or the current due date in the verdicts' place."""
    return mask if due == "first" else mask & ~_VERDICTS | mask >> CURRENT & _VERDICTS


def settled(mask: int, waiting_is: Waiting) -> bool:
    """Whether form II.06a has it among the resolved ones.

    Its column 9 includes what waits for papers [V:S5c]; what was overdue before it came to wait is overdue.
    With "pending" what waits is in process, as the heading of its column 12 says too [V-code:S5c].
    """
    if mask & FINISHED:
        return True
    return waiting_is == "resolved" and bool(mask & PAPERS) and not mask & OVERDUE


def courses(dossiers: Iterable[Dossier], span: Span, book: Book) -> Iterator[Course]:
    """The courses of all that were received in the span or carried over into it; see `course`."""
    for dossier in dossiers:
        found = course(dossier, span, book)
        if found is not None:
            yield found


def course(dossier: Dossier, span: Span, book: Book) -> Course | None:
    """What the dossier did in the span, seen just before its end; None if it has no part in it.

    Settled at the start, it has none, except where it only waited for papers then and waits no more,
    or waits again: then it is carried over anew.
    So `settled` less `resumed`, summed over months, is that of the year.
    A dossier that was retracted before the end has no part.
    """
    accepted, finished = dossier.accepted_at, dossier.finished_at
    if accepted is None or accepted >= span.end:
        return None
    received = accepted >= span.start
    if not received and finished is not None and finished < span.start:
        return None
    calendar = book.of(dossier.office)
    mask = judged(standing(dossier, span.end, calendar), span.due)
    if not mask & RECEIVED:
        return None
    now, resumed = settled(mask, span.waiting), False
    if not received:
        before = judged(standing(dossier, span.start, calendar), span.due)
        resumed = settled(before, span.waiting)
        if resumed and now and not mask & FINISHED and _same_wait(dossier, span):
            return None
    return Course(dossier, cell(dossier, span.end), mask, received, resumed, now)


def _same_wait(dossier: Dossier, span: Span) -> bool:
    was, now = waiting(dossier, span.start), waiting(dossier, span.end)
    return was is not None and now is not None and was.start == now.start
