"""Patterns over many dossiers of an office that a single dossier does not show."""

from collections.abc import Iterable, Sequence
from datetime import time

from dossier.audit.case import Case, unresolved
from dossier.audit.chance import at_least, heaped, higher, unlikely
from dossier.audit.findings import Tally
from dossier.audit.thresholds import of
from dossier.figures.standing import FINISHED, LATE, ON_TIME, ONLINE, OVERDUE, RECEIVED, RESOLVED
from dossier.law.calendar import DAY, HOUR, WorkingCalendar
from dossier.life.state import NO_RESULT, NUMBERED, Dossier, due_at

Cases = Sequence[Case]

_DAY_HOURS = 8
"""Working hours of a day, for an office's pace."""
_RUSH = 10
"""Times its own pace may an office close in its busiest minutes."""
_LONGEST = 14 * DAY
"""No rest is longer, Tết with its weekends: what is due later has hours of work before it."""


def office_patterns(cases: Cases, before: float, calendar: WorkingCalendar, tally: Tally, rich: bool) -> None:
    """Tell the tally of every pattern in one office's dossiers."""
    unnumbered(cases, tally)
    entries(cases, calendar, tally)
    closings(cases, calendar, tally)
    heaps(cases, calendar, tally)
    pairs(cases, calendar, tally)
    channels(cases, tally)
    if rich:
        requests(cases, before, calendar, tally)


def unnumbered(cases: Cases, tally: Tally) -> None:
    """Results without a number where nearly all have one; those handed over that never came to be too."""
    numbered, resolved = numbers(cases)
    if not numbered or numbered < of("numbered") * resolved:
        return
    values = {"numbered": numbered, "resolved": resolved}
    for case in cases:
        told = case.mask & RESOLVED
        if unresolved(case) or (told and not case.dossier.outcome & (NUMBERED | NO_RESULT)):
            tally.hit("result_number_missing", case.dossier, case.end or 0.0, values)


def numbers(cases: Iterable[Case]) -> tuple[int, int]:
    """How many results have a number, and how many there are but for those that say they have none."""
    told = [case.dossier.outcome for case in cases if case.mask & RESOLVED]
    return sum(bool(o & NUMBERED) for o in told), sum(not o & NO_RESULT for o in told)


def entries(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Dossiers on paper entered faster, at the day's end, than the office's own pace makes likely."""
    paper = [case.dossier for case in cases if case.mask & RECEIVED and not case.mask & ONLINE]
    if len(paper) < of("entered_least"):
        return
    window = of("entered_window")
    days = {calendar.day(d.accepted_at or 0.0) for d in paper}
    pace = 2 * len(paper) * window / (len(days) * _DAY_HOURS * HOUR)
    least = max(int(of("entered_least")), unlikely(pace, of("entered_tail")))
    timed = [(d.accepted_at or 0.0, d) for d in paper]
    late = [row for row in timed if _late_in_day(row[0], calendar)]
    for at, dossier, heap in heaped(late, window, least):
        tally.hit("batch_entry", dossier, at, {"heap": heap, "seconds": window})


def _late_in_day(at: float, calendar: WorkingCalendar) -> bool:
    spans = calendar.spans(calendar.local(at).date())
    return not spans or at >= spans[-1][1] - of("entered_late") * 60


def closings(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Results that came in a heap: all due within the next hours, or at a month's end, or very many.

    An end at midnight sharp is a date without a time, and says nothing of minutes.
    """
    closed = [(case.end, case) for case in cases if case.end is not None and case.mask & RESOLVED]
    if len(closed) < of("closed_least"):
        return
    window = of("closed_window")
    days = {calendar.day(at) for at, _ in closed}
    pace = _RUSH * len(closed) * window / (len(days) * _DAY_HOURS * HOUR)
    least = max(int(of("closed_least")), unlikely(pace, of("closed_tail")))
    many = max(int(of("closed_many")), least)
    large = [row for row in heaped(closed, window, least) if calendar.local(row[0]).time() != time()]
    near = ((at, case) for at, case, _ in large if _due_soon(at, case.current, calendar))
    last = ((at, case) for at, case, _ in large if _last_of_month(at, calendar))
    every = ((at, case) for at, case, _ in large)
    found: dict[int, tuple[float, Case, int]] = {}
    for rows, enough in ((every, many), (near, least), (last, least)):
        for row in heaped(rows, window, enough):
            found.setdefault(id(row[1]), row)
    for at, case, heap in found.values():
        values = {"heap": heap, "seconds": window, "end_at": at, "due_at": case.current}
        tally.hit("batch_closing", case.dossier, at, values)


def _due_soon(at: float, due: float | None, calendar: WorkingCalendar) -> bool:
    ahead = of("closed_ahead") * HOUR
    return due is not None and 0 <= due - at <= _LONGEST and calendar.between(at, due) <= ahead


def _last_of_month(at: float, calendar: WorkingCalendar) -> bool:
    """Whether the month has no more than the last working hours left."""
    later = calendar.local(calendar.add(at, of("closed_end") * HOUR))
    now = calendar.local(at)
    return (later.year, later.month) != (now.year, now.month)


def heaps(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Ends in the last minutes before due against those of the half hour before: a binomial tail.

    The half hour is one of working time, before lunch or the day before if need be.
    Where the last minutes begin before the opening, fewer ends belong there, so the tail errs to silence.
    """
    last, span = of("mass_last"), of("mass_span")
    ends, judged, late = [], 0, 0
    for case in cases:
        late += bool(case.mask & (LATE | OVERDUE))
        end, due = case.end, case.current
        if end is None or due is None:
            continue
        judged += 1
        if case.mask & RESOLVED and _shortly(end, due, calendar):
            ends.append((due - end, case))
    close = [row for row in ends if row[0] <= last]
    if len(close) < of("mass_least") or at_least(len(close), len(ends), last / span) >= of("mass_tail"):
        return
    virtual = not late and judged >= of("virtual_least")
    for ahead, case in close:
        values = {"ahead": ahead, "last": len(close), "all": len(ends), "judged": judged}
        tally.hit("mass_at_due", case.dossier, case.end or 0.0, values)
        if virtual:
            tally.hit("virtual_on_time", case.dossier, case.end or 0.0, values)


def _shortly(end: float, due: float, calendar: WorkingCalendar) -> bool:
    """Whether it ended in the last minutes before due, or in the half hour of work before them."""
    if not of("mass_last") < due - end <= _LONGEST:
        return 0 <= due - end <= of("mass_last")
    return calendar.between(end, due) < of("mass_span") and calendar.is_open(end)


def pairs(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Late dossiers that together took less working time than their limits give them.

    Who is late has used up his limit, so this cannot be: the dates, or the ends, are not those of the work.
    """
    took = limits = 0.0
    judged, late, quick = 0, 0, []
    for case in cases:
        start, end, right = case.dossier.accepted_at, case.end, case.right
        if start is None or end is None or right is None or end < start:
            continue
        judged += 1
        if case.mask & LATE:
            late += 1
            used, given = calendar.between(start, end), calendar.between(start, right)
            took, limits = took + used, limits + given
            if used < given:
                quick.append(case)
    if late < of("pair_least") or took >= limits:
        return
    values = {"late": late, "judged": judged, "limits": limits / HOUR, "took": took / HOUR}
    for case in quick:
        tally.hit("impossible_pair", case.dossier, case.end or 0.0, values)


def channels(cases: Cases, tally: Tally) -> None:
    """Whether a larger share of the online dossiers is late than of those on paper."""
    online: list[Case] = []
    paper: list[Case] = []
    for case in cases:
        if case.mask & FINISHED and case.mask & (ON_TIME | LATE):
            (online if case.mask & ONLINE else paper).append(case)
    if min(len(online), len(paper)) < of("channel_least"):
        return
    late, other = ([case for case in group if case.mask & LATE] for group in (online, paper))
    if higher((len(late), len(online)), (len(other), len(paper))) >= of("channel_tail"):
        return
    values = {"online": len(late) / len(online), "paper": len(other) / len(paper)}
    for case in late:
        tally.hit("online_slower", case.dossier, case.end or 0.0, values)


def requests(cases: Cases, before: float, calendar: WorkingCalendar, tally: Tally) -> None:
    """Requests for papers in the last fifth of limits over two days: a binomial tail over the office's."""
    share, whole = of("asked_late"), of("asked_whole") * HOUR
    told: list[tuple[float, float, Dossier]] = []
    for case in cases:
        start = case.dossier.accepted_at
        if not case.dossier.requests or start is None or not case.mask & RECEIVED:
            continue
        at = case.dossier.requests[0]
        due = due_at(case.dossier.promises, at)
        if due is None or not start <= at < before or calendar.between(start, due) < whole:
            continue
        told.append((at, calendar.between(start, at) / calendar.between(start, due), case.dossier))
    if told:
        tally.looked["requests"][told[0][2].office] += len(told)
    late = [row for row in told if row[1] >= 1 - share]
    if len(late) < of("asked_least") or at_least(len(late), len(told), share) >= of("asked_tail"):
        return
    for at, used, dossier in late:
        values = {"asked_at": at, "used": used, "late": len(late), "all": len(told)}
        tally.hit("supplement_last_fifth", dossier, at, values)
