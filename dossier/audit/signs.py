"""Signs in a single dossier: what the fold has counted, and what a recomputation of its dates shows."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from dossier.audit.case import Case, differs, retracted
from dossier.audit.findings import Tally
from dossier.audit.thresholds import of
from dossier.figures.standing import (
    ANSWERED_LATE,
    CURRENT,
    LATE,
    ON_TIME,
    OVERDUE,
    SENT,
    UNANSWERED,
    WITH_DUE,
)
from dossier.law import appointment
from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.law.deadline import Limit
from dossier.law.faults import explain_wrong
from dossier.life.state import Date, Dossier, Wait, breached_at, due_at, stood

_STRETCH = of("stretch_slack") * HOUR


def signs(case: Case, before: float, calendar: WorkingCalendar, tally: Tally, rich: bool) -> None:
    """Tell the tally of everything odd in one dossier."""
    dossier, mask = case.dossier, case.mask
    for name, times in dossier.anomalies.items():
        tell = _TOLD.get(name)
        tally.hit(name, dossier, dossier.last_at, tell(dossier) if tell else None, times)
    if retracted(case, before):
        _retracted(dossier, tally)
    if not mask:
        return
    if mask & WITH_DUE:
        _wrong_due(case, calendar, tally)
        _started(case, tally)
        _mended(case, before, calendar, tally)
    if mask & (OVERDUE | LATE) and not mask & SENT and rich:
        tally.hit("letter_missing", dossier, case.first or 0.0, {"due_at": case.first})
    if mask & (SENT | LATE):
        _judged(case, tally)
    if mask & SENT:
        _lettered(dossier, before, calendar, tally)
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


def _started(case: Case, tally: Tally) -> None:
    dossier = case.dossier
    start, first = dossier.accepted_at, case.first
    if first is not None and start is not None and first < start:
        tally.hit("due_before_start", dossier, start, {"start_at": start, "due_at": first})


def _retracted(dossier: Dossier, tally: Tally) -> None:
    """It had broken its promise when it was taken out, and with it goes a late one out of the figures."""
    at = dossier.retracted_at or 0.0
    breach = breached_at(dossier, at)
    if breach is not None:
        end = dossier.finished_at
        ended = end if end is not None and end < at else None
        values = {"due_at": breach, "end_at": ended, "retracted_at": at}
        tally.hit("retracted_overdue", dossier, at, values)


def _mended(case: Case, before: float, calendar: WorkingCalendar, tally: Tally) -> None:
    """In time by a correction alone: without those that put the date off it would have been late."""
    dossier = case.dossier
    if not any(date.mends for date in dossier.promises) or breached_at(dossier, before) is not None:
        return
    supposed, mended = _uncorrected(case, calendar)
    breach = breached_at(replace(dossier, promises=supposed), before)
    at = next((at for at in mended if at < before), None)
    if breach is not None and at is not None:
        values = {"first_at": breach, "mended_at": at, "now_at": case.first, "end_at": case.end}
        tally.hit("on_time_by_correction", dossier, at, values)


def _uncorrected(case: Case, calendar: WorkingCalendar) -> tuple[list[Date], list[float]]:
    """The promises had no correction put them off, and when those corrections were made.

    A correction stands where it takes a date back, where the old date had passed
    (`appointment_overwritten` tells of that), and where it mends a wrong date to what the limit gives.
    """
    dossier, dates, mended = case.dossier, case.dossier.promises, []
    supposed, right, end = [dates[0]], case.right, dossier.finished_at
    for last, date in pairwise(dates):
        due = supposed[-1].due
        if not date.mends:
            moved = date.due - last.due
            supposed.append(Date(date.since, due + moved))
            right = None if right is None else right + moved
            continue
        until = date.since if end is None else min(end, date.since)
        passed = last.due < stood(dossier, until)
        if date.due <= due or passed or _rightly(last.due, date.due, right, case.limit, calendar):
            supposed.append(date)
        else:
            mended.append(date.since)
    return supposed, mended


def _rightly(
    old: float, new: float, right: float | None, limit: Limit | None, calendar: WorkingCalendar
) -> bool:
    """Whether a correction put a wrong date right."""
    if right is None or limit is None:
        return False
    return differs(old, right, limit, calendar) and not differs(new, right, limit, calendar)


def _lettered(dossier: Dossier, before: float, calendar: WorkingCalendar, tally: Tally) -> None:
    """Letters that give no new date, or one that is not later than the date before."""
    found = []
    for n, letter in enumerate(dossier.letters):
        due = due_at(dossier.appointments, letter.at)
        if due is None or letter.at >= before:
            continue
        written = appointment.Letter(letter.at, letter.due, n)
        faults = appointment.letter_faults(written, due, calendar, calendar.law(letter.at))
        if not {"date_missing", "date_not_later"}.isdisjoint(faults):
            found.append({"letter_at": letter.at, "due_at": due, "until_at": letter.due})
    if found:
        first = found[0]
        tally.hit("letter_without_date", dossier, first["letter_at"] or 0.0, first, len(found))


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
