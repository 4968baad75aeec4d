"""Signs in a single dossier: what the fold has counted, and what a recomputation of its dates shows."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from dossier.audit.detectors import of
from dossier.audit.findings import Tally
from dossier.figures.standing import (
    ANSWERED_LATE,
    CURRENT,
    FINISHED,
    LATE,
    ON_TIME,
    OVERDUE,
    SENT,
    UNANSWERED,
    WITH_DUE,
    standing,
)
from dossier.law import appointment
from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.law.deadline import Limit, due, parse_limit
from dossier.law.faults import explain_wrong
from dossier.life.state import Dossier, Wait, due_at

_SLACK, _STRETCH = of("date_slack"), of("stretch_slack") * HOUR


class Case(NamedTuple):
    """A dossier as it is seen just before an instant."""

    dossier: Dossier
    mask: int
    """Its standing."""
    end: float | None
    """When it finished, if it had."""
    first: float | None
    """The promise that stood then, or at the end."""
    current: float | None
    """The appointment likewise."""
    limit: Limit | None
    right: float | None
    """The due date that the limit gives from acceptance."""


def case_of(dossier: Dossier, before: float, calendar: WorkingCalendar) -> Case:
    """The dossier's case; its mask is 0 where nobody knows of it, or it was retracted."""
    mask = standing(dossier, before, calendar)
    end = dossier.finished_at if mask & FINISHED else None
    seen = before if end is None else end
    first = current = right = limit = None
    if mask & WITH_DUE:
        first = due_at(dossier.promises, seen) or dossier.promises[0].due
        current = due_at(dossier.appointments, seen) or dossier.appointments[0].due
        limit = limit_of(dossier.limit)
        if limit is not None and dossier.accepted_at is not None:
            right = due(dossier.accepted_at, limit, calendar).at
    return Case(dossier, mask, end, first, current, limit, right)


@lru_cache(1024)
def limit_of(text: str) -> Limit | None:
    """The limit in the source's words; None where there is none to be read."""
    try:
        return parse_limit(text) if text else None
    except ValueError:
        return None


def signs(case: Case, before: float, calendar: WorkingCalendar, tally: Tally, rich: bool) -> None:
    """Tell the tally of everything odd in one dossier."""
    dossier, mask = case.dossier, case.mask
    for name, times in dossier.anomalies.items():
        tell = _TOLD.get(name)
        tally.hit(name, dossier, dossier.last_at, tell(dossier) if tell else None, times)
    if not mask:
        return
    if case.right is not None:
        _wrong_due(case, calendar, tally)
    if mask & WITH_DUE:
        _started(case, tally)
    if mask & (OVERDUE | LATE) and not mask & SENT and rich:
        tally.hit("letter_missing", dossier, case.first or 0.0, {"due_at": case.first})
    if mask & (SENT | LATE):
        _judged(case, tally)
    if mask & UNANSWERED and mask & ANSWERED_LATE:
        by = dossier.acknowledge_by or 0.0
        tally.hit("unacknowledged", dossier, by, {"filed_at": dossier.submitted_at, "by_at": by})
    if dossier.waits:
        for at, most, written in moved(case, before, calendar):
            tally.looked["moved"][dossier.office] += 1
            if written > calendar.add(most, _STRETCH):
                tally.hit("appointment_stretched", dossier, at, {"most_at": most, "due_at": written})
                break


def _wrong_due(case: Case, calendar: WorkingCalendar, tally: Tally) -> None:
    """The date as accepted, or as corrected since, against what the limit gives."""
    dossier, right, limit = case.dossier, case.right, case.limit
    written = dossier.promises[0]
    for date in dossier.promises[1:]:
        if date.mends:
            written = date
        elif date.due != written.due:  # a wait has moved it
            break
    if right is None or limit is None or not differs(written.due, right, limit, calendar):
        return
    start = dossier.accepted_at or 0.0
    cause = explain_wrong(start, limit, calendar, written.due) or ""
    values = {
        "limit": dossier.limit,
        "start_at": start,
        "right_at": right,
        "due_at": written.due,
        "cause": cause,
    }
    tally.hit("wrong_due_date", dossier, written.since, {**values, "due_at": written.due})


def differs(written: float, right: float, limit: Limit, calendar: WorkingCalendar) -> bool:
    """Whether a due date is wrong: of limits in whole days or months the day counts, of others the minute."""
    if abs(written - right) <= _SLACK:
        return False
    part: Limit | None = limit
    while part is not None:
        if part.unit == "wh" or part.count % 1:
            return True
        part = part.then
    return calendar.day(written) != calendar.day(right)


def _started(case: Case, tally: Tally) -> None:
    dossier = case.dossier
    start, first = dossier.accepted_at, case.first
    if first is not None and start is not None and first < start:
        tally.hit("due_before_start", dossier, start, {"start_at": start, "due_at": first})


def _judged(case: Case, tally: Tally) -> None:
    """Letters that were not needed, and dates that made late into on time."""
    dossier, mask, end = case.dossier, case.mask, case.end
    values = {"first_at": case.first, "end_at": end, "now_at": case.current}
    if mask & LATE and mask & ON_TIME << CURRENT:
        tally.hit("on_time_by_new_date", dossier, end or 0.0, values)
    if mask & SENT and mask & ON_TIME:
        at = dossier.letters[0].at
        tally.hit("letter_false", dossier, at, {"letter_at": at, "end_at": end, "due_at": case.first})


def moved(case: Case, before: float, calendar: WorkingCalendar) -> Iterator[tuple[float, float, float]]:
    """Of each wait that moved the appointment: when, the latest date any policy grants, and the written."""
    dates = case.dossier.appointments
    for wait in case.dossier.waits:
        if wait.end is None or wait.end >= before:
            continue
        for i, date in enumerate(dates):
            if i and date.since == wait.end and not date.mends:
                base = dates[i - 1].due
                simple = base + wait.end - wait.start
                most = simple if date.due <= simple else _granted(case, wait, base, calendar)
                yield date.since, most, date.due
                break


def _granted(case: Case, wait: Wait, base: float, calendar: WorkingCalendar) -> float:
    """The latest date that the time waited may give: pause, shift, working time, or the law's restart."""
    end = wait.end or wait.start
    waited = appointment.Wait(wait.start, end)
    dates = [base, base + waited.elapsed, calendar.add(base, calendar.between(wait.start, end))]
    dates.append(appointment.resumed("shift", base, waited, calendar) or base)
    rules = calendar.law(end)
    if wait.kind == "supplement" and rules.supplement_clock == "restart" and case.limit is not None:
        dates.append(appointment.resumed("restart", base, waited, calendar, case.limit) or base)
    return max(dates)


def _span(dossier: Dossier) -> dict[str, Any]:
    return {"start_at": dossier.accepted_at, "end_at": dossier.finished_at}


def _dates(dossier: Dossier) -> dict[str, Any]:
    first, last = (dossier.promises[i].due if dossier.promises else None for i in (0, -1))
    return {"first_at": first, "now_at": last}


def _letter(dossier: Dossier) -> dict[str, Any]:
    at = dossier.letters[0].at if dossier.letters else None
    return {
        "letter_at": at,
        "due_at": None if at is None else due_at(dossier.promises, at),
        "letters": len(dossier.letters),
    }


def _request(dossier: Dossier) -> dict[str, Any]:
    at = dossier.requests[-1] if dossier.requests else None
    return {
        "asked_at": at,
        "due_at": None if at is None else due_at(dossier.promises, at),
        "requests": len(dossier.requests),
    }


def _answer(dossier: Dossier) -> dict[str, Any]:
    return {"filed_at": dossier.submitted_at, "answer_at": dossier.acknowledged_at}


_TOLD: Mapping[str, Callable[[Dossier], dict[str, Any]]] = {
    "zero_duration": _span,
    "end_before_start": _span,
    "appointment_overwritten": _dates,
    "letter_late": _letter,
    "letter_repeated": _letter,
    "supplement_repeated": _request,
    "supplement_near_due": _request,
    "acknowledged_late": _answer,
}
"""What the evidence of the fold's anomalies needs."""
