"""Bugs of real systems as fault injection: the due date that a system with such a bug would write.

All were seen in the code of a provincial system [V-code:S4].
They serve tests, and an audit that says which bug explains a wrong date.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from dossier.law.appointment import Wait, resumed, rounded
from dossier.law.calendar import WorkingCalendar
from dossier.law.deadline import Limit, due
from dossier.law.rules import Rules

_EXACT_SECONDS = 1.0  # systems cut the fraction of a second off


class Dossier(NamedTuple):
    """What a due date is reckoned from: reception, limit, and the answered request for papers, if any."""

    received: float
    limit: Limit
    wait: Wait | None = None
    sets: Sequence[Rules] | None = None


def right(dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """The due date without any bug; after a wait by the rule set's supplement clock."""
    at = due(dossier.received, dossier.limit, calendar, dossier.sets).at
    if at is None or dossier.wait is None:
        return at
    rules = calendar.law(dossier.received, dossier.sets)
    return resumed(rules.supplement_clock, at, dossier.wait, calendar, dossier.limit, dossier.sets)


def faulty(name: str, dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """The due date that a system with this bug would write; ValueError for a bug that is not in `FAULTS`."""
    if name not in FAULTS:
        raise ValueError(f"{name!r} is no fault: known are {', '.join(FAULTS)}")
    return FAULTS[name](dossier, calendar)


def explain_wrong(
    received: float, limit: Limit, calendar: WorkingCalendar, written: float,
    wait: Wait | None = None, sets: Sequence[Rules] | None = None,
) -> str | None:  # fmt: skip
    """The bug that wrote this date; None where the date is right or no bug gives it to the second.

    Where two bugs give the same date, the first of `FAULTS` is named.
    """
    dossier = Dossier(received, limit, wait, sets)
    if _same(right(dossier, calendar), written):
        return None
    return next((name for name in FAULTS if _same(faulty(name, dossier, calendar), written)), None)


def _same(at: float | None, written: float) -> bool:
    return at is not None and abs(at - written) < _EXACT_SECONDS


def _current_year_holidays(dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """The holiday list is loaded for the year of reception only; other years have their weekends."""
    return right(dossier, _one_year(calendar, calendar.local(dossier.received).year))


def _makeup_off(dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """Make-up Saturdays are days off."""
    return right(dossier, _no_makeup(calendar))


def _whole_days(dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """Limits are kept in hours and divided by those of a day; integer division drops what is left."""
    rules = calendar.law(dossier.received, dossier.sets)
    whole = _whole(dossier.limit, rules.day_hours)
    if whole is None:
        return calendar.opening(dossier.received)
    return right(dossier._replace(limit=whole), calendar)


def _calendar_shift(dossier: Dossier, calendar: WorkingCalendar) -> float | None:
    """After papers were given the date moves by whole calendar days, then on to a working day."""
    at = due(dossier.received, dossier.limit, calendar, dossier.sets).at
    if at is None or dossier.wait is None:
        return at
    asked, given = (calendar.local(each).date() for each in dossier.wait)
    later = calendar.local(at) + timedelta(days=max(0, (given - asked).days))
    return rounded(later.timestamp(), calendar)


FAULTS: dict[str, Callable[[Dossier, WorkingCalendar], float | None]] = {
    "current_year_holidays": _current_year_holidays,
    "makeup_off": _makeup_off,
    "whole_days": _whole_days,
    "calendar_shift": _calendar_shift,
}
"""Each bug by its name."""


def _whole(limit: Limit, day_hours: float) -> Limit | None:
    """The limit in whole days; None where nothing is left of it."""
    then = None if limit.then is None else _whole(limit.then, day_hours)
    if limit.unit not in {"wh", "wd", "d"}:
        return Limit(limit.unit, limit.count, then)
    count = limit.count // day_hours if limit.unit == "wh" else limit.count // 1
    unit = "wd" if limit.unit == "wh" else limit.unit
    return Limit(unit, count, then) if count else then


@lru_cache(maxsize=64)
def _one_year(calendar: WorkingCalendar, year: int) -> WorkingCalendar:
    def known(given: Callable[[date], bool]) -> Callable[[date], bool]:
        return lambda day: day.year == year and given(day)

    return calendar.changed(known(calendar.is_off), known(calendar.is_makeup))


@lru_cache(maxsize=16)
def _no_makeup(calendar: WorkingCalendar) -> WorkingCalendar:
    return calendar.changed(is_makeup=lambda _: False)
